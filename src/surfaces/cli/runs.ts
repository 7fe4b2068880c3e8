import { type Answer, answerOf } from '../../engine/answer.ts';
import type { Catalog } from '../../gateway/catalog.ts';
import { Refusal } from '../../refusal.ts';
import { type Journal, runState } from '../../storage/journal.ts';
import { answerLines } from './answerLines.ts';
import { EXIT, type Exit, exitOfAnswer } from './exit.ts';
import type { Interrupts } from './interrupts.ts';
import { LEFT, orLeft, tellHowToGoOn } from './leaving.ts';
import { nearest } from './nearest.ts';
import { type Parts, TO_THE_END_MS } from './parts.ts';
import type { Screen } from './screen.ts';
import { plain, type Style } from './terminal.ts';
import { UsageError } from './usage.ts';
import { indent } from './valueLines.ts';

export const RUN_VERBS = {
  show: 'Shows a run step by step, and what came of it.',
  resume: 'Goes on with a run that was left, and follows it to its end.',
  undo: 'Takes back what a run has done, and follows that to its end.',
  cancel: 'Asks whoever carries out a run to stop it and take it back.',
} as const;

type RunVerb = keyof typeof RUN_VERBS;

export const RUNS_USAGE = `Usage: fairlead runs [list], or fairlead runs ${Object.keys(RUN_VERBS).join('|')} <run>`;

/** `fairlead runs …`: the journals themselves, also of runs whose process is dead. */
export async function runs(
  argv: readonly string[],
  catalog: Catalog,
  open: () => Promise<Parts>,
  screen: Screen,
  interrupts: Interrupts,
): Promise<Exit> {
  const { verb, id } = readRunsArguments(argv);
  const parts = await open();
  const { durable } = parts;
  const journal = await durable.read(id);
  if (!journal) throw new Refusal('not_found', `There is no run ${id}.`, 'List them with `fairlead runs`.');
  switch (verb) {
    case 'show':
      return show(journal);
    case 'cancel': {
      const asked = (await durable.cancel(id)) === 'asked';
      const said = asked
        ? `Asked: what ${id} has begun is taken back. Follow it with fairlead runs show ${id}.`
        : `${id} had ended.`;
      return screen.answer(EXIT.success, () => [said], { run_id: id, cancel: asked ? 'asked' : 'ended' });
    }
    case 'resume':
      return takeUp('forward');
    case 'undo':
      return takeUp('undo');
  }

  async function show(shown: Journal): Promise<Exit> {
    const owned = await durable.owned(id);
    const answer = answerFor(shown, owned);
    const status = answer.status === 'pending' && !owned ? 'interrupted' : answer.status;
    const { header } = shown;
    const steps = stepsOf(shown);
    const document = { run_id: id, operation: header.operation, status, started_at: startOf(shown), steps, answer };
    const lines = (style: Style) => [
      style.bold(`${id}: ${whatOf(shown)}, ${status}, begun ${startOf(shown)}`),
      ...indent(
        steps.map(
          ({ title, state }) =>
            `${MARKS[state]} ${plain(title)}${state === 'waiting' || state === 'done' ? '' : style.dim(`  ${state}`)}`,
        ),
      ),
      ...answerLines(answer, whatOf(shown), style),
    ];
    return screen.answer(EXIT.success, lines, parts.strikeDeep(document));
  }

  async function takeUp(direction: 'forward' | 'undo'): Promise<Exit> {
    await durable.takeUp(id, direction, (progress) => screen.progress(parts.strikeDeep(progress)));
    const cancel = () => void durable.cancel(id);
    interrupts.cancel.addEventListener('abort', cancel, { once: true });
    try {
      const end = await orLeft(durable.wait(id, TO_THE_END_MS), interrupts.leave);
      if (end === LEFT || !end) return tellHowToGoOn([id], screen);
      const answer = answerFor(end, await durable.owned(id));
      const exit = interrupts.cancel.aborted ? EXIT.interrupted : exitAfter(direction, answer);
      return screen.answer(exit, (style) => answerLines(answer, whatOf(end), style), answer);
    } finally {
      interrupts.cancel.removeEventListener('abort', cancel);
    }
  }

  function answerFor(of: Journal, owned: boolean): Answer {
    return parts.strikeDeep(answerOf(catalog.find(of.header.operation).operation, of, parts.admitted.actor, owned));
  }

  function whatOf({ header }: Journal): string {
    const { noun, verb } = catalog.find(header.operation).operation;
    return `${noun} ${verb}`;
  }
}

/** Who asked for it to be taken back got what was wanted. */
const exitAfter = (direction: 'forward' | 'undo', answer: Answer): Exit =>
  direction === 'undo' && answer.status === 'rolled_back' ? EXIT.success : exitOfAnswer(answer);

function readRunsArguments(argv: readonly string[]): { verb: RunVerb; id: string } {
  const words = argv.filter((word) => word !== '--json');
  const [verb = '', id, ...more] = words;
  const stray = words.find((word) => word.startsWith('-'));
  if (stray !== undefined) throw new UsageError(`fairlead runs ${verb} has no flag ${stray}.`, RUNS_USAGE);
  if (!isRunVerb(verb)) {
    const near = nearest(verb, Object.keys(RUN_VERBS));
    throw new UsageError(
      `runs has no verb ${verb}.`,
      `${near ? `Did you mean fairlead runs ${near}? ` : ''}${RUNS_USAGE}`,
    );
  }
  if (id === undefined || more.length > 0) throw new UsageError('Exactly one run has to be named.', RUNS_USAGE);
  return { verb, id };
}

const isRunVerb = (word: string): word is RunVerb => Object.hasOwn(RUN_VERBS, word);

const startOf = ({ header }: Journal): string => new Date(header.startedAt).toISOString();

type StepState = 'done' | 'failed' | 'begun' | 'waiting' | 'taken back' | 'not taken back';

const MARKS: Record<StepState, string> = {
  done: '✓',
  failed: '✗',
  begun: '…',
  waiting: '·',
  'taken back': '↶',
  'not taken back': '✗',
};

function stepsOf(journal: Journal): { title: string; state: StepState }[] {
  const state = runState(journal);
  const touched = (keys: Iterable<string>, step: number) => [...keys].some((key) => key.startsWith(`${step}.`));
  return journal.header.steps.map(({ title }, step) => {
    if (state.undoFailed.some((failed) => failed.step === step)) return { title, state: 'not taken back' };
    if (touched(state.undone.keys(), step)) return { title, state: 'taken back' };
    if (state.failure?.step === step) return { title, state: 'failed' };
    if (step < state.position) return { title, state: 'done' };
    return { title, state: state.marks.has(step) ? 'begun' : 'waiting' };
  });
}
