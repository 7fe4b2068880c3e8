import { expect, test } from 'vitest';
import { secretProblems } from './check-secrets.ts';

// Put together here, so that this file itself holds nothing that looks like one.
const token = ['ghp', 'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'].join('_');

test('a token in a file is told, masked', async () => {
  const [problem = ''] = await secretProblems('src/config.ts', `\nconst token = '${token}';\n`);
  expect(problem).toMatch(/^src\/config\.ts:2: .*GitHub/i);
  expect(problem).not.toContain(token);
});

test('a private key is told', async () => {
  const key =
    ['-----BEGIN', 'RSA PRIVATE KEY-----'].join(' ') +
    `\n${'MIIEpAIBAAKCAQEA'.repeat(20)}\n` +
    ['-----END', 'RSA PRIVATE KEY-----'].join(' ');
  expect(await secretProblems('key.pem', key)).toHaveLength(1);
});

test('the password of a real host is told, that of an example is not', async () => {
  const url = (host: string) => ['https://ada', `lovelace@${host}/x`].join(':');
  expect(await secretProblems('a.ts', url('git.acme.dev'))).toHaveLength(1);
  expect(await secretProblems('a.ts', url('git.example.com'))).toEqual([]);
});

test('plain code is not', async () => {
  expect(await secretProblems('src/a.ts', "export const name = 'fairlead';")).toEqual([]);
});
