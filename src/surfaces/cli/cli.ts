import type { Catalog } from '../../gateway/catalog.ts';
import { type Carrier, here } from './carrier.ts';
import { commandOf, findCommand, hasVerb, nounLike } from './commands.ts';
import { type DoctorChecks, doctor, exitOfReport } from './doctor/doctor.ts';
import { doctorLines } from './doctor/doctorLines.ts';
import { EXIT, type Exit } from './exit.ts';
import { commandPage, nounPage, overviewPage, runsPage } from './help.ts';
import type { Interrupts } from './interrupts.ts';
import { operate } from './operate.ts';
import type { Parts } from './parts.ts';
import { problemOf } from './problem.ts';
import { RUN_VERBS, runs } from './runs.ts';
import { type Screen, screenOf } from './screen.ts';
import type { Io, Style } from './terminal.ts';
import { UsageError } from './usage.ts';

export interface Cli {
  /** Without the names of node and program. */
  argv: readonly string[];
  version: string;
  catalog: Catalog;
  /** Called once something is to be carried out; throws where the configuration is incomplete. */
  open(): Promise<Parts>;
  /** In place of `open` where a server is to carry it out (`--server URL`). */
  server?: (() => Promise<Carrier>) | undefined;
  /** What the doctor looks at, read only when it is asked. */
  doctor(): Promise<DoctorChecks>;
  io: Io;
  interrupts: Interrupts;
}

/** The command line: one call, its answer printed, its exit code returned. Throws nothing. */
export async function runCli(cli: Cli): Promise<Exit> {
  const { argv, io, interrupts } = cli;
  // Read before all else: even a mistyped command is answered in the form that was asked for.
  const options = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  const screen = screenOf(io, options.includes('--json'));
  try {
    return await dispatch(cli, screen);
  } catch (error) {
    return screen.problem(problemOf(error, interrupts.cancel.aborted || interrupts.leave.aborted));
  }
}

async function dispatch(cli: Cli, screen: Screen): Promise<Exit> {
  const { argv, catalog, version, io, interrupts } = cli;
  const words = argv[0] === '--json' ? argv.slice(1) : argv;
  const [first, second] = words;
  const open = () => cli.open();
  const carrier = cli.server ?? (async () => here(await open()));
  const page = (about: readonly string[]) => {
    const lines = (style?: Style) => pageAbout(about, catalog, version, style);
    return screen.answer(EXIT.success, lines, { help: lines() });
  };

  if (first === undefined || isHelp(first)) return page(words.slice(1).filter((word) => word !== '--json'));
  if (first === '--version' || first === '-v' || first === 'version') {
    return screen.answer(EXIT.success, () => [version], { version });
  }
  const isRuns = first === 'runs' || first === 'run';
  const flagsOnly = second === undefined || second.startsWith('-');
  if (isHelp(second) || ((isRuns || first === 'doctor') && words.some(isHelp))) return page([first]);
  if (first === 'doctor') return examine(words.slice(1), cli, screen);
  if (isRuns && flagsOnly) return dispatch({ ...cli, argv: ['run', 'list', ...words.slice(1)] }, screen);
  if (isRuns && (Object.hasOwn(RUN_VERBS, second!) || !hasVerb(catalog, first, second!))) {
    if (!cli.server) return runs(words.slice(1), catalog, open, screen, interrupts);
    return operate(commandOf(catalog, atServer(second!)), words.slice(2), carrier, io, screen, interrupts);
  }
  if (flagsOnly && nounLike(catalog, first) !== undefined) return page([first]);
  const { command, rest } = findCommand(catalog, words);
  return operate(command, rest, carrier, io, screen, interrupts);
}

/** The operation that does at a server what the verb does with the journals of this machine. */
function atServer(verb: string): string {
  const name = { show: 'get_run', cancel: 'cancel_run' }[verb];
  if (name !== undefined) return name;
  throw new UsageError(
    `fairlead runs ${verb} is for the runs of this machine.`,
    'A server takes up by itself what was left: see fairlead runs show, or stop it with fairlead runs cancel.',
  );
}

async function examine(argv: readonly string[], { doctor: checks, interrupts }: Cli, screen: Screen): Promise<Exit> {
  const stray = argv.find((word) => word !== '--json');
  if (stray !== undefined) throw new UsageError(`fairlead doctor takes no ${stray}.`, DOCTOR_USAGE);
  const report = await doctor(await checks(), interrupts.cancel);
  return screen.answer(exitOfReport(report), (style) => doctorLines(report, style), report);
}

function pageAbout(about: readonly string[], catalog: Catalog, version: string, style?: Style): string[] {
  const [first, second] = about;
  if (first === undefined) return overviewPage(catalog, version, style);
  if (first === 'doctor') return [DOCTOR_USAGE];
  if ((first === 'runs' || first === 'run') && second === undefined) return runsPage(catalog, style);
  const noun = nounLike(catalog, first);
  if (noun !== undefined && second === undefined) return nounPage(catalog, noun, style);
  return commandPage(findCommand(catalog, about).command, style);
}

const DOCTOR_USAGE = 'Usage: fairlead doctor [--json]';

const isHelp = (word: string | undefined): boolean => word === 'help' || word === '--help' || word === '-h';
