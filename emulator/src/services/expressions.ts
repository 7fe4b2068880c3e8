/** What stands between the first brace of a text and the one that closes it; undefined where there is none. */
export function braced(text: string, from = 0): { content: string; end: number } | undefined {
  const open = text.indexOf('{', from);
  if (open === -1) return undefined;
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === '{') depth++;
    if (text[at] === '}') depth--;
    if (depth === 0) return { content: text.slice(open + 1, at), end: at };
  }
  return undefined;
}

/** `NAME:-usual` in its parts; undefined where no default or demand is given. */
export function splitDefault(content: string): { name: string; operator: string; usual: string } | undefined {
  let depth = 0;
  for (let at = 0; at < content.length; at++) {
    if (content[at] === '{') depth++;
    else if (content[at] === '}') depth--;
    if (depth !== 0) continue;
    const operator = [':-', '-', ':?', '?'].find((candidate) => content.startsWith(candidate, at));
    if (operator !== undefined)
      return { name: content.slice(0, at), operator, usual: content.slice(at + operator.length) };
  }
  return undefined;
}

/** The name that a value consists of: `NAME` of `$NAME` and `${NAME}`; any other text as it is. */
export function referenced(value: string): string {
  if (value.startsWith('${')) return braced(value)?.content ?? value.slice(2).split('}')[0] ?? '';
  return value.replace(/^\$/, '');
}
