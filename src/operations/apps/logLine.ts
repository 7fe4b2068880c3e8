export const LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;
export type Level = (typeof LEVELS)[number];

export interface LogLine {
  /** RFC 3339 as Docker wrote it; null where the line has none. */
  timestamp: string | null;
  level: Level | 'unknown';
  message: string;
}

const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) ?/;
const NAMES: readonly [RegExp, Level][] = [
  [/\b(FATAL|PANIC|EMERG|CRITICAL)\b/i, 'FATAL'],
  [/\b(ERROR|ERR|SEVERE|uncaught|unhandled)\b|\w+Error:/i, 'ERROR'],
  [/\b(WARN|WARNING)\b/i, 'WARN'],
  [/\b(DEBUG|TRACE)\b/i, 'DEBUG'],
  [/\b(INFO|NOTICE)\b/i, 'INFO'],
];

/** Reads the time Docker put before a line, and the level from its beginning or its JSON. A guess is `unknown`. */
export function parseLine(line: string): LogLine {
  const stamp = STAMP.exec(line)?.[1] ?? null;
  const message = stamp === null ? line : line.slice(line.indexOf(stamp) + stamp.length).trimStart();
  return {
    timestamp: stamp,
    level: levelOf(message),
    message: message.length > 1000 ? `${message.slice(0, 999)}…` : message,
  };
}

function levelOf(message: string): LogLine['level'] {
  const json = /"(?:level|severity)"\s*:\s*"?(\w+)/i.exec(message)?.[1];
  const text = json ?? message.slice(0, 120);
  // pino's numbers, the commonest in Node apps.
  const number = json === undefined ? Number.NaN : Number(json);
  if (!Number.isNaN(number))
    return number >= 60 ? 'FATAL' : number >= 50 ? 'ERROR' : number >= 40 ? 'WARN' : number >= 30 ? 'INFO' : 'DEBUG';
  return NAMES.find(([pattern]) => pattern.test(text))?.[1] ?? 'unknown';
}
