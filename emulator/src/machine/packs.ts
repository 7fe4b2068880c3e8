import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { type BuildRequest, CommandFailed, type OnLine } from './machine.ts';

/** How a build pack wants something built: a Dockerfile over the context, as nixpacks and Coolify write one, too. */
export interface BuildPlan {
  dockerfile: string;
  /** What the builder calls the file in an error. */
  name: string;
}

/** Decides how to build what lies in `context`. Throws {@link CommandFailed} when the pack cannot. */
export async function planBuild(request: BuildRequest, context: string, onLine: OnLine): Promise<BuildPlan> {
  switch (request.buildPack) {
    case 'dockerfile':
    case 'dockercompose':
      return planDockerfile(request, context);
    case 'static':
      return planStatic(request, context);
    case 'nixpacks':
    case 'railpack':
      return planDetected(request, context, onLine);
  }
}

async function planDockerfile(request: BuildRequest, context: string): Promise<BuildPlan> {
  const location = posix.normalize(`/${request.dockerfileLocation ?? 'Dockerfile'}`).slice(1);
  if (request.dockerfile !== undefined) return { dockerfile: request.dockerfile, name: 'Dockerfile' };
  const file = join(context, location);
  if (!existsSync(file)) {
    const words = `ERROR: failed to solve: failed to read dockerfile: open ${location}: no such file or directory`;
    throw new CommandFailed('docker build', 1, words);
  }
  return { dockerfile: await readFile(file, 'utf8'), name: posix.basename(location) };
}

async function planStatic(request: BuildRequest, context: string): Promise<BuildPlan> {
  const folder = posix.normalize(`/${request.publishDirectory ?? '.'}`).slice(1) || '.';
  await writeFile(join(context, 'nginx.conf'), siteConfiguration(request.spa === true));
  const lines = [
    'FROM nginx:alpine',
    'WORKDIR /usr/share/nginx/html/',
    `COPY ${JSON.stringify([folder, '.'])}`,
    'RUN rm -f ./Dockerfile ./docker-compose.yaml ./.env ./nginx.conf',
    'COPY ./nginx.conf /etc/nginx/conf.d/default.conf',
  ];
  return { dockerfile: lines.join('\n'), name: 'Dockerfile' };
}

async function planDetected(request: BuildRequest, context: string, onLine: OnLine): Promise<BuildPlan> {
  const pack = request.buildPack;
  const app = existsSync(join(context, 'package.json')) ? await nodeApp(request, context) : undefined;
  const isStatic = !app && (existsSync(join(context, 'index.html')) || existsSync(join(context, 'Staticfile')));
  if (!app && !isStatic && request.commands.start === undefined)
    throw new CommandFailed(`${pack} plan`, 1, undetected(pack));

  const { install, build, start } = app ?? request.commands;
  const provider = app ? 'node' : isStatic ? 'staticfile' : 'shell';
  onLine(`${pack}: provider ${provider}`, 'stdout');
  for (const [phase, command] of Object.entries({ install, build, start })) {
    if (command !== undefined) onLine(`${pack}: ${phase.padEnd(7)} ${command}`, 'stdout');
  }
  const lines = [
    'FROM ghcr.io/railwayapp/nixpacks:ubuntu AS build',
    ...(app ? ['ENV NODE_ENV=production NPM_CONFIG_PRODUCTION=false'] : []),
    'WORKDIR /app/',
    'COPY . /app/.',
    ...(install === undefined ? [] : [`RUN ${install}`]),
    ...(build === undefined ? [] : [`RUN ${build}`]),
  ];
  const published = request.publishDirectory ?? (isStatic && start === undefined ? '.' : undefined);
  if (published !== undefined) {
    await writeFile(join(context, 'nginx.conf'), siteConfiguration(request.spa === true));
    lines.push(
      'FROM nginx:alpine',
      'WORKDIR /usr/share/nginx/html/',
      `COPY --from=build ${JSON.stringify([posix.join('/app', published), '.'])}`,
      'RUN rm -f ./nginx.conf',
      'COPY ./nginx.conf /etc/nginx/conf.d/default.conf',
    );
    // A site that nixpacks found out by itself is served on PORT; what Coolify serves, as a static site, on 80.
    if (request.publishDirectory === undefined) lines.push(`CMD ${serveOnPort}`);
  } else if (start === undefined) {
    throw new CommandFailed(`${pack} plan`, 1, 'Error: No start command could be found');
  } else lines.push(`CMD ${start.replace(/\s*\n\s*/g, ' ')}`);
  return { dockerfile: lines.join('\n'), name: '.nixpacks/Dockerfile' };
}

const serveOnPort =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell fills it in
  'sed -i "s/listen 80/listen ${PORT:-80}/" /etc/nginx/conf.d/default.conf && exec nginx -g "daemon off;"';

interface Commands {
  install: string | undefined;
  build: string | undefined;
  start: string | undefined;
}

/** What a Node app says of itself, unless the application's own commands say otherwise. */
async function nodeApp(request: BuildRequest, context: string): Promise<Commands> {
  const has = (file: string) => existsSync(join(context, file));
  const manifest = await readManifest(join(context, 'package.json'));
  const scripts = record(manifest.scripts);
  const needed = ['dependencies', 'devDependencies', 'optionalDependencies'].some(
    (kind) => Object.keys(record(manifest[kind])).length > 0,
  );
  const manager = has('pnpm-lock.yaml') ? 'pnpm' : has('yarn.lock') ? 'yarn' : 'npm';
  const installs = {
    npm: has('package-lock.json') || has('npm-shrinkwrap.json') ? 'npm ci' : 'npm install',
    yarn: 'yarn install --frozen-lockfile',
    pnpm: 'pnpm install --frozen-lockfile',
  };
  const main = typeof manifest.main === 'string' ? manifest.main : has('index.js') ? 'index.js' : undefined;
  const { install, build, start } = request.commands;
  return {
    install: install ?? (needed ? installs[manager] : undefined),
    build: build ?? (scripts.build === undefined ? undefined : `${manager} run build`),
    start: start ?? (scripts.start === undefined ? main && `node ${main}` : `${manager} run start`),
  };
}

async function readManifest(file: string): Promise<Record<string, unknown>> {
  try {
    return record(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new CommandFailed('nixpacks plan', 1, `Error: Error reading package.json as JSON: ${error.message}`);
  }
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};

const undetected = (pack: string) =>
  pack === 'railpack'
    ? 'Error: Railpack could not determine how to build the app. (The emulator builds Node apps and static sites.)'
    : 'Nixpacks was unable to generate a build plan for this app.\nPlease check the documentation for supported languages: https://nixpacks.com\n(The emulator builds Node apps and static sites.)';

/** Pages without their `.html` are found, as in the configuration that Coolify writes for static sites. */
const siteConfiguration = (spa: boolean) => `server {
    listen 80;
    root /usr/share/nginx/html;
    index index.html index.htm;
    location / {
        try_files $uri $uri.html $uri/index.html $uri/index.htm ${spa ? '/index.html' : '=404'};
    }
    error_page 404 /404.html;
}
`;
