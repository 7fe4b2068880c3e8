import type { Progress } from '../../operations/context.ts';
import { EXIT, type Exit } from './exit.ts';
import type { Problem } from './problem.ts';
import { progressLine } from './progressLine.ts';
import { type Io, plain, type Style, styleFor } from './terminal.ts';

/** Where a command's words go: the answer to stdout, everything else to stderr; with `--json` one document and no more. */
export interface Screen {
  json: boolean;
  /** Ends a command: what came of it, for people or as JSON. What did not succeed is told on stderr. */
  answer(exit: Exit, lines: (style: Style) => string[], document: unknown): Exit;
  problem(problem: Problem): Exit;
  progress(progress: Progress): void;
  note(lines: (style: Style) => string[]): void;
}

/** A reader that has gone away (`| head -1`) ends no run; nobody reads the rest. Other faults of a stream are faults. */
function outliveReaders(stream: Io['stdout']): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

export function screenOf(io: Io, json: boolean): Screen {
  for (const stream of [io.stdout, io.stderr]) outliveReaders(stream);
  const write = (stream: Io['stdout'], lines: string[]) => {
    if (lines.length > 0) stream.write(`${lines.join('\n')}\n`);
  };
  const toPeople = (stream: Io['stdout'], lines: (style: Style) => string[]) =>
    write(stream, lines(styleFor(stream, io.env)));
  const answer: Screen['answer'] = (exit, lines, document) => {
    if (json) write(io.stdout, [JSON.stringify(document, null, 2)]);
    else toPeople(exit === EXIT.success || exit === EXIT.pending ? io.stdout : io.stderr, lines);
    return exit;
  };
  const note: Screen['note'] = (lines) => {
    if (!json) toPeople(io.stderr, lines);
  };
  return {
    json,
    answer,
    problem: ({ message, next, code, details, exit }) =>
      answer(
        exit,
        (style) => [style.red(`✗ ${plain(message)}`), ...next.split('\n').map((line) => `→ ${plain(line)}`)],
        {
          error: message,
          code,
          next,
          ...(Object.keys(details).length > 0 && { details }),
        },
      ),
    progress: (progress) => note((style) => [progressLine(progress, style)]),
    note,
  };
}
