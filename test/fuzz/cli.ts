import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { type Catalog, catalogOf, type Listed } from '../../src/gateway/catalog.ts';
import type { Fairlead } from '../../src/main.ts';
import { registry } from '../../src/operations/registry.ts';
import { runCli } from '../../src/surfaces/cli/cli.ts';
import { EXIT } from '../../src/surfaces/cli/exit.ts';
import { toolOf } from '../../src/surfaces/mcp/tools.ts';
import { type Finding, finding, type Outcome, wrongWith } from './judge.ts';
import { objectsOf } from './values.ts';
import type { FuzzWorld } from './world.ts';

const catalog = catalogOf(registry);
/** What destroys comes last, so that the rest finds something to work on. */
export const destroyingLast = ({ listed }: Catalog): Listed[] =>
  listed.toSorted((a, b) => Number(a.operation.effect === 'destroy') - Number(b.operation.effect === 'destroy'));

const EXITS: readonly number[] = Object.values(EXIT);

/** Every command from its own schema as flags, and words at random. */
export async function cli(
  fairlead: Fairlead,
  { secrets, known }: FuzzWorld,
  each: number,
  seed: number,
): Promise<Outcome> {
  const found: Finding[] = [];
  const commands = destroyingLast(catalog).flatMap((entry) => {
    const flags = objectsOf(toolOf(entry).inputSchema, known).map((args) => [
      entry.operation.noun,
      entry.operation.verb,
      ...flagsOf(args),
    ]);
    return fc.sample(flags, { numRuns: each, seed });
  });
  // A word that is no command is said back to who typed it, and that is no leak.
  const words = known.filter((one) => !secrets.includes(one));
  const word = fc.oneof(
    fc.constantFrom('app', 'list', 'runs', 'show', '--json', '--', '-', ...words),
    fc.string({ maxLength: 20 }),
  );
  const atRandom = fc.sample(fc.array(word, { maxLength: 6 }), { numRuns: each * 20, seed });
  for (const argv of [...commands, ...atRandom]) {
    const { exit, said } = await called(argv, fairlead);
    const wrong =
      (argv.includes('--reveal') ? undefined : wrongWith(said, secrets)) ??
      (EXITS.includes(exit) ? undefined : `it ended with ${exit}`) ??
      (/fault of Fairlead/.test(said) ? 'a fault' : undefined);
    if (wrong) found.push(finding(wrong, argv, said));
  }
  return { tried: commands.length + atRandom.length, found };
}

function flagsOf(args: Record<string, unknown>): string[] {
  return Object.entries(args).flatMap(([name, value]) => {
    const flag = `--${name.replaceAll('_', '-')}`;
    if (value === true) return [flag];
    if (value === false) return [`--no-${name.replaceAll('_', '-')}`];
    return [flag, typeof value === 'string' ? value : JSON.stringify(value)];
  });
}

async function called(argv: readonly string[], fairlead: Fairlead): Promise<{ exit: number; said: string }> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  stdin.end();
  const never = new AbortController().signal;
  const exit = await runCli({
    argv,
    version: '0',
    catalog,
    open: async () => fairlead,
    doctor: async () => ({ url: undefined, problems: [], coolify: undefined, dataFolder: '', probeVia: undefined }),
    io: {
      stdin: Object.assign(stdin, { isTTY: false }),
      stdout: Object.assign(stdout, { isTTY: false }),
      stderr: Object.assign(stderr, { isTTY: false }),
      env: {},
    },
    interrupts: { cancel: never, leave: never },
  });
  stdout.end();
  stderr.end();
  return { exit, said: (await text(stdout)) + (await text(stderr)) };
}
