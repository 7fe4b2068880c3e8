import { expect, test } from 'vitest';
import { importProblems } from './check-imports.ts';

const sound = {
  'src/DEPS': 'engine\noperations\nclock\n',
  'src/main.ts': "import { run } from './engine/run.ts';\nimport { systemClock } from './clock.ts';",
  'src/clock.ts': "import { setTimeout } from 'node:timers/promises';",
  'src/engine/DEPS': '# how a thing is carried out\noperations\nclock:types\nnpm:zod\n',
  'src/engine/run.ts':
    "import { z } from 'zod';\nimport { step } from './step.ts';\nimport type { Clock } from '../clock.ts';",
  'src/engine/step.ts': "import { list } from '../operations/list.ts';",
  'src/engine/run.test.ts': "import { test } from 'vitest';\nimport { systemClock } from '../clock.ts';",
  'src/operations/DEPS': '',
  'src/operations/list.ts': '',
  'emulator/package.json': '{ "dependencies": { "hono": "4" } }',
  'emulator/src/server.ts': "import { Hono } from 'hono';\nimport { world } from './world.ts';",
};

const problems = (changes: Record<string, string>) => {
  const files: Record<string, string> = { ...sound, ...changes };
  return importProblems(Object.keys(files), (path) => files[path] ?? '').join('\n');
};

test('a sound tree has no problems', () => expect(problems({})).toBe(''));

test.each([
  [
    'up the layers',
    { 'src/operations/list.ts': "import { run } from '../engine/run.ts';" },
    'src/operations/list.ts:1: imports ../engine/run.ts, which src/operations/DEPS does not list',
  ],
  [
    'a type up the layers',
    { 'src/operations/list.ts': "type Run = import('../engine/run.ts').Run;" },
    'src/operations/DEPS does not list',
  ],
  [
    'a re-export',
    { 'src/operations/list.ts': "export * from '../engine/run.ts';" },
    'src/operations/DEPS does not list',
  ],
  [
    'a dynamic import',
    { 'src/operations/list.ts': "\nawait import('../engine/run.ts');" },
    'src/operations/list.ts:2: imports ../engine/run.ts',
  ],
  [
    'a value where types are listed',
    { 'src/engine/run.ts': "import { systemClock } from '../clock.ts';" },
    'lists "clock:types"',
  ],
  [
    'a type without `import type`',
    { 'src/engine/run.ts': "import { type Clock } from '../clock.ts';" },
    'lists "clock:types"',
  ],
  [
    'a package',
    { 'src/operations/list.ts': "import pg from '@scope/pg/client';" },
    'add the line "npm:@scope/pg" to src/operations/DEPS',
  ],
  [
    'a test package in the product',
    { 'src/engine/run.ts': "import { test } from 'vitest';" },
    'imports the package vitest',
  ],
  [
    'a leaf that imports another',
    { 'src/clock.ts': "import { id } from './ids.ts';", 'src/ids.ts': '' },
    'clock is a leaf',
  ],
  [
    'the product and the emulator',
    { 'src/engine/run.ts': "import '../../emulator/src/server.ts';" },
    'not of the product',
  ],
  [
    'the emulator and the product',
    { 'emulator/src/server.ts': "import '../../src/clock.ts';" },
    'nothing from outside its folder',
  ],
  [
    "a package that is not the emulator's",
    { 'emulator/src/server.ts': "import { z } from 'zod';" },
    'emulator/package.json does not list',
  ],
  ['a folder without DEPS', { 'src/gateway/admit.ts': '' }, 'src/gateway has no DEPS file'],
  ['a name of nothing', { 'src/engine/DEPS': 'operations\nclock\nnpm:zod\nutils' }, 'there is no src/utils'],
  ['a circle', { 'src/operations/DEPS': 'engine' }, 'in a circle: src/engine → src/operations → src/engine'],
])('%s is told', (_name, changes, told) => expect(problems(changes)).toContain(told));

test('a nested DEPS governs its folder alone', () => {
  const nested = {
    'src/engine/durable/DEPS': 'clock',
    'src/engine/durable/port.ts': "import { run } from '../run.ts';",
  };
  expect(problems(nested)).toContain('src/engine/durable/DEPS does not list');
});
