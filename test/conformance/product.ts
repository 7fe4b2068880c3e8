import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfiguration } from '../../src/config/read.ts';
import { silentLog } from '../../src/log.ts';
import { compose } from '../../src/main.ts';
import { hosted } from './hosted.ts';
import type { Revision } from './suite.ts';

/** The product as it is, hosted over HTTP. It needs no Coolify: no scenario calls one of its tools. */
export async function product(): Promise<AsyncDisposable & { url: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-conformance-'));
  const { config, secrets } = readConfiguration({ environment: { FAIRLEAD_DATA_DIR: folder } });
  const fairlead = await compose(config, secrets, { takeUp: false, log: silentLog });
  const server = await hosted({ ...fairlead, version: '0.0.0-test', callSeconds: 1 });
  return {
    url: server.url,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await fairlead[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * The scenarios that need no tool of the suite's, each with the checks in it that do, or that are about resources and
 * prompts, of which the product has none.
 */
export const WITHOUT_FIXTURE: Record<Revision, Record<string, string[]>> = {
  '2025-11-25': {
    'server-initialize': [],
    ping: [],
    'tools-list': [],
    'server-sse-multiple-streams': [],
    'dns-rebinding-protection': [],
    'server-session-lifecycle': [],
  },
  '2026-07-28': {
    'server-stateless': [
      'sep-2575-server-rejects-undeclared-capability',
      'sep-2575-missing-capability-http-400',
      'sep-2575-http-server-no-independent-requests-on-stream',
      'sep-2575-server-no-log-without-loglevel',
    ],
    'tools-list': [],
    'server-sse-multiple-streams': [],
    'dns-rebinding-protection': [],
    'http-header-validation': [],
    caching: [
      'sep-2549-prompts-list-caching-hints',
      'sep-2549-resources-list-caching-hints',
      'sep-2549-resources-templates-list-caching-hints',
    ],
  },
};
