import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { UsageError } from './usage.ts';

/** Turns what is typed for a flag into the text that is meant. */
export type ReadText = (typed: string, flag: string) => Promise<string>;

/**
 * `@file` is what the file holds and `-` what standard input holds, each without its last line end; `@@x` is the text
 * `@x` itself. So a secret need not stand on the command line, where every user of the machine can read it.
 */
export function textReader(stdin: NodeJS.ReadableStream): ReadText {
  let takenBy: string | undefined;
  return async (typed, flag) => {
    if (typed === '-') {
      if (takenBy)
        throw new UsageError(`${takenBy} and ${flag} both read standard input.`, 'Give one of them as @file.');
      takenBy = flag;
      return withoutLineEnd(await readAll(stdin));
    }
    if (typed.startsWith('@@')) return typed.slice(1);
    return typed.startsWith('@') ? withoutLineEnd(await fileText(typed.slice(1), flag)) : typed;
  };
}

async function fileText(path: string, flag: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    // The path is not shown: it may be a secret that begins with @.
    throw new UsageError(
      `${flag} names a file that cannot be read (${(error as NodeJS.ErrnoException).code}).`,
      `Check the path; for a text that begins with @ write ${flag}=@@….`,
    );
  }
}

const withoutLineEnd = (text: string): string => text.replace(/\r?\n$/, '');
