import { dirname } from 'node:path';
import type { Environment } from './env.ts';
import type { SettingsFile } from './file.ts';
import { isPlaceholder } from './placeholder.ts';
import type { Problem } from './problem.ts';
import { SETTINGS, type Setting, type SettingKey } from './settings.ts';

/** Where a setting may come from: a flag beats the environment, the environment beats the file. */
export interface Sources {
  flags: Flags;
  environment: Environment;
  file: SettingsFile;
  /** What a relative path starts from, but for those of the file. */
  folder: string;
}

/** The texts of the flags that were given. */
export type Flags = Readonly<Partial<Record<SettingKey, string>>>;

/** A value as its source has it, with the name it has there. */
export interface Given {
  name: string;
  value: unknown;
  /** What it is relative to, if it is a path. */
  folder: string;
}

export function givenFor(key: SettingKey, { flags, environment, file, folder }: Sources): Given | undefined {
  const flag = flags[key];
  if (flag !== undefined) return { name: flagName(key), value: flag, folder };
  const { variable } = SETTINGS[key];
  const text = environment.settings[variable];
  if (text !== undefined) return { name: variable, value: text, folder };
  if (file.path === undefined || file.entries[key] === undefined) return undefined;
  return { name: `"${key}" in ${file.path}`, value: file.entries[key], folder: dirname(file.path) };
}

const flagName = (key: SettingKey): string => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** The value, if it is one; else what is wrong with it. */
export function judge(
  { schema, must, fallback }: Setting,
  { name, value }: Given,
): { value: unknown } | { problem: Problem } {
  const unfilled = typeof value === 'string' && isPlaceholder(value);
  const parsed = schema.safeParse(value);
  if (parsed.success && !unfilled) return { value: parsed.data };
  const own = parsed.error?.issues.find(({ code }) => code === 'custom')?.message;
  const reason = unfilled ? 'is a placeholder that nobody filled in' : (own ?? `is not ${must}`);
  const otherwise = typeof fallback === 'string' || typeof fallback === 'number' ? `: then it is ${fallback}` : '';
  return { problem: { name, message: `${name} ${reason}.`, next: `Give ${must}, or leave it out${otherwise}.` } };
}
