/**
 * Coolify's rules for paths of storages: no characters that a shell would read, for files no segment that leads out of
 * their folder. Each function returns the path as stored and throws {@link BadPath} with Coolify's sentence.
 */
export class BadPath extends Error {
  override name = 'BadPath';
}

const shellCharacters: [string, string][] = [
  ['`', 'backtick (command substitution)'],
  ['$(', 'command substitution'],
  ['${', 'variable substitution with potential command injection'],
  ['|', 'pipe operator'],
  ['&', 'background/AND operator'],
  [';', 'command separator'],
  ['\n', 'newline (command separator)'],
  ['\r', 'carriage return'],
  ['\t', 'tab (token separator)'],
  ['>', 'output redirection'],
  ['<', 'input redirection'],
];

/** With a slash in front, as volumes and directories are stored (recorded: organise 22). */
export function absolute(path: string): string {
  return path.replace(/^\/*/, '/');
}

/** The path unchanged, unless a shell would see more in it than a path. */
export function shellSafe(path: string, what: string): string {
  for (const [character, meaning] of shellCharacters) {
    if (!path.includes(character)) continue;
    throw new BadPath(
      `Invalid ${what}: contains forbidden character '${character}' (${meaning}). Shell metacharacters are not allowed for security reasons.`,
    );
  }
  return path;
}

/** Where a file lies within a container. */
export function fileMount(path: string, what: string): string {
  shellSafe(path, what);
  if (path.includes('\0'))
    throw new BadPath(
      `Invalid ${what}: contains null byte. Null bytes are not allowed in file mount paths for security reasons.`,
    );
  refuseBackslash(path, what);
  const mounted = `/${path.trim()}`.replace(/\/+/g, '/');
  refuseRelative(mounted, what);
  return mounted;
}

/** A file of the host that is bound as it is. */
export function hostFile(path: string, what: string): string {
  shellSafe(path, what);
  if (path.includes('\0')) throw new BadPath(`Invalid ${what}: contains null byte.`);
  refuseBackslash(path, what);
  const file = path.trim().replace(/\/+/g, '/');
  if (!file.startsWith('/')) throw new BadPath(`Invalid ${what}: must be an absolute path.`);
  if (file.endsWith('/')) throw new BadPath(`Invalid ${what}: must point to a file, not a directory.`);
  refuseRelative(file, what);
  return file;
}

function refuseBackslash(path: string, what: string): void {
  if (path.includes('\\')) throw new BadPath(`Invalid ${what}: backslash directory separators are not allowed.`);
}

function refuseRelative(path: string, what: string): void {
  if (path.split('/').some((segment) => segment === '.' || segment === '..'))
    throw new BadPath(`Invalid ${what}: relative path segments ('.' or '..') are not allowed.`);
}
