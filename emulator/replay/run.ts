// Replays recorded exchanges against the emulator: npm run recordings [-- FOLDER|FILE…]. Fails when one does not agree.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Recording } from './recording.ts';
import { type Result, replay } from './replay.ts';

const own = fileURLToPath(new URL('../../contracts/coolify/recordings', import.meta.url));
const atOnce = 2;
const shown = 3;

const given = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const verbose = process.argv.includes('--verbose');
/** Ends at the first difference, one file after the other as they are named. */
const stops = process.argv.includes('--stop');
const files = (given.length === 0 ? [own] : given.map(existing)).flatMap((path) =>
  statSync(path).isDirectory()
    ? readdirSync(path)
        .filter((name) => name.endsWith('.json'))
        .map((name) => join(path, name))
    : [path],
);
if (files.length === 0) throw new Error(`There is no recording in ${given.join(', ')}.`);

const folder = mkdtempSync(join(tmpdir(), 'recordings-git-'));
const results: Result[] = [];
try {
  unpackRepositories();
  const waiting = files.map((file) => JSON.parse(readFileSync(file, 'utf8')) as Recording);
  if (!stops) waiting.sort((a, b) => b.exchanges.length - a.exchanges.length);
  await Promise.all(
    Array.from({ length: stops ? 1 : atOnce }, async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const recording = next;
        const result = await replay(recording, { 'git.example.test': folder }, stops).catch((error: unknown) =>
          brokenOff(recording, error),
        );
        console.log(`${result.scenario.padEnd(16)} ${result.replayed} of ${result.total}`);
        results.push(result);
        if (stops && result.failures.length > 0) break;
      }
    }),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = report();

/** A replay that could not go on: none of its exchanges counts. */
function brokenOff({ scenario, exchanges }: Recording, error: unknown): Result {
  const counted = exchanges.filter((step) => 'request' in step || 'received' in step);
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const differences = [{ kind: 'error' as const, where: '', text }];
  return { scenario, total: counted.length, replayed: 0, failures: [{ n: 0, call: 'the whole file', differences }] };
}

/** A name without a folder is one of our own recordings. */
function existing(argument: string): string {
  const path = resolve(argument);
  return existsSync(path) ? path : join(own, `${argument}.json`);
}

/** The git bundles beside the recordings become the bare repositories of `git.example.test`. */
function unpackRepositories(): void {
  const beside = join(dirname(dirname(files[0] as string)), 'fixtures');
  const bundles = existsSync(beside) ? beside : join(dirname(own), 'fixtures');
  const target = join(folder, 'acme');
  mkdirSync(target);
  for (const name of readdirSync(bundles).filter((file) => file.endsWith('.bundle'))) {
    execFileSync('git', [
      'clone',
      '--quiet',
      '--mirror',
      join(bundles, name),
      join(target, `${basename(name, '.bundle')}.git`),
    ]);
  }
}

function report(): number {
  const kinds = new Map<string, string[]>();
  for (const { scenario, failures } of results) {
    for (const { n, call, differences } of failures) {
      const [first] = differences;
      const lines = differences
        .slice(0, verbose ? 50 : shown)
        .map(({ kind, where, text }) => `      ${kind} ${where}: ${text}`);
      const list = kinds.get(first?.kind ?? '') ?? [];
      list.push([`  ${scenario} ${n}  ${call}`, ...lines].join('\n'));
      kinds.set(first?.kind ?? '', list);
    }
  }
  for (const [kind, list] of kinds) console.log(`\n${kind} (${list.length})\n${list.join('\n')}`);
  const total = results.reduce((sum, result) => sum + result.total, 0);
  const replayed = results.reduce((sum, result) => sum + result.replayed, 0);
  console.log(`\n${replayed} of ${total} exchanges`);
  return replayed < total ? 1 : 0;
}
