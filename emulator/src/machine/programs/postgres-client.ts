/**
 * `psql`, `pg_isready`, `pg_dump`, `pg_dumpall`: the machine's own, led to the container's server; without them, enough for a
 * health check, and a dump that says that the stand-in keeps no tables.
 */
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { become, realProgram } from './real-program.ts';

const [name = 'psql', ...args] = process.argv.slice(2);
const {
  EMULATOR_ROOT: root = '/',
  EMULATOR_PORTS: ports = '{}',
  POSTGRES_USER: superuser = 'postgres',
  POSTGRES_PASSWORD,
} = process.env;
const known: Record<string, number> = JSON.parse(ports);

const real = realProgram(name);
const port = String(known['5432'] ?? 5432);
const sockets = join(root, 'run');
if (real && existsSync(join(sockets, `.s.PGSQL.${port}`)))
  become(real, args, { env: { ...process.env, PGHOST: sockets, PGPORT: port } });
else ask();

const dump = '--\n-- PostgreSQL database dump of a stand-in, which keeps no tables\n--';
/** What is said after the server has let us in, where it is not the answer to a query. */
const answers: Record<string, string> = {
  pg_isready: '127.0.0.1:5432 - accepting connections',
  pg_dump: dump,
  pg_dumpall: dump,
};

/** `-c text`, `-tAc text`, `--command=text`, `--command text`. */
function option(letter: string, long: string): string | undefined {
  const at = args.findIndex((word) => word === long || new RegExp(`^-[a-zA-Z]*${letter}$`).test(word));
  return at === -1 ? args.find((word) => word.startsWith(`${long}=`))?.slice(long.length + 1) : args[at + 1];
}

function ask(): void {
  const user = option('U', '--username') ?? superuser;
  const database = option('d', '--dbname') ?? user;
  const query = name === 'psql' ? option('c', '--command') : 'SELECT 1';
  if (query === undefined)
    end(1, `${name}: the stand-in runs a single query (-c): install PostgreSQL on this machine for more`);
  const startup = Buffer.from(`\0\x03\0\0user\0${user}\0database\0${database}\0\0`);
  const socket = connect(5432, '127.0.0.1', () => socket.write(Buffer.concat([size(startup.length + 4), startup])));
  const rows: string[] = [];
  let asked = false;
  let rest: Buffer = Buffer.alloc(0);
  const send = (kind: string, text: string) =>
    socket.write(Buffer.concat([Buffer.from(kind), size(Buffer.byteLength(text) + 5), Buffer.from(`${text}\0`)]));
  socket.on('error', (error) =>
    end(
      2,
      name === 'pg_isready'
        ? '127.0.0.1:5432 - no response'
        : `${name}: error: connection to server failed: ${error.message}`,
    ),
  );
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 5 && rest.length > rest.readInt32BE(1)) {
      const length = rest.readInt32BE(1) + 1;
      const kind = String.fromCharCode(rest[0] ?? 0);
      const body = rest.subarray(5, length);
      rest = rest.subarray(length);
      if (kind === 'R' && body.readInt32BE(0) === 3) send('p', process.env.PGPASSWORD ?? POSTGRES_PASSWORD ?? '');
      if (kind === 'E') end(1, `${name}: error: ${/(?:^|\0)M([^\0]*)/.exec(body.toString('utf8'))?.[1]}`);
      if (kind === 'D') rows.push(body.subarray(6).toString('utf8'));
      if (kind === 'Z' && asked) end(0, answers[name] ?? rows.join('\n'));
      if (kind === 'Z' && !asked) {
        asked = true;
        send('Q', query);
      }
    }
  });
}

function size(length: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(length);
  return bytes;
}

function end(code: number, text: string): never {
  (code === 0 ? console.log : console.error)(text);
  process.exit(code);
}
