import { createHash, hkdfSync, randomBytes } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal } from '../../refusal.ts';
import { keysFrom } from '../files/key.ts';
import { ensureFolder, readIfThere, replaceFile } from '../files/write.ts';

/** A key that seals, and by what it is known: a hash that tells nothing of it. */
export interface SealingKey {
  id: string;
  key: Buffer;
}

/** Where the key lies: given by the environment, or in a file of the data folder that only its owner may read. */
export interface KeyPlace {
  /** Made when there is none yet. */
  present(): Promise<SealingKey>;
  /** What was laid down as the next key by a rotation that did not come to its end. */
  next(): Promise<SealingKey | undefined>;
  /** Lays down the key to rotate to: `hex`, or a new one. Nothing uses it before `advance`. */
  prepare(hex: string | undefined): Promise<SealingKey>;
  /** Makes the next key the present one. */
  advance(): Promise<void>;
}

const sealingKey = (key: Buffer): SealingKey => ({
  id: createHash('sha256').update('fairlead key id').update(key).digest('hex').slice(0, 16),
  key,
});

/** The same derivation as that of the key file, so that the file's content may be given in its place. */
function keyOf(hex: string, where: string): SealingKey {
  if (!/^[0-9a-f]{64}$/i.test(hex)) {
    throw new Refusal(
      'invalid_input',
      `${where} is no key.`,
      'A key is 64 hexadecimal digits: `openssl rand -hex 32` makes one.',
    );
  }
  return sealingKey(Buffer.from(hkdfSync('sha256', Buffer.from(hex, 'hex'), '', 'fairlead sealing', 32)));
}

export function givenKey(hex: string): KeyPlace {
  let present = keyOf(hex, 'FAIRLEAD_SECRET_KEY');
  let next: SealingKey | undefined;
  return {
    present: async () => present,
    next: async () => undefined,
    async prepare(wanted) {
      if (wanted === undefined) {
        throw new Refusal(
          'invalid_input',
          'The key is given by FAIRLEAD_SECRET_KEY, so the new one has to be given too.',
          'Name a new key, and set the variable to it afterwards.',
        );
      }
      next = keyOf(wanted, 'The new key');
      return next;
    },
    async advance() {
      present = next ?? present;
      next = undefined;
    },
  };
}

export function keyFile(dataDir: string): KeyPlace {
  const path = join(dataDir, 'secrets.key');
  const nextPath = `${path}.next`;
  return {
    async present() {
      await ensureFolder(dataDir);
      return sealingKey((await keysFrom(path)).sealing);
    },
    async next() {
      return (await readIfThere(nextPath)) === undefined ? undefined : sealingKey((await keysFrom(nextPath)).sealing);
    },
    async prepare(hex) {
      if (hex !== undefined) keyOf(hex, 'The new key');
      await replaceFile(nextPath, `${(hex ?? randomBytes(32).toString('hex')).toLowerCase()}\n`);
      return sealingKey((await keysFrom(nextPath)).sealing);
    },
    advance: () => rename(nextPath, path),
  };
}
