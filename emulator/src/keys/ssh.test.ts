import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPrivateKey } from './ssh.ts';

const keygen = 'ssh-keygen';
const hasKeygen = spawnable(keygen);
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keys-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('private keys', () => {
  it.skipIf(!hasKeygen)('are read as ssh-keygen reads them, in every form', () => {
    for (const [type, form] of [
      ['ed25519', 'RFC4716'],
      ['rsa', 'RFC4716'],
      ['rsa', 'PEM'],
      ['ecdsa', 'PKCS8'],
    ] as const) {
      const file = join(folder, `${type}-${form}`);
      execFileSync(keygen, ['-q', '-t', type, '-m', form, '-N', '', '-C', '', '-f', file]);
      const [, hash] = execFileSync(keygen, ['-lf', `${file}.pub`], { encoding: 'utf8' }).split(' ');
      const key = readPrivateKey(readFileSync(file, 'utf8'));
      expect(key?.publicKey.trim(), file).toBe(readFileSync(`${file}.pub`, 'utf8').trim());
      expect(`SHA256:${key?.fingerprint}`, file).toBe(hash);
    }
  });

  it('are refused when they are none, public, or cut short', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(readPrivateKey(pem)?.publicKey).toMatch(/^ssh-ed25519 AAAAC3NzaC1lZDI1NTE5/);
    expect(readPrivateKey('nope')).toBeUndefined();
    expect(readPrivateKey(pem.slice(0, 60))).toBeUndefined();
    expect(readPrivateKey(publicKey.export({ type: 'spki', format: 'pem' }).toString())).toBeUndefined();
    expect(
      readPrivateKey('-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA==\n-----END OPENSSH PRIVATE KEY-----\n'),
    ).toBeUndefined();
  });
});

function spawnable(program: string): boolean {
  try {
    execFileSync('which', [program]);
    return true;
  } catch {
    return false;
  }
}
