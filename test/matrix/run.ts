import { parseArgs } from 'node:util';
import { type Cell, type Result, runCell } from './cell.ts';
import { faults } from './faults.ts';
import { jobs, stepsOf } from './jobs.ts';
import { keepTable } from './report.ts';
import { filesAdapter, postgresAdapter } from './storages.ts';
import { makeSite } from './world.ts';

// `npm run crash-matrix`: every fault at every step of four operations, on both durable adapters. `--only <text>` runs
// the cells whose name holds the text, and keeps no table; `--journals` shows what the runs of those that do not hold
// left.

const AT_ONCE = 2;

const { values } = parseArgs({
  options: { only: { type: 'string', multiple: true, default: [] }, journals: { type: 'boolean', default: false } },
});
await using undo = new AsyncDisposableStack();
const site = undo.use(await makeSite());
const planned = await Promise.all(jobs.map(async (job) => ({ job, steps: await stepsOf(job, site) })));
const adapters = [undo.use(filesAdapter()), undo.use(await postgresAdapter())];

const nameOf = ({ adapter, job, steps, step, fault }: Cell) =>
  `${adapter.name} · ${job.name} · ${steps[step]} · ${fault.name}`;
const cells = adapters
  .flatMap((adapter) =>
    planned.flatMap(({ job, steps }) =>
      steps.flatMap((_, step) => faults.map((fault): Cell => ({ adapter, job, steps, step, fault }))),
    ),
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
    if (values.journals && result.holds === false) console.log(JSON.stringify(result.journal?.events, null, 1));
    const mark = { true: '✓', false: '✗', undefined: '–' }[String(result.holds)];
    console.log(`${mark} ${nameOf(cell)}: ${result.told} (${result.seconds.toFixed(1)} s)`);
  }
}
