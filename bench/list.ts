import { startEmulator } from 'coolify-emulator';
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { bounded, compared, median, mib, ms, type Part } from './figures.ts';
import { readyAnswers } from './ready.ts';
import { callTool, PEER, SERVERS } from './servers.ts';

const APPS = 2_000;
/** Of both servers together they stay within the 200 requests that Coolify allows a minute. */
const CALLS = 20;
const WARM_UP = 5;

/** A list of many applications, fetched anew each time. */
export async function list(): Promise<Part> {
  await using world = await manyApps();
  const { url, token } = world;
  await using ours = await SERVERS.ours(url, token);
  await using peer = await SERVERS.peer(url, token);
  await using ready = await readyAnswers(url);
  await using oursReady = await SERVERS.ours(ready.url, token);
  const taken = { ours: [] as number[], peer: [] as number[], bare: [] as number[], ready: [] as number[] };
  let left = 0;
  let text = { ours: '', peer: '' };
  for (let i = -WARM_UP; i < CALLS; i++) {
    if (i === 0) for (const times of Object.values(taken)) times.length = 0;
    text = {
      ours: await timed(taken.ours, () => callTool(ours, 'list_applications')),
      peer: await timed(taken.peer, () => callTool(peer, 'list_applications')),
    };
    left = await timed(taken.bare, () => bare(url, token));
    await timed(taken.ready, () => callTool(oursReady, 'list_applications'));
  }
  const { total } = JSON.parse(text.ours) as { total: number };
  if (total !== APPS) throw new Error(`the list has ${total} applications`);
  const tokens = { ours: encode(text.ours).length, peer: encode(text.peer).length };
  const inTokens = (value: number) => `${value.toLocaleString('en')} tokens`;
  return {
    title: `A list of ${APPS.toLocaleString('en')} applications`,
    how: `Medians of ${CALLS} calls after ${WARM_UP} to warm up, each fetched anew. Making the answer takes the emulator most of the time, so a call is also measured against the same bytes from a server that has them ready.`,
    figures: [
      bounded('one page, with the total and a cursor', tokens.ours, 2000, inTokens),
      compared('the whole answer', [tokens.ours, tokens.peer], inTokens, PEER),
      bounded('time of a call, where Coolify answers at once', median(taken.ready), 20, ms),
      compared('time of a call, the emulator’s own time with it', [median(taken.ours), median(taken.peer)], ms, PEER),
      compared('the same', [median(taken.ours), median(taken.bare)], ms, 'bare fetch and JSON.parse of the same'),
      {
        what: 'left of 200 requests a minute after all calls of both: none was refused',
        ours: String(left),
        goal: { words: 'more than 0', reached: left > 0 },
      },
      compared('memory (RSS) after these calls', [ours.rss(), peer.rss()], mib, PEER),
    ],
  };
}

async function timed<T>(times: number[], call: () => Promise<T>): Promise<T> {
  const since = performance.now();
  const answer = await call();
  times.push(performance.now() - since);
  return answer;
}

/** What any client has to do at least: fetch and parse. Returns how many requests are left. */
async function bare(url: string, token: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  const servers = await fetch(`${url}/api/v1/servers`, { headers });
  let left = 0;
  for (const { uuid } of (await servers.json()) as { uuid: string }[]) {
    const resources = await fetch(`${url}/api/v1/servers/${uuid}/resources`, { headers });
    await resources.json();
    left = Number(resources.headers.get('x-ratelimit-remaining'));
  }
  return left;
}

/** An emulated Coolify, with its rate limit, and that many applications on one server. */
async function manyApps() {
  const emulator = await startEmulator();
  const token = emulator.tokens.root ?? '';
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const ask = async (path: string, body?: object) => {
    const response = await fetch(`${emulator.url}/api/v1${path}`, {
      headers,
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Record<string, string>;
  };
  const [server] = (await ask('/servers')) as unknown as { uuid: string }[];
  const project = await ask('/projects', { name: 'bench' });
  await ask('/applications/public', {
    project_uuid: project.uuid,
    server_uuid: server?.uuid,
    environment_name: 'production',
    git_repository: 'https://git.example.test/acme/shop',
    git_branch: 'main',
    build_pack: 'nixpacks',
    ports_exposes: '3000',
    name: 'shop-0000',
  });
  const { applications } = emulator.state;
  const { id, ...first } = applications.all()[0]!;
  for (let i = 1; i < APPS; i++) {
    const uuid = `${first.uuid.slice(0, -4)}${String(i).padStart(4, '0')}`;
    applications.insert({ ...first, uuid, name: `shop-${String(i).padStart(4, '0')}`, status: 'running:healthy' });
  }
  return {
    url: emulator.url,
    token,
    [Symbol.asyncDispose]: () => emulator.close(),
  };
}
