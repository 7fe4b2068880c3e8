import type { Answer, Reply } from '../../gateway/gateway.ts';
import { answerLines } from './answerLines.ts';
import { type Arguments, readArguments } from './arguments.ts';
import type { Carrier } from './carrier.ts';
import type { Command } from './commands.ts';
import { canAsk, typedWord } from './confirm.ts';
import { EXIT, type Exit, exitOfReply } from './exit.ts';
import { positionalsOf } from './flags.ts';
import { commandPage } from './help.ts';
import type { Interrupts } from './interrupts.ts';
import { LEFT, orLeft } from './leaving.ts';
import { planLines } from './planLines.ts';
import type { Screen } from './screen.ts';
import type { Io } from './terminal.ts';
import { textReader } from './texts.ts';
import { listOf, rowLines, valueLines } from './valueLines.ts';

/** Carries out one operation of the catalog and stays with it to its end. */
export async function operate(
  command: Command,
  argv: readonly string[],
  open: () => Promise<Carrier>,
  io: Io,
  screen: Screen,
  interrupts: Interrupts,
): Promise<Exit> {
  const asked = await readArguments(command, argv, textReader(io.stdin));
  if (asked === 'help')
    return screen.answer(EXIT.success, (style) => commandPage(command, style), { help: commandPage(command) });
  const carrier = await open();
  const { operation } = command.found;
  const what = `${operation.noun} ${operation.verb}`;
  const startedAt = Date.now();

  const onCancel = () => {
    if (operation.effect === 'read') return;
    screen.note((style) => [
      style.yellow('Cancelling: what was begun is taken back. Ctrl-C once more leaves it as it is, to be resumed.'),
    ]);
  };
  interrupts.cancel.addEventListener('abort', onCancel, { once: true });
  try {
    const call = carrier.call({
      name: command.name,
      arguments: asked,
      signal: interrupts.cancel,
      report: screen.progress,
      ...(canAsk(io) && { confirm: (plan) => confirmed(plan, wordToType(command, asked)) }),
    });
    const reply = await orLeft(call, interrupts.leave);
    return reply === LEFT ? carrier.tellLeft(operation, startedAt, screen) : show(reply);
  } finally {
    interrupts.cancel.removeEventListener('abort', onCancel);
  }

  function show(reply: Reply): Exit {
    const ended = exitOfReply(reply);
    const exit = ended === EXIT.failed && interrupts.cancel.aborted ? EXIT.interrupted : ended;
    if (reply.kind === 'output') {
      const list = listOf(reply.output);
      if (!list) return screen.answer(exit, (style) => valueLines(reply.output, style), reply.output);
      screen.note((style) => valueLines(list.beside, style));
      return screen.answer(exit, (style) => rowLines(list.rows, style), reply.output);
    }
    const { answer } = reply;
    const confirmFirst = answer.status === 'plan_ready' && answer.mode === 'on-demand';
    const how = `→ On a terminal you are asked; elsewhere: the same command with --plan ${answer.plan_id}, or with --yes.`;
    return screen.answer(
      exit,
      (style) => [...answerLines(answer, what, style), ...(confirmFirst ? [how] : [])],
      answer,
    );
  }

  function confirmed(plan: Answer, word: string): Promise<boolean> {
    screen.note((style) => planLines(plan, what, style));
    return typedWord(io, `This destroys something. Type ${word} to confirm: `, word, interrupts.cancel);
  }
}

/** What is destroyed, as it was named; an operation that names nothing is confirmed by its own verb. */
function wordToType({ flags, found }: Command, asked: Arguments): string {
  const [named] = positionalsOf(flags);
  const value = named && asked[named.argument];
  return typeof value === 'string' ? value : found.operation.verb;
}
