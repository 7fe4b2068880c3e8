import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { lintSource } from '@secretlint/core';
import { creator } from '@secretlint/secretlint-rule-preset-recommend';
import { trackedFiles } from './tracked-files.ts';

/** Recorded answers hold made-up passwords and tokens on purpose; hashes of the lock file look like keys. */
const LEFT_OUT = /^(contracts\/coolify\/|package-lock\.json$)/;

/** What in a file looks like a credential, by the rules of secretlint's recommended preset; the value itself is masked. */
export async function secretProblems(path: string, content: string): Promise<string[]> {
  const { messages } = await lintSource({
    source: { filePath: path, content, ext: extname(path), contentType: 'text' },
    options: {
      locale: 'en',
      maskSecrets: true,
      config: { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator }] },
    },
  });
  return messages.map(({ loc, message }) => `${path}:${loc.start.line}: ${message}`);
}

export async function checkSecrets(root: string): Promise<string[]> {
  const files = trackedFiles(root).filter((path) => !LEFT_OUT.test(path));
  return (await Promise.all(files.map((path) => secretProblems(path, readFileSync(join(root, path), 'utf8'))))).flat();
}
