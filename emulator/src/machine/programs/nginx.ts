/** A stand-in for nginx: serves files as the site configuration in the image says, and logs as nginx does. */
import { createReadStream, readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { extname, join, posix } from 'node:path';

interface Directive {
  words: string[];
  block: Directive[];
}

interface Site {
  listen: number;
  directives: Directive[];
}

const version = '1.26.3';
const root = process.env.EMULATOR_ROOT ?? '/';
const started = new Date();

/** Reads nginx's configuration language: words ended by `;`, or by a block in braces. */
function parse(text: string): Directive[] {
  const tokens = text.replace(/#[^\n]*/g, '').match(/"(?:[^"\\]|\\.)*"|'[^']*'|[;{}]|[^\s;{}]+/g) ?? [];
  let at = 0;
  const block = (): Directive[] => {
    const directives: Directive[] = [];
    let words: string[] = [];
    while (at < tokens.length) {
      const token = tokens[at++] ?? '';
      if (token === '}') return directives;
      if (token === ';') directives.push({ words, block: [] });
      else if (token === '{') directives.push({ words, block: block() });
      else words.push(token.replace(/^(["'])(.*)\1$/s, '$2'));
      if (token === ';' || token === '{') words = [];
    }
    return directives;
  };
  return block();
}

function readSite(): Site {
  const folder = join(root, 'etc/nginx/conf.d');
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.conf'))
    .map((file) => join(folder, file));
  const own = join(root, 'etc/nginx/nginx.conf');
  const texts = [...(isFile(own) ? [own] : []), ...files].map((file) => readFileSync(file, 'utf8'));
  const flat = (directives: Directive[]): Directive[] =>
    directives.flatMap((one) => (one.words[0] === 'http' ? flat(one.block) : [one]));
  const server = texts.flatMap((text) => flat(parse(text))).find(({ words }) => words[0] === 'server');
  if (!server) fail('no "server" is configured in /etc/nginx/conf.d');
  const listen = Number.parseInt(values(server.block, 'listen')?.[0]?.replace(/^.*:(?=\d+$)/, '') ?? '80', 10);
  return { listen, directives: server.block };
}

const values = (directives: Directive[], name: string): string[] | undefined =>
  directives.find(({ words }) => words[0] === name)?.words.slice(1);

function fail(message: string): never {
  console.error(`${logTime()} [emerg] 1#1: ${message}`);
  process.exit(1);
}

/** As nginx chooses: `=` exactly, else the first `~` that matches, else the longest prefix. */
function locate(site: Site, path: string): Directive[] {
  const locations = site.directives.filter(({ words }) => words[0] === 'location');
  const exact = locations.find(({ words }) => words[1] === '=' && words[2] === path);
  const pattern = locations.find(
    ({ words }) => /^~\*?$/.test(words[1] ?? '') && new RegExp(words[2] ?? '', words[1] === '~*' ? 'i' : '').test(path),
  );
  const prefixes = locations
    .map(({ words, block }) => ({ prefix: words[1] === '^~' ? (words[2] ?? '') : (words[1] ?? ''), block }))
    .filter(({ prefix }) => prefix.startsWith('/') && path.startsWith(prefix))
    .sort((a, b) => b.prefix.length - a.prefix.length);
  return (exact ?? pattern ?? prefixes[0])?.block ?? [];
}

interface Answer {
  status: number;
  file?: string;
  location?: string;
  text?: string;
}

function answer(site: Site, path: string, depth = 0): Answer {
  const here = locate(site, path);
  const setting = (name: string) => values(here, name) ?? values(site.directives, name);
  const returned = values(here, 'return') ?? values(site.directives, 'return');
  if (returned) {
    const [code = '', text] = returned;
    const status = Number(code);
    return status >= 300 && status < 400 && text
      ? { status, location: text.replaceAll('$uri', path).replaceAll('$request_uri', path) }
      : { status: status || 302, text: text ?? '' };
  }
  if (values(here, 'proxy_pass')) {
    console.error(`${logTime()} [error] 8#8: the stand-in for nginx does not proxy`);
    return { status: 502 };
  }
  const folder = (setting('root') ?? ['/usr/share/nginx/html'])[0] ?? '';
  const base = folder.startsWith('/') ? join(root, folder) : join(root, 'etc/nginx', folder);
  const index = setting('index') ?? ['index.html'];
  const inFolder = (name: string) => index.map((file) => join(base, name, file)).find(isFile);
  const tries = setting('try_files');
  for (const attempt of tries?.slice(0, -1) ?? ['$uri', '$uri/']) {
    const name = attempt.replaceAll('$uri', path);
    const file = join(base, name);
    if (!name.endsWith('/') && isFile(file)) return { status: 200, file };
    const found = name.endsWith('/') ? inFolder(name) : undefined;
    if (found && !path.endsWith('/')) return { status: 301, location: `${path}/` };
    if (found) return { status: 200, file: found };
  }
  const last = tries?.at(-1);
  if (last?.startsWith('=')) return { status: Number(last.slice(1)) };
  if (last?.startsWith('/') && depth < 10) return answer(site, last.replaceAll('$uri', path), depth + 1);
  console.error(
    `${logTime()} [error] 8#8: *1 open() "${posix.join(folder, path)}" failed (2: No such file or directory)`,
  );
  return { status: 404 };
}

function errorFile(site: Site, status: number): string | undefined {
  const page = site.directives
    .find(({ words }) => words[0] === 'error_page' && words.includes(String(status)))
    ?.words.at(-1);
  const base = values(site.directives, 'root')?.[0] ?? '/usr/share/nginx/html';
  const file = page === undefined ? undefined : join(root, base, page);
  return file !== undefined && isFile(file) ? file : undefined;
}

function serve(site: Site, request: IncomingMessage, response: ServerResponse): void {
  const given = (request.url ?? '/').split('?')[0] ?? '/';
  const path = safePath(given);
  const result: Answer =
    path === undefined
      ? { status: 400 }
      : ['GET', 'HEAD'].includes(request.method ?? '')
        ? answer(site, path)
        : { status: 405 };
  const file = result.file ?? (result.status >= 400 ? errorFile(site, result.status) : undefined);
  const stats = file === undefined ? undefined : statSync(file);
  const unchanged = stats !== undefined && result.status === 200 && request.headers['if-none-match'] === etag(stats);
  const status = unchanged ? 304 : result.status;
  response.on('close', () => logAccess(request, status, Number(response.getHeader('content-length') ?? 0)));
  response.setHeader('server', `nginx/${version}`);
  if (result.location !== undefined) response.setHeader('location', result.location);
  if (file === undefined || stats === undefined) {
    const text =
      result.text ??
      `<html>\r\n<head><title>${status} ${words[status] ?? ''}</title></head>\r\n<body>\r\n<center><h1>${status} ${words[status] ?? ''}</h1></center>\r\n<hr><center>nginx/${version}</center>\r\n</body>\r\n</html>\r\n`;
    response.writeHead(status, {
      'content-type': result.text === undefined ? 'text/html' : 'text/plain',
      'content-length': Buffer.byteLength(text),
    });
    return void response.end(request.method === 'HEAD' ? undefined : text);
  }
  response.setHeader('etag', etag(stats));
  response.setHeader('last-modified', stats.mtime.toUTCString());
  if (unchanged) return void response.writeHead(304).end();
  response.writeHead(status, {
    'content-type': types[extname(file)] ?? 'application/octet-stream',
    'content-length': stats.size,
  });
  if (request.method === 'HEAD') return void response.end();
  createReadStream(file)
    .on('error', () => response.destroy())
    .pipe(response);
}

/** Undefined for what cannot be decoded or leads out of the site. */
function safePath(given: string): string | undefined {
  try {
    const path = posix.normalize(decodeURIComponent(given));
    return path.startsWith('/') && !path.includes('\0') ? path : undefined;
  } catch {
    return undefined; // a broken escape
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

const etag = (stats: Stats) => `"${Math.floor(stats.mtimeMs / 1000).toString(16)}-${stats.size.toString(16)}"`;

const words: Record<number, string> = {
  301: 'Moved Permanently',
  302: 'Found',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Not Allowed',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
};

const types: Record<string, string> = {
  '.html': 'text/html',
  '.htm': 'text/html',
  '.css': 'text/css',
  '.js': 'application/javascript',
  '.mjs': 'application/javascript',
  '.json': 'application/json',
  '.txt': 'text/plain',
  '.xml': 'text/xml',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.pdf': 'application/pdf',
  '.webmanifest': 'application/manifest+json',
};

const logTime = () => new Date().toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ');

function logAccess(request: IncomingMessage, status: number, size: number): void {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date().toUTCString()) ?? [];
  const from = request.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '-';
  const header = (name: string) => request.headers[name] ?? '-';
  console.log(
    `${from} - - [${day}/${month}/${year}:${time} +0000] "${request.method} ${request.url} HTTP/${request.httpVersion}" ${status} ${size} "${header('referer')}" "${header('user-agent')}" "${header('x-forwarded-for')}"`,
  );
}

const site = readSite();
if (process.argv.includes('-t')) {
  console.error(
    'nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\nnginx: configuration file /etc/nginx/nginx.conf test is successful',
  );
  process.exit(0);
}
const server = createServer((request, response) => serve(site, request, response));
server.on('error', (error) => fail(`bind() to 0.0.0.0:${site.listen} failed (${error.message})`));
server.listen(site.listen, () => {
  console.log('/docker-entrypoint.sh: Configuration complete; ready for start up');
  for (const line of [
    'using the "epoll" event method',
    `nginx/${version}`,
    `OS: ${process.platform}`,
    'start worker processes',
    'start worker process 9',
  ]) {
    console.error(`${logTime()} [notice] 1#1: ${line}`);
  }
});
for (const signal of ['SIGTERM', 'SIGQUIT', 'SIGINT'] as const) {
  process.on(signal, () => {
    console.error(
      `${logTime()} [notice] 1#1: signal ${signal} received, ${signal === 'SIGQUIT' ? 'shutting down' : 'exiting'} after ${Math.round((Date.now() - started.getTime()) / 1000)} s`,
    );
    server.close(() => process.exit(0));
    server.closeIdleConnections();
    if (signal !== 'SIGQUIT') process.exit(0);
  });
}
