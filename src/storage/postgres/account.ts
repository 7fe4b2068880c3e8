import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Refusal } from '../../refusal.ts';

const exec = promisify(execFile);

/** The name that PostgreSQL's own packages give the account they run under. */
const NAME = 'postgres';

/** A user of this machine that PostgreSQL runs as, because it refuses to run as root. */
export interface Account {
  uid: number;
  gid: number;
}

/** Undefined where this process is no root: then PostgreSQL runs as the same user. Makes the account when missing. */
export async function accountForPostgres(name = NAME): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const found = await idsOf(name);
  if (found) return found;
  await exec('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', name]).catch(
    (error: Error) => {
      throw new Refusal(
        'unsupported',
        `PostgreSQL does not run as root, and the user ${name} could not be made: ${error.message.trim()}`,
        `Make the user ${name}, run Fairlead as an ordinary user, or set DATABASE_URL.`,
      );
    },
  );
  const made = await idsOf(name);
  if (!made) throw new Error(`useradd made no user ${name}`);
  return made;
}

async function idsOf(name: string): Promise<Account | undefined> {
  const ask = (what: '-u' | '-g') => exec('id', [what, name]).then(({ stdout }) => Number(stdout));
  try {
    return { uid: await ask('-u'), gid: await ask('-g') };
  } catch (error) {
    // `id` says by its exit status that there is none of that name.
    if (typeof (error as { code?: unknown }).code === 'number') return undefined;
    throw error;
  }
}

/** Whether every folder from the root down to this one lets any user pass. */
export async function othersMayEnter(folder: string): Promise<boolean> {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (((await stat(at)).mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}
