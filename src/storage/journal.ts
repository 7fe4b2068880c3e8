/**
 * The journal of a run: a header written once and a list of events that only grows. Any prefix of the events can be
 * resumed; nothing else about a run is kept. Holds references in place of secrets.
 */
export interface Journal {
  header: RunHeader;
  events: JournalEvent[];
}

export interface RunHeader {
  id: string;
  /** Name of the operation in the registry. */
  operation: string;
  /** Who asked, as `admit` found out. */
  actor: { kind: string; id?: string; name?: string; address?: string };
  /** Parsed, defaults filled in, secrets as references. */
  input: Record<string, unknown>;
  /** What the operation's look returned. */
  facts: unknown;
  digest: string;
  /** Names and titles of the steps, in order, for those who read the journal without the code. */
  steps: { name: string; title: string; estimate: number }[];
  /** The plan of a dry run that this carries out. */
  planId: string | null;
  /** Milliseconds since 1970. */
  startedAt: number;
  /** Of the program that began it. */
  version: string;
}

export interface Failure {
  message: string;
  stage: string;
  severity: 'critical' | 'high' | 'medium' | 'low';
  fix: string;
  logs: string[];
  details: Record<string, unknown>;
  /** `undecidable`: it cannot be told whether the effect took place. */
  kind: 'failed' | 'cancelled' | 'undecidable' | 'fault';
  /** The step that failed certainly changed nothing, so that nothing of it is taken back. */
  nothingDone?: true;
}

export type JournalEvent = { at: number } & (
  | { type: 'begun'; step: number; mark: unknown }
  | { type: 'done'; step: number; result: object }
  | { type: 'failed'; step: number; failure: Failure }
  | { type: 'undo_begun'; step: number; part: number; mark: unknown }
  | { type: 'undo_done'; step: number; part: number; result: object }
  | { type: 'undo_failed'; step: number; part: number; failure: Failure }
  | { type: 'taken_over'; by: string }
  | { type: 'ended'; status: EndStatus; output: object | null }
);

/** `failed` means that something was left behind; what, the events tell. */
export type EndStatus = 'success' | 'rolled_back' | 'failed';

/** What the events amount to. Pure: the engine, `get_run` and the lists all read a journal through it. */
export interface RunState {
  /** Results of the steps done, merged. */
  done: object;
  /** How many steps are done. */
  position: number;
  /** A step that was begun and neither done nor failed, with its mark. */
  open: { step: number; mark: unknown } | null;
  /** Marks of all steps that were begun, by step. */
  marks: ReadonlyMap<number, unknown>;
  failure: { step: number; failure: Failure } | null;
  undone: ReadonlyMap<string, object>;
  undoFailed: { step: number; part: number; failure: Failure }[];
  undoMarks: ReadonlyMap<string, unknown>;
  ended: { status: EndStatus; output: object | null; at: number } | null;
}

export const undoKey = (step: number, part: number): string => `${step}.${part}`;

export function runState({ events }: Journal): RunState {
  let done: object = {};
  let position = 0;
  let open: RunState['open'] = null;
  let failure: RunState['failure'] = null;
  let ended: RunState['ended'] = null;
  const marks = new Map<number, unknown>();
  const undone = new Map<string, object>();
  const undoMarks = new Map<string, unknown>();
  const undoFailed = new Map<string, { step: number; part: number; failure: Failure }>();
  for (const event of events) {
    switch (event.type) {
      case 'begun':
        open = { step: event.step, mark: event.mark };
        marks.set(event.step, event.mark);
        break;
      case 'done':
        done = { ...done, ...event.result };
        position = event.step + 1;
        open = null;
        break;
      case 'failed':
        failure = { step: event.step, failure: event.failure };
        open = null;
        break;
      case 'undo_begun':
        undoMarks.set(undoKey(event.step, event.part), event.mark);
        break;
      case 'undo_done':
        undone.set(undoKey(event.step, event.part), event.result);
        undoFailed.delete(undoKey(event.step, event.part));
        break;
      case 'undo_failed':
        undoFailed.set(undoKey(event.step, event.part), event);
        break;
      case 'ended':
        ended = { status: event.status, output: event.output, at: event.at };
        break;
      case 'taken_over':
        // Whoever takes over an end that left something behind, or that is no longer wanted, opens it again.
        ended = null;
        break;
    }
  }
  return { done, position, open, marks, failure, undone, undoFailed: [...undoFailed.values()], undoMarks, ended };
}
