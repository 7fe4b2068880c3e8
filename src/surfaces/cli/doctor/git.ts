import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Check, failed, passed } from './check.ts';
import { codeOf } from './network.ts';

export async function checkGit(): Promise<Check> {
  try {
    const { stdout } = await promisify(execFile)('git', ['--version'], { timeout: 5000 });
    return passed('git', false, stdout.trim());
  } catch (error) {
    return failed(
      'git',
      false,
      `git does not run here (${codeOf(error)})`,
      'Install git where you want to look into repositories from here; Coolify does not need it.',
    );
  }
}
