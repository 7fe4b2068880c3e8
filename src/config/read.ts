import { type Config, decide } from './config.ts';
import { readEnvironment } from './env.ts';
import { readSettingsFile } from './file.ts';
import type { Flags } from './given.ts';
import type { Problem } from './problem.ts';
import { decideSecrets, type Secrets } from './secrets.ts';

export interface Configuration {
  config: Config;
  secrets: Secrets;
  /** What is worth saying at the start, and no problem. */
  notes: string[];
  /** Nothing but the doctor may go on while there is one: see `refuse`. */
  problems: Problem[];
}

export interface ConfigurationOptions {
  /** `config` is the path of the file; then it has to be there. Without it, `fairlead.json` of the folder is read. */
  flags?: Flags & { readonly config?: string };
  /** Whether it is `fairlead serve` that starts: its own settings are left alone otherwise. */
  serve?: boolean;
  environment?: NodeJS.ProcessEnv;
  /** What relative paths start from. */
  folder?: string;
  platform?: NodeJS.Platform;
  /** Milliseconds since 1970. */
  now?: number;
}

/** Flags, environment and file → what holds, and all that is wrong. Refuses nothing by itself. */
export function readConfiguration(options: ConfigurationOptions = {}): Configuration {
  const { folder = process.cwd(), platform = process.platform, serve = false, now = Date.now() } = options;
  const { config: path, ...flags } = options.flags ?? {};
  const environment = readEnvironment(options.environment);
  const file = readSettingsFile(folder, path);
  const { config, problems } = decide({ flags, environment, file, folder }, serve, platform, now);
  const decided = decideSecrets(environment.secrets, serve);
  const notes: string[] = [];
  if (environment.notNeeded.length > 0) {
    const why = 'one process is gateway and orchestrator, and no model runs inside';
    notes.push(`Not needed, and not read: ${environment.notNeeded.join(', ')}; ${why}.`);
  }
  const fromFile = Object.keys(file.entries);
  if (fromFile.length > 0) notes.push(`From ${file.path}: ${fromFile.join(', ')}.`);
  return { config, secrets: decided.secrets, notes, problems: [...problems, ...decided.problems] };
}
