import { resolve } from 'node:path';
import { defaultDataFolder } from './folder.ts';
import { givenFor, judge, type Sources } from './given.ts';
import { nearest } from './nearest.ts';
import type { Problem } from './problem.ts';
import { SECRET_VARIABLES } from './secrets.ts';
import { SETTINGS, type Setting, type SettingKey, type SettingValue, settingKeys } from './settings.ts';

/** What was decided. Plain, and holds no secret: it can be logged. */
export interface Config {
  /** Without `/api/v1` and without a slash at the end. */
  coolifyUrl: string | undefined;
  /** When the API token was made, in milliseconds since 1970; Coolify does not tell. */
  tokenCreatedAt: number | undefined;
  host: string;
  port: number;
  corsOrigins: readonly string[];
  /** Names under which a proxy passes calls on. */
  allowedHosts: readonly string[];
  /** What a model's tokens are reckoned at where an answer tells its cost. */
  pricePerMillionTokens: number;
  mem0Url: string | undefined;
  /** Absolute. */
  dataDir: string;
  /** Where URLs are probed through, in place of the address of their host. */
  probeVia: { host: string; port: number } | undefined;
  healthSeconds: number;
  deploymentSeconds: number;
  /** How long a call waits for the end of a run. */
  callSeconds: number;
  policy: Readonly<Record<'read' | 'create' | 'change' | 'destroy', SettingValue<'policyRead'>>>;
  /** Where new apps go unless the caller says: name or uuid. */
  server: string | undefined;
  project: string | undefined;
  logLevel: SettingValue<'log'>;
}

export interface Decision {
  config: Config;
  problems: Problem[];
}

/**
 * What holds. What is refused is left at its default, and told. `serve` tells whether it is `fairlead serve` that is
 * configured: only then its own settings are judged. `now` in milliseconds since 1970.
 */
export function decide(sources: Sources, serve: boolean, platform: NodeJS.Platform, now: number): Decision {
  const { environment, file, folder } = sources;
  const problems: Problem[] = [...file.problems, ...environment.unknown.map(strangeVariable)];

  function value<K extends SettingKey>(key: K): SettingValue<K> {
    const setting: Setting = SETTINGS[key];
    const given = setting.serveOnly && !serve ? undefined : givenFor(key, sources);
    const judged = given ? judge(setting, given) : { value: setting.fallback };
    if ('problem' in judged) problems.push(judged.problem);
    // What schema and fallback of a key give is what its type is made of.
    return ('value' in judged ? judged.value : setting.fallback) as SettingValue<K>;
  }

  const dataDir = value('dataDir');
  const config: Config = {
    coolifyUrl: value('coolifyUrl'),
    tokenCreatedAt: value('tokenCreatedAt'),
    host: value('host'),
    port: value('port'),
    corsOrigins: value('corsOrigins'),
    allowedHosts: value('allowedHosts'),
    pricePerMillionTokens: value('pricePerMillionTokens'),
    mem0Url: value('mem0Url'),
    dataDir:
      dataDir === undefined
        ? defaultDataFolder(environment, platform)
        : resolve(givenFor('dataDir', sources)?.folder ?? folder, dataDir.replace(/^~(?=[/\\]|$)/, environment.home)),
    probeVia: value('probeVia'),
    healthSeconds: value('healthSeconds'),
    deploymentSeconds: value('deploymentSeconds'),
    callSeconds: value('callSeconds'),
    policy: {
      read: value('policyRead'),
      create: value('policyCreate'),
      change: value('policyChange'),
      destroy: value('policyDestroy'),
    },
    server: value('server'),
    project: value('project'),
    logLevel: value('log'),
  };
  return { config, problems: [...problems, ...contradictions(config, sources, now)] };
}

function strangeVariable(name: string): Problem {
  const meant = nearest(name, [...settingKeys.map((key) => SETTINGS[key].variable), ...SECRET_VARIABLES]);
  return {
    name,
    message: `${name} means nothing, so what it was set for does not happen.`,
    next: meant ? `Did you mean ${meant}?` : 'Remove it.',
  };
}

function contradictions({ tokenCreatedAt }: Config, sources: Sources, now: number): Problem[] {
  const problems: Problem[] = [];
  const hasToken = sources.environment.secrets.COOLIFY_API_TOKEN !== undefined;
  if (hasToken && givenFor('coolifyUrl', sources) === undefined) {
    problems.push({
      name: 'COOLIFY_API_URL',
      message: 'COOLIFY_API_TOKEN is set, and COOLIFY_API_URL is not: it is a token for nowhere.',
      next: 'Set COOLIFY_API_URL to the address of that Coolify.',
    });
  }
  if (tokenCreatedAt !== undefined && !hasToken) {
    problems.push({
      name: 'COOLIFY_API_TOKEN_CREATED_AT',
      message: 'COOLIFY_API_TOKEN_CREATED_AT is set, and there is no COOLIFY_API_TOKEN whose age it could tell.',
      next: 'Set COOLIFY_API_TOKEN too, or leave both out.',
    });
  }
  // A day of grace: a date has no zone.
  if (tokenCreatedAt !== undefined && tokenCreatedAt > now + 24 * 60 * 60_000) {
    problems.push({
      name: 'COOLIFY_API_TOKEN_CREATED_AT',
      message: 'COOLIFY_API_TOKEN_CREATED_AT lies in the future.',
      next: 'Give the day on which the token was made.',
    });
  }
  return problems;
}
