import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { catalogOf } from '../src/gateway/catalog.ts';
import { registry } from '../src/operations/registry.ts';
import { findCommand, hasVerb, nounLike } from '../src/surfaces/cli/commands.ts';
import { overviewPage } from '../src/surfaces/cli/help.ts';
import { RUN_VERBS } from '../src/surfaces/cli/runs.ts';
import { trackedFiles } from './tracked-files.ts';

/** What a document may cite. */
export interface Known {
  exists(path: string): boolean;
  /** Whether some file of the repository, wherever it lies, has this name: the text around it says where. */
  isFileName(name: string): boolean;
  isScript(name: string): boolean;
  /** `words` is what stands after `fairlead`. */
  isCommand(words: readonly string[]): boolean;
}

interface Citation {
  text: string;
  line: number;
}

/** Every path, npm script and `fairlead` command a document cites in backticks, and every relative link, has to be there. */
export function docProblems(path: string, markdown: string, known: Known): string[] {
  const problem = (line: number, what: string) => `${path}:${line}: ${what}`;
  const from = posix.dirname(path);
  return [
    ...citations(markdown).flatMap(({ text, line }) => [
      ...scripts(text)
        .filter((name) => !known.isScript(name))
        .map((name) => problem(line, `npm run ${name} is cited, and package.json has no such script`)),
      ...commands(text)
        .filter((words) => !known.isCommand(words))
        .map((words) => problem(line, `fairlead ${words.join(' ')} is cited, and there is no such command`)),
      ...paths(text)
        .filter((cited) => !known.isFileName(cited) && !places(cited, from).some(known.exists))
        .map((cited) => problem(line, `${cited} is cited, and there is no such file`)),
    ]),
    ...links(markdown)
      .filter(({ text }) => !known.exists(posix.join(from, text)))
      .map(({ text, line }) => problem(line, `the link ${text} leads nowhere`)),
  ];
}

export function checkDocs(root: string): string[] {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
  const files = trackedFiles(root);
  const names = new Set(files.map((path) => posix.basename(path)));
  const known: Known = {
    exists: (path) =>
      !path.startsWith('..') && (existsSync(join(root, path)) || globSync(path, { cwd: root }).length > 0),
    isFileName: (name) => names.has(name),
    isScript: (name) => name in manifest.scripts,
    isCommand: isFairleadCommand,
  };
  return files
    .filter((path) => /^([A-Z]+|docs\/.+|emulator\/[A-Z]+)\.md$/.test(path))
    .flatMap((path) => docProblems(path, readFileSync(join(root, path), 'utf8'), known));
}

const catalog = catalogOf(registry);
/** What `src/bin.ts` hands on to the package fairlead-server; the help of the command line has them not. */
const OF_THE_SERVER = ['serve', 'worker'];
/** First words of the rows of `fairlead help`: nouns and programs. */
const firstWords = overviewPage(catalog, '').flatMap((row) => row.match(/^ {2}([a-z]+) /)?.[1] ?? []);

function isFairleadCommand([first = '', second]: readonly string[]): boolean {
  if (['--version', '--help', ...OF_THE_SERVER].includes(first)) return true;
  if (nounLike(catalog, first) !== undefined) {
    return (
      second === undefined ||
      hasVerb(catalog, first, second) ||
      (nounLike(catalog, first) === 'run' && Object.hasOwn(RUN_VERBS, second))
    );
  }
  return firstWords.includes(first) || isOperation(first);
}

function isOperation(name: string): boolean {
  try {
    findCommand(catalog, [name]);
    return true;
  } catch {
    // That it finds nothing is the answer that was asked for.
    return false;
  }
}

/** What stands in backticks, and the lines of fenced blocks of shell. */
function citations(markdown: string): Citation[] {
  const found: Citation[] = [];
  let fence: string | undefined;
  for (const [index, row] of markdown.split('\n').entries()) {
    const mark = row.match(/^\s*```(\w*)/);
    if (mark) fence = fence === undefined ? (mark[1] ?? '') : undefined;
    else if (fence === undefined)
      for (const [, text = ''] of row.matchAll(/`([^`]+)`/g)) found.push({ text, line: index + 1 });
    else if (['sh', 'bash', 'console'].includes(fence))
      found.push({ text: row.replace(/(^|\s)#.*$/, ''), line: index + 1 });
  }
  return found;
}

function links(markdown: string): Citation[] {
  return markdown
    .split('\n')
    .flatMap((row, index) =>
      [...row.matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)].map(([, text = '']) => ({ text, line: index + 1 })),
    );
}

const scripts = (text: string): string[] =>
  [...text.matchAll(/\bnpm (?:run ([\w:-]+)|(test|start)\b)/g)].map(([, named, short]) => named ?? short ?? '');

/** The words after `fairlead` up to the first that is no plain word: `<name>`, `--flag`, `|`. */
function commands(text: string): string[][] {
  return [...text.matchAll(/(?:^|\s)(?:npx )?fairlead(?: --)?((?: [^\s]+)+)/g)]
    .map(([, rest = '']) => {
      const words = rest.trim().split(' ');
      if (words[0]?.startsWith('--')) return words.slice(0, 1);
      const end = words.findIndex((word) => !/^[a-z_]+$/.test(word));
      return end === -1 ? words : words.slice(0, end);
    })
    .filter((words) => words.length > 0);
}

/** Words that can only be meant as a path of this repository. */
function paths(text: string): string[] {
  return text
    .split(/\s+/)
    .map((word) =>
      word
        .replace(/^[('"]+/, '')
        .replace(/[)'",.;:]+$/, '')
        .replace(/(:\d+|#[\w-]+)$/, '')
        .replace(/^\.\//, ''),
    )
    .filter((word) => /^[\w.@*/-]+$/.test(word) && !word.startsWith('/') && !word.startsWith('@'))
    .filter(
      (word) =>
        /^(src|emulator|scripts|test|docs|demo|bench|contracts|examples|\.ci)\//.test(word) ||
        /^[\w./*-]+\.(ts|mjs|md)$/.test(word),
    );
}

/** A path is cited from the root, from the document's own folder, or, in the words of the layers, from `src`. */
const places = (cited: string, from: string): string[] => [
  cited,
  posix.join(from, cited),
  posix.join('src', cited),
  posix.join('emulator', cited),
];
