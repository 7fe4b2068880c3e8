import { Refusal } from '../../refusal.ts';
import { errorCode } from '../files/fault.ts';

const AWAY = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EPIPE',
  'ENOENT',
];

/** What an error of the database means to the caller; what is no answer about the outside stays a fault of ours. */
export function databaseFault(error: unknown): unknown {
  if (error instanceof Refusal) return error;
  const code = errorCode(error) ?? '';
  const message = error instanceof Error ? error.message : '';
  if (isAway(code, message)) {
    return new Refusal(
      'unreachable',
      `The database does not answer (${code || message}).`,
      'Check that PostgreSQL runs and that DATABASE_URL names it, then call again.',
    );
  }
  switch (code) {
    case '28P01':
    case '28000':
      return new Refusal(
        'not_allowed',
        'The database refuses the user or password it was given.',
        'Correct the user and password in DATABASE_URL.',
      );
    case '3D000':
      return new Refusal(
        'not_found',
        `${sentence(message)}.`,
        'Make the database, or correct its name in DATABASE_URL.',
      );
    case '42501':
      return new Refusal(
        'not_allowed',
        `The database's user may not do this: ${message}.`,
        'Make it the owner of the database, or let it create schemas there.',
      );
    case '53100':
    case '58030':
      return new Refusal('busy', 'The database has no room to write.', 'Free space on its disk, then call again.');
    case '53300':
      return new Refusal(
        'busy',
        'The database takes no more connections.',
        'Raise max_connections, or close other clients.',
      );
    default:
      return error;
  }
}

/** Classes 08 and 57P tell of connections and of a server that starts or stops; the rest comes from the socket. */
const isAway = (code: string, message: string): boolean =>
  AWAY.includes(code) ||
  /^(08|57P0[1-5])/.test(code) ||
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded|Query read timeout|timeout expired)/.test(
    message,
  );

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
