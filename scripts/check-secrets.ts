import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { lintSource } from '@secretlint/core';
import { creator } from '@secretlint/secretlint-rule-preset-recommend';
import { trackedFiles } from './tracked-files.ts';

/** Recorded answers hold made-up passwords and tokens on purpose; hashes of the lock file look like keys. */
const LEFT_OUT = /^(contracts\/coolify\/|package-lock\.json$)/;

/** Credentials that are none: those of hosts that cannot exist, and the token in GitHub's own documentation. */
const ALLOWED = {
  '@secretlint/secretlint-rule-basicauth': [
    '/@([\\w-]+\\.)*(example\\.(com|org|net)|test|localhost)\\b/',
    '/\\/\\/user:token@/',
  ],
  '@secretlint/secretlint-rule-database-connection-string': ['/@(db|localhost|127\\.0\\.0\\.1)\\b/'],
  '@secretlint/secretlint-rule-github': ['ghp_16C7e42F292c6912E7710c838347Ae178B4a'],
};

const rules = Object.entries(ALLOWED).map(([id, allows]) => ({ id, options: { allows } }));

/** What in a file looks like a credential, by the rules of secretlint's recommended preset; the value itself is masked. */
export async function secretProblems(path: string, content: string): Promise<string[]> {
  const { messages } = await lintSource({
    source: { filePath: path, content, ext: extname(path), contentType: 'text' },
    options: {
      locale: 'en',
      maskSecrets: true,
      config: { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator, rules }] },
    },
  });
  return messages.map(({ loc, message }) => `${path}:${loc.start.line}: ${message}`);
}

export async function checkSecrets(root: string): Promise<string[]> {
  const files = trackedFiles(root).filter((path) => !LEFT_OUT.test(path));
  return (await Promise.all(files.map((path) => secretProblems(path, readFileSync(join(root, path), 'utf8'))))).flat();
}
