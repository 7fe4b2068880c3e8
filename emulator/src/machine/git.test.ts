import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { cloneUrl, openGit, withoutCredentials } from './git.ts';
import { startSupervisor } from './supervisor.ts';
import { git as command, makeRepository, temporaryFolder, writeFiles } from './test-machine.ts';

const url = 'http://git.example.test/acme/web.git';

async function opened(hosts: Record<string, string>) {
  const folder = await temporaryFolder();
  const supervisor = startSupervisor({ name: 'TEST_MARK', value: crypto.randomUUID() }, join(folder, 'none'));
  onTestFinished(() => supervisor.close());
  return { folder, git: await openGit({ supervisor, folder, hosts }) };
}

async function host() {
  const folder = await temporaryFolder();
  const first = await makeRepository(folder, 'acme/web.git', { 'index.html': 'one' }, 'first page\n\nwith a body');
  await writeFiles(join(folder, 'acme/web.git'), { 'index.html': 'two' });
  await command(join(folder, 'acme/web.git'), 'commit', '-q', '-am', 'second page');
  const second = await command(join(folder, 'acme/web.git'), 'rev-parse', 'HEAD');
  return { folder, first, second };
}

test('finds the commit of a branch, of HEAD, and one that is named', async () => {
  const { folder, first, second } = await host();
  const { git } = await opened({ 'git.example.test': folder });
  expect(await git.resolve({ url, ref: 'main' })).toEqual({ sha: second, message: 'second page' });
  expect(await git.resolve({ url, ref: 'HEAD' })).toEqual({ sha: second, message: 'second page' });
  expect(await git.resolve({ url, ref: 'main', commit: first })).toEqual({
    sha: first,
    message: 'first page\n\nwith a body',
  });
});

test('checks out the files of a commit behind the head of the branch', async () => {
  const { folder, first } = await host();
  const { git, folder: own } = await opened({ 'git.example.test': folder });
  await git.checkout({ url, ref: 'main', commit: first }, join(own, 'files'));
  expect(await readFile(join(own, 'files/index.html'), 'utf8')).toBe('one');
});

test.each([
  'http://git.example.test/acme/web.git',
  'https://git.example.test/acme/web.git',
  'https://user:secret-word@git.example.test/acme/web.git',
  'git@git.example.test:acme/web.git',
  'ssh://git@git.example.test/acme/web.git',
  'ssh://git@git.example.test:2222/acme/web.git',
])('a folder stands for the host of %s', async (form) => {
  const { folder, second } = await host();
  const { git } = await opened({ 'git.example.test': folder });
  expect((await git.resolve({ url: form, ref: 'main' })).sha).toBe(second);
});

test('submodules of the host come along', async () => {
  const folder = await temporaryFolder();
  await makeRepository(folder, 'acme/part.git', { 'part.txt': 'part' });
  await makeRepository(folder, 'acme/web.git', { 'index.html': 'whole' });
  const web = join(folder, 'acme/web.git');
  await command(web, 'submodule', '--quiet', 'add', join(folder, 'acme/part.git'), 'part');
  await writeFile(
    join(web, '.gitmodules'),
    '[submodule "part"]\n\tpath = part\n\turl = https://git.example.test/acme/part.git\n',
  );
  await command(web, 'add', '-A');
  await command(web, 'commit', '-q', '-m', 'with a part');
  const { git, folder: own } = await opened({ 'git.example.test': folder });
  await git.checkout({ url, ref: 'main' }, join(own, 'files'));
  expect(await readFile(join(own, 'files/part/part.txt'), 'utf8')).toBe('part');
});

test("fails in git's own words, without a path of this machine", async () => {
  const { folder } = await host();
  const { git } = await opened({ 'git.example.test': folder });
  const failure = (ref: string, commit?: string, from = url) =>
    git.resolve({ url: from, ref, ...(commit && { commit }) }).catch((error) => error);
  // deploy-git 15 and 35
  expect((await failure('missing')).output).toContain('fatal: Remote branch missing not found in upstream origin');
  expect(await failure('main', 'f'.repeat(40))).toMatchObject({
    exitCode: 128,
    output: `fatal: remote error: upload-pack: not our ref ${'f'.repeat(40)}`,
  });
  const absent = await failure('main', undefined, 'https://git.example.test/acme/absent.git');
  expect(absent.output).toBe("fatal: repository 'http://git.example.test/acme/absent.git/' not found");
  expect(`${absent.message}${absent.command}`).not.toContain(folder);
});

test('a password never stands in an error, however git spells it', async () => {
  const server = createServer((_, response) => response.writeHead(401, { 'www-authenticate': 'Basic' }).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  const { git } = await opened({});
  const failed = await git
    .resolve({ url: `http://ann:p%40ss-word@127.0.0.1:${port}/acme/web.git`, ref: 'main' })
    .catch((error) => error);
  expect(failed.exitCode).toBe(128);
  expect(failed.message).toContain('fatal: Authentication failed');
  expect(failed.message).not.toMatch(/p(%40|@)ss-word/);
  // Nobody is asked, and nothing waits for an answer.
  const asked = await git
    .resolve({ url: `http://127.0.0.1:${port}/acme/web.git`, ref: 'main' })
    .catch((error) => error);
  expect(asked.output).toContain('terminal prompts disabled');
});

test('a token that stands alone is struck out too', () => {
  const redact = withoutCredentials('https://ghp_abc123@github.com/acme/web');
  expect(redact('remote: ghp_abc123 at https://x:y@other.test/')).toBe('remote: *** at https://***@other.test/');
});

test.each(['file:///etc', 'ext::sh -c id', '--upload-pack=id', '/etc', 'fd::17'])('%s is refused', (bad) => {
  expect(() => cloneUrl(bad, {})).toThrow(/fatal: (transport|repository)/);
});

test('is stopped by its signal', async () => {
  const server = createServer(() => {}); // never answers
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  const { git } = await opened({});
  const stop = new AbortController();
  server.once('connection', () => stop.abort(new Error('cancelled')));
  await expect(git.resolve({ url: `http://127.0.0.1:${port}/x.git`, ref: 'main' }, stop.signal)).rejects.toThrow(
    'cancelled',
  );
});

const path = process.env.PATH;
afterEach(() => {
  process.env.PATH = path;
});

test('says so when git is not there', async () => {
  const empty = await temporaryFolder();
  await mkdir(join(empty, 'bin'));
  process.env.PATH = join(empty, 'bin');
  const { git } = await opened({});
  await expect(git.resolve({ url, ref: 'main' })).rejects.toMatchObject({
    exitCode: 127,
    output: expect.stringContaining('git is not installed'),
  });
});
