import { hkdfSync, randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { Refusal } from '../../refusal.ts';
import { damaged, errorCode } from './fault.ts';
import { createFile } from './write.ts';

const KEY = /^[0-9a-f]{64}\n$/;

/** Two keys for two purposes, both made from the one in the file. */
export interface Keys {
  sealing: Buffer;
  naming: Buffer;
}

/**
 * Reads the key file; makes it when there is none. Processes that start at the same time get the same key: the file
 * appears with its content, once. Refused when others may read it: what was sealed under it may be known.
 */
export async function keysFrom(path: string): Promise<Keys> {
  const found = (await readKey(path)) ?? (await makeKey(path));
  const key = Buffer.from(found.trim(), 'hex');
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', key, '', `fairlead ${purpose}`, 32));
  return { sealing: derive('sealing'), naming: derive('naming') };
}

async function makeKey(path: string): Promise<string> {
  await createFile(path, `${randomBytes(32).toString('hex')}\n`);
  const key = await readKey(path);
  if (key === undefined) throw damaged(path, 'it was removed as it was made', 'Call again.');
  return key;
}

async function readKey(path: string): Promise<string | undefined> {
  try {
    const { mode } = await stat(path);
    // Windows keeps rights elsewhere; its modes say nothing.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) throw tooOpen(path, mode);
    const text = await readFile(path, 'utf8');
    if (KEY.test(text)) return text;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    if (errorCode(error) !== 'EACCES') throw error;
    throw new Refusal(
      'not_allowed',
      `The key file ${path} belongs to another user.`,
      'Run Fairlead as that user, or choose another FAIRLEAD_DATA_DIR.',
    );
  }
  throw damaged(path, 'it holds no key', 'Restore it from a backup, or delete it and give all values again.');
}

const tooOpen = (path: string, mode: number): Refusal =>
  new Refusal(
    'not_allowed',
    `The key file ${path} can be read by others (its mode is ${(mode & 0o777).toString(8)}).`,
    `Run: chmod 600 ${path}. If somebody else may have read it, replace the secrets that were sealed under it.`,
  );
