import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { runToEnd } from './command.ts';
import { outsideEnvironment } from './environment.ts';
import { CommandFailed, type Commit, type GitSource } from './machine.ts';
import type { Supervisor } from './supervisor.ts';

export interface Git {
  /** Finds out what `source` names without keeping its files. */
  resolve(source: GitSource, signal?: AbortSignal): Promise<Commit>;
  /** Puts the files into `folder`, which must be empty or missing. */
  checkout(source: GitSource, folder: string, signal?: AbortSignal): Promise<Commit>;
}

/** Real seconds for one git command. */
const timeout = 120;

/**
 * Git as the machine uses it: shallow, never asking, with a configuration of its own. `hosts` maps a host name to a
 * folder in which its repositories lie by path (`acme/web.git`).
 */
export async function openGit(parts: {
  supervisor: Supervisor;
  folder: string;
  hosts: Record<string, string>;
}): Promise<Git> {
  const { supervisor, folder, hosts } = parts;
  await writeFile(join(folder, '.gitconfig'), configuration(hosts));
  const env = {
    ...outsideEnvironment(),
    HOME: folder,
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_SSH_COMMAND:
      'ssh -o BatchMode=yes -o ConnectTimeout=30 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null',
  };

  const fetch = async (source: GitSource, into: string, files: boolean, signal?: AbortSignal): Promise<Commit> => {
    const url = cloneUrl(source.url, hosts);
    const git = async (args: string[]) => {
      const title = `git ${args.find((word) => !word.startsWith('-') && word !== into)}`;
      const redact = withoutCredentials(source.url);
      const { exitCode, output } = await runToEnd(supervisor, ['git', ...args], {
        cwd: folder,
        env,
        redact,
        title,
        timeout,
        signal,
      });
      if (exitCode !== 0) throw new CommandFailed(title, exitCode, overHttp(output, hosts));
      return output;
    };
    const branch = source.ref === 'HEAD' ? [] : [`--branch=${source.ref}`];
    const submodules = files ? ['--recurse-submodules', '--shallow-submodules'] : ['--no-checkout'];
    await git(['clone', '--quiet', '--depth=1', ...submodules, ...branch, '--', url, into]);
    if (source.commit !== undefined) {
      await git(['-C', into, 'fetch', '--quiet', '--depth=1', 'origin', source.commit]);
      if (files) await git(['-C', into, 'checkout', '--quiet', '--force', '--recurse-submodules', 'FETCH_HEAD']);
    }
    const which = source.commit === undefined ? 'HEAD' : 'FETCH_HEAD';
    const [sha = '', ...message] = (await git(['-C', into, 'log', '-1', '--format=%H%n%B', which])).split('\n');
    return { sha, message: message.join('\n').trim() };
  };

  return {
    async resolve(source, signal) {
      const into = await mkdtemp(join(folder, 'resolve-'));
      try {
        return await fetch(source, into, false, signal);
      } finally {
        await rm(into, { recursive: true, force: true });
      }
    },
    checkout: (source, into, signal) => fetch(source, into, true, signal),
  };
}

/** `insteadOf` covers every form in which a repository or its submodules may name a host. */
function configuration(hosts: Record<string, string>): string {
  const places = Object.entries(hosts).map(([host, folder]) => {
    const forms = [
      `http://${host}/`,
      `https://${host}/`,
      `git://${host}/`,
      `ssh://git@${host}/`,
      `ssh://${host}/`,
      `git@${host}:`,
    ];
    return [
      `[url ${JSON.stringify(`file://${resolve(folder)}/`)}]`,
      ...forms.map((form) => `\tinsteadOf = ${form}`),
    ].join('\n');
  });
  return `${[
    '[safe]\n\tdirectory = *',
    '[protocol "file"]\n\tallow = always',
    '[uploadpack]\n\tallowAnySHA1InWant = true',
    '[advice]\n\tdetachedHead = false',
    ...places,
  ].join('\n')}\n`;
}

/**
 * The URL to hand to git: credentials are dropped for a host that is a folder, and forms that could read this machine
 * or run a program (`file://`, `ext::`, an option) are refused in the words git has for them.
 */
export function cloneUrl(url: string, hosts: Record<string, string>): string {
  const scp = /^(?:[\w.-]+@)([\w.-]+):(?!\/\/)(.+)$/.exec(url);
  if (scp) return scp[1] !== undefined && scp[1] in hosts ? `http://${scp[1]}/${scp[2]?.replace(/^\/+/, '')}` : url;
  const parsed = URL.parse(url);
  const protocol = parsed?.protocol.slice(0, -1) ?? '';
  if (!parsed || !['http', 'https', 'ssh', 'git'].includes(protocol)) {
    const words = protocol === '' ? `repository '${url}' does not exist` : `transport '${protocol}' not allowed`;
    throw new CommandFailed('git clone', 128, `fatal: ${words}`);
  }
  const host = [parsed.host, parsed.hostname].find((name) => name in hosts);
  return host === undefined ? url : `http://${host}${parsed.pathname}`;
}

/** A folder that stands for a host fails in other words than the host would, and names this machine's paths. */
function overHttp(text: string, hosts: Record<string, string>): string {
  const named = Object.entries(hosts).reduce(
    (line, [host, folder]) => line.replaceAll(`${resolve(folder)}/`, `http://${host}/`),
    text,
  );
  const lines = named
    .replace(/^fatal: '(.*)' does not appear to be a git repository$/m, "fatal: repository '$1/' not found")
    .split('\n')
    // What the other end says of itself is heard once over HTTP, twice from this machine.
    .filter((line) => !line.startsWith('fatal: git upload-pack: '));
  const missing = lines.findIndex((line) => /^fatal: repository '.*' not found$/.test(line));
  return lines.slice(0, missing === -1 ? undefined : missing + 1).join('\n');
}

/** Strikes what a URL holds of credentials out of a text, plain or encoded; and those of any other URL in it. */
export function withoutCredentials(url: string): (text: string) => string {
  const parsed = URL.parse(url);
  // A token may stand alone, as the user.
  const secret = parsed?.password || (parsed?.protocol.startsWith('http') ? parsed.username : '') || '';
  const spellings = secret === '' ? [] : [...new Set([secret, decoded(secret), encodeURIComponent(decoded(secret))])];
  return (text) =>
    spellings.reduce(
      (clean, spelling) => clean.replaceAll(spelling, '***'),
      text.replace(/(\w:\/\/)[^\s/@]+@/g, '$1***@'),
    );
}

function decoded(text: string): string {
  return text.replace(/(%[0-9a-f]{2})+/gi, (bytes) => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString());
}
