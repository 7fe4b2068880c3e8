import { createHash, randomBytes, randomInt, randomUUID } from 'node:crypto';

const publicAlphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';
const secretAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Coolify's public id: 24 lower-case letters and digits. */
export function publicId(): string {
  return pick(publicAlphabet, 24);
}

/** Letters and digits, as Coolify makes webhook secrets and passwords. */
export function secret(length: number): string {
  return pick(secretAlphabet, length);
}

/** A value as Laravel's encrypter writes it: base64 of iv, value and mac. */
export function encrypted(): string {
  const base64 = (bytes: number) => randomBytes(bytes).toString('base64');
  return Buffer.from(JSON.stringify({ iv: base64(16), value: base64(48), mac: hex(32), tag: '' })).toString('base64');
}

export function hex(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

export const uuid = (): string => randomUUID();

function pick(alphabet: string, length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) text += alphabet[randomInt(alphabet.length)];
  return text;
}
