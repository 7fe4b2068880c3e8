import fc from 'fast-check';
import { toolList } from '../../src/toolList.ts';
import { type Finding, finding, type Outcome, wrongWith } from './judge.ts';
import type { FuzzedServer } from './server.ts';
import { objectsOf, rawLines } from './values.ts';
import type { FuzzWorld } from './world.ts';

const INTERNAL_ERROR = -32603;
/** MiB that a process may have grown by after it has seen all kinds of input once. */
const MAY_GROW = 64;

/** Every tool from its own input schema. */
export async function tools(
  server: FuzzedServer,
  { secrets, known }: FuzzWorld,
  each: number,
  seed: number,
): Promise<Outcome> {
  const found: Finding[] = [];
  // What destroys comes last, so that the rest finds something to work on.
  const ordered = toolList.toSorted(
    (a, b) => Number(a.annotations?.destructiveHint) - Number(b.annotations?.destructiveHint),
  );
  for (const { name, inputSchema } of ordered) {
    for (const args of fc.sample(objectsOf(inputSchema, known), { numRuns: each, seed })) {
      const call = { name, arguments: args };
      const { message, line } = await server.ask('tools/call', call);
      const reveals = (args as { reveal?: unknown }).reveal === true;
      const wrong =
        (reveals ? undefined : wrongWith(textOf(line), secrets)) ??
        (message.error?.code === INTERNAL_ERROR ? 'an internal error' : undefined) ??
        (codeOf(message) === 'fault' ? 'a fault' : undefined);
      if (wrong) found.push(finding(wrong, call, line));
    }
  }
  return { tried: toolList.length * each, found: [...found, ...inLog(server, secrets)] };
}

/** Lines that are no messages: whatever they are, the next request is answered. */
export async function lines(
  server: FuzzedServer,
  { secrets }: FuzzWorld,
  count: number,
  seed: number,
): Promise<Outcome> {
  const found: Finding[] = [];
  const all = fc.sample(rawLines, { numRuns: count * 2, seed });
  const part = async (from: number) => {
    for (const bytes of all.slice(from, from + count)) {
      await server.write(bytes);
      server.newLines();
      await server.ask('ping');
      for (const line of server.newLines()) {
        const wrong = wrongWith(textOf(line), secrets);
        if (wrong) found.push(finding(wrong, bytes.toString('latin1'), line));
      }
    }
    return server.rss();
  };
  const [before, after] = [await part(0), await part(count)];
  if (after > before + MAY_GROW) found.push(finding('memory grows', `${count} lines`, `${before} → ${after} MiB`));
  return { tried: count * 2, found: [...found, ...inLog(server, secrets)] };
}

function inLog(server: FuzzedServer, secrets: readonly string[]): Finding[] {
  const log = server.errors();
  const wrong = secrets.some((secret) => log.includes(secret))
    ? 'a secret is in the log'
    : /unhandled|mcp_fault|DeprecationWarning/i.test(log)
      ? 'the log tells of a fault'
      : undefined;
  return wrong ? [finding(wrong, 'all of it', log.slice(Math.max(0, log.search(/unhandled|mcp_fault/i))))] : [];
}

const codeOf = ({ result }: { result?: { _meta?: Record<string, unknown> } }): string | undefined =>
  (result?._meta?.['fairlead/error'] as { code?: string } | undefined)?.code;

/** As a reader sees it: a stack has its lines. */
const textOf = (line: string): string => line.replaceAll('\\n', '\n');
