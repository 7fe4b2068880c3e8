import { expect, test } from 'vitest';
import { isPath, pathIn, readVolumeText } from './volumes.ts';

test.each([
  ['data:/var/lib', { source: 'data', target: '/var/lib' }],
  ['./conf:/etc/conf:ro', { source: './conf', target: '/etc/conf', mode: 'ro' }],
  [`\${DATA:-./data}:/data`, { source: './data', target: '/data' }],
  [`\${DATA:-}:/data:rw`, { source: `\${DATA}`, target: '/data', mode: 'rw' }],
  [`\${DATA}:/data`, { source: `\${DATA}`, target: '/data' }],
  ['/data', { source: '/data', target: '/data' }],
  ['a:/b:odd', { source: 'a', target: '/b:odd' }],
])('%s', (text, wanted) => {
  expect(readVolumeText(text)).toEqual(wanted);
});

test('paths lie in the folder of the service, names are no paths', () => {
  expect(['./a', '/a', '~/a', '../a'].every(isPath)).toBe(true);
  expect(isPath('data')).toBe(false);
  expect(pathIn('/data/coolify/services/x', './conf/')).toBe('/data/coolify/services/x/conf');
  expect(pathIn('/data/coolify/services/x', '/etc')).toBe('/etc');
});
