import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { runToEnd } from './command.ts';
import { copyInto } from './copy.ts';
import { diskFull, isDiskFull } from './disk.ts';
import {
  DockerfileError,
  duration,
  execForm,
  fillIn,
  type Instruction,
  pairs,
  parseDockerfile,
  type Stage,
  StepFailed,
  shellWord,
  splitWords,
} from './dockerfile.ts';
import { outsideEnvironment } from './environment.ts';
import { parseIgnore } from './ignore.ts';
import { fullName, type ImageConfig, type StoredImage } from './image.ts';
import { CommandFailed, type HealthCheck, type OnLine } from './machine.ts';
import type { BuildPlan } from './packs.ts';
import { inRoot, mapShell, mapWords } from './paths.ts';
import type { Programs } from './programs.ts';
import { openProgress, type Progress } from './progress.ts';
import { makeRoot, mappedEnvironment, searchPath } from './root.ts';
import { findStage, neededStages, stagesBefore, stepTitle, withVariables } from './stages.ts';
import type { ImageStore } from './store.ts';
import type { Supervisor } from './supervisor.ts';

export interface BuilderParts {
  supervisor: Supervisor;
  store: ImageStore;
  programs: Programs;
  folder: string;
  /** An image of the catalog or the store; undefined when there is none. */
  findImage(reference: string): Promise<StoredImage | undefined>;
  now(): number;
}

export interface BuildJob {
  plan: BuildPlan;
  /** The folder that `COPY` takes from. */
  context: string;
  reference: string;
  variables: Record<string, string>;
  onLine: OnLine;
  onDockerfile?: ((found: string, final: string) => void) | undefined;
  signal?: AbortSignal | undefined;
}

interface BuiltStage {
  stage: Stage;
  root: string;
  config: ImageConfig;
  args: Record<string, string>;
}

/** Real seconds for one `RUN`. */
const stepTimeout = 3600;

/** Carries out a Dockerfile in folders. What it writes, and how it fails, has BuildKit's form (deploy-git 4, 10). */
export async function buildImage(parts: BuilderParts, job: BuildJob): Promise<StoredImage> {
  const progress = openProgress(job.onLine);
  const final = withVariables(job.plan.dockerfile, job.variables);
  job.onDockerfile?.(job.plan.dockerfile, final);
  progress.line('#0 building with "default" instance using docker driver');
  await progress.step('[internal] load build definition from Dockerfile', async (say) =>
    say(`transferring dockerfile: ${Buffer.byteLength(final)}B done`, true),
  );

  const workspace = await mkdtemp(join(parts.folder, 'build-'));
  try {
    const file = parseDockerfile(final);
    const globals = defaults(file.globals, job.variables, {});
    const stages = neededStages(file.stages, globals);
    const images = await loadMetadata(parts, { stages, all: file.stages, globals }, progress);
    const ignored = await loadIgnore(job.context, progress);
    const built: BuiltStage[] = [];
    for (const stage of stages) {
      job.signal?.throwIfAborted();
      const base = fillIn(stage.base, globals);
      const root = join(workspace, `root-${built.length}`);
      const title = stepTitle(file.stages, stage);
      const earlier = findStage(stagesBefore(file.stages, stage), base);
      const from = earlier ? built.find((other) => other.stage === earlier) : images.get(base);
      if (!from) throw new StepFailed(`${base}: not found`, stage.from);
      await progress.step(title(1, `FROM ${base === 'scratch' ? base : fullName(base)}`), async () =>
        makeRoot(parts.supervisor, from.root, root),
      );
      const current: BuiltStage = { stage, root, config: structuredClone(from.config), args: {} };
      if ('args' in from) current.args = { ...from.args };
      built.push(current);
      await carryOut(parts, job, { current, built, images, stages: file.stages, globals, ignored, title, progress });
    }
    const result = built.at(-1);
    if (!result) throw new DockerfileError('no build stage in current context', 0);
    return await progress.step('exporting to image', async (say) => {
      const image = await parts.store.keep(job.reference, result.root, result.config, parts.now());
      say('exporting layers done', true);
      say(`naming to ${fullName(job.reference)} done`, true);
      return image;
    });
  } catch (error) {
    job.signal?.throwIfAborted();
    throw explain(error, progress, job.plan.name, final);
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
}

async function loadMetadata(
  parts: BuilderParts,
  { stages, all, globals }: { stages: Stage[]; all: Stage[]; globals: Record<string, string> },
  progress: Progress,
): Promise<Map<string, StoredImage>> {
  const images = new Map<string, StoredImage>();
  for (const stage of stages) {
    const wanted = [
      { name: fillIn(stage.base, globals), instruction: stage.from },
      ...stage.instructions.flatMap((instruction) =>
        instruction.flags.from === undefined ? [] : [{ name: fillIn(instruction.flags.from, globals), instruction }],
      ),
    ];
    for (const { name, instruction } of wanted) {
      if (name === '') throw new StepFailed(`base name (${stage.base}) should not be blank`, instruction);
      if (images.has(name) || findStage(stagesBefore(all, stage), name)) continue;
      if (name === 'scratch') {
        const image = await parts.findImage(name);
        if (image) images.set(name, image);
        continue;
      }
      await progress.step(`[internal] load metadata for ${fullName(name)}`, async () => {
        const image = await parts.findImage(name);
        if (!image)
          throw new StepFailed(
            `${name}: failed to resolve source metadata for ${fullName(name)}: ${fullName(name)}: not found`,
            instruction,
          );
        images.set(name, image);
      });
    }
  }
  return images;
}

async function loadIgnore(context: string, progress: Progress): Promise<(path: string) => boolean> {
  const file = join(context, '.dockerignore');
  const text = existsSync(file) ? await readFile(file, 'utf8') : '';
  await progress.step('[internal] load .dockerignore', async (say) =>
    say(`transferring context: ${Buffer.byteLength(text) + 2}B done`, true),
  );
  return parseIgnore(text);
}

interface StageWork {
  current: BuiltStage;
  built: BuiltStage[];
  images: Map<string, StoredImage>;
  /** All of the file, the unneeded too. */
  stages: Stage[];
  globals: Record<string, string>;
  ignored: (path: string) => boolean;
  title: (step: number, text: string) => string;
  progress: Progress;
}

async function carryOut(parts: BuilderParts, job: BuildJob, work: StageWork): Promise<void> {
  const { current, title, progress, globals } = work;
  const { config, root } = current;
  let step = 1;
  for (const instruction of current.stage.instructions) {
    job.signal?.throwIfAborted();
    const { name } = instruction;
    const visible = { ...current.args, ...config.env };
    const text =
      name === 'RUN' || name === 'CMD' || name === 'ENTRYPOINT' ? instruction.text : fillIn(instruction.text, visible);
    const counted = (does: (say: (line: string) => void) => Promise<void>) =>
      progress.step(title(++step, `${name} ${[...flagWords(instruction), instruction.text].join(' ')}`), does);
    switch (name) {
      case 'ARG':
        Object.assign(current.args, defaults([{ ...instruction, text }], job.variables, globals));
        break;
      case 'ENV':
        Object.assign(config.env, Object.fromEntries(pairs(text)));
        break;
      case 'LABEL':
        Object.assign(config.labels, Object.fromEntries(pairs(text)));
        break;
      case 'EXPOSE':
        config.exposes = [
          ...new Set([...config.exposes, ...splitWords(text).map((word) => Number.parseInt(word, 10))]),
        ].filter(Number.isInteger);
        break;
      case 'CMD':
        config.cmd = execForm(text) ?? ['/bin/sh', '-c', text];
        break;
      case 'ENTRYPOINT':
        config.entrypoint = execForm(text) ?? ['/bin/sh', '-c', text];
        config.cmd = [];
        break;
      case 'STOPSIGNAL':
        config.stopSignal = (/^SIG/.test(text) ? text : `SIG${text}`) as NodeJS.Signals;
        break;
      case 'HEALTHCHECK':
        Object.assign(config, { healthCheck: healthCheck(instruction) });
        break;
      case 'VOLUME':
        for (const path of execForm(text) ?? splitWords(text)) await mkdir(inRoot(root, path), { recursive: true });
        break;
      case 'USER':
        progress.line(`USER ${text} is passed over: everything runs as the emulator's own user`);
        break;
      case 'WORKDIR':
        await counted(async () => {
          config.workdir = posix.resolve(config.workdir, splitWords(text)[0] ?? '/');
          await mkdir(inRoot(root, config.workdir), { recursive: true });
        });
        break;
      case 'COPY':
      case 'ADD':
        await counted(() => copyStep(parts, job, work, instruction, text));
        break;
      case 'RUN':
        await counted((say) => runStep(parts, job, current, instruction, say));
        break;
      case 'MAINTAINER':
        break;
      default:
        throw new StepFailed(`the emulator does not carry out ${name}`, instruction);
    }
  }
}

async function copyStep(
  { supervisor }: BuilderParts,
  { context, signal }: BuildJob,
  { current, built, images, stages, globals, ignored }: StageWork,
  instruction: Instruction,
  text: string,
): Promise<void> {
  const { root, config } = current;
  const into = { instruction, text, root, workdir: config.workdir, supervisor, signal };
  if (instruction.flags.from === undefined) return await copyInto({ ...into, from: context, staysOut: ignored });
  const name = fillIn(instruction.flags.from, globals);
  const stage = findStage(stagesBefore(stages, current.stage), name);
  const from = stage ? built.find((other) => other.stage === stage) : images.get(name);
  if (!from) throw new StepFailed(`${name}: not found`, instruction);
  await copyInto({ ...into, from: from.root, staysOut: () => false });
}

async function runStep(
  parts: BuilderParts,
  job: BuildJob,
  { root, config, args }: BuiltStage,
  instruction: Instruction,
  say: (line: string) => void,
): Promise<void> {
  if (instruction.flags.mount?.includes('type=secret'))
    throw new StepFailed('the emulator has no build secrets', instruction);
  const words = execForm(instruction.text);
  const shown = words ?? ['/bin/sh', '-c', instruction.text];
  const command = words ? mapWords(root, words) : ['/bin/sh', '-c', mapShell(root, instruction.text)];
  const { exitCode } = await runToEnd(parts.supervisor, command, {
    cwd: inRoot(root, config.workdir),
    env: {
      ...buildEnvironment(parts, root),
      ...mappedEnvironment(root, { ...args, ...config.env }),
      PATH: searchPath(root, config, parts.programs),
    },
    title: 'docker build',
    timeout: stepTimeout,
    signal: job.signal,
    onLine: (line) => say(line),
  });
  if (exitCode !== 0) {
    throw new StepFailed(
      `process ${JSON.stringify(shown.join(' '))} did not complete successfully: exit code: ${exitCode}`,
      instruction,
    );
  }
}

/** A build may install things: npm keeps them in the image, and what it downloads in a cache of the machine's. */
const buildEnvironment = (parts: BuilderParts, root: string): Record<string, string> => ({
  ...outsideEnvironment(),
  HOME: join(root, 'root'),
  TMPDIR: join(root, 'tmp'),
  npm_config_prefix: join(root, 'usr/local'),
  npm_config_cache: join(parts.folder, 'npm-cache'),
  npm_config_update_notifier: 'false',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
});

/** The values of `ARG`: what the build was given, else the default; without either it stays unset. */
function defaults(
  instructions: Instruction[],
  given: Record<string, string>,
  globals: Record<string, string>,
): Record<string, string> {
  const values: Record<string, string> = {};
  for (const { text } of instructions) {
    for (const word of splitWords(text)) {
      const [name = '', ...rest] = word.split('=');
      const value = given[name] ?? (rest.length > 0 ? fillIn(rest.join('='), values) : globals[name]);
      if (value !== undefined) values[name] = value;
    }
  }
  return values;
}

function healthCheck({ text, flags }: Instruction): HealthCheck | undefined {
  if (/^NONE\s*$/i.test(text)) return undefined;
  const command = text.replace(/^CMD\s+/i, '');
  return {
    kind: 'cmd',
    command: execForm(command)?.map(shellWord).join(' ') ?? command,
    interval: duration(flags.interval ?? '30s') ?? 30_000,
    timeout: duration(flags.timeout ?? '30s') ?? 30_000,
    retries: Number(flags.retries ?? 3),
    startPeriod: duration(flags['start-period'] ?? '0s') ?? 0,
  };
}

const flagWords = ({ flags }: Instruction): string[] =>
  Object.entries(flags).map(([name, value]) => (value === '' ? `--${name}` : `--${name}=${value}`));

/** Makes of what went wrong what the builder would end with (deploy-git 10). */
function explain(error: unknown, progress: Progress, fileName: string, dockerfile: string): unknown {
  if (error instanceof DockerfileError || error instanceof StepFailed) {
    const parse = error instanceof DockerfileError;
    const [first, last] = parse ? [error.line, error.line] : [error.instruction.line, error.instruction.lastLine];
    if (first > 0) for (const line of excerpt(fileName, dockerfile.split('\n'), first, last)) progress.line(line);
    const words =
      parse && error.line > 0 ? `dockerfile parse error on line ${error.line}: ${error.message}` : error.message;
    progress.line(`ERROR: failed to solve: ${words}`);
  } else if (error instanceof CommandFailed) progress.line(`ERROR: failed to solve: ${error.output}`);
  else if (!isDiskFull(error)) return error;
  const failed = new CommandFailed('docker build', 1, progress.text());
  if (!isDiskFull(error) && !isDiskFull(failed)) return failed;
  progress.line(`ERROR: failed to solve: ${diskFull}`);
  return new CommandFailed('docker build', 1, progress.text());
}

function excerpt(name: string, lines: string[], first: number, last: number): string[] {
  const shown = lines.slice(Math.max(0, first - 3), last + 2);
  const start = Math.max(1, first - 2);
  const rule = '--------------------';
  const numbered = shown.map((line, at) => {
    const number = start + at;
    return `${String(number).padStart(4)} | ${number >= first && number <= last ? '>>>' : '   '} ${line}`;
  });
  return [`${name}:${first}`, rule, ...numbered, rule];
}
