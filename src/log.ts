/** Log lines go to stderr, one JSON object a line: stdout belongs to the protocol. */
export interface Log {
  info(event: string, fields?: Record<string, unknown>): void;
  warn(event: string, fields?: Record<string, unknown>): void;
  error(event: string, fields?: Record<string, unknown>): void;
}

export const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/** `strike` takes known secrets out of each line before it is written; lines below `lowest` are not. */
export function jsonLog(
  strike: (text: string) => string,
  lowest: (typeof LEVELS)[number] = 'info',
  write: (line: string) => void = (line) => process.stderr.write(line),
): Log {
  const at =
    (level: (typeof LEVELS)[number]) =>
    (event: string, fields: Record<string, unknown> = {}) => {
      if (LEVELS.indexOf(level) < LEVELS.indexOf(lowest)) return;
      write(`${strike(JSON.stringify({ time: new Date().toISOString(), level, event, ...fields }))}\n`);
    };
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

/**
 * A log that is opened with its first line: what comes from outside is written only where secrets are struck out. When
 * it cannot be opened, `plain` gets the event without its fields.
 */
export function laterLog(open: () => Promise<Log>, plain: Log): Log {
  const at = (level: keyof Log) => (event: string, fields?: Record<string, unknown>) =>
    void open().then(
      (log) => log[level](event, fields),
      () => plain[level](event),
    );
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

export const silentLog: Log = { info() {}, warn() {}, error() {} };

/** For a command in the hands of a person: only what went wrong, in a line that a person reads. */
export const quietLog: Log = {
  info() {},
  warn() {},
  error: (event, fields = {}) =>
    process.stderr.write(`fairlead: ${event.replaceAll('_', ' ')}: ${JSON.stringify(fields)}\n`),
};
