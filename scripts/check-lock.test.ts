import { expect, test } from 'vitest';
import { type Lock, lockProblems } from './check-lock.ts';

const sound: Lock = {
  packages: {
    'node_modules/tool': {
      version: '1.0.0',
      optionalDependencies: { '@tool/linux': '1.0.0', '@tool/darwin': '1.0.0' },
    },
    'node_modules/@tool/linux': { version: '1.0.0' },
    'node_modules/tool/node_modules/@tool/darwin': { version: '1.0.0' },
    'node_modules/own': { resolved: 'own' },
  },
};

test('a complete lock file without hosts is sound', () => expect(lockProblems(sound)).toEqual([]));

test('an optional package without an entry is told', () => {
  const { 'node_modules/@tool/linux': _left, ...packages } = sound.packages;
  expect(lockProblems({ packages }).join()).toContain('node_modules/tool has @tool/linux 1.0.0');
});

test('a host is told', () => {
  const packages = { 'node_modules/a': { resolved: 'https://packages.example.com/a.tgz' } };
  expect(lockProblems({ packages }).join()).toContain('node_modules/a names the host');
});
