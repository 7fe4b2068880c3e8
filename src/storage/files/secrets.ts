import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { readdir, readFile, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../clock.ts';
import { Refusal } from '../../refusal.ts';
import { SECRET_REFERENCE, type SecretStore } from '../stores.ts';
import { damaged, errorCode } from './fault.ts';
import type { Keys } from './key.ts';
import { replaceFile } from './write.ts';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** The name under which the cleaning lays a secret aside before it decides. */
export const LAID_ASIDE = '.going';

/** The port, and what a process that starts needs to know what to strike out. */
export interface FileSecrets extends SecretStore {
  /** All values kept; those that do not open are left out. */
  values(): Promise<string[]>;
}

/**
 * Each value sealed on its own with AES-256-GCM, in a file named after its keyed hash: nonce, tag, ciphertext. The
 * file's time tells when the value was last given.
 */
export function fileSecrets(folder: string, keys: Keys, clock: Clock): FileSecrets {
  return {
    async seal(value) {
      const name = createHmac('sha256', keys.naming).update(value, 'utf16le').digest('hex').slice(0, 32);
      const path = join(folder, name);
      const now = new Date(clock.now());
      try {
        await utimes(path, now, now);
      } catch (error) {
        if (errorCode(error) !== 'ENOENT') throw error;
        await replaceFile(path, sealUp(value, name, keys.sealing));
        await utimes(path, now, now);
      }
      return `secret://v/${name}`;
    },

    async open(reference) {
      const name = SECRET_REFERENCE.exec(reference);
      if (!name?.[1] || name[0] !== reference) {
        throw new Refusal('invalid_input', 'This is no reference of a secret.', 'It reads secret://v/ and 32 digits.');
      }
      const path = join(folder, name[1]);
      // The cleaning may be laying it aside or putting it back right now.
      const sealed = (await bytes(path)) ?? (await bytes(path + LAID_ASIDE)) ?? (await bytes(path));
      const value = sealed && unseal(sealed, name[1], keys.sealing);
      if (value !== undefined) return value;
      if (sealed) {
        const next = 'Give the value again, or restore secrets.key.';
        throw damaged(path, 'it does not open with the key there is', next);
      }
      throw new Refusal('not_found', `Nothing is kept under ${reference}.`, 'Give the value itself again.');
    },

    async values() {
      const found: string[] = [];
      for (const name of await readdir(folder)) {
        if (!/^[0-9a-f]{32}$/.test(name)) continue;
        const path = join(folder, name);
        const sealed = await bytes(path);
        const value = sealed && unseal(sealed, name, keys.sealing);
        if (value !== undefined) found.push(value);
      }
      return found;
    },
  };
}

// UTF-16, because UTF-8 has no form for half a surrogate pair and would give another value back.
function sealUp(value: string, name: string, key: Buffer): Buffer {
  const iv = randomBytes(IV_BYTES);
  // The name is bound in, so that a file put in another's place does not open.
  const cipher = createCipheriv(CIPHER, key, iv).setAAD(Buffer.from(name));
  const text = Buffer.concat([cipher.update(Buffer.from(value, 'utf16le')), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), text]);
}

/** Undefined when it was changed, belongs under another name, or was sealed under another key. */
function unseal(sealed: Buffer, name: string, key: Buffer): string | undefined {
  const iv = sealed.subarray(0, IV_BYTES);
  const tag = sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES);
  if (tag.length < TAG_BYTES) return undefined;
  const decipher = createDecipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(name)).setAuthTag(tag);
  const text = decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES));
  try {
    return Buffer.concat([text, decipher.final()]).toString('utf16le');
  } catch {
    return undefined;
  }
}

async function bytes(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
