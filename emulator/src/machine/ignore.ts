/** Whether `text` matches a pattern in which `**` stands for any path, `*` and `?` for parts of one name. */
export function matchesPattern(text: string, pattern: string): boolean {
  const source = pattern.replace(/\*\*\/|\*\*|\*|\?|[.+^${}()|[\]\\]/g, (part) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    return part === '?' ? '[^/]' : `\\${part}`;
  });
  return new RegExp(`^${source}$`, 's').test(text);
}

/** Reads a `.dockerignore`. The function returned tells whether a path of the context stays out of it. */
export function parseIgnore(text: string): (path: string) => boolean {
  const rules = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ keep: line.startsWith('!'), pattern: line.replace(/^!/, '').replace(/^\.?\/+|\/+$/g, '') }));
  return (path) => {
    // A pattern that matches a folder holds for all in it; the last rule that matches decides.
    const names = path.split('/');
    const prefixes = names.map((_, at) => names.slice(0, at + 1).join('/'));
    const decisive = rules.findLast(({ pattern }) => prefixes.some((prefix) => matchesPattern(prefix, pattern)));
    return decisive !== undefined && !decisive.keep;
  };
}
