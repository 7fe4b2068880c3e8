import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CoolifyError } from './error.ts';
import { isBefore, lackedBy, versionGate } from './version.ts';

describe('isBefore', () => {
  test.each([
    ['4.2.9', '4.3.0', true],
    ['4.3.0', '4.3.0', false],
    ['4.3.11', '4.3.9', false],
    ['4.0.0-beta.420', '4.0.0', true],
    ['4.4-rc.1', '4.3.11', false],
    ['4.4-rc.1', '4.4.0', true],
    ['v4.1', '4.1.0', false],
    ['nightly', '4.0.0', false],
    ['', '4.0.0', false],
  ])('%s before %s: %s', (version, other, expected) => {
    expect(isBefore(version, other)).toBe(expected);
  });

  test('is an order', () => {
    const version = fc
      .tuple(fc.nat(9), fc.nat(9), fc.nat(99), fc.boolean())
      .map(([a, b, c, rc]) => `${a}.${b}.${c}${rc ? '-rc.1' : ''}`);
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(isBefore(a, b) && isBefore(b, a)).toBe(false);
        if (isBefore(a, b) && isBefore(b, c)) expect(isBefore(a, c)).toBe(true);
      }),
    );
  });
});

test('what a version lacks shrinks with it', () => {
  expect(lackedBy('4.3.11')).toEqual([]);
  expect(lackedBy('4.3.0')).toEqual(['email settings of the instance']);
  expect(lackedBy('4.2.0')).toContain('rollback and the images kept for it');
  expect(lackedBy('4.0.0').length).toBeGreaterThan(lackedBy('4.2.0').length);
});

describe('versionGate', () => {
  const request = { method: 'POST', path: '/applications/a/rollback' };
  const gateOn = (...versions: (string | CoolifyError)[]) => {
    let asked = 0;
    const gate = versionGate(async () => {
      const version = versions[Math.min(asked++, versions.length - 1)]!;
      if (version instanceof CoolifyError) throw version;
      return version;
    });
    return { gate, asked: () => asked };
  };

  test('asks once for many calls', async () => {
    const { gate, asked } = gateOn('4.3.11');
    await Promise.all([gate.admit('4.3.0', request), gate.admit('4.2.0', request), gate.admit('4.0.0', request)]);
    expect(asked()).toBe(1);
  });

  test('refuses what came later, says when, and that nothing was sent', async () => {
    const { gate } = gateOn('4.2.0');
    await expect(gate.admit('4.3.0', request)).rejects.toMatchObject({
      kind: 'unsupported_version',
      sent: 'no',
      message: 'Coolify 4.2.0 does not have this call: it came with 4.3.0.',
      request,
    });
  });

  test('refuses every call of a Coolify before 4.0', async () => {
    const { gate } = gateOn('4.0.0-beta.420');
    await expect(gate.admit('4.0.0', request)).rejects.toMatchObject({ kind: 'unsupported_version', next: /4\.0\.0/ });
  });

  test('asks again before it refuses, for Coolify upgrades itself', async () => {
    const { gate, asked } = gateOn('4.2.0', '4.3.11');
    await gate.admit('4.2.0', request);
    await gate.admit('4.3.0', request);
    expect(asked()).toBe(2);
  });

  test('lets calls out where the version may not be read, and asks no more', async () => {
    const missing = new CoolifyError({
      kind: 'ability_missing',
      message: 'Missing required permissions: read',
      sent: 'answered',
    });
    const { gate, asked } = gateOn(missing);
    await gate.admit('4.3.0', request);
    await gate.admit('4.3.0', request);
    expect(asked()).toBe(1);
    expect(await gate.read()).toEqual({ version: 'unknown', reason: 'Missing required permissions: read' });
  });

  test('asks again after Coolify was away', async () => {
    const away = new CoolifyError({ kind: 'unreachable', message: 'away', sent: 'no' });
    const { gate } = gateOn(away, '4.3.11');
    expect(await gate.read()).toMatchObject({ version: 'unknown' });
    expect(await gate.read()).toEqual({ version: '4.3.11' });
  });

  test('an abort ends the wait of the one who aborts', async () => {
    const gate = versionGate(() => new Promise(() => {}));
    const stop = new AbortController();
    const waiting = gate.admit('4.3.0', request, stop.signal);
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });
});
