import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Refusal } from '../../refusal.ts';
import { errorCode, writeFault } from './fault.ts';

/** A folder that only its owner may enter. One that is there already keeps the mode its owner gave it. */
export async function ensureFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST' && errorCode(error) !== 'ENOTDIR') throw writeFault(error, path);
    throw new Refusal(
      'conflict',
      `${path} has to be a folder, and something else is there.`,
      'Move it away, or choose another FAIRLEAD_DATA_DIR.',
    );
  }
}

/**
 * Puts `content` in the file's place: whoever reads sees the old file or the new one, whole, after a power cut too.
 * `confirm` runs right before the new file takes the place; what it throws leaves the old one.
 */
export async function replaceFile(path: string, content: string | Uint8Array, confirm?: () => Promise<void>) {
  const beside = await writeBeside(path, content);
  try {
    await confirm?.();
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw writeFault(error, path);
  }
  await syncFolder(dirname(path));
}

/** Makes the file, content and all, in one step; false when there is one already. */
export async function createFile(path: string, content: string | Uint8Array): Promise<boolean> {
  const beside = await writeBeside(path, content);
  try {
    await link(beside, path);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    // Some file systems (FAT, a few network mounts) know no second name for a file.
    if (errorCode(error) !== 'EPERM' && errorCode(error) !== 'ENOTSUP') throw writeFault(error, path);
    throw new Refusal(
      'unsupported',
      `The file system of ${dirname(path)} has no hard links, which keep processes apart there.`,
      'Point FAIRLEAD_DATA_DIR at a folder on a local disk.',
    );
  } finally {
    await rm(beside, { force: true });
  }
  await syncFolder(dirname(path));
  return true;
}

export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** What a crash in the middle of a write leaves behind ends so. */
export const UNFINISHED = '.tmp';

async function writeBeside(path: string, content: string | Uint8Array): Promise<string> {
  const beside = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}${UNFINISHED}`);
  try {
    const file = await open(beside, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    await rm(beside, { force: true });
    throw writeFault(error, path);
  }
  return beside;
}

/** A rename is durable only when its folder is; Windows opens no folders and needs none. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
