#!/usr/bin/env node
// One program: `fairlead mcp` speaks MCP over stdio, `fairlead serve` is the server for many, the rest is the command line.
import type { Configuration } from './config/read.ts';
import type { Fairlead } from './main.ts';
import { Refusal } from './refusal.ts';
import type { CoolifyAccess } from './surfaces/cli/doctor/token.ts';
import { VERSION } from './version.ts';

const { rest: words, value: config } = takeFlag('--config', process.argv.slice(2));
const isProgram = ['mcp', 'serve', 'worker', 'doctor'].includes(words[0] ?? '');
// Of `serve` it is a setting: the server of Coolify's on which apps are put.
const { rest: argv, value: serverUrl } = isProgram ? { rest: words } : takeFlag('--server', words);
const [command, ...rest] = argv;

try {
  if (command === 'mcp') await mcp(rest);
  else if (command === 'serve' || command === 'worker') await server(command, argv.slice(1));
  else process.exitCode = await commandLine();
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  process.stderr.write(`fairlead: ${error.message} ${error.next}\n`);
  process.exitCode = 2;
}

/** stdin and stdout are the protocol's; it ends with the client or with SIGTERM. */
async function mcp(args: string[]): Promise<void> {
  if (args.length > 0)
    throw new Refusal(
      'invalid_input',
      `fairlead mcp takes no ${args[0]}.`,
      'Configure it by environment variables, or with --config FILE.',
    );
  const [configuration, { serveStdio }] = await Promise.all([configure(), import('./stdio.ts')]);
  await serveStdio(configuration);
}

/** What only the server needs is a package of its own, never installed or loaded for stdio. */
async function server(name: 'serve' | 'worker', args: string[]): Promise<void> {
  const fairleadServer: string = 'fairlead-server';
  try {
    const { start } = (await import(fairleadServer)) as { start(name: string, args: string[]): Promise<void> };
    await start(name, args);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    const next = `Run \`npx fairlead-server ${name}\`, or install it beside this one: npm install -g fairlead-server`;
    throw new Refusal('unsupported', `\`fairlead ${name}\` is in a package of its own, which is not installed.`, next);
  }
}

async function commandLine() {
  const [{ runCli }, { listenForInterrupts }, { catalogOf }, { registry }] = await Promise.all([
    import('./surfaces/cli/cli.ts'),
    import('./surfaces/cli/interrupts.ts'),
    import('./gateway/catalog.ts'),
    import('./operations/registry.ts'),
  ]);
  // Not an AsyncDisposableStack: Node 22 has none.
  let opened: Fairlead | undefined;
  using interrupts = listenForInterrupts();
  try {
    return await runCli({
      argv,
      version: VERSION,
      catalog: catalogOf(registry),
      io: process,
      interrupts,
      async open() {
        const [{ config, secrets }, { compose }, { quietLog }] = await Promise.all([
          configure(),
          import('./main.ts'),
          import('./log.ts'),
        ]);
        opened = await compose(config, secrets, { takeUp: false, log: quietLog });
        return opened;
      },
      server: serverUrl === undefined ? undefined : () => serverAt(serverUrl, interrupts.leave),
      doctor: doctorChecks,
    });
  } finally {
    await opened?.[Symbol.asyncDispose]();
  }
}

/** A command line without any Coolify of its own: the server has one. */
async function serverAt(url: string, leave: AbortSignal) {
  const [{ secrets }, { atServer }, { catalogOf }, { registry }] = await Promise.all([
    configure(),
    import('./surfaces/cli/remote.ts'),
    import('./gateway/catalog.ts'),
    import('./operations/registry.ts'),
  ]);
  if (secrets.key === undefined)
    throw new Refusal(
      'invalid_input',
      'FAIRLEAD_KEY is not set, and a server asks for a key.',
      'Set it to the key that `fairlead serve` told at its first start, or that it was given.',
    );
  return atServer({ url, key: secrets.key, catalog: catalogOf(registry), leave });
}

async function configure(): Promise<Configuration> {
  const configuration = await read();
  const { refuse } = await import('./config/problem.ts');
  refuse(configuration.problems);
  return configuration;
}

async function read(): Promise<Configuration> {
  const { readConfiguration } = await import('./config/read.ts');
  return readConfiguration({ flags: config === undefined ? {} : { config } });
}

/** The doctor looks at a configuration that may be wrong: that is what it is for. */
async function doctorChecks() {
  const { config: decided, secrets, problems } = await read();
  const { coolifyUrl: url, dataDir, probeVia } = decided;
  return {
    url,
    problems,
    dataFolder: dataDir,
    probeVia,
    coolify:
      url !== undefined && secrets.coolifyToken !== undefined
        ? await coolifyAccess(url, secrets.coolifyToken)
        : undefined,
  };
}

async function coolifyAccess(baseUrl: string, token: string): Promise<CoolifyAccess> {
  const [{ coolify }, { isBefore, lackedBy, OLDEST }] = await Promise.all([
    import('./coolify/coolify.ts'),
    import('./coolify/version.ts'),
  ]);
  const client = coolify({ baseUrl, token });
  return {
    version: (signal) => client.instance.version({ signal }),
    support: (version) => ({ supported: !isBefore(version, OLDEST), oldest: OLDEST, lacks: lackedBy(version) }),
    abilities: (signal) => client.abilities({ signal }),
  };
}

/** `--config FILE`, wherever it stands, is the program's own and no flag of a command's; `--server URL` likewise. */
function takeFlag(flag: string, all: string[]): { rest: string[]; value?: string } {
  const at = all.findIndex((word) => word === flag || word.startsWith(`${flag}=`));
  if (at < 0) return { rest: all };
  const inline = all[at]!.startsWith(`${flag}=`);
  const value = inline ? all[at]!.slice(flag.length + 1) : (all[at + 1] ?? '');
  return { rest: all.toSpliced(at, inline ? 1 : 2), value };
}
