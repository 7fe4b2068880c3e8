import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DoctorChecks, doctor, exitOfReport, type Report } from './doctor.ts';
import { checkFolder } from './folder.ts';
import { clockOf } from './health.ts';
import type { CoolifyAccess } from './token.ts';

const OK: RequestListener = (_request, response) => response.end('OK');

/** A server that answers as told, at an address that nothing else has. */
async function serve(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () => new Promise<void>((closed) => server.close(() => closed())),
  };
}

const all = { read: 'yes', 'read:sensitive': 'yes', write: 'yes', deploy: 'yes', says: [] } as const;
const access = (change: Partial<CoolifyAccess> = {}): CoolifyAccess => ({
  version: async () => '4.3.11',
  support: (version) => ({
    supported: version !== '3.12.0',
    oldest: '4.0.0',
    lacks: version === '4.1.0' ? ['rollback'] : [],
  }),
  abilities: async () => all,
  ...change,
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-doctor-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const examine = (change: Partial<DoctorChecks>) =>
  doctor(
    { url: undefined, problems: [], coolify: undefined, dataFolder: folder, probeVia: undefined, ...change },
    new AbortController().signal,
  );

const results = ({ checks }: Report) => Object.fromEntries(checks.map(({ check, result }) => [check, result]));
const the = ({ checks }: Report, name: string) => checks.find(({ check }) => check === name)!;

describe('doctor', () => {
  it('passes where all that is needed is there', async () => {
    await using coolify = await serve(OK);
    const report = await examine({ url: coolify.url, coolify: access() });
    expect(Object.values(results(report))).toEqual(report.checks.map(() => 'passed'));
    expect([report.healthy, exitOfReport(report)]).toEqual([true, 0]);
    expect(the(report, 'clock').seen).toBe('the clocks agree');
  });

  it('says what is missing of the configuration, and skips what hangs on it', async () => {
    const report = await examine({});
    expect(the(report, 'configuration')).toMatchObject({
      result: 'failed',
      next: expect.stringContaining('COOLIFY_API_URL'),
    });
    expect(results(report)).toMatchObject({ dns: 'skipped', token: 'skipped', data: 'passed' });
    expect([report.healthy, exitOfReport(report)]).toEqual([false, 1]);
  });

  it('tells a name that does not resolve from a port that takes no connection', async () => {
    const nameless = await examine({ url: 'https://no-such-host.invalid', coolify: access() });
    expect(results(nameless)).toMatchObject({ dns: 'failed', connection: 'skipped' });
    const gone = await serve(OK);
    await gone[Symbol.asyncDispose]();
    const closed = await examine({ url: gone.url, coolify: access() });
    expect(the(closed, 'connection')).toMatchObject({
      result: 'failed',
      seen: expect.stringContaining('ECONNREFUSED'),
    });
    expect([exitOfReport(nameless), exitOfReport(closed)]).toEqual([5, 5]);
  });

  it('knows http behind https', async () => {
    await using coolify = await serve(OK);
    const report = await examine({ url: coolify.url.replace('http:', 'https:'), coolify: access() });
    expect(the(report, 'connection')).toMatchObject({ result: 'failed', next: expect.stringContaining('http') });
  });

  it('knows when something else than Coolify answers', async () => {
    await using other = await serve((_request, response) =>
      response.writeHead(302, { location: 'https://example.com/' }).end(),
    );
    const report = await examine({ url: other.url, coolify: access() });
    expect(the(report, 'health')).toMatchObject({
      result: 'failed',
      seen: expect.stringContaining('sends on to https://example.com/'),
    });
    expect(results(report).token).toBe('skipped');
  });

  it('finds clocks that differ, which alone is no reason to fail', async () => {
    await using coolify = await serve((_request, response) => {
      response.setHeader('date', new Date(Date.now() + 600_000).toUTCString()).end('OK');
    });
    const report = await examine({ url: coolify.url, coolify: access() });
    expect(the(report, 'clock')).toMatchObject({
      result: 'failed',
      seen: expect.stringMatching(/(599|600) s ahead of ours/),
    });
    expect(report.healthy).toBe(true);
  });

  it('tells a token that Coolify does not take, an old version and lacking abilities apart', async () => {
    await using coolify = await serve(OK);
    const refusal = Object.assign(new Error('Unauthenticated.'), {
      kind: 'unauthenticated',
      next: 'Give a token that exists.',
    });
    const refused = await examine({ url: coolify.url, coolify: access({ version: () => Promise.reject(refusal) }) });
    expect(the(refused, 'token')).toMatchObject({
      result: 'failed',
      seen: 'Unauthenticated.',
      next: 'Give a token that exists.',
    });
    expect([results(refused).write, exitOfReport(refused)]).toEqual(['skipped', 1]);

    const old = await examine({ url: coolify.url, coolify: access({ version: async () => '3.12.0' }) });
    expect(the(old, 'version')).toMatchObject({ result: 'failed', next: 'Upgrade Coolify to 4.0.0 or newer.' });
    const older = await examine({ url: coolify.url, coolify: access({ version: async () => '4.1.0' }) });
    expect(the(older, 'version')).toMatchObject({ result: 'passed', seen: 'Coolify 4.1.0, which lacks: rollback' });

    const narrow = access({
      abilities: async () => ({ ...all, 'read:sensitive': 'no', deploy: 'no', write: 'unknown', says: ['No word.'] }),
    });
    const lacking = await examine({ url: coolify.url, coolify: narrow });
    expect(results(lacking)).toMatchObject({
      read: 'passed',
      'read:sensitive': 'failed',
      write: 'unknown',
      deploy: 'failed',
    });
    expect(the(lacking, 'deploy').next).toContain('token with deploy');
    expect(the(lacking, 'write').seen).toBe('No word.');
    expect(lacking.healthy).toBe(false);
    const reading = access({ abilities: async () => ({ ...all, 'read:sensitive': 'no', says: [] }) });
    expect((await examine({ url: coolify.url, coolify: reading })).healthy).toBe(true);
  });

  it('looks whether the probe proxy is there', async () => {
    await using proxy = await serve(OK);
    const { hostname: host, port } = new URL(proxy.url);
    expect(the(await examine({ probeVia: { host, port: Number(port) } }), 'probe')).toMatchObject({ result: 'passed' });
    const gone = await examine({ probeVia: { host, port: 1 } });
    expect(the(gone, 'probe')).toMatchObject({ result: 'failed', needed: false });
  });
});

describe('checkFolder', () => {
  it('takes a folder of ours, and one that can be made', async () => {
    expect(await checkFolder(folder)).toMatchObject({ result: 'passed' });
    expect(await checkFolder(join(folder, 'not', 'yet'))).toMatchObject({
      result: 'passed',
      seen: expect.stringContaining('not there yet'),
    });
  });

  it('refuses a file, and advises about a folder that others may read', async () => {
    const [file, open] = [join(folder, 'file'), join(folder, 'open')];
    await writeFile(file, '');
    await mkdir(open);
    await chmod(open, 0o755);
    expect(await checkFolder(file)).toMatchObject({ result: 'failed', needed: true });
    expect(await checkFolder(join(file, 'below'))).toMatchObject({ result: 'failed', needed: true });
    expect(await checkFolder(open)).toMatchObject({ result: 'failed', needed: false, next: `chmod 700 ${open}` });
  });
});

describe('clockOf', () => {
  it('accuses no clock that is right, however slow the answer', () => {
    const times = fc.record({ at: fc.integer({ min: 0, max: 4e12 }), out: fc.nat(120_000), back: fc.nat(120_000) });
    fc.assert(
      fc.property(times, ({ at, out, back }) => {
        const date = new Date(Math.floor(at / 1000) * 1000).toUTCString();
        expect(clockOf(date, at - out, at + back)).toMatchObject({ result: 'passed', seen: 'the clocks agree' });
      }),
    );
  });

  it('says what it cannot tell', () => {
    expect(clockOf(null, 0, 0).result).toBe('unknown');
    expect(clockOf('yesterday', 0, 0).result).toBe('unknown');
  });
});
