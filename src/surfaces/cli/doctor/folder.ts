import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Check, failed, passed } from './check.ts';
import { codeOf } from './network.ts';

/** Where journals, plans and sealed secrets lie: it has to take writes, and nobody else may read it. */
export async function checkFolder(path: string): Promise<Check> {
  const next = 'Set FAIRLEAD_DATA_DIR to a folder of yours that can be written.';
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error) {
    if (found.code !== 'ENOENT') return failed('data', true, `${path} cannot be looked at (${found.code})`, next);
    const parent = await nearestThere(dirname(path));
    const problem = await writeProblem(parent);
    return problem
      ? failed('data', true, `${path} is not there, and ${parent} takes no writes (${problem})`, next)
      : passed('data', true, `${path} is not there yet; it is made when first needed`);
  }
  if (!found.isDirectory()) return failed('data', true, `${path} is no folder`, next);
  const problem = await writeProblem(path);
  if (problem) return failed('data', true, `${path} takes no writes (${problem})`, next);
  const others = found.mode & 0o077;
  if (process.platform !== 'win32' && others !== 0) {
    return failed(
      'data',
      false,
      `${path} is open to other users (mode ${(found.mode & 0o777).toString(8)})`,
      `chmod 700 ${path}`,
    );
  }
  return passed('data', true, `${path} takes writes, and is yours alone`);
}

async function nearestThere(path: string): Promise<string> {
  try {
    await access(path);
    return path;
  } catch {
    const parent = dirname(path);
    return parent === path ? path : nearestThere(parent);
  }
}

async function writeProblem(path: string): Promise<string | undefined> {
  try {
    await access(path, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return codeOf(error);
  }
}
