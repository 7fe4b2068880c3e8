import { createInterface } from 'node:readline/promises';
import type { Io } from './terminal.ts';

/** Whether a person is there to be asked. */
export const canAsk = ({ stdin, stderr }: Io): boolean => stdin.isTTY === true && stderr.isTTY === true;

/** Has the person type the word. The question goes to stderr: stdout is for the answer. */
export async function typedWord(io: Io, question: string, word: string, signal: AbortSignal): Promise<boolean> {
  // Without line editing of its own the terminal keeps sending Ctrl-C as a signal.
  const lines = createInterface({ input: io.stdin, output: io.stderr, terminal: false });
  const ended = new AbortController();
  lines.once('close', () => ended.abort());
  try {
    return (await lines.question(question, { signal: AbortSignal.any([signal, ended.signal]) })).trim() === word;
  } catch (error) {
    signal.throwIfAborted();
    // The terminal was closed: nobody agreed.
    if (ended.signal.aborted) return false;
    throw error;
  } finally {
    lines.close();
  }
}
