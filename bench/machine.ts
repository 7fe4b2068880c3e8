import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem, type } from 'node:os';

/** The machine and the state of the code, in a sentence: figures of another are not to be compared with these. */
export function machine(): string {
  const [cpu] = cpus();
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const load = loadavg()[0]!.toFixed(1);
  return [
    `Measured on ${new Date().toISOString().slice(0, 10)} at ${commit}, with Node ${process.versions.node} on ${type()} ${release()}:`,
    `${cpus().length} × ${cpu?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, load ${load} at the end.`,
    'Medians; ratios are ours by theirs within one run, and only those are to be compared. `npm run bench` makes this file anew.',
  ].join('\n');
}
