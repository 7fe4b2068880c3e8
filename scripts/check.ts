// npm run check [step …]: everything about the code that can be told without running it. A line a step; details where one fails.
import { dirname } from 'node:path';
import { performance } from 'node:perf_hooks';
import { checkDocs } from './check-docs.ts';
import { checkImports } from './check-imports.ts';
import { checkLock } from './check-lock.ts';
import { checkPlaces } from './check-places.ts';
import { checkSecrets } from './check-secrets.ts';
import { program } from './program.ts';

const root = dirname(import.meta.dirname);

/** Each answers with what is wrong, a line each; nothing is good. */
const steps: Record<string, () => string[] | Promise<string[]>> = {
  types: () => program('typescript', 'tsc', ['-p', '.', '--pretty', 'false']),
  biome: () =>
    program('@biomejs/biome', 'biome', [
      'check',
      '--colors=off',
      '--max-diagnostics=12',
      '--diagnostic-level=error',
      '.',
    ]),
  imports: () => checkImports(root),
  unused: () => program('knip', 'knip', ['--no-progress']),
  docs: () => checkDocs(root),
  secrets: () => checkSecrets(root),
  lock: () => checkLock(root),
  places: () => checkPlaces(root),
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(steps, name));
if (unknown.length > 0) {
  console.error(`There is no step ${unknown.join(', ')}. The steps are: ${Object.keys(steps).join(', ')}.`);
  process.exit(2);
}
const chosen = Object.entries(steps).filter(([name]) => wanted.length === 0 || wanted.includes(name));
const results = await Promise.all(chosen.map(([name, step]) => timed(name, step)));
const failed = results.filter((ok) => !ok).length;
console.log(failed === 0 ? `\nAll ${chosen.length} steps hold.` : `\n${failed} of ${chosen.length} steps fail.`);
process.exitCode = failed === 0 ? 0 : 1;

async function timed(name: string, step: () => string[] | Promise<string[]>): Promise<boolean> {
  const begun = performance.now();
  // What could not be checked does not hold.
  const problems = await Promise.resolve()
    .then(step)
    .catch((error: Error) => [error.message]);
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(`${problems.length === 0 ? 'ok   ' : 'FAIL '} ${name.padEnd(8)} ${seconds.padStart(5)} s`);
  for (const line of problems.join('\n').split('\n')) if (line !== '') console.log(`        ${line}`);
  return problems.length === 0;
}
