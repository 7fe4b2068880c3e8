import { expect, test } from 'vitest';
import { docProblems, type Known } from './check-docs.ts';

const known: Known = {
  exists: (path) => ['src/engine/run.ts', 'docs/decisions/0001-a-plan-is-data.md', '.ci/run'].includes(path),
  isFileName: (name) => name === 'run.ts',
  isScript: (name) => ['check', 'test', 'fairlead'].includes(name),
  isCommand: ([first, second]) => first === 'mcp' || (first === 'app' && ['create', undefined].includes(second)),
};

test('what is there may be cited, from the root, from src, from the own folder', () => {
  const text = [
    'Run `npm run check` and `npm test`, see `src/engine/run.ts:12`, `engine/run.ts`, `run.ts` and `.ci/run`.',
    '`npx fairlead mcp`, `npm run fairlead -- app create`, `fairlead app create --name x`, `fairlead app <verb>`; `~/.config/x.json` is no path of ours.',
    '[why](decisions/0001-a-plan-is-data.md#context) and [outside](https://example.com/x)',
    '```json',
    '{ "cited": "src/nowhere.ts" }',
    '```',
  ].join('\n');
  expect(docProblems('docs/index.md', text, known)).toEqual([]);
});

test.each([
  ['a path', 'See `src/engine/walk.ts`.', 'README.md:1: src/engine/walk.ts is cited, and there is no such file'],
  ['a bare file name', 'See `TESTING.md`.', 'TESTING.md is cited'],
  ['a script', '\nRun `npm run verify`.', 'README.md:2: npm run verify is cited'],
  ['a command', 'Run `fairlead app launch x`.', 'fairlead app launch x is cited'],
  ['a command in a block', '```sh\nnpx fairlead start   # the server\n```', 'README.md:2: fairlead start is cited'],
  ['a path in a block', '```sh\nnode scripts/gone.ts\n```', 'scripts/gone.ts is cited'],
  ['a link', '[more](docs/more.md)', 'the link docs/more.md leads nowhere'],
  ['a link by a mere name', '[run](run.ts)', 'the link run.ts leads nowhere'],
])('%s that is not there is told', (_name, text, told) => {
  expect(docProblems('README.md', text, known).join('\n')).toContain(told);
});
