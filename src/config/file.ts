import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { nearest } from './nearest.ts';
import type { Problem } from './problem.ts';
import type { SECRET_VARIABLES } from './secrets.ts';
import { SETTINGS, type SettingKey, settingKeys } from './settings.ts';

/** `fairlead.json`, as far as it could be understood. */
export interface SettingsFile {
  /** Undefined where there is none. */
  path: string | undefined;
  entries: Readonly<Partial<Record<SettingKey, unknown>>>;
  problems: Problem[];
}

/** Reads `fairlead.json` of the folder if it is there, or the file that was asked for, which has to be. */
export function readSettingsFile(folder: string, asked: string | undefined): SettingsFile {
  const path = resolve(folder, asked ?? 'fairlead.json');
  const failed = (message: string, next: string) => ({ path, entries: {}, problems: [{ name: path, message, next }] });
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' && asked === undefined) return { path: undefined, entries: {}, problems: [] };
    if (code === 'ENOENT') return failed(`There is no file ${path}.`, 'Give --config the path of one that is there.');
    return failed(`The file ${path} cannot be read (${code ?? error}).`, 'Let this user read it, or move it away.');
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // What the parser says quotes the text, and that may be a secret.
    return failed(`The file ${path} is no JSON.`, 'Look for a missing quote or a comma too many.');
  }
  const { data } = z.record(z.string(), z.unknown()).safeParse(json);
  if (!data) return failed(`The file ${path} has to hold one JSON object.`, 'Write it as {"server": "main"}.');
  const isSetting = (key: string) => Object.hasOwn(SETTINGS, key);
  return {
    path,
    entries: Object.fromEntries(Object.entries(data).filter(([key]) => isSetting(key))),
    problems: Object.keys(data)
      .filter((key) => !isSetting(key))
      .map((key) => strangeKey(key, path)),
  };
}

function strangeKey(key: string, path: string): Problem {
  const variable = SECRETS.find(([pattern]) => pattern.test(key))?.[1];
  if (variable !== undefined) {
    return {
      name: key,
      message: `${path} holds a secret ("${key}"), and files get shared.`,
      next: `Move it into the environment${variable && ` as ${variable}`}; if others may have seen the file, replace the secret.`,
    };
  }
  const meant = settingKeys.find((known) => SETTINGS[known].variable === key) ?? nearest(key, settingKeys);
  return {
    name: key,
    message: `${path} has "${key}", which means nothing.`,
    next: meant ? `Did you mean "${meant}"?` : `Remove it. What may stand there: ${settingKeys.join(', ')}.`,
  };
}

/** What people would call a secret in that file, and the variable it belongs in, if it is one of ours. */
const SECRETS: [RegExp, (typeof SECRET_VARIABLES)[number] | ''][] = [
  [/^(coolify_?(api_?)?)?token$/i, 'COOLIFY_API_TOKEN'],
  [/^database_?url$/i, 'DATABASE_URL'],
  [/^(fairlead_?)?key$/i, 'FAIRLEAD_KEY'],
  [/token|password|passwd|secret|credential|_key$|[a-z]Key$/i, ''],
];
