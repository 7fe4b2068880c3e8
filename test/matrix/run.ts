import { parseArgs } from 'node:util';
import { type Cell, type Result, runCell } from './cell.ts';
import { faults } from './faults.ts';
import { jobs } from './jobs.ts';
import { keepTable } from './report.ts';
import { filesAdapter, postgresAdapter } from './storages.ts';
import { makeSite } from './world.ts';

// `npm run crash-matrix`: every fault at every step of four operations, on both durable adapters. `--only <text>` runs
// the cells whose name holds the text, and keeps no table.

const AT_ONCE = 2;

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true, default: [] } } });
await using undo = new AsyncDisposableStack();
const site = undo.use(await makeSite());
const adapters = [undo.use(filesAdapter()), undo.use(await postgresAdapter())];

const nameOf = ({ adapter, job, step, fault }: Cell) =>
  `${adapter.name} · ${job.name} · ${job.steps[step]} · ${fault.name}`;
const cells = adapters
  .flatMap((adapter) =>
    jobs.flatMap((job) => job.steps.flatMap((_, step) => faults.map((fault): Cell => ({ adapter, job, step, fault })))),
  )
  .filter((cell) => values.only.every((text) => nameOf(cell).includes(text)));

const results: Result[] = [];
const waiting = [...cells];
const started = performance.now();
await Promise.all(Array.from({ length: AT_ONCE }, work));

for (const result of results.filter(({ holds }) => holds === false))
  console.log(`✗ ${nameOf(result.cell)}: ${result.told}`);
const count = (what: boolean | undefined) => results.filter(({ holds }) => holds === what).length;
const shown = results.length - count(undefined);
if (values.only.length === 0) await keepTable(results);
if (count(undefined) > 0)
  console.log(`${count(undefined)} cells skipped: ${results.find(({ holds }) => holds === undefined)?.told}`);
console.log(`in ${Math.round((performance.now() - started) / 1000)} s`);
console.log(`${count(true)} of ${shown} cells hold`);
process.exitCode = count(false) > 0 ? 1 : 0;

async function work(): Promise<void> {
  for (let cell = waiting.shift(); cell; cell = waiting.shift()) {
    const result = await runCell(cell, site);
    results.push(result);
    const mark = { true: '✓', false: '✗', undefined: '–' }[String(result.holds)];
    console.log(`${mark} ${nameOf(cell)}: ${result.told} (${result.seconds.toFixed(1)} s)`);
  }
}
