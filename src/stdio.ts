import type { Configuration } from './config/read.ts';
import { jsonLog, type Log, laterLog } from './log.ts';
import type { Fairlead } from './main.ts';
import { hasRecentRuns } from './storage/files/recent.ts';
import { laterTable } from './surfaces/mcp/laterTable.ts';
import { serveMcpStdio } from './surfaces/mcp/serve.ts';
import { toolTable } from './surfaces/mcp/server.ts';
import { toolList } from './toolList.ts';
import { VERSION } from './version.ts';

/**
 * `fairlead mcp`: until the client goes, or SIGTERM. Many a session calls nothing, and each client starts one: what only
 * a call needs is loaded and made with the first.
 */
export async function serveStdio({ config, secrets, notes }: Configuration): Promise<void> {
  // These lines name settings and show none of their values.
  const plainLog = jsonLog((text) => text, config.logLevel);
  for (const note of notes) plainLog.info('configuration', { note });
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());

  let made: Promise<Fairlead> | undefined;
  const fairlead = (): Promise<Fairlead> => {
    made ??= import('./main.ts').then(({ compose }) => compose(config, secrets, { takeUp: true }));
    // A folder that could not be used may be mended by the next call.
    made.catch(() => {
      made = undefined;
    });
    return made;
  };
  const table = once(fairlead, ({ gateway, admitted, log }) =>
    toolTable({ gateway, admitted, log, version: VERSION, callSeconds: config.callSeconds }),
  );
  try {
    const served = serveMcpStdio({
      table: laterTable(toolList, table),
      version: VERSION,
      log: laterLog(async () => (await fairlead()).log, plainLog),
      stopping: stopping.signal,
    });
    await takeUpRecent(config.dataDir, fairlead, plainLog);
    await served;
  } finally {
    // What could not be made is not there to be closed.
    await (await made?.catch(() => undefined))?.[Symbol.asyncDispose]();
  }
}

/** Makes the one from the other, and keeps it. */
function once<From, T>(from: () => Promise<From>, make: (from: From) => T): () => Promise<T> {
  let kept: T | undefined;
  return async () => {
    const known = await from();
    kept ??= make(known);
    return kept;
  };
}

/** What a process that ended had begun goes on without waiting for a call. */
async function takeUpRecent(dataDir: string, fairlead: () => Promise<Fairlead>, log: Log): Promise<void> {
  try {
    if (await hasRecentRuns(dataDir, Date.now())) await fairlead();
  } catch (error) {
    // A call is told the same, with what to do about it.
    log.error('nothing_taken_up', { reason: (error as Error).message });
  }
}
