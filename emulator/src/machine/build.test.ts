import { existsSync, readdirSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { withVariables } from './stages.ts';
import {
  buildApp,
  eventually,
  type Files,
  get,
  machineWith,
  makeRepository,
  openMachine,
  temporaryFolder,
} from './test-machine.ts';

const server = `require('node:http').createServer((q, r) => r.end(process.env.NAME + ' ' + q.url)).listen(process.env.PORT || 3000, () => console.log('listening'))`;

/** Builds the files, runs the image and asks its page. */
async function served(files: Files, request: Parameters<typeof buildApp>[1], path = '/', port = 3000) {
  const machine = await machineWith(files);
  const { lines, failure } = await buildApp(machine, request);
  if (failure) throw failure;
  const container = await machine.run({
    name: 'app',
    labels: {},
    image: 'app:1',
    variables: { NAME: 'app', PORT: String(port) },
    port,
  });
  machine.route('app.test', [{ container: 'app', port }]);
  const answer = await eventually(async () => {
    const now = await get(machine, 'app.test', path);
    return now.status === 502 || now.status === 503 ? undefined : now;
  });
  return { machine, container, lines, answer };
}

test('nixpacks: a Node app with dependencies, a build and a start script', async () => {
  const { answer, lines, container } = await served(
    {
      'package.json': JSON.stringify({
        name: 'app',
        scripts: { build: 'node build.js', start: 'node server.js' },
        dependencies: { part: 'file:./part' },
      }),
      'part/package.json': JSON.stringify({ name: 'part', version: '1.0.0', main: 'index.js' }),
      'part/index.js': 'module.exports = "from the part"',
      'build.js': `require('node:fs').writeFileSync('built.txt', require('part') + ' ' + process.env.WORD); console.log('compiled')`,
      'server.js': `const text = require('node:fs').readFileSync('built.txt', 'utf8'); require('node:http').createServer((q, r) => r.end(text)).listen(process.env.PORT)`,
    },
    { buildPack: 'nixpacks', variables: { WORD: 'and a variable' } },
  );
  expect(answer.body).toBe('from the part and a variable');
  expect(lines.some((line) => /^#\d+ \d+\.\d+ compiled$/.test(line))).toBe(true);
  expect(lines).toContain('nixpacks: install npm install');
  expect(container.logs()).toContain('node server.js');
});

test('nixpacks: without scripts the main file is started, and nothing installed', async () => {
  const { answer, lines } = await served(
    { 'package.json': '{"main":"app.js"}', 'app.js': server },
    { buildPack: 'railpack' },
  );
  expect(answer.body).toBe('app /');
  expect(lines.join('\n')).not.toContain('npm');
});

test('nixpacks: a static site is found out, and served on PORT', async () => {
  const { answer } = await served({ 'index.html': 'home' }, { buildPack: 'nixpacks' });
  expect(answer).toMatchObject({ status: 200, body: 'home' });
});

test('nixpacks: what a build leaves in the publish folder is served', async () => {
  const build = `require('node:fs').mkdirSync('dist'); require('node:fs').writeFileSync('dist/index.html', 'built')`;
  const files = { 'package.json': '{"scripts":{"build":"node build.js"}}', 'build.js': build };
  const { answer } = await served(
    files,
    { buildPack: 'nixpacks', publishDirectory: '/dist', spa: true },
    '/deep/link',
    80,
  );
  expect(answer).toMatchObject({ status: 200, body: 'built' });
});

test('static: pages with and without their ending, folders, 404, and nothing of git or Coolify', async () => {
  const files = {
    'index.html': 'home',
    'about.html': 'about',
    'docs/index.html': 'docs',
    '404.html': 'lost',
    'a.css': 'body {}',
  };
  const { machine, answer, container } = await served(files, { buildPack: 'static' }, '/', 80);
  expect(answer).toMatchObject({
    status: 200,
    body: 'home',
    headers: { 'content-type': 'text/html', server: 'nginx/1.26.3' },
  });
  const page = async (path: string) => {
    const { status, body } = await get(machine, 'app.test', path);
    return `${status} ${body}`;
  };
  expect(await page('/about')).toBe('200 about');
  expect(await page('/about.html')).toBe('200 about');
  expect(await page('/docs/')).toBe('200 docs');
  for (const path of ['/nothing', '/.git/config', '/nginx.conf', '/../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd'])
    expect(await page(path)).toBe('404 lost');
  const { headers } = await get(machine, 'app.test', '/a.css');
  expect(headers['content-type']).toBe('text/css');
  expect(
    (await get(machine, 'app.test', '/a.css', { headers: { 'if-none-match': String(headers.etag) } })).status,
  ).toBe(304);
  expect(container.logs()).toContain('Configuration complete; ready for start up');
  await eventually(() => /"GET \/about HTTP\/1.1" 200 5 /.test(container.logs()));
});

test('dockerfile: stages, arguments, variables, copies and a health check', async () => {
  const dockerfile = `
ARG BASE=node:22-slim
FROM \${BASE} AS tools
RUN mkdir -p /out && echo "made $STAMP" > /out/stamp.txt
FROM unused-and-unknown AS never
RUN exit 1
FROM \${BASE}
ARG COLOUR=red
ENV TITLE="a $COLOUR app" \\
    OTHER=x
WORKDIR /srv/app
COPY *.js data/ ./
ADD lib ./lib/
COPY --from=tools /out/ /srv/app/
RUN apt-get update && rm -rf /var/lib/apt/lists/* && adduser app && chown -R app /srv && test -f lib/part.js && touch "/srv/app/$OTHER.made"
LABEL org.test=1
USER app
EXPOSE 4000/tcp
HEALTHCHECK --interval=1s CMD ["node", "-e", "fetch('http://localhost:4000/')"]
CMD ["node", "server.js"]
`;
  const code = `const fs = require('node:fs'); require('node:http').createServer((q, r) => r.end(JSON.stringify({ title: process.env.TITLE, colour: process.env.COLOUR, files: fs.readdirSync('.').sort(), stamp: fs.readFileSync('stamp.txt', 'utf8') }))).listen(4000)`;
  const files = {
    Dockerfile: dockerfile,
    'server.js': code,
    'data/a.txt': 'a',
    'lib/part.js': '',
    'notes.md': '',
    'secret.js': '',
    '.dockerignore': 'secret.js\n',
  };
  const { answer, machine, lines, container } = await served(
    files,
    { variables: { COLOUR: 'blue', STAMP: 'today' } },
    '/',
    4000,
  );
  expect(JSON.parse(answer.body)).toEqual({
    title: 'a blue app',
    files: ['a.txt', 'lib', 'server.js', 'stamp.txt', 'x.made'],
    stamp: 'made today\n',
  });
  expect(machine.images('app')).toMatchObject([{ reference: 'app:1', repository: 'app', tag: '1', exposes: [4000] }]);
  expect(lines).toContain("USER app is passed over: everything runs as the emulator's own user");
  expect(lines.some((line) => /^#\d+ \[tools 2\/2\] RUN mkdir/.test(line))).toBe(true);
  expect(lines.some((line) => /^#\d+ \[stage-2 3\/6\] COPY \*\.js data\/ \.\/$/.test(line))).toBe(true);
  await container.waitFor(({ health }) => health === 'healthy');
});

test("a failing command ends the build in the builder's form", async () => {
  // deploy-git 10
  const command = 'echo "compiling assets" && echo "error: cannot find module acme-assets" >&2 && exit 1';
  const machine = await machineWith({
    Dockerfile: `FROM nginx:alpine\nRUN ${command}\nCOPY index.html /usr/share/nginx/html/index.html\nEXPOSE 80\n`,
  });
  const { failure } = await buildApp(machine, { variables: { COOLIFY_BRANCH: 'broken', PASSWORD: 'never shown' } });
  expect(failure).toMatchObject({ name: 'CommandFailed', command: 'docker build', exitCode: 1 });
  const output = (failure as unknown as { output: string }).output.replace(/\d\.\d{3}/g, '0.083');
  const process = `process ${JSON.stringify(`/bin/sh -c ${command}`)} did not complete successfully: exit code: 1`;
  expect(output).toContain(
    `#5 [2/3] RUN ${command}\n#5 0.083 compiling assets\n#5 0.083 error: cannot find module acme-assets\n#5 ERROR: ${process}\n------\n > [2/3] RUN ${command}:\n0.083 compiling assets\n0.083 error: cannot find module acme-assets\n------\n`,
  );
  expect(
    output.endsWith(`Dockerfile:4
--------------------
   2 |     ARG COOLIFY_BRANCH=broken
   3 |     ARG PASSWORD
   4 | >>> RUN ${command}
   5 |     COPY index.html /usr/share/nginx/html/index.html
   6 |     EXPOSE 80
--------------------
ERROR: failed to solve: ${process}`),
  ).toBe(true);
  expect(output).not.toContain('never shown');
  expect(machine.images()).toMatchObject([{ reference: 'nginx:alpine' }]);
});

test.each([
  [
    'FROM no/such:1',
    'ERROR: failed to solve: no/such:1: failed to resolve source metadata for docker.io/no/such:1: docker.io/no/such:1: not found',
  ],
  ['FROM alpine\nCOPY missing.txt /', 'failed to calculate checksum of ref'],
  ['FROM alpine\nCOPY ../../etc/passwd /', '"/etc/passwd": not found'],
  ['FROM alpine\nBUILD it', 'ERROR: failed to solve: dockerfile parse error on line 2: unknown instruction: BUILD'],
  ['FROM alpine\nONBUILD RUN id', 'dockerfile parse error on line 2: the emulator does not carry out ONBUILD'],
  [
    'FROM alpine\nRUN apk add --no-cache no-such-program',
    'ERROR: unable to select packages:\n#5 0.000   no-such-program (no such package):',
  ],
])('%j fails', async (dockerfile, words) => {
  const machine = await machineWith({ Dockerfile: dockerfile });
  const { failure, lines } = await buildApp(machine);
  expect(failure).toMatchObject({ command: 'docker build' });
  expect(lines.join('\n').replace(/\d\.\d{3} /g, '0.000 ')).toContain(words);
});

test('a package that is a program of this machine counts as installed', async () => {
  const machine = await machineWith({
    Dockerfile:
      'FROM alpine\nRUN apk add --no-cache git ca-certificates && apt-get install -y --no-install-recommends git=1.2',
  });
  expect((await buildApp(machine)).failure).toBeUndefined();
});

test('a Dockerfile of its own, another base directory and location', async () => {
  const machine = await machineWith({ 'web/deploy/Web.dockerfile': 'FROM alpine\nCOPY a.txt /', 'web/a.txt': '' });
  expect(
    (await buildApp(machine, { baseDirectory: '/web', dockerfileLocation: '/deploy/Web.dockerfile' })).failure,
  ).toBeUndefined();
  expect((await buildApp(machine, { baseDirectory: '/web' })).failure?.message).toContain(
    'failed to read dockerfile: open Dockerfile: no such file or directory',
  );
  expect((await buildApp(machine, { baseDirectory: '/nowhere' })).failure?.message).toContain("can't cd to /nowhere");
  const seen: string[] = [];
  await machine.build(
    {
      reference: 'own:latest',
      buildPack: 'dockerfile',
      dockerfile: 'FROM 127.0.0.1:5000/acme/hello:1.0.0\n',
      baseDirectory: '/',
      commands: {},
      variables: { COOLIFY_URL: 'http://x' },
      onDockerfile: (...both) => seen.push(...both),
    },
    () => {},
  );
  expect(seen).toEqual([
    'FROM 127.0.0.1:5000/acme/hello:1.0.0\n',
    'FROM 127.0.0.1:5000/acme/hello:1.0.0\nARG COOLIFY_URL=http://x\n',
  ]);
});

test('variables are written after each FROM, only those of Coolify with their value', () => {
  const variables = { COOLIFY_URL: 'http://x', TOKEN: 'secret', 'not a name': 'x' };
  expect(withVariables('FROM a AS b\nRUN x \\\nFROM not\nfrom b', variables)).toBe(
    'FROM a AS b\nARG COOLIFY_URL=http://x\nARG TOKEN\nRUN x \\\nFROM not\nfrom b\nARG COOLIFY_URL=http://x\nARG TOKEN',
  );
});

test('what nobody can build is said', async () => {
  const machine = await machineWith({ 'main.py': '' });
  expect((await buildApp(machine, { buildPack: 'nixpacks' })).failure?.message).toContain(
    'Nixpacks was unable to generate a build plan for this app.',
  );
  const broken = await machineWith({ 'package.json': '{' });
  expect((await buildApp(broken, { buildPack: 'nixpacks' })).failure?.message).toContain(
    'Error reading package.json as JSON',
  );
});

test('a build that is stopped leaves nothing and runs no further', async () => {
  const folder = await temporaryFolder();
  const host = await temporaryFolder();
  await makeRepository(host, 'acme/app.git', { Dockerfile: 'FROM alpine\nRUN echo waiting && sleep 600' });
  const machine = await openMachine({ folder, git: { 'git.example.test': host } });
  const stop = new AbortController();
  const source = { url: 'http://git.example.test/acme/app.git', ref: 'main' };
  const building = machine.build(
    { reference: 'app:1', source, buildPack: 'dockerfile', baseDirectory: '/', commands: {}, variables: {} },
    (line) => {
      if (line.endsWith(' waiting')) stop.abort(new Error('cancelled'));
    },
    stop.signal,
  );
  await expect(building).rejects.toThrow('cancelled');
  expect(machine.images('app')).toEqual([]);
});

test('compose: builds and images, in order', async () => {
  const compose = `services:
  web:
    build: { context: ./web, args: { WORD: hi } }
    depends_on: [cache]
    environment: { NAME: "\${NAME}" }
  cache: { image: "redis:7.2" }
`;
  const machine = await machineWith({
    'docker-compose.yaml': compose,
    'web/Dockerfile': `FROM node:22\nCOPY server.js /\nENV WORD=$WORD\nCMD ["node", "/server.js"]`,
    'web/server.js': server,
  });
  const image = await machine.build(
    {
      reference: 'stack:abc',
      source: { url: 'http://git.example.test/acme/app.git', ref: 'main' },
      buildPack: 'dockercompose',
      baseDirectory: '/',
      commands: {},
      variables: { NAME: 'web' },
    },
    () => {},
  );
  expect(image.services?.map(({ name, image: of, variables }) => ({ name, of, variables }))).toEqual([
    { name: 'cache', of: 'redis:7.2', variables: {} },
    { name: 'web', of: 'stack_web:abc', variables: { NAME: 'web' } },
  ]);
  expect(machine.images('stack_web')).toHaveLength(1);
});

const path = process.env.PATH;
afterEach(() => {
  process.env.PATH = path;
});

test('says so when npm is not there', async () => {
  const bin = join(await temporaryFolder(), 'bin');
  await mkdir(bin);
  const folders = (path ?? '').split(':').filter((folder) => existsSync(folder));
  const programs = new Map(
    folders.reverse().flatMap((folder) => readdirSync(folder).map((name) => [name, join(folder, name)])),
  );
  programs.delete('npm');
  await Promise.all([...programs].map(([name, file]) => symlink(file, join(bin, name))));
  process.env.PATH = bin;
  const machine = await machineWith({ 'package.json': '{"dependencies":{"x":"file:./x"},"main":"a.js"}', 'a.js': '' });
  const { failure } = await buildApp(machine, { buildPack: 'nixpacks' });
  expect(failure?.message).toContain('npm: not found');
  expect(failure?.message).toContain('exit code: 127');
});
