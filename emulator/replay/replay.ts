import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { isBase64 } from '../src/applications/labels.ts';
import { type Emulator, startEmulator } from '../src/index.ts';
import { isObject, type Json, type JsonObject } from '../src/json.ts';
import { type Allowed, compareBodies, type Difference, type Names } from './compare.ts';
import { type Exchange, type Received, type Recording, type Step, valueAt } from './recording.ts';

export interface Result {
  scenario: string;
  total: number;
  replayed: number;
  failures: { n: number; call: string; differences: Difference[] }[];
}

interface Answer {
  status: number;
  headers: Headers;
  body?: Json;
  text?: string;
}

/** Milliseconds of the emulated clock by which a poll looks again, and after the recorded moment of which it gives up. */
const pollStep = 100;
const pollLimit = 90_000;
/** Milliseconds after a deployment's end within which a status may be either, by the recordings' README. */
const statusRace = 1000;
/** Real milliseconds for each step while a container has just been started: its program needs them to come up, or to crash. */
const realPause = 50;
/** The same while one crashes again and again: every start of its program takes real time, Docker's pauses between do not. */
const restartPause = 150;
/** Real milliseconds within which every call has to be answered. */
const answerLimit = 30_000;
const terminal = ['finished', 'failed', 'cancelled-by-user'];

/** Requests a minute; where the limit was lifted for a recording, its headers say a million. */
const coolifysLimit = 200;
const isLimited = ({ exchanges }: Recording) =>
  exchanges.some((step) => 'response' in step && step.response.headers['x-ratelimit-limit'] === String(coolifysLimit));

/** Plays one recording against a fresh emulator in the recordings' baseline; to its end, or to the first difference. */
export async function replay(recording: Recording, git: Record<string, string>, stops = false): Promise<Result> {
  const inbox: Received['received'][] = [];
  const hooks = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      inbox.push({
        method: request.method ?? '',
        path: request.url ?? '',
        headers,
        body: JSON.parse(Buffer.concat(chunks).toString() || '{}') as JsonObject,
      });
      response.end();
    });
  });
  await new Promise<void>((resolve) => hooks.listen(0, '127.0.0.1', resolve));
  const address = `127.0.0.1:${(hooks.address() as AddressInfo).port}`;
  const emulator = await startEmulator({
    baseline: 'recorded',
    startAt: Date.parse(recording.startedAt),
    speed: 0,
    git,
    rateLimit: isLimited(recording) ? coolifysLimit : Number.POSITIVE_INFINITY,
    hosts: Object.fromEntries(
      ['hooks.example.test', 's3.example.test', 'github.com', 'api.github.com', 'gitlab.com'].map((name) => [
        name,
        address,
      ]),
    ),
    onError: (error) => console.error(recording.scenario, error),
  });
  try {
    return await play(recording, emulator, inbox, stops);
  } finally {
    await emulator.close();
    await new Promise((resolve) => hooks.close(resolve));
  }
}

async function play(
  recording: Recording,
  emulator: Emulator,
  inbox: Received['received'][],
  stops: boolean,
): Promise<Result> {
  const ours: Record<string, string> = {};
  const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const result: Result = { scenario: recording.scenario, total: 0, replayed: 0, failures: [] };
  let time = Date.parse(recording.startedAt);
  let endOfDeployment = Number.NEGATIVE_INFINITY;
  const readTerminal = new Set<string>();

  const fill = (text: string) =>
    text
      .replace(/\{(\w+)\}/g, (whole, name: string) => ours[name] ?? recordedVar(name) ?? whole)
      .replaceAll('<private key>', JSON.stringify(key).slice(1, -1));
  const recordedVar = (name: string) => (recording.vars[name] === undefined ? undefined : String(recording.vars[name]));
  const saved = new Set(recording.exchanges.flatMap((step) => ('request' in step ? Object.keys(step.save ?? {}) : [])));
  const given = Object.fromEntries(Object.entries(recording.vars).filter(([name]) => !saved.has(name)));
  // A value that is saved later can be seen before: until then it is an id like any other.
  const known = () =>
    Object.fromEntries(Object.entries(recording.vars).filter(([name]) => name in given || name in ours));
  const sent = new Set<string>();
  const names: Names = {
    recorded: placeholders(known),
    ours: placeholders(() => ({ ...given, ...ours })),
    given: (text) => sent.has(text),
  };

  const steps = recording.exchanges;
  for (let index = 0; index < steps.length; index++) {
    const step = steps[index] as Step;
    if (stops && result.failures.length > 0) break;
    if ('sinceMs' in step && step.sinceMs !== undefined) time += step.sinceMs;
    if ('world' in step) {
      if (!(await happen(emulator, fill(step.world))))
        console.error(
          `${recording.scenario}: the replayer does not know the event "${step.world}", and goes on without it.`,
        );
      continue;
    }
    if ('seen' in step) continue;
    result.total++;
    if ('received' in step) {
      const differences = await receive(emulator, step, inbox, time, names);
      note(step.n, `received ${step.received.body.event}`, differences);
      continue;
    }
    const before = previousValue(step);
    const changed = before !== undefined && before !== watchedOf(step);
    if (!changed) await advanceTo(emulator, time);
    if (step.watch !== undefined) {
      const group = [step];
      for (let next = steps[index + group.length]; isSamePoll(next, step); next = steps[index + group.length])
        group.push(next as Exchange);
      const skipped = await poll(group).catch((error: unknown) => {
        note(step.n, callOf(step), [unanswered(error)]);
        return 0;
      });
      for (let missed = 0; missed < skipped; missed++) time += (steps[++index] as Exchange).sinceMs;
      result.total += skipped;
      result.replayed += skipped;
      continue;
    }
    try {
      judge(step, await send(step));
      for (let again = 0; again < (step.repeat ?? 0); again++) await send(step);
    } catch (error) {
      note(step.n, callOf(step), [unanswered(error)]);
    }
  }
  return result;

  /** Asks until the watched value is a recorded one; returns how many of the group were passed over. */
  async function poll(group: Exchange[]): Promise<number> {
    const [first] = group as [Exchange];
    const wanted = group.map(watchedOf);
    const before = previousValue(first);
    const limit = emulator.clock.now() + pollLimit;
    for (let previous: string | undefined; ; ) {
      const answer = await send(first);
      const value = watched(first.watch ?? '', { status: answer.status, body: answer.body ?? null });
      // The value that was there before may come back later: only another one tells that something has happened.
      const reached = value === before && wanted[0] !== before ? -1 : wanted.indexOf(value);
      if (reached !== -1) {
        judge(group[reached] as Exchange, answer);
        return reached;
      }
      if (
        (previous !== undefined && value !== previous) ||
        (previous === undefined && before !== undefined && value !== before) ||
        emulator.clock.now() > limit
      ) {
        note(first.n, callOf(first), [
          { kind: 'poll', where: first.watch ?? '', text: `${value} instead of ${wanted.join(' or ')}` },
        ]);
        return 0;
      }
      previous = value;
      await advanceTo(emulator, emulator.clock.now() + pollStep);
    }
  }

  /** What is sent in base64 may hold a recorded value, too. */
  function reencode(value: Json): Json {
    if (Array.isArray(value)) return value.map(reencode);
    if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, reencode(inner)]));
    if (typeof value !== 'string' || !isBase64(value)) return value;
    const text = Buffer.from(value, 'base64').toString('utf8');
    const ourText = fill(names.recorded(text));
    return text === ourText ? value : Buffer.from(ourText).toString('base64');
  }

  /** The value that the poll before this one in the recording saw. */
  function previousValue(exchange: Exchange): string | undefined {
    const before = steps[steps.indexOf(exchange) - 1];
    return exchange.watch !== undefined && isSamePoll(before, exchange) ? watchedOf(before as Exchange) : undefined;
  }

  async function send(exchange: Exchange): Promise<Answer> {
    const { method, path, body, rawBody, headers } = exchange.request;
    const token = exchange.as === 'nobody' ? undefined : (emulator.tokens[exchange.as] ?? '999|no-such-token');
    for (const text of textsOf(body ?? null)) sent.add(text);
    const content = rawBody ?? (body === undefined ? undefined : fill(JSON.stringify(reencode(body))));
    const asked = fetch(emulator.url + fill(path), {
      signal: AbortSignal.timeout(answerLimit),
      method,
      headers: {
        accept: 'application/json',
        ...(content === undefined || headers?.['content-type'] !== undefined
          ? {}
          : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(content === undefined || method === 'GET' || method === 'HEAD' ? {} : { body: content }),
    });
    const response = await whileTimePasses(emulator, asked);
    const text = await response.text();
    const json = (response.headers.get('content-type') ?? '').includes('json') && text !== '';
    return {
      status: response.status,
      headers: response.headers,
      ...(json ? { body: JSON.parse(text) as Json } : { text }),
    };
  }

  function judge(exchange: Exchange, answer: Answer): void {
    for (const [name, path] of Object.entries(exchange.save ?? {})) {
      const value = valueAt(answer.body, path);
      if (value !== undefined) ours[name] = String(value);
    }
    const { response } = exchange;
    const differences: Difference[] = [];
    if (response.status !== answer.status)
      differences.push({
        kind: 'status',
        where: '',
        text: `${response.status} is ${answer.status} here: ${JSON.stringify(answer.body ?? answer.text)?.slice(0, 200)}`,
      });
    const type = response.headers['content-type'];
    if (type !== undefined && type !== answer.headers.get('content-type'))
      differences.push({
        kind: 'content type',
        where: '',
        text: `${type} is ${answer.headers.get('content-type')} here`,
      });
    differences.push(...rateDifferences(exchange, answer));
    if (response.text !== undefined && response.text !== answer.text)
      differences.push({
        kind: 'value',
        where: '',
        text: `${response.text} is ${answer.text ?? JSON.stringify(answer.body)} here`,
      });
    if (response.body !== undefined && response.status === answer.status)
      differences.push(...compareBodies(response.body, answer.body ?? null, allowances(exchange), names));
    note(exchange.n, callOf(exchange), differences);
  }

  function allowances(exchange: Exchange): Allowed {
    const { body } = exchange.response;
    const status = isObject(body) ? body.status : undefined;
    const uuid = isObject(body) && typeof body.deployment_uuid === 'string' ? body.deployment_uuid : undefined;
    let firstTerminal = false;
    if (uuid !== undefined && exchange.request.method === 'GET' && terminal.includes(String(status))) {
      firstTerminal = !readTerminal.has(uuid);
      readTerminal.add(uuid);
      if (firstTerminal) endOfDeployment = time + exchange.ms;
    }
    if (exchange.watch === 'states') endOfDeployment = time + exchange.ms;
    return {
      firstTerminal,
      statusRace: time - endOfDeployment <= statusRace,
      unordered: exchange.request.path === '/api/v1/deployments',
    };
  }

  /** The headers of the rate count in their own recording only. */
  function rateDifferences(exchange: Exchange, answer: Answer): Difference[] {
    if (!isLimited(recording)) return [];
    return ['x-ratelimit-limit', 'x-ratelimit-remaining', 'retry-after', 'x-ratelimit-reset']
      .filter((name) => {
        const [recorded, here] = [exchange.response.headers[name], answer.headers.get(name) ?? undefined];
        return recorded === undefined || here === undefined
          ? recorded !== here
          : Math.abs(Number(recorded) - Number(here)) >
              (name.startsWith('x-ratelimit-re') && name !== 'x-ratelimit-reset' ? 0 : 2);
      })
      .map((name) => ({
        kind: 'headers',
        where: name,
        text: `${exchange.response.headers[name]} is ${answer.headers.get(name)} here`,
      }));
  }

  function note(n: number, call: string, differences: Difference[]): void {
    if (differences.length === 0) result.replayed++;
    else result.failures.push({ n, call, differences });
  }
}

/** Some answers wait for the emulated clock: it moves on while one is due. */
async function whileTimePasses<T>(emulator: Emulator, answer: Promise<T>): Promise<T> {
  const waiting = new AbortController();
  const due = answer.finally(() => waiting.abort());
  while (!waiting.signal.aborted) {
    await Promise.race([due.catch(() => {}), pause(realPause)]);
    if (!waiting.signal.aborted) await emulator.clock.advance(realPause);
  }
  return await due;
}

/** Lets emulated time pass in steps, and the machine's real work end before each. */
async function advanceTo(emulator: Emulator, time: number): Promise<void> {
  const { clock } = emulator;
  await emulator.settled();
  while (clock.now() < time) {
    await clock.advance(Math.min(pollStep, time - clock.now()));
    await emulator.settled();
    const containers = emulator.machine
      .containers()
      .map((container) => ({ age: clock.now() - container.startedAt, ...container.state() }));
    if (containers.some(({ age, restarts, status }) => status === 'restarting' || (restarts > 0 && age < 5000)))
      await pause(restartPause);
    else if (containers.some(({ age, health }) => age < 1500 || health === 'starting')) await pause(realPause);
  }
}

/** Does to the managed machine what was done to the recorded one; false when it is not known how. */
async function happen(emulator: Emulator, event: string): Promise<boolean> {
  const [, uuid] = /^kill container of (\w+)$/.exec(event) ?? [];
  const [, server, how] = /^server (\S+) (away|back)$/.exec(event) ?? [];
  if (uuid !== undefined)
    await fetch(`${emulator.url}/__emulator/kill`, { method: 'POST', body: JSON.stringify({ application: uuid }) });
  else if (server !== undefined && how === 'away') emulator.faults.unreachable.add(server);
  else if (server !== undefined) emulator.faults.unreachable.delete(server);
  return uuid !== undefined || server !== undefined;
}

async function receive(
  emulator: Emulator,
  step: Received,
  inbox: Received['received'][],
  time: number,
  names: Names,
): Promise<Difference[]> {
  await advanceTo(emulator, time);
  const limit = Math.max(time, emulator.clock.now()) + 10_000;
  while (!inbox.some((message) => message.body.event === step.received.body.event) && emulator.clock.now() < limit) {
    await advanceTo(emulator, emulator.clock.now() + pollStep);
    await pause(1);
  }
  const index = inbox.findIndex((message) => message.body.event === step.received.body.event);
  const [message] = index === -1 ? [] : inbox.splice(index, 1);
  if (message === undefined) return [{ kind: 'not received', where: '', text: `no ${step.received.body.event} came` }];
  return compareBodies(
    step.received as unknown as Json,
    {
      method: message.method,
      path: message.path,
      headers: pickHeaders(message.headers, step.received.headers),
      body: message.body,
    },
    { firstTerminal: false, statusRace: false, unordered: false },
    names,
  );
}

function pickHeaders(headers: Record<string, string>, wanted: Record<string, string>): JsonObject {
  return Object.fromEntries(Object.keys(wanted).map((name) => [name, headers[name] ?? '']));
}

function isSamePoll(step: Step | undefined, than: Exchange): boolean {
  return (
    step !== undefined &&
    'request' in step &&
    step.watch === than.watch &&
    step.as === than.as &&
    step.request.method === than.request.method &&
    step.request.path === than.request.path
  );
}

function watchedOf(exchange: Exchange): string {
  return watched(exchange.watch ?? '', { status: exchange.response.status, body: exchange.response.body ?? null });
}

function watched(what: string, answer: { status: number; body: Json }): string {
  if (what === 'http') return String(answer.status);
  if (what === 'states') {
    const rows = isObject(answer.body) || Array.isArray(answer.body) ? Object.values(answer.body) : [];
    return rows
      .map((row) => String(isObject(row) ? row.status : row))
      .sort()
      .join(',');
  }
  return JSON.stringify(valueAt(answer.body, what) ?? null);
}

/** Turns the values behind placeholders back into their names, longest first. */
function placeholders(vars: () => Record<string, Json>): (text: string) => string {
  return (text) => {
    let result = text;
    for (const [name, value] of Object.entries(vars()))
      if (typeof value === 'string' && value.length >= 8) result = result.replaceAll(value, `{${name}}`);
    return result;
  };
}

function unanswered(error: unknown): Difference {
  return { kind: 'error', where: '', text: `no answer: ${error instanceof Error ? error.message : error}` };
}

function textsOf(value: Json): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

function callOf(exchange: Exchange): string {
  return `${exchange.as} ${exchange.request.method} ${exchange.request.path.slice(0, 80)}`;
}
