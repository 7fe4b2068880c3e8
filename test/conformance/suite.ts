import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const REVISIONS = ['2025-11-25', '2026-07-28'] as const;
export type Revision = (typeof REVISIONS)[number];

/** What one scenario of the suite found: a line for each check that failed. */
export interface Outcome {
  scenario: string;
  failed: { check: string; reason: string }[];
}

/** The scenarios that a revision requires of a server: fixed with its release. */
export async function requiredOf(revision: Revision): Promise<string[]> {
  const { said } = await conformance(['list', '--server', '--requirements', revision]);
  const [, servers = ''] = said.split('Server scenarios');
  const lines = servers.split('Client scenarios')[0]!.split('\n');
  const names = lines.flatMap((line) => /^ {2}- (\S+)/.exec(line)?.[1] ?? []);
  if (names.length === 0) throw new Error(`the suite names no required scenario: ${said.slice(0, 500)}`);
  return names;
}

/** Runs the suite against a server; what it runs beside the required scenarios is told too. */
export async function suite(url: string, revision: Revision): Promise<Outcome[]> {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'));
  try {
    const { said } = await conformance(['server', '--url', url, '--requirements', revision, '-o', folder]);
    const outcomes = await Promise.all((await readdir(folder)).map((name) => outcomeIn(folder, name)));
    if (outcomes.length === 0) throw new Error(`the suite ran nothing: ${said.slice(-2000)}`);
    return outcomes;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A folder is named `server-<scenario>-<time>`. */
async function outcomeIn(folder: string, name: string): Promise<Outcome> {
  const checks = JSON.parse(await readFile(join(folder, name, 'checks.json'), 'utf8')) as {
    id: string;
    status: string;
    errorMessage?: string;
  }[];
  return {
    scenario: name.replace(/^server-/, '').replace(/-\d{4}-\d\d-\d\dT[\d-]+Z$/, ''),
    failed: checks
      .filter(({ status }) => status === 'FAILURE')
      .map(({ id, errorMessage = '' }) => ({ check: id, reason: errorMessage })),
  };
}

const program = join(import.meta.dirname, '../../node_modules/@modelcontextprotocol/conformance/dist/index.js');

/** Ends with 1 where a scenario failed, which is read from what it leaves behind. */
function conformance(args: string[]): Promise<{ said: string }> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [program, ...args], { maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      if (error && error.code !== 1) reject(new Error(`the suite ended with ${error.code}: ${stderr}`));
      else resolve({ said: stdout });
    });
  });
}
