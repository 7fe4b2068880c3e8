import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dockerMemory, imageOf, KINDS, kindOf, versionOf } from './kinds.ts';

describe('image and version', () => {
  it.each([
    ['postgresql', '16', 'postgres:16-alpine'],
    ['postgresql', '16.4-bookworm', 'postgres:16.4-bookworm'],
    ['redis', '7.2', 'redis:7.2'],
    ['clickhouse', '25.11', 'clickhouse/clickhouse-server:25.11'],
  ] as const)('%s %s is %s', (kind, version, image) => expect(imageOf(kind, version)).toBe(image));

  it('a version is read back from its image', () => {
    const version = fc.array(fc.nat({ max: 99 }), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.'));
    fc.assert(
      fc.property(fc.constantFrom(...KINDS), version, (kind, number) => {
        expect(versionOf(imageOf(kind, number))).toBe(number);
      }),
    );
  });

  it('what names no version is unknown, with the reason', () => {
    expect(versionOf('eqalpha/keydb:latest')).toMatch(/^unknown: /);
    expect(versionOf('docker.dragonflydb.io/dragonflydb/dragonfly')).toMatch(/^unknown: /);
    expect(versionOf('127.0.0.1:5000/postgres')).toMatch(/^unknown: /);
    expect(versionOf(null)).toMatch(/^unknown: /);
  });

  it('other words stand for a kind', () =>
    expect([kindOf('postgres'), kindOf('mongo'), kindOf('redis')]).toEqual(['postgresql', 'mongodb', 'redis']));
});

describe('memory as Docker takes it', () => {
  it.each([
    ['2GB', '2g'],
    ['512m', '512m'],
    ['1.5 GiB', '1536m'],
    ['0', '0b'],
    ['1T', '1024g'],
  ])('%s is %s', (text, memory) => expect(dockerMemory(text)).toBe(memory));

  it.each(['lots', '2 apples', '', '-1g'])('%s is none', (text) => expect(dockerMemory(text)).toBeNull());

  it('is always something that Docker takes, of the same size', () => {
    const size = (text: string) =>
      Number.parseFloat(text) * 1024 ** ['b', 'k', 'm', 'g', 't'].indexOf(text.at(-1) ?? '');
    fc.assert(
      fc.property(fc.nat({ max: 4096 }), fc.constantFrom('k', 'm', 'g', 't'), (amount, unit) => {
        const memory = dockerMemory(`${amount / 4}${unit}`) ?? '';
        expect(memory).toMatch(/^\d+[bkmg]$/);
        expect(size(memory)).toBe((amount / 4) * 1024 ** ['', 'k', 'm', 'g', 't'].indexOf(unit));
      }),
    );
  });
});
