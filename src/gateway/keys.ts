import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** What is kept of a key: enough to know it again, nothing to make it from. */
export interface StoredKey {
  /** In clear, for the look-up and for people to tell keys apart. */
  prefix: string;
  /** HMAC-SHA-256 under the server's pepper, hexadecimal. */
  hash: string;
}

const BRAND = 'dk_live_';
const PREFIX_LENGTH = BRAND.length + 8;

/** A new key: 256 random bits and a checksum, by which a mistyped one is known without a look-up. */
export function makeKey(): string {
  const secret = randomBytes(32).toString('base64url');
  return `${BRAND}${secret}${checksum(secret)}`;
}

/** Whether it can be a key of ours at all. */
export function looksLikeKey(text: string): boolean {
  if (!text.startsWith(BRAND) || text.length !== BRAND.length + 43 + 6) return false;
  return checksum(text.slice(BRAND.length, -6)) === text.slice(-6);
}

export const storedKey = (key: string, pepper: string): StoredKey => ({
  prefix: key.slice(0, PREFIX_LENGTH),
  hash: createHmac('sha256', pepper).update(key).digest('hex'),
});

/** Takes the same time whether it is right or how far it is. */
export function isKey(given: string, stored: StoredKey, pepper: string): boolean {
  const { hash } = storedKey(given, pepper);
  return timingSafeEqual(Buffer.from(hash, 'hex'), Buffer.from(stored.hash, 'hex'));
}

const checksum = (secret: string): string => createHash('sha256').update(secret).digest('base64url').slice(0, 6);
