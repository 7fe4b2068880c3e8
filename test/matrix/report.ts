import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Result } from './cell.ts';
import { faults } from './faults.ts';

const PAGE = fileURLToPath(new URL('../../docs/reliability.md', import.meta.url));
const BEGIN = '<!-- crash matrix: begin -->';
const END = '<!-- crash matrix: end -->';

/** Puts the table of all cells in its place on the page. */
export async function keepTable(results: readonly Result[]): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${PAGE} has no place for the table`);
  await writeFile(PAGE, `${page.slice(0, from + BEGIN.length)}\n\n${tables(results)}\n\n${page.slice(to)}`);
}

function tables(results: readonly Result[]): string {
  const adapters = [...new Set(results.map(({ cell }) => cell.adapter.name))];
  const shown = results.filter(({ holds }) => holds !== undefined);
  const held = shown.filter(({ holds }) => holds).length;
  const skipped = results.length - shown.length;
  const summary = `${held} of ${shown.length} cells hold${skipped > 0 ? `; ${skipped} could not be shown on that machine` : ''}.`;
  return [
    summary,
    ...adapters.map((name) =>
      table(
        name,
        results.filter(({ cell }) => cell.adapter.name === name),
      ),
    ),
  ].join('\n\n');
}

function table(name: string, results: readonly Result[]): string {
  const head = ['step', ...faults.map((fault) => fault.name)];
  const bySteps = Map.groupBy(results, ({ cell }) => `${cell.job.name}: ${cell.steps[cell.step]}`);
  const rows = [...bySteps].map(([step, cells]) => [
    step,
    ...faults.map((fault) => {
      const result = cells.find(({ cell }) => cell.fault === fault);
      return { true: '✓', false: '✗', undefined: '–' }[String(result?.holds)];
    }),
  ]);
  const line = (cells: readonly (string | undefined)[]) => `| ${cells.join(' | ')} |`;
  return [`**Runs kept in ${name}**`, '', line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
