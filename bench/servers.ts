import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Lines, startLines } from './lines.ts';

const root = join(import.meta.dirname, '..');

export const PEER = '@masonator/coolify-mcp 3.5.0';

/** Both servers as they are published, on the same Coolify. */
export const SERVERS = {
  ours: (url: string, token: string): Promise<Lines> =>
    startLines([join(root, 'dist/fairlead/fairlead.js'), 'mcp'], {
      COOLIFY_API_URL: url,
      COOLIFY_API_TOKEN: token,
      FAIRLEAD_DATA_DIR: mkdtempSync(join(tmpdir(), 'fairlead-bench-')),
    }),
  peer: (url: string, token: string): Promise<Lines> =>
    startLines([join(root, 'node_modules/@masonator/coolify-mcp/dist/index.js')], {
      COOLIFY_BASE_URL: url,
      COOLIFY_ACCESS_TOKEN: token,
    }),
};

/** The text that a model reads of a tool's answer. */
export async function callTool(server: Lines, name: string, args: Record<string, unknown> = {}): Promise<string> {
  const result = await server.ask('tools/call', { name, arguments: args });
  const text = (result.content as { text: string }[])[0]?.text ?? '';
  if (result.isError) throw new Error(`${name}: ${text}`);
  return text;
}
