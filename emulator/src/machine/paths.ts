import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';

/** Where a path of the image lies in the folder that stands for its root; `..` cannot lead out of it. */
export function inRoot(root: string, path: string, workdir = '/'): string {
  return join(root, posix.resolve('/', workdir, path));
}

// Of the real system, whatever the image holds.
const devices = /^\/(dev|proc)(\/|$)/;
// Programs of the real system, where a command names one to run it.
const programs = /^\/(usr\/(local\/)?)?s?bin\/[^/]+$/;

/**
 * Leads the absolute paths in a shell command into `root`, so that `rm -rf /var/lib/apt/lists/*` or `mkdir /data` of a
 * Dockerfile reach the image's folder and never this machine. Only what is written in the command is seen: a program
 * that makes up an absolute path by itself reaches the real one.
 */
export function mapShell(root: string, command: string): string {
  return command.replace(/(?<=^|[\s'"`=<>(;&|,:])\/(?!\/)[^\s'"`;&|<>(),:]*/g, (path, at: number) =>
    /(?:^|[;&|({]|\b(?:exec|then|do|else))\s*$/.test(command.slice(0, at))
      ? mapProgram(root, path)
      : mapPath(root, path),
  );
}

/** The path in `root`; devices stay what they are. */
export function mapPath(root: string, path: string): string {
  if (!path.startsWith('/') || path.startsWith('//') || devices.test(path)) return path;
  if (path === root || path.startsWith(`${root}/`)) return path;
  const inside = inRoot(root, path);
  return path.endsWith('/') && path !== '/' ? `${inside}/` : inside.replace(/\/$/, '');
}

/** As {@link mapPath}, for a program: the image's own, else this machine's. */
export function mapProgram(root: string, path: string): string {
  return programs.test(path) && !existsSync(inRoot(root, path)) ? path : mapPath(root, path);
}

/**
 * The words of a command in exec form: paths that the image has are led into `root`, everything else is left alone.
 * What a shell is given to read (`sh -c`) is mapped as a shell command.
 */
export function mapWords(root: string, [program = '', ...words]: string[]): string[] {
  if (
    /(^|\/)(ba|da|a)?sh$/.test(program) &&
    words[0]?.endsWith('c') &&
    words[0].startsWith('-') &&
    words[1] !== undefined
  ) {
    return [mapProgram(root, program), words[0], mapShell(root, words[1]), ...words.slice(2)];
  }
  const mapped = words.map((word) =>
    word.startsWith('/') && existsSync(inRoot(root, word)) ? inRoot(root, word) : word,
  );
  return [mapProgram(root, program), ...mapped];
}
