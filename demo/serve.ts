import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { startEmulator } from 'coolify-emulator';
import { makeProbe } from '../src/probe/probe.ts';
import { makeRepository } from './repository.ts';
import { type Check, check, type Shown, say } from './say.ts';

/** Slow enough that the server can be killed while Coolify builds. */
const SPEED = 6;
const HOST = 'team.localhost';

/**
 * A team: one server on PostgreSQL, two agents over HTTP. One creates an app, the other watches it; the server is
 * killed in the middle, and its successor finishes the run.
 */
export async function demoServe(
  { once: ends, port }: { once: boolean; port?: string | undefined },
  root: string,
): Promise<Check[]> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-demo-'));
  await using undo = new AsyncDisposableStack();
  undo.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const checks: Check[] = [];
  const started = performance.now();

  say.title('A Coolify, a repository, a server');
  await makeRepository(join(folder, 'git'), 'hello-web', join(root, 'examples/hello-web'));
  const emulator = await startEmulator({
    git: { 'git.example.test': join(folder, 'git') },
    speed: SPEED,
    rateLimit: Number.POSITIVE_INFINITY,
  });
  undo.defer(() => emulator.close());
  const env = {
    COOLIFY_API_URL: emulator.url,
    COOLIFY_API_TOKEN: emulator.tokens.root ?? '',
    FAIRLEAD_DATA_DIR: join(folder, 'data'),
    FAIRLEAD_PROBE_VIA: `${emulator.proxy.host}:${emulator.proxy.port}`,
    BACKEND_PORT: port ?? '8100',
  };
  const first = await startServer(root, env);
  undo.defer(() => stop(server));
  let server = first.child;
  const { url, key, elsewhere } = first;
  // PostgreSQL does not run as root, and then lies where its own user may go.
  if (elsewhere) undo.defer(() => rm(elsewhere, { recursive: true, force: true }));
  if (key === undefined) throw new Error('the server made no key, though its data folder is new');
  say.line(`\`fairlead serve\` answers at ${url}, with a PostgreSQL of its own, and has made the owner's key.`);

  const builder = await connect(url, key, 'builder');
  say.line('Two MCP clients are connected over HTTP: a builder and a watcher.');
  say.title('The builder calls create_app; the server is killed while Coolify builds');
  const killed = Promise.withResolvers<void>();
  // The connection is cut under it, so what it would answer is not waited for.
  void builder
    .callTool(
      {
        name: 'create_app',
        arguments: { repo: 'http://git.example.test/acme/hello-web.git', name: 'team', domain: `http://${HOST}` },
      },
      {
        timeout: 120_000,
        resetTimeoutOnProgress: true,
        onprogress({ message = '' }) {
          say.progress(message);
          if (message.includes('Building docker image')) killed.resolve();
        },
      },
    )
    .catch(() => undefined);
  await killed.promise;
  server.kill('SIGKILL');
  await once(server, 'close');
  say.line('kill -9');

  const second = await startServer(root, env);
  server = second.child;
  say.line(`The server is up again at ${second.url}.`);

  say.title('The watcher asks what became of it');
  const watcher = await connect(url, key, 'watcher');
  const { runs } = (await answerOf(watcher, 'list_runs', {})) as unknown as {
    runs: { run_id: string; doing: string }[];
  };
  const run = runs[0];
  if (!run) throw new Error('the run is not in the list');
  say.line(`${run.run_id}: ${run.doing}`);
  const end = await waitFor(watcher, run.run_id);
  say.answer(end);
  checks.push(check('the run was finished by the next process', end.status === 'success'));
  checks.push(
    check(
      'there is one app and one deployment, not two',
      emulator.state.applications.all().length === 1 && emulator.state.deployments.all().length === 1,
    ),
  );
  const seen = await makeProbe({ via: emulator.proxy })(`http://${HOST}/`);
  checks.push(check('the app is live', seen.reached && seen.status === 200 && seen.body.includes('from version 1')));

  say.title('What was seen');
  for (const one of checks) say.check(one);
  say.line(`in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  await Promise.all([builder.close(), watcher.close()].map((closing) => closing.catch(() => undefined)));
  if (ends) return checks;

  say.line(`\nIt all stays up until Ctrl-C. To let your own agent work with it:`);
  say.line(`claude mcp add --transport http fairlead ${url}/mcp --header "Authorization: Bearer ${key}"`);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
  });
  return checks;
}

/** Starts the server and waits for its word; the key is told by the first start only. */
async function startServer(
  root: string,
  env: Record<string, string>,
): Promise<{ child: ChildProcess; url: string; key: string | undefined; elsewhere: string | undefined }> {
  const child = spawn(process.execPath, [join(root, 'src/server.ts'), 'serve'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let told = '';
  const ready = Promise.withResolvers<void>();
  const listen = (chunk: Buffer) => {
    told += chunk.toString();
    if (/Connect an agent/.test(told)) ready.resolve();
  };
  child.stdout?.on('data', listen);
  child.stderr?.on('data', listen);
  child.once('exit', () => ready.reject(new Error(told.trim() || 'the server ended without a word')));
  await ready.promise;
  return {
    child,
    url: /answers at (\S+)/.exec(told)?.[1] ?? '',
    key: /dk_live_[\w-]+/.exec(told)?.[0],
    elsewhere: /"database_elsewhere","folder":"([^"]+)"/.exec(told)?.[1],
  };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'close');
}

async function connect(url: string, key: string, name: string): Promise<Client> {
  const client = new Client({ name, version: '1.0.0' });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${url}/mcp`), {
      requestInit: { headers: { authorization: `Bearer ${key}` } },
    }),
  );
  return client;
}

async function answerOf(
  client: Client,
  name: string,
  args: Record<string, unknown>,
): Promise<Shown & { status: string }> {
  say.call(name, args);
  const { structuredContent } = await client.callTool({ name, arguments: args }, { timeout: 60_000 });
  return structuredContent as Shown & { status: string };
}

async function waitFor(client: Client, id: string): Promise<Shown & { status: string }> {
  for (;;) {
    const answer = await answerOf(client, 'get_run', { id, wait_seconds: 30 });
    if (answer.status !== 'pending') return answer;
  }
}
