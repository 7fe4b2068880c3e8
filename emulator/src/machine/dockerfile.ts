/** One instruction of a Dockerfile. */
export interface Instruction {
  /** In capitals. */
  name: string;
  /** What follows the name and the flags, continuation lines joined. */
  text: string;
  /** `--from=build` as `from: 'build'`; a flag without a value is `''`. */
  flags: Record<string, string>;
  /** The lines it stands on, from 1. */
  line: number;
  lastLine: number;
}

export interface Stage {
  /** Its name, or `stage-<n>`. */
  name: string;
  /** What it begins with: an image or an earlier stage. */
  base: string;
  from: Instruction;
  instructions: Instruction[];
}

export interface Dockerfile {
  lines: string[];
  /** `ARG` before the first `FROM`. */
  globals: Instruction[];
  stages: Stage[];
}

/** What is wrong with a Dockerfile, in the builder's words, and on which line (0: none). */
export class DockerfileError extends Error {
  override name = 'DockerfileError';
  readonly line: number;
  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

/** What stops a build at an instruction, in the builder's words. */
export class StepFailed extends Error {
  override name = 'StepFailed';
  readonly instruction: Instruction;
  constructor(message: string, instruction: Instruction) {
    super(message);
    this.instruction = instruction;
  }
}

const known = new Set(
  'FROM RUN CMD LABEL MAINTAINER EXPOSE ENV ADD COPY ENTRYPOINT VOLUME USER WORKDIR ARG STOPSIGNAL HEALTHCHECK'.split(
    ' ',
  ),
);
const notCarriedOut = new Set(['ONBUILD', 'SHELL']);

/** Reads a Dockerfile of plain instructions. Throws {@link DockerfileError}. */
export function parseDockerfile(text: string): Dockerfile {
  const lines = text
    .replace(/^\uFEFF/, '')
    .replaceAll('\r\n', '\n')
    .split('\n');
  if (lines.at(-1) === '') lines.pop();
  const instructions = readInstructions(lines);
  const first = instructions.findIndex(({ name }) => name === 'FROM');
  if (instructions.length === 0) throw new DockerfileError('file with no instructions', 0);
  const early = instructions.slice(0, first === -1 ? undefined : first).find(({ name }) => name !== 'ARG');
  if (early) throw new DockerfileError('no build stage in current context', early.line);
  if (first === -1) throw new DockerfileError('no build stage in current context', 0);

  const stages: Stage[] = [];
  for (const instruction of instructions.slice(first)) {
    if (instruction.name !== 'FROM') stages.at(-1)?.instructions.push(instruction);
    else {
      const match = /^(\S+)(?:\s+as\s+(\S+))?$/i.exec(instruction.text);
      if (!match?.[1]) throw new DockerfileError('FROM requires either one or three arguments', instruction.line);
      const name = match[2]?.toLowerCase() ?? `stage-${stages.length}`;
      stages.push({ name, base: match[1], from: instruction, instructions: [] });
    }
  }
  return { lines, globals: instructions.slice(0, first), stages };
}

function readInstructions(lines: string[]): Instruction[] {
  const instructions: Instruction[] = [];
  const continuation = /^#\s*escape\s*=\s*`/im.test(lines.slice(0, 3).join('\n')) ? '`' : '\\';
  for (let at = 0; at < lines.length; ) {
    const start = at;
    if (isBlank(lines[at])) {
      at++;
      continue;
    }
    let text = '';
    for (; at < lines.length; at++) {
      const line = lines[at] ?? '';
      if (at > start && isBlank(line)) continue; // comments and empty lines do not end a continued instruction
      const continued = line.trimEnd().endsWith(continuation);
      text += continued ? line.trimEnd().slice(0, -1) : line;
      if (!continued) break;
    }
    at++;
    instructions.push(readInstruction(text.trim(), start + 1, Math.min(at, lines.length)));
  }
  return instructions;
}

function readInstruction(text: string, line: number, lastLine: number): Instruction {
  const [, word = '', tail = ''] = /^(\S+)\s*([\s\S]*)$/.exec(text) ?? [];
  const name = word.toUpperCase();
  if (notCarriedOut.has(name)) throw new DockerfileError(`the emulator does not carry out ${name}`, line);
  if (!known.has(name)) throw new DockerfileError(`unknown instruction: ${word}`, line);
  if (['RUN', 'COPY', 'ADD'].includes(name) && /(^|\s)<<-?["']?\w/.test(tail)) {
    throw new DockerfileError('the emulator does not carry out here-documents', line);
  }
  const flags: Record<string, string> = {};
  let rest = tail;
  for (let match = /^--([\w-]+)(?:=(\S*))?\s*/.exec(rest); match?.[1]; match = /^--([\w-]+)(?:=(\S*))?\s*/.exec(rest)) {
    flags[match[1]] = match[2] ?? '';
    rest = rest.slice(match[0].length);
  }
  if (rest === '' && name !== 'CMD' && name !== 'ENTRYPOINT') {
    throw new DockerfileError(`${name} requires at least one argument`, line);
  }
  return { name, text: rest, flags, line, lastLine };
}

const isBlank = (line: string | undefined) => line !== undefined && /^\s*(#.*)?$/.test(line);

/** The words of a JSON array (`["node", "server.js"]`), or undefined for the shell form. */
export function execForm(text: string): string[] | undefined {
  if (!text.startsWith('[')) return undefined;
  try {
    const words: unknown = JSON.parse(text);
    return Array.isArray(words) && words.every((word) => typeof word === 'string') ? words : undefined;
  } catch {
    return undefined; // as Docker: what is no JSON is a shell command
  }
}

/** Fills in `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME:+other}`; a backslash keeps a dollar. */
export function fillIn(text: string, variables: Record<string, string>): string {
  return text.replace(
    /\\\$|\$(?:(\w+)|\{(\w+)(?::?([-+?])([^}]*))?\})/g,
    (whole, plain?: string, name?: string, operator?: string, other = '') => {
      if (whole === '\\$') return '$';
      const value = variables[plain ?? name ?? ''];
      if (operator === '+') return value ? fillIn(other, variables) : '';
      if (operator === '-') return value || fillIn(other, variables);
      return value ?? '';
    },
  );
}

/** Splits into words as a shell does, quotes taken off. */
export function splitWords(text: string): string[] {
  const words = text.match(/(?:[^\s"'\\]|\\[\s\S]|"(?:[^"\\]|\\[\s\S])*"|'[^']*')+/g) ?? [];
  return words.map((word) =>
    word.replace(
      /\\([\s\S])|"((?:[^"\\]|\\[\s\S])*)"|'([^']*)'/g,
      (_, escaped?: string, double?: string, single?: string) =>
        double !== undefined ? double.replace(/\\(["\\$`])/g, '$1') : (single ?? escaped ?? ''),
    ),
  );
}

/** The pairs of `ENV A=1 B="two words"`, `LABEL …`, or of the old form `ENV NAME the rest`. */
export function pairs(text: string): [string, string][] {
  const [first = ''] = /^\S+/.exec(text) ?? [];
  if (!first.includes('=')) return [[first, text.slice(first.length).trim()]];
  return splitWords(text).map((word) => {
    const at = word.indexOf('=');
    return at === -1 ? [word, ''] : [word.slice(0, at), word.slice(at + 1)];
  });
}

/** `30s`, `1m30s`, `500ms` in milliseconds; undefined for what is no duration. */
export function duration(text: string): number | undefined {
  const units: Record<string, number> = { ns: 1e-6, us: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== text) return undefined;
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * (units[unit ?? ''] ?? 0), 0);
}

/** One word of a command in exec form, as a shell has to read it. */
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
