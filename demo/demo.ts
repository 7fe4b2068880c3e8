import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { startEmulator } from 'coolify-emulator';
import { makeProbe } from '../src/probe/probe.ts';
import { makeRepository } from './repository.ts';
import { type Check, check, type Shown, say } from './say.ts';

const { values } = parseArgs({
  options: {
    once: { type: 'boolean', default: false },
    serve: { type: 'boolean', default: false },
    port: { type: 'string' },
  },
});

/** Emulated seconds in a real one: Coolify's own pace would make this six minutes long. */
const SPEED = 15;
const HOST = 'hello.localhost';

const root = new URL('..', import.meta.url).pathname;
const checks: Check[] = [];

try {
  requireGit();
  if (values.serve) await serveDemo();
  else await demo();
} catch (error) {
  say.problem(error);
  process.exitCode = 1;
}

async function serveDemo(): Promise<void> {
  const { demoServe } = await import('./serve.ts');
  const seen = await demoServe(values, root);
  if (!seen.every((one) => one.seen)) process.exitCode = 1;
}

/** One person with a Coolify: an agent over stdio takes a repository to a live URL, then two bad commits. */
async function demo(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-demo-'));
  await using undo = new AsyncDisposableStack();
  undo.defer(() => rm(folder, { recursive: true, force: true }));
  const started = performance.now();

  say.title('A Coolify, a repository, an agent');
  const repository = await makeRepository(join(folder, 'git'), 'hello-web', join(root, 'examples/hello-web'));
  const emulator = await startEmulator({
    git: { 'git.example.test': join(folder, 'git') },
    speed: SPEED,
    rateLimit: Number.POSITIVE_INFINITY,
    ...(values.port !== undefined && { port: Number(values.port) }),
  });
  undo.defer(() => emulator.close());
  const via = `${emulator.proxy.host}:${emulator.proxy.port}`;
  say.line(
    `Coolify's stand-in answers at ${emulator.url}, ${SPEED} times as fast as the real one; its proxy is ${via}.`,
  );

  const env = {
    COOLIFY_API_URL: emulator.url,
    COOLIFY_API_TOKEN: emulator.tokens.root ?? '',
    FAIRLEAD_DATA_DIR: join(folder, 'data'),
    FAIRLEAD_PROBE_VIA: via,
  };
  const client = new Client({ name: 'demo-agent', version: '1.0.0' });
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [join(root, 'src/bin.ts'), 'mcp'],
    env: { ...(process.env as Record<string, string>), ...env },
    stderr: 'inherit',
  });
  await client.connect(transport);
  undo.defer(() => client.close());
  const { tools } = await client.listTools();
  say.line(`An MCP client (the official SDK) is connected to \`fairlead mcp\`: ${tools.length} tools.`);

  const probe = makeProbe({ via: emulator.proxy });
  const call = caller(client);
  const app = {
    repo: 'http://git.example.test/acme/hello-web.git',
    name: 'hello',
    domain: `http://${HOST}`,
    env_vars: [{ key: 'GREETING', value: 'Good evening' }],
  };

  say.title('create_app, planned');
  say.plan(await call('create_app', { ...app, dry_run: true }));

  say.title('create_app, carried out');
  const created = await call('create_app', app);
  say.answer(created);
  checks.push(
    check('the new app is live', created.status === 'success' && (await shows(probe, 'Good evening from version 1'))),
  );
  checks.push(check('the commit that runs is the one pushed', created.details?.commit === (await repository.head())));

  say.title('A commit that does not build');
  await repository.push('Break the build', {
    'build.js': () => "throw new Error('template page.html has no title');\n",
  });
  const broken = await call('deploy_application', { name: 'hello' });
  say.answer(broken);
  checks.push(
    check(
      'the failed build was told, with its line',
      broken.status === 'rolled_back' && JSON.stringify(broken.incident).includes('has no title'),
    ),
  );
  checks.push(check('the old version still answers', await shows(probe, 'from version 1')));

  say.title('A commit that builds, and crashes at start');
  await repository.push('Mend the build, break the start', {
    'build.js': () => "import { copyFileSync } from 'node:fs';\ncopyFileSync('page.html', 'built.html');\n",
    'server.js': (text) => `throw new Error('DATABASE_URL is not set');\n${text}`,
    'page.html': (text) => text.replace('version 1', 'version 2'),
  });
  const crashed = await call('deploy_application', { name: 'hello' });
  say.answer(crashed);
  checks.push(
    check(
      'Coolify called it finished, and the crash was seen',
      crashed.status === 'rolled_back' && /restarted again and again/.test(crashed.error ?? ''),
    ),
  );
  checks.push(
    check('the version before was brought back and pinned', crashed.details?.pinned_commit === created.details?.commit),
  );
  checks.push(check('the URL answers with the old version', await shows(probe, 'from version 1')));

  say.title('What was seen');
  for (const one of checks) say.check(one);
  say.line(`in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  if (!checks.every(({ seen }) => seen)) process.exitCode = 1;
  if (values.once) return;

  say.connect(env, `http://${HOST}:${emulator.proxy.port}`);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
  });
}

type DemoAnswer = Shown & { status: string };

/** Calls a tool as an agent does, telling progress and logs as they come. */
function caller(client: Client) {
  return async (name: string, args: Record<string, unknown>): Promise<DemoAnswer> => {
    say.call(name, args);
    const result = await client.callTool(
      { name, arguments: args },
      { onprogress: ({ message }) => message && say.progress(message), resetTimeoutOnProgress: true, timeout: 300_000 },
    );
    return (result.structuredContent ?? { status: 'failed', error: JSON.stringify(result.content) }) as DemoAnswer;
  };
}

async function shows(probe: ReturnType<typeof makeProbe>, text: string): Promise<boolean> {
  const answer = await probe(`http://${HOST}/`);
  return answer.reached && answer.status === 200 && answer.body.includes(text);
}

function requireGit(): void {
  try {
    execFileSync('git', ['--version'], { stdio: 'ignore' });
  } catch {
    throw new Error(
      'git is not installed or not in PATH. Install it (for example: apt install git), then run the demo again.',
    );
  }
}
