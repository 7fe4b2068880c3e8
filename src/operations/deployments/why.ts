import { type Stage, StepFailed } from '../operation.ts';

/** A line of a deployment's log, as the Coolify client reads it. */
export interface LogEntry {
  output: string;
  type: string;
  hidden: boolean;
}

const SEPARATOR = /^[=-]{3,}$/;
/** Lines of a builder that only tell what it did. */
const BUILDER_CHATTER = /^#\d+ (DONE|CACHED|\[|sha256|extracting|resolve|transferring)|^\s*$|^={3,}|^-{3,}/;
/** Lines that only repeat that something failed; they count where nothing better was said. */
const REPETITION =
  /^Deployment failed|failed to solve|did not complete successfully|^Command execution failed|^npm (ERR!|error) (code|path|command|A complete log)|exit code: \d+\)?:?$/;
/** What a builder puts before each line that a command wrote: `#7 0.308 `, or the seconds alone. */
const STAMP = /^(#\d+ )?\d+\.\d+ /;
const ERROR_LINE = /\b(error|err!|failed|fatal|cannot|could not|not found|exception|denied|no such)\b/i;

/**
 * Why a deployment failed, from its log: where, in which words, with the lines that show it. The phrases are those of
 * the recordings (deploy-git 10, 15, 35; deploy-image 45, 64; deploy-queue).
 */
export function whyFailed(entries: readonly LogEntry[], app: string): StepFailed {
  const visible = entries.filter((entry) => !entry.hidden);
  const text = visible.map((entry) => entry.output).join('\n');
  const lines = entries.flatMap((entry) => entry.output.split('\n')).filter((line) => line.trim() !== '');

  if (/New container is not healthy|New container is unhealthy/.test(text)) {
    const from = visible.findIndex((entry) => /^Container logs:/.test(entry.output));
    const output = visible
      .slice(from + 1)
      .map((e) => e.output)
      .join('\n')
      .split('\n');
    const end = output.findIndex((line) => SEPARATOR.test(line));
    const logs = from < 0 ? [] : output.slice(0, end < 0 ? undefined : end);
    return fail(
      `The new version of ${app} did not pass its health check; Coolify kept the old container.`,
      'health_check',
      logs,
      'See why the health check path does not answer, in the log lines; then deploy again.',
    );
  }
  // `Command execution failed (…)`, and from the next line on `Error: ` with all that the command wrote.
  const stated = /Deployment failed: ([\s\S]*)/.exec(text)?.[1]?.replace(/^(.*\n)Error: /, '$1') ?? '';
  const shown = errorLines(stated.split('\n').length > 2 ? stated.split('\n') : lines);
  const last = shown.at(-1) ?? firstLine(stated) ?? 'the log does not say why';
  if (
    /Remote branch .* not found|couldn't find remote ref|pathspec .* did not match|not our ref|reference is not a tree|unadvertised object/i.test(
      lines.join('\n'),
    )
  ) {
    return fail(
      `The branch or commit is not in the repository: ${last}`,
      'deployment',
      shown,
      'Name a branch and commit that exist in the repository.',
    );
  }
  if (
    /could not read (Username|Password)|Authentication failed|Permission denied \(publickey\)|[Rr]epository( '.*')? not found|unable to access|Could not resolve host|does not appear to be a git repository|Could not read from remote/i.test(
      lines.join('\n'),
    )
  ) {
    return fail(
      `Coolify cannot reach the repository: ${last}`,
      'deployment',
      shown,
      'See that the URL is right and that Coolify may read it: public, or with a GitHub App or deploy key.',
    );
  }
  if (
    /manifest (unknown|for .* not found)|pull access denied|repository does not exist|Unable to find image|not found: manifest|failed to resolve reference/i.test(
      text,
    )
  ) {
    return fail(
      `The image cannot be had: ${last}`,
      'deployment',
      shown,
      'Name an image and tag that the server can pull.',
    );
  }
  if (/no space left on device/i.test(text)) {
    return fail(
      `The server's disk is full: ${last}`,
      'server_health',
      shown,
      'Free disk space on the server (Docker clean-up), then deploy again.',
    );
  }
  if (/Rolling update failed|Container .* (Error|Exited)/.test(text)) {
    return fail(
      `The container of ${app} could not be started: ${last}`,
      'container_readiness',
      shown,
      'See the log lines; correct the start command, the run options or the variables, then deploy again.',
    );
  }
  return fail(
    `The build of ${app} failed: ${last}`,
    'deployment',
    shown,
    'Correct what the log lines show, push, and deploy again.',
  );
}

const fail = (message: string, stage: Stage, logs: readonly string[], fix: string): StepFailed =>
  new StepFailed(bounded(message, 600), { stage, fix, logs: logs.slice(-5).map((line) => bounded(line, 300)) });

/** The lines that a person would point at; the last ones where none stands out. */
export function errorLines(lines: readonly string[]): string[] {
  const told = [
    ...new Set(lines.map((line) => line.trim().replace(STAMP, '')).filter((line) => !BUILDER_CHATTER.test(line))),
  ];
  const pointed = told.filter((line) => ERROR_LINE.test(line));
  const telling = pointed.filter((line) => !REPETITION.test(line));
  return (telling.length > 0 ? telling : pointed.length > 0 ? pointed : told).slice(-8);
}

const firstLine = (text: string): string | undefined => text.split('\n').find((line) => line.trim() !== '');
const bounded = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length - 1)}…` : text;
