// npm run fuzz [-- --long] [-- --seed N]: inputs of every surface from their schemas and from raw bytes. Nothing may
// crash, hang, leak a secret or a stack, or fail with a fault. What is found is shown with its input; the seed repeats it.
import { readConfiguration } from '../../src/config/read.ts';
import { silentLog } from '../../src/log.ts';
import { compose } from '../../src/main.ts';
import { cli } from './cli.ts';
import { type Finding, finding, type Outcome } from './judge.ts';
import { lines, tools } from './mcp.ts';
import { rest } from './rest.ts';
import { startFuzzed } from './server.ts';
import { fuzzWorld } from './world.ts';

const args = process.argv.slice(2);
const factor = args.includes('--long') ? 25 : 1;
const seed = args.includes('--seed') ? Number(args[args.indexOf('--seed') + 1]) : Math.floor(Math.random() * 2 ** 31);
console.log(`seed ${seed}`);

const unhandled: Finding[] = [];
process.on('unhandledRejection', (reason) =>
  unhandled.push(finding('an unhandled rejection', '', String((reason as Error)?.stack ?? reason))),
);

let all = 0;
async function part(name: string, run: () => Promise<Outcome>): Promise<void> {
  const since = performance.now();
  const { tried, found } = await run();
  all += found.length;
  const seconds = ((performance.now() - since) / 1000).toFixed(0);
  console.log(`${name}: ${tried} inputs, ${found.length} found (${seconds} s)`);
  for (const { what, input, answer } of found.slice(0, 10))
    console.log(`  ✗ ${what}\n    input:  ${input}\n    answer: ${answer}`);
}

{
  await using fuzz = await fuzzWorld();
  await using server = await startFuzzed(fuzz.env);
  await part('MCP over stdio, tools', () => tools(server, fuzz, 3 * factor, seed));
  await part('MCP over stdio, raw lines', () => lines(server, fuzz, 60 * factor, seed));
}
for (const [name, surface] of [
  ['command line', cli],
  ['REST, JSON-RPC and slash commands', rest],
] as const) {
  await using fuzz = await fuzzWorld();
  const { config, secrets } = readConfiguration({ environment: fuzz.env });
  await using fairlead = await compose(config, secrets, { takeUp: false, log: silentLog });
  await part(name, () => surface(fairlead, fuzz, 2 * factor, seed));
}

for (const { answer } of unhandled) console.log(`  ✗ an unhandled rejection: ${answer}`);
all += unhandled.length;

console.log(all === 0 ? '\nnothing found' : `\n${all} found; repeat with --seed ${seed}`);
process.exitCode = all === 0 ? 0 : 1;
