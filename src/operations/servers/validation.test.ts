import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { server } from '../../coolify/servers.ts';
import { verdictOf } from './validation.ts';

const { exchanges } = JSON.parse(
  readFileSync(new URL('../../../contracts/coolify/recordings/servers.json', import.meta.url), 'utf8'),
);
const recorded = (n: number) =>
  server.parse(exchanges.find((exchange: { n: number }) => exchange.n === n).response.body);
const written = ({ updated_at, settings }: ReturnType<typeof recorded>) => ({
  server: String(updated_at),
  settings: String(settings?.updated_at),
});

describe('the end of a validation, as recorded', () => {
  it('a good server', () => {
    expect(verdictOf(recorded(2), written(recorded(2)))).toBe('wait');
    expect(verdictOf(recorded(12), written(recorded(2)))).toBe('good');
  });

  it('one where nothing listens', () => {
    expect(verdictOf(recorded(29), written(recorded(27)))).toBe('wait');
    expect(verdictOf(recorded(30), written(recorded(27)))).toBe('bad');
  });

  it('an earlier failure does not count as this one', () => {
    expect(verdictOf(recorded(30), written(recorded(30)))).toBe('wait');
  });
});
