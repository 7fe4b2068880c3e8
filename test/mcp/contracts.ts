import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Catalog } from '../../src/gateway/catalog.ts';
import { toolOf } from '../../src/surfaces/mcp/tools.ts';

const folder = fileURLToPath(new URL('../../contracts/operations/', import.meta.url));

/** What callers depend on, a file an operation, so that a change to any of it is seen in a diff. */
export function contractsOf({ listed }: Catalog): Map<string, string> {
  return new Map(
    listed.map((entry) => {
      const { name, title, description, inputSchema, outputSchema, annotations } = toolOf(entry);
      const { effect, aliases = [] } = entry.operation;
      const known = aliases.map((alias) => ({
        name: alias.name,
        ...(alias.arguments && { arguments: alias.arguments }),
      }));
      const contract = { name, title, description, effect, inputSchema, outputSchema, annotations, aliases: known };
      return [`${name}.json`, `${JSON.stringify(contract, null, 2)}\n`];
    }),
  );
}

export async function readContracts(): Promise<Map<string, string>> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.json'));
  return new Map(await Promise.all(files.map(async (file) => [file, await readFile(folder + file, 'utf8')] as const)));
}

/** Writes them anew, and takes away those of operations that are gone. */
export async function writeContracts(catalog: Catalog): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [file, text] of contractsOf(catalog)) await writeFile(folder + file, text);
}
