import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const root = dirname(import.meta.dirname);

/** Runs the executable of an installed package at the root; answers with what it printed where it did not succeed. */
export async function program(from: string, bin: string, args: readonly string[]): Promise<string[]> {
  const manifest = join(root, 'node_modules', from, 'package.json');
  const { bin: bins } = createRequire(import.meta.url)(manifest) as { bin: string | Record<string, string> };
  const path = join(dirname(manifest), typeof bins === 'string' ? bins : (bins[bin] ?? ''));
  const child = spawn(process.execPath, [path, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  return code === 0 ? [] : [printed.trim() || `${bin} ended with ${code}`];
}
