import { expect, test } from 'vitest';
import { slug } from './slug.ts';

test.each([
  ['My first project', 'my-first-project'],
  ['uptime_kuma', 'uptime-kuma'],
  ['Ünïcode & Co.', 'unicode-co'],
  ['  --a  b-- ', 'a-b'],
  ['web.app', 'webapp'],
  ['me@host', 'me-at-host'],
])('%j is %j', (text, wanted) => {
  expect(slug(text)).toBe(wanted);
});
