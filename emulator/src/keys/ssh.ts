import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

export interface SshKey {
  /** `ssh-ed25519 AAAA… `, with the empty comment that Coolify leaves. */
  publicKey: string;
  /** SHA-256 of the public key's wire form, in base64 without padding. */
  fingerprint: string;
}

/** What a private key in PEM or in OpenSSH's own form tells; undefined when it is none or is locked by a passphrase. */
export function readPrivateKey(text: string): SshKey | undefined {
  const wire = text.includes('OPENSSH PRIVATE KEY') ? wireOfOpenSsh(text) : wireOfPem(text);
  if (wire === undefined) return undefined;
  const length = wire.readUInt32BE(0);
  return {
    publicKey: `${wire.subarray(4, 4 + length).toString()} ${wire.toString('base64')} `,
    fingerprint: createHash('sha256').update(wire).digest('base64').replace(/=+$/, ''),
  };
}

function wireOfPem(text: string): Buffer | undefined {
  let key: KeyObject;
  try {
    key = createPublicKey(createPrivateKey(text));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return undefined;
  }
  const jwk = key.export({ format: 'jwk' });
  const bytes = (part: string | undefined) => Buffer.from(part ?? '', 'base64url');
  if (jwk.kty === 'RSA') return fields('ssh-rsa', unsigned(bytes(jwk.e)), unsigned(bytes(jwk.n)));
  if (jwk.crv === 'Ed25519') return fields('ssh-ed25519', bytes(jwk.x));
  const curve = { 'P-256': 'nistp256', 'P-384': 'nistp384', 'P-521': 'nistp521' }[jwk.crv ?? ''];
  if (curve === undefined) return undefined;
  const point = Buffer.concat([Buffer.from([4]), bytes(jwk.x), bytes(jwk.y)]);
  return fields(`ecdsa-sha2-${curve}`, Buffer.from(curve), point);
}

/** OpenSSH keeps the public key beside the private one, in wire form. */
function wireOfOpenSsh(text: string): Buffer | undefined {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]+?)-----END OPENSSH PRIVATE KEY-----/.exec(text)?.[1];
  const data = Buffer.from(body ?? '', 'base64');
  const magic = 'openssh-key-v1\0';
  if (data.subarray(0, magic.length).toString('latin1') !== magic) return undefined;
  let at = magic.length;
  const next = (): Buffer | undefined => {
    if (at + 4 > data.length) return undefined;
    const end = at + 4 + data.readUInt32BE(at);
    const field = end > data.length ? undefined : data.subarray(at + 4, end);
    at = end;
    return field;
  };
  const cipher = next()?.toString();
  next();
  next();
  at += 4;
  const wire = next();
  const secret = next();
  return cipher === 'none' && wire !== undefined && wire.length > 4 && secret !== undefined ? wire : undefined;
}

/** SSH's wire form: each field with its length before it. */
function fields(name: string, ...parts: Buffer[]): Buffer {
  return Buffer.concat(
    [Buffer.from(name), ...parts].flatMap((part) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(part.length);
      return [length, part];
    }),
  );
}

/** A number whose first bit is set gets a zero byte before it, so that it is not read as negative. */
function unsigned(bytes: Buffer): Buffer {
  return (bytes[0] ?? 0) >= 128 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
}
