// Changes the emulator's rules, one at a time, and sees whether the recordings notice: npm run mutations [-- --seed N --changes N]
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { idOf, probe, probeProgram } from './probes.ts';
import { type Kind, kinds, mutate, type Site, sitesOf } from './sites.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const recordings = join(root, 'contracts/coolify/recordings');
/** What answers: routes and rules. The machine, the clock and the controls are the emulator's own. */
const rules =
  'emulator/src/{applications,databases,http,keys,notifications,present,routes,servers,services,state,storages,tags,variables}/**/*.ts';
const atOnce = 2;
/** Of 60 changes, 57 have to be noticed. */
const wantedShare = 0.95;
/** A replay that takes so many times longer than without a change hangs, and is noticed. */
const patience = 5;

const { values } = parseArgs({ options: { seed: { type: 'string' }, changes: { type: 'string' } } });
const seed = Number(values.seed ?? 1);
const changes = Number(values.changes ?? 60);

interface Outcome {
  site: Site;
  /** The recording that noticed; undefined when none did. */
  by: string | undefined;
}

interface Original {
  scenario: string;
  milliseconds: number;
  /** The ids of the sites that it came by. */
  came: Set<string>;
}

const work = mkdtempSync(join(tmpdir(), 'mutations-'));
const children = new Set<ChildProcess>();
const began = performance.now();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    cleanUp();
    process.exit(130);
  });
try {
  process.exitCode = await main();
} finally {
  cleanUp();
}

function cleanUp(): void {
  for (const child of children) kill(child);
  rmSync(work, { recursive: true, force: true });
}

async function main(): Promise<number> {
  const files = globSync(rules, { cwd: root }).filter((file) => !file.endsWith('.test.ts'));
  const sources = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
  const all = [...sources].flatMap(([file, source]) => sitesOf(file, source));
  const copies = Array.from({ length: atOnce }, (_, index) => copyTo(join(work, String(index))));
  const withProbes = ([file, source]: [string, string]): [string, string] => [
    file,
    probe(
      source,
      all.filter((site) => site.file === file),
    ),
  ];
  write(copies, new Map([...sources].map(withProbes)));
  const originals = await measure(copies);
  write(copies, sources);
  const touching = (site: Site) => originals.filter(({ came }) => came.has(idOf(site)));
  const reachable = all.filter((site) => touching(site).length > 0);
  const drawn = draw(reachable);
  console.log(
    `${all.length} changes could be made, ${reachable.length} where a recording comes by; ${drawn.length} drawn by seed ${seed}`,
  );

  const outcomes: Outcome[] = [];
  const waiting = [...drawn];
  await Promise.all(
    copies.map(async (copy) => {
      for (let site = waiting.shift(); site !== undefined; site = waiting.shift()) {
        const by = await notice(copy, site, touching(site));
        outcomes.push({ site, by });
        console.log(
          `${String(outcomes.length).padStart(3)}  ${by === undefined ? 'NOT NOTICED' : `by ${by}`}  ${tell(site)}`,
        );
      }
    }),
  );
  return report(outcomes);
}

/** A copy of the emulator that can be changed: its own source, everything else as links. */
function copyTo(folder: string): string {
  mkdirSync(join(folder, 'emulator'), { recursive: true });
  for (const name of ['src', 'replay', 'package.json'])
    cpSync(join(root, 'emulator', name), join(folder, 'emulator', name), { recursive: true });
  for (const name of ['contracts', 'node_modules']) symlinkSync(join(root, name), join(folder, name));
  return folder;
}

/** Replays every recording without a change: how long it takes, and where it comes by. Throws when one does not agree as it is. */
async function measure(copies: string[]): Promise<Original[]> {
  const waiting = readdirSync(recordings)
    .filter((name) => name.endsWith('.json'))
    .map((name) => basename(name, '.json'));
  const originals: Original[] = [];
  await Promise.all(
    copies.map(async (copy) => {
      for (let scenario = waiting.shift(); scenario !== undefined; scenario = waiting.shift()) {
        const seen = join(work, `seen-${scenario}.json`);
        const start = performance.now();
        const { agrees, output } = await play(copy, [scenario], { node: ['--import', probeProgram(seen)] });
        if (!agrees) throw new Error(`${scenario} does not agree even without a change:\n${output}`);
        originals.push({
          scenario,
          milliseconds: performance.now() - start,
          came: new Set(JSON.parse(readFileSync(seen, 'utf8')) as string[]),
        });
      }
    }),
  );
  return originals.sort((a, b) => a.milliseconds - b.milliseconds);
}

function write(copies: string[], sources: Map<string, string>): void {
  for (const copy of copies) for (const [file, source] of sources) writeFileSync(join(copy, file), source);
}

/** Kinds in turn, the sites of each by the seed. */
function draw(sites: Site[]): Site[] {
  const random = randomBy(seed);
  const pools = kinds.map((kind) => sites.filter((site) => site.kind === kind));
  const drawn: Site[] = [];
  while (drawn.length < Math.min(changes, sites.length)) {
    const pool = pools[drawn.length % pools.length] as Site[];
    const from = pool.length > 0 ? pool : (pools.find((other) => other.length > 0) as Site[]);
    drawn.push(...from.splice(Math.floor(random() * from.length), 1));
  }
  return drawn;
}

/** The recording that does not agree with the changed emulator, the quick ones asked first. */
async function notice(copy: string, site: Site, asked: Original[]): Promise<string | undefined> {
  const file = join(copy, site.file);
  const source = readFileSync(file, 'utf8');
  writeFileSync(file, mutate(source, site));
  const usual = asked.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  try {
    const { agrees, output, hung } = await play(copy, ['--stop', ...asked.map(({ scenario }) => scenario)], {
      limit: usual * patience + 10_000,
    });
    if (agrees) return undefined;
    return hung ? 'its hanging' : (unequal(output) ?? 'its start');
  } finally {
    writeFileSync(file, source);
  }
}

/** The recording that the replay stopped at. */
function unequal(output: string): string | undefined {
  const lines = [...output.matchAll(/^(\S+) +(\d+) of (\d+)$/gm)];
  return lines.find(([, , replayed, total]) => replayed !== total)?.[1];
}

/** Replays recordings in a copy, within a limit of milliseconds. */
async function play(
  copy: string,
  scenarios: string[],
  options: { node?: string[]; limit?: number },
): Promise<{ agrees: boolean; hung: boolean; output: string }> {
  const { node = [], limit = 600_000 } = options;
  const child = spawn(process.execPath, [...node, join(copy, 'emulator/replay/run.ts'), ...scenarios], {
    detached: true,
    env: { ...process.env, TMPDIR: work },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  let hung = false;
  const patienceEnds = setTimeout(() => {
    hung = true;
    kill(child);
  }, limit);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(patienceEnds);
  children.delete(child);
  return { agrees: code === 0, hung, output };
}

/** The whole group: what the emulator started ends by itself when the emulator is gone. */
function kill(child: ChildProcess): void {
  if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
}

function report(outcomes: Outcome[]): number {
  const missed = outcomes.filter(({ by }) => by === undefined);
  const of = (kind: Kind, list: Outcome[]) => list.filter(({ site }) => site.kind === kind).length;
  console.log();
  for (const kind of kinds)
    console.log(`${kind.padEnd(12)} ${of(kind, outcomes) - of(kind, missed)} of ${of(kind, outcomes)}`);
  if (missed.length > 0) console.log(`\nNot noticed:\n${missed.map(({ site }) => `  ${tell(site)}`).join('\n')}`);
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(`\n${outcomes.length - missed.length} of ${outcomes.length} changes noticed, seed ${seed}, ${seconds} s`);
  return outcomes.length - missed.length >= wantedShare * outcomes.length ? 0 : 1;
}

function tell({ kind, file, line, start, end, text }: Site): string {
  const was = readFileSync(join(root, file), 'utf8').slice(start, end).replaceAll(/\s+/g, ' ');
  return `${kind}: ${file}:${line}  ${was === '' ? `+ ${text}` : `${was} → ${text === '' ? 'nothing' : text}`}`;
}

/** Numbers from 0 to 1 that follow from the seed. */
function randomBy(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
