/** PostgreSQL: the machine's own where it has one, else a stand-in that lets clients in and answers `SELECT 1`. */
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { become, realProgram } from './real-program.ts';

const {
  EMULATOR_ROOT: root = '/',
  EMULATOR_OUTSIDE: outside = '127.0.0.1',
  EMULATOR_PORTS: ports = '{}',
} = process.env;
const { POSTGRES_USER: user = 'postgres', POSTGRES_DB: database = user, POSTGRES_PASSWORD: password } = process.env;
const { PGDATA = '/var/lib/postgresql/data' } = process.env;
const known: Record<string, number> = JSON.parse(ports);

const server = realProgram('postgres');
const initdb = realProgram('initdb');
const owner = serverUser();
const data = PGDATA.startsWith(root) ? PGDATA : join(root, PGDATA);
const sockets = join(root, 'run');

mkdirSync(data, { recursive: true });
if (!existsSync(join(data, 'PG_VERSION')) && !password && process.env.POSTGRES_HOST_AUTH_METHOD !== 'trust') {
  console.error(
    'Error: Database is uninitialized and superuser password is not specified.\n       You must specify POSTGRES_PASSWORD to a non-empty value for the superuser.',
  );
  process.exit(1);
}
const reason = whyNotReal();
if (reason === undefined && server && initdb) runReal(server, initdb);
else standIn(reason ?? 'it is not installed on this machine');

/** PostgreSQL refuses to run as root: then it runs as `postgres`, or as nobody. */
function serverUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('postgres:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  return { uid: Number(uid ?? 65534), gid: Number(gid ?? 65534) };
}

function whyNotReal(): string | undefined {
  if (!server || !initdb) return 'it is not installed on this machine';
  if (!owner) return undefined;
  const reaches = spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', root], owner).status === 0;
  return reaches ? undefined : `user ${owner.uid}, as which PostgreSQL would run, may not enter ${root}`;
}

function runReal(postgres: string, initialise: string): void {
  for (const folder of [realpathSync(data), sockets]) {
    mkdirSync(folder, { recursive: true });
    if (owner) chownSync(folder, owner.uid, owner.gid);
  }
  chmodSync(data, 0o700);
  if (!existsSync(join(data, 'PG_VERSION'))) create(postgres, initialise);
  const place = [
    '-c',
    `listen_addresses=${outside}`,
    '-p',
    String(known['5432'] ?? 5432),
    '-c',
    `unix_socket_directories=${sockets}`,
  ];
  const asked = process.argv.slice(2).flatMap((word, at, all) => {
    // A configuration file that the image would have, and this one has not.
    const missing = (text = '') =>
      /^(config|hba)_file=/.test(text) && !existsSync(join(root, text.replace(/^\w+=/, '')));
    return missing(word) || (word === '-c' && missing(all[at + 1]))
      ? []
      : [word.replace(/^((?:config|hba)_file=)/, `$1${root}`)];
  });
  become(postgres, ['-D', data, '-c', 'fsync=off', ...asked, ...place], { ...owner });
}

function create(postgres: string, initialise: string): void {
  const secret = join(sockets, 'password');
  writeFileSync(secret, `${password ?? ''}\n`, { mode: 0o600 });
  if (owner) chownSync(secret, owner.uid, owner.gid);
  const auth = password ? ['--auth-host=scram-sha-256', `--pwfile=${secret}`] : ['--auth-host=trust'];
  step(initialise, ['-D', data, '-U', user, '-E', 'UTF8', '--locale=C', '--no-sync', '--auth-local=trust', ...auth]);
  rmSync(secret);
  appendFileSync(join(data, 'pg_hba.conf'), `host all all all ${password ? 'scram-sha-256' : 'trust'}\n`);
  if (database !== 'postgres')
    step(postgres, ['--single', '-D', data, 'postgres'], `CREATE DATABASE "${database.replaceAll('"', '""')}"\n`);
  console.log('\nPostgreSQL init process complete; ready for start up.\n');
}

function step(program: string, args: string[], input = ''): void {
  const { status, stdout, stderr, error } = spawnSync(program, args, { input, encoding: 'utf8', ...owner });
  process.stdout.write((stdout ?? '').replaceAll(root, ''));
  if (status === 0) return;
  console.error(error?.message ?? stderr);
  process.exit(1);
}

function standIn(why: string): void {
  const log = (text: string) =>
    console.error(`${new Date().toISOString().slice(0, 23).replace('T', ' ')} UTC [1] LOG:  ${text}`);
  const listener = createServer(serve);
  listener.listen(5432, () => {
    log(`starting a stand-in for PostgreSQL, because ${why}`);
    log('listening on IPv4 address "0.0.0.0", port 5432');
    log('database system is ready to accept connections');
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      log('received fast shutdown request');
      log('database system is shut down');
      process.exit(0);
    });
  }
}

/** The frontend/backend protocol, version 3, as far as logging in and simple queries go. */
function serve(socket: Socket): void {
  let rest: Buffer = Buffer.alloc(0);
  let phase: 'startup' | 'password' | 'ready' = 'startup';
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const head = phase === 'startup' ? 0 : 1;
      if (rest.length < head + 4 || rest.length < head + rest.readInt32BE(head)) return;
      const length = head + rest.readInt32BE(head);
      const kind = head === 0 ? '' : String.fromCharCode(rest[0] ?? 0);
      const body = rest.subarray(head + 4, length);
      rest = rest.subarray(length);
      receive(kind, body);
    }
  });

  const refuse = (code: string, text: string) => socket.write(message('E', `SERROR\0VERROR\0C${code}\0M${text}\0\0`));
  const ready = () => socket.write(message('Z', 'I'));
  const admit = () => {
    phase = 'ready';
    socket.write(
      Buffer.concat([
        message('R', '\0\0\0\0'),
        message('S', 'server_version\x0017.0\0'),
        message('S', 'client_encoding\0UTF8\0'),
      ]),
    );
    ready();
  };
  const receive = (kind: string, body: Buffer) => {
    if (phase === 'startup') {
      const code = body.readInt32BE(0);
      if (code === 80877103 || code === 80877104) return void socket.write('N');
      if (code === 80877102) return void socket.end();
      if (!password) return admit();
      phase = 'password';
      return void socket.write(message('R', '\0\0\0\x03'));
    }
    if (phase === 'password') {
      if (body.toString('utf8').replace(/\0$/, '') === password) return admit();
      refuse('28P01', `password authentication failed for user "${user}"`);
      return void socket.end();
    }
    if (kind === 'X') return void socket.end();
    if (kind === 'Q') {
      const one = /^\s*select\s+1\s*;?\s*\0?$/i.test(body.toString('utf8'));
      if (one)
        socket.write(
          Buffer.concat([columnOne, message('D', Buffer.from([0, 1, 0, 0, 0, 1, 0x31])), message('C', 'SELECT 1\0')]),
        );
      else
        refuse(
          '0A000',
          'the stand-in for PostgreSQL answers SELECT 1 only: install PostgreSQL on this machine for a real one',
        );
      return void ready();
    }
    if (kind === 'P')
      refuse(
        '0A000',
        'the stand-in for PostgreSQL has no prepared statements: install PostgreSQL on this machine for a real one',
      );
    if (kind === 'S') ready();
  };
}

function message(kind: string, body: string | Buffer): Buffer {
  const content = typeof body === 'string' ? Buffer.from(body, 'utf8') : body;
  const head = Buffer.alloc(5);
  head.write(kind);
  head.writeInt32BE(content.length + 4, 1);
  return Buffer.concat([head, content]);
}

/** One column `?column?` of type int4. */
const columnOne = message(
  'T',
  Buffer.concat([
    Buffer.from([0, 1]),
    Buffer.from('?column?\0'),
    Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 23, 0, 4, 255, 255, 255, 255, 0, 0]),
  ]),
);
