import { stripVTControlCharacters, styleText } from 'node:util';

/** The streams and variables of a process; `process` itself is one. */
export interface Io {
  stdin: NodeJS.ReadableStream & { isTTY?: boolean };
  stdout: NodeJS.WritableStream & { isTTY?: boolean };
  stderr: NodeJS.WritableStream & { isTTY?: boolean };
  env: Readonly<Record<string, string | undefined>>;
}

type Paint = (text: string) => string;

export type Style = Record<'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan', Paint>;

/** Colours where a person looks on and did not ask for none (`NO_COLOR`, `TERM=dumb`). */
export function styleFor(stream: { isTTY?: boolean }, env: Io['env']): Style {
  const coloured = stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
  const paint = (format: keyof Style): Paint =>
    coloured ? (text) => styleText(format, text, { validateStream: false }) : (text) => text;
  return {
    bold: paint('bold'),
    dim: paint('dim'),
    red: paint('red'),
    green: paint('green'),
    yellow: paint('yellow'),
    cyan: paint('cyan'),
  };
}

/** Text from outside, without what would move the cursor or recolour the terminal. */
export const plain = (text: string): string => stripVTControlCharacters(text).replace(/(?![\n\t])\p{Cc}/gu, '');
