// npm run bench [part …]: medians and ratios, each against a named peer in the same run. All parts together write
// bench/RESULTS.md; chosen ones are only shown.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { carryOut } from './carry-out/part.ts';
import { client } from './client.ts';
import { createApp } from './createApp.ts';
import { emulator } from './emulator.ts';
import type { Part } from './figures.ts';
import { http } from './http/part.ts';
import { list } from './list.ts';
import { machine } from './machine.ts';
import { inMarkdown } from './markdown.ts';
import { stdio } from './stdio.ts';

const PARTS: Record<string, () => Promise<Part>> = { stdio, list, createApp, carryOut, http, client, emulator };

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(PARTS, name));
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}. The parts are: ${Object.keys(PARTS).join(', ')}.`);
  process.exit(2);
}

// What is measured is what is published.

execFileSync(process.execPath, [join(import.meta.dirname, '../scripts/build.ts')], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
const parts: Part[] = [];
for (const [name, measure] of Object.entries(PARTS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const part = await measure();
  parts.push(part);
  console.log(inMarkdown(part));
}
const figures = parts.flatMap((part) => part.figures).filter(({ goal }) => goal);
console.log(`${figures.filter(({ goal }) => goal?.reached).length} of ${figures.length} figures reached`);
if (wanted.length === 0) {
  const text = ['# Figures', machine(), ...parts.map(inMarkdown)].join('\n\n');
  writeFileSync(join(import.meta.dirname, 'RESULTS.md'), `${text}\n`);
}
