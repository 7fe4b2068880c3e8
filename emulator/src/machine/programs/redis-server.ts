/** Redis: the machine's own where it has one, else a stand-in that keeps strings in memory and logs as Redis does (run-databases 9). */
import { createServer, type Socket } from 'node:net';
import { become, realProgram } from './real-program.ts';

const args = process.argv.slice(2);
const { EMULATOR_OUTSIDE: outside = '127.0.0.1', EMULATOR_PORTS: ports = '{}' } = process.env;

const setting = (name: string) => {
  const at = args.indexOf(`--${name}`);
  return at === -1 ? undefined : args[at + 1];
};
const port = Number(setting('port') ?? 6379);

const real = realProgram('redis-server');
if (real) {
  const known: Record<string, number> = JSON.parse(ports);
  const place = ['--bind', outside, '--port', String(known[port] ?? port), '--protected-mode', 'no'];
  become(real, [...args, ...place]);
} else standIn();

function standIn(): void {
  const values = new Map<string, { value: string; expires: number | undefined }>();
  const password = setting('requirepass');

  const read = (key = '') => {
    const held = values.get(key);
    if (held?.expires !== undefined && held.expires <= Date.now()) values.delete(key);
    return values.get(key);
  };
  const bulk = (text: string | undefined) =>
    text === undefined ? '$-1\r\n' : `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
  const list = (items: string[]) => `*${items.length}\r\n${items.map(bulk).join('')}`;
  const number = (value: number) => `:${value}\r\n`;
  const ok = '+OK\r\n';

  const add = (key: string, by: number) => {
    const held = read(key);
    const sum = Number(held?.value ?? 0) + by;
    if (!Number.isInteger(sum)) return '-ERR value is not an integer or out of range\r\n';
    values.set(key, { value: String(sum), expires: held?.expires });
    return number(sum);
  };

  const commands: Record<string, (...words: string[]) => string> = {
    PING: (text) => (text === undefined ? '+PONG\r\n' : bulk(text)),
    ECHO: (text) => bulk(text),
    GET: (key) => bulk(read(key)?.value),
    SET: (key = '', value = '', ...options) => {
      const at = options.findIndex((word) => /^(EX|PX)$/i.test(word));
      const unit = /^EX$/i.test(options[at] ?? '') ? 1000 : 1;
      const flags = options.map((word) => word.toUpperCase());
      if ((flags.includes('NX') && read(key)) || (flags.includes('XX') && !read(key))) return bulk(undefined);
      values.set(key, { value, expires: at === -1 ? undefined : Date.now() + Number(options[at + 1]) * unit });
      return ok;
    },
    DEL: (...keys) => number(keys.filter((key) => values.delete(key)).length),
    EXISTS: (...keys) => number(keys.filter((key) => read(key)).length),
    INCR: (key = '') => add(key, 1),
    DECR: (key = '') => add(key, -1),
    INCRBY: (key = '', by = '') => add(key, Number(by)),
    MGET: (...keys) => `*${keys.length}\r\n${keys.map((key) => bulk(read(key)?.value)).join('')}`,
    EXPIRE: (key = '', seconds = '') => {
      const held = read(key);
      if (held) held.expires = Date.now() + Number(seconds) * 1000;
      return number(held ? 1 : 0);
    },
    TTL: (key) => {
      const held = read(key);
      return number(!held ? -2 : held.expires === undefined ? -1 : Math.ceil((held.expires - Date.now()) / 1000));
    },
    KEYS: (pattern = '*') => {
      const wanted = new RegExp(
        `^${pattern
          .replace(/[.+^${}()|[\]\\]/g, '\\$&')
          .replaceAll('*', '.*')
          .replaceAll('?', '.')}$`,
      );
      return list([...values.keys()].filter((key) => wanted.test(key) && read(key)));
    },
    DBSIZE: () => number(values.size),
    FLUSHALL: () => {
      values.clear();
      return ok;
    },
    SELECT: () => ok,
    CLIENT: () => ok,
    CONFIG: () => list([]),
    COMMAND: () => list([]),
    INFO: () =>
      bulk(
        `# Server\r\nredis_version:8.0.2\r\nredis_mode:standalone\r\nprocess_id:${process.pid}\r\ntcp_port:${port}\r\n# Keyspace\r\ndb0:keys=${values.size}\r\n`,
      ),
  };

  const serve = (socket: Socket) => {
    let admitted = password === undefined;
    let rest: Buffer = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      for (let next = readCommand(rest); next; next = readCommand(rest)) {
        rest = rest.subarray(next.length);
        const [name = '', ...words] = next.words;
        const verb = name.toUpperCase();
        if (verb === 'AUTH') {
          admitted = password === undefined || words.at(-1) === password;
          socket.write(admitted ? ok : '-WRONGPASS invalid username-password pair or user is disabled.\r\n');
        } else if (verb === 'QUIT') socket.end(ok);
        else if (!admitted) socket.write('-NOAUTH Authentication required.\r\n');
        else
          socket.write(commands[verb]?.(...words) ?? `-ERR unknown command '${name}', with args beginning with: \r\n`);
      }
    });
  };

  const server = createServer(serve);
  server.listen(port, () => {
    const log = (role: string, text: string) => console.log(`1:${role} ${time()} * ${text}`);
    log('C', 'oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo');
    log('C', 'Redis version=8.0.2, bits=64, commit=00000000, modified=0, pid=1, just started (a stand-in)');
    log('M', `Running mode=standalone, port=${port}.`);
    log('M', 'Server initialized');
    log('M', 'Ready to accept connections tcp');
    process.on('SIGTERM', () => {
      log('M', 'User requested shutdown...');
      log('M', 'Redis is now ready to exit, bye bye...');
      process.exit(0);
    });
  });
}

/** One command at the start of what came: an array of strings, or words on a line; undefined while it is incomplete. */
function readCommand(data: Buffer): { words: string[]; length: number } | undefined {
  let at = 0;
  const line = () => {
    const end = data.indexOf('\r\n', at);
    if (end === -1) return undefined;
    const text = data.toString('utf8', at, end);
    at = end + 2;
    return text;
  };
  const head = line();
  if (head === undefined) return undefined;
  if (!head.startsWith('*')) return { words: head.trim().split(/\s+/), length: at };
  const words: string[] = [];
  for (let left = Number(head.slice(1)); left > 0; left--) {
    const size = line();
    if (size === undefined) return undefined;
    const end = at + Number(size.slice(1));
    if (data.length < end + 2) return undefined;
    words.push(data.toString('utf8', at, end));
    at = end + 2;
  }
  return { words, length: at };
}

function time(): string {
  const now = new Date();
  const [, day, month, year, clock] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(now.toUTCString()) ?? [];
  return `${day} ${month} ${year} ${clock}.${String(now.getUTCMilliseconds()).padStart(3, '0')}`;
}
