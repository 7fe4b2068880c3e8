import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);
const root = dirname(import.meta.dirname);
const folder = mkdtempSync(join(tmpdir(), 'fairlead installed '));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

beforeAll(async () => {
  await run(process.execPath, [join(root, 'scripts/build.ts')], { cwd: root });
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('packed and installed without a network, fairlead needs no package and runs', async () => {
  await run('npm', ['pack', join(root, 'dist/fairlead'), '--pack-destination', folder], { cwd: folder });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', `./fairlead-${version}.tgz`], { cwd: folder });
  expect(readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['fairlead']);

  const fairlead = join(folder, 'node_modules/.bin/fairlead');
  expect((await run(fairlead, ['--version'], { cwd: folder })).stdout).toBe(`${version}\n`);
  expect((await run(fairlead, ['help'], { cwd: folder })).stdout).toContain('Usage: fairlead');
}, 60_000);

test('the manifest is fit to be published', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'dist/fairlead/package.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  expect(manifest).toMatchObject({ name: 'fairlead', version, mcpName: 'io.github.fairlead/fairlead', license: 'MIT' });
  expect(manifest).not.toHaveProperty('dependencies');
  const licenses = readFileSync(join(root, 'dist/fairlead/THIRD-PARTY-LICENSES.txt'), 'utf8');
  expect(licenses).toMatch(/^zod \d/m);
  // What only the server needs is never loaded for stdio.
  expect(licenses).not.toMatch(/^(pg|drizzle-orm|@dbos-inc\/\S+|hono) \d/m);
});

test('the emulator runs as it is packed', async () => {
  const { stdout } = await run(process.execPath, [join(root, 'dist/coolify-emulator/bin.js'), '--help'], {
    cwd: folder,
  });
  expect(stdout).toContain('coolify-emulator');
  const declared = readFileSync(join(root, 'dist/coolify-emulator/index.d.ts'), 'utf8');
  expect(declared).toContain('export declare function startEmulator');
});
