import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSlashCommand, shellWords } from './slash.ts';

describe('a slash command', () => {
  it.each([
    ['/mcp-coolify servers list', 'coolify', ['servers', 'list']],
    ['  /mcp-coolify\tlist-servers\n', 'coolify', ['list-servers']],
    ['/mcp-Coolify x', 'coolify', ['x']],
    [
      `/mcp-coolify app create --name "my app" --repo='a b'`,
      'coolify',
      ['app', 'create', '--name', 'my app', '--repo=a b'],
    ],
    [
      String.raw`/mcp-coolify env set K=a\ b "say \"\$x\" \n" ''`,
      'coolify',
      ['env', 'set', 'K=a b', String.raw`say "$x" \n`, ''],
    ],
  ])('%j', (text, service, words) => {
    expect(readSlashCommand(text)).toEqual({ service, words });
  });

  it.each([
    ['', /no slash command.*The form is/s],
    ['servers list', /no slash command/],
    ['/mcp- servers', /no slash command/],
    ['/mcp-coolify', /What is coolify to do/],
    ['/mcp-coolify "secret', /not closed/],
    ["/mcp-coolify 'secret", /not closed/],
    ['/mcp-coolify secret\\', /backslash/],
  ])('%j is refused with what to do', (text, told) => {
    const refusal = caught(() => readSlashCommand(text));
    expect(refusal).toMatchObject({ code: 'invalid_input', next: expect.any(String) });
    expect(`${refusal.message} ${refusal.next}`).toMatch(told);
    expect(`${refusal.message} ${refusal.next}`).not.toContain('secret');
  });

  it('gives any words back that a shell would have quoted', () => {
    const quoted = fc.constantFrom<(word: string) => string>(
      (word) => `'${word.replaceAll("'", `'\\''`)}'`,
      (word) => `"${word.replaceAll(/["\\$`]/g, '\\$&')}"`,
      (word) => (word === '' ? "''" : [...word].map((sign) => `\\${sign}`).join('')),
    );
    const words = fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), quoted));
    fc.assert(
      fc.property(words, fc.constantFrom(' ', '\n', '\t  '), (pairs, blank) => {
        const text = pairs.map(([word, quote]) => quote(word)).join(blank);
        expect(shellWords(text)).toEqual(pairs.map(([word]) => word));
      }),
    );
  });
});

function caught(work: () => unknown): Error & { next: string } {
  try {
    work();
  } catch (error) {
    return error as Error & { next: string };
  }
  throw new Error('nothing was thrown');
}
