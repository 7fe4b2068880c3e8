import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inRoot, mapProgram, mapShell, mapWords } from './paths.ts';
import { temporaryFolder } from './test-machine.ts';

test.each([
  ['rm -rf /var/lib/apt/lists/*', 'rm -rf /r/var/lib/apt/lists/*'],
  ['rm -rf /*', 'rm -rf /r/*'],
  ['rm -rf /', 'rm -rf /r'],
  [
    'mkdir -p /data && cd "/data/x" ; ls </etc/a >/tmp/b',
    'mkdir -p /r/data && cd "/r/data/x" ; ls </r/etc/a >/r/tmp/b',
  ],
  ['echo a > /dev/null 2>&1', 'echo a > /dev/null 2>&1'],
  ['/bin/sh -c "x" && /usr/bin/env node', '/bin/sh -c "x" && /usr/bin/env node'],
  ['cp tool /usr/local/bin/tool', 'cp tool /r/usr/local/bin/tool'],
  ['ln -sf a /usr/bin/python', 'ln -sf a /r/usr/bin/python'],
  ['curl http://localhost:3000/up https://a.b/c', 'curl http://localhost:3000/up https://a.b/c'],
  ['PATH=/app/bin:/opt/bin:$PATH x --prefix=/usr', 'PATH=/r/app/bin:/r/opt/bin:$PATH x --prefix=/r/usr'],
  ['cat ./a/b $HOME/c ~/d', 'cat ./a/b $HOME/c ~/d'],
])('%s', (command, mapped) => {
  expect(mapShell('/r', command)).toBe(mapped);
});

test('no path leads out of the root', () => {
  const part = fc.constantFrom('..', '.', 'a', '', '...', '../..');
  fc.assert(
    fc.property(fc.array(part), fc.array(part), (path, workdir) => {
      const mapped = inRoot('/root/of/image', path.join('/'), workdir.join('/'));
      expect(mapped === '/root/of/image' || mapped.startsWith('/root/of/image/')).toBe(true);
    }),
  );
});

test("a program is the image's own where it has one, else this machine's", async () => {
  const root = await temporaryFolder();
  await mkdir(join(root, 'usr/bin'), { recursive: true });
  await writeFile(join(root, 'usr/bin/env'), '');
  expect(mapProgram(root, '/usr/bin/env')).toBe(join(root, 'usr/bin/env'));
  expect(mapProgram(root, '/bin/sh')).toBe('/bin/sh');
  expect(mapWords(root, ['node', '/usr/bin/env', '/up'])).toEqual(['node', join(root, 'usr/bin/env'), '/up']);
  expect(mapWords(root, ['/bin/sh', '-c', 'cat /a /b'])).toEqual(['/bin/sh', '-c', `cat ${root}/a ${root}/b`]);
});
