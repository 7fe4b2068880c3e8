import { Refusal } from '../refusal.ts';

/** A slash command as it was typed: for which service, and the words after it. */
export interface SlashCommand {
  service: string;
  words: string[];
}

const FORM = 'The form is: /mcp-<service> <noun> <verb> [arguments], as in /mcp-coolify servers list.';

/** Reads `/mcp-<service> <noun> <verb> [arguments]`. Throws {@link Refusal}, which shows nothing of what was typed. */
export function readSlashCommand(text: string): SlashCommand {
  const [first = '', ...words] = shellWords(text);
  const service = /^\/mcp-([a-z0-9][a-z0-9_-]{0,63})$/i.exec(first)?.[1];
  if (service === undefined) throw new Refusal('invalid_input', 'This is no slash command.', FORM);
  if (words.length === 0) throw new Refusal('invalid_input', `What is ${service} to do?`, FORM);
  return { service: service.toLowerCase(), words };
}

/**
 * The words of a text by the rules of a shell: blanks part them, quotes keep them together, a backslash takes the next
 * sign as it is (between double quotes only a quote, a backslash, `$` and a backtick). Nothing is expanded.
 */
export function shellWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]!;
    if (/\s/.test(sign)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (sign === "'") {
      const end = text.indexOf("'", at + 1);
      if (end < 0) throw unclosed(sign);
      word = (word ?? '') + text.slice(at + 1, end);
      at = end;
    } else if (sign === '"') {
      const { inside, end } = doubleQuoted(text, at + 1);
      word = (word ?? '') + inside;
      at = end;
    } else if (sign === '\\') {
      at++;
      if (at >= text.length) throw new Refusal('invalid_input', 'The command ends in a backslash.', 'Write it twice.');
      word = (word ?? '') + text[at];
    } else word = (word ?? '') + sign;
  }
  if (word !== undefined) words.push(word);
  return words;
}

function doubleQuoted(text: string, from: number): { inside: string; end: number } {
  let inside = '';
  for (let at = from; at < text.length; at++) {
    if (text[at] === '"') return { inside, end: at };
    if (text[at] === '\\' && /["\\$`]/.test(text[at + 1] ?? '')) at++;
    inside += text[at];
  }
  throw unclosed('"');
}

const unclosed = (quote: string): Refusal =>
  new Refusal(
    'invalid_input',
    `A quote ${quote} is opened and not closed.`,
    `Close it, or write \\${quote} for the sign itself.`,
  );
