import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { registry } from '../src/operations/registry.ts';
import { referencePages } from './reference-pages.ts';

const folder = join(import.meta.dirname, '../docs/reference');
const pages = referencePages();

it('is as the registry has it: `npm run docs` writes it anew', () => {
  const written = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const);
  expect(new Map(written)).toEqual(pages);
});

it('has every operation, each argument of it and every other name', () => {
  for (const { noun, title, name, input, aliases = [], argumentNames = {} } of registry) {
    const [, part = ''] = pages.get(`${noun}.md`)!.split(`## ${title}\n`);
    const own = part.split('\n## ')[0]!;
    const words = [
      name,
      ...Object.keys(input.shape),
      ...aliases.map((alias) => alias.name),
      ...Object.keys(argumentNames),
    ];
    expect(words.filter((word) => !own.includes(`\`${word}\``))).toEqual([]);
  }
});
