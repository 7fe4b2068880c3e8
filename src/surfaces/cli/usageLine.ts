import type { Command } from './commands.ts';
import { type Flag, positionalsOf } from './flags.ts';

/** `Usage: fairlead env set <name> <key> --value TEXT [flags]`. */
export function usageLine(command: Command): string {
  const { operation } = command.found;
  const positionals = positionalsOf(command.flags);
  const required = command.flags.filter((flag) => flag.required && !positionals.includes(flag));
  return [
    `Usage: fairlead ${operation.noun} ${operation.verb}`,
    ...positionals.map(({ name }) => `<${name}>`),
    ...required.map(typedForm),
    ...(command.flags.some((flag) => !flag.required) ? ['[flags]'] : []),
  ].join(' ');
}

/** A flag as it is typed: `--port NUMBER`. */
export function typedForm({ name, kind, element, choices, fallback }: Flag): string {
  if (kind === 'switch') return fallback === true ? `--no-${name}` : `--${name}`;
  if (choices.length > 0) return `--${name} ${choices.join('|')}`;
  return `--${name} ${PLACEHOLDER[kind === 'list' ? element : kind]}`;
}

const PLACEHOLDER = {
  switch: 'true|false',
  number: 'NUMBER',
  text: 'TEXT',
  list: 'JSON',
  pairs: 'KEY=VALUE',
  record: 'KEY=VALUE',
  json: 'JSON',
} as const;
