import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../refusal.ts';
import { meant } from './meant.ts';

const candidate = fc.record({ uuid: fc.uuid(), name: fc.constantFrom('cache', 'shop', 'queue') });
const some = fc.uniqueArray(candidate, { selector: ({ uuid }) => uuid, maxLength: 6 });

describe('what is meant', () => {
  it('is the only one of that name, or a refusal that says which', () => {
    fc.assert(
      fc.property(some, (all) => {
        const named = all.filter(({ name }) => name === 'shop');
        try {
          expect(meant('database', 'shop', all, 'list_databases')).toBe(named[0]);
          expect(named.length).toBe(1);
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          expect(error.code).toBe(named.length === 0 ? 'not_found' : 'ambiguous');
          for (const { uuid } of named) expect(error.message).toContain(uuid);
        }
      }),
    );
  });

  it('is the one with that uuid, whatever is called so', () => {
    fc.assert(
      fc.property(
        some.filter(({ length }) => length > 0),
        (all) => {
          const decoy = { uuid: 'other', name: all[0]!.uuid };
          expect(meant('server', all[0]!.uuid, [decoy, ...all], 'list_servers')).toBe(all[0]);
        },
      ),
    );
  });

  it('names what is near, or where to look', () => {
    const all = [{ uuid: 'a', name: 'shop-db' }];
    expect(() => meant('database', 'shop', all, 'list_databases')).toThrow(
      expect.objectContaining({ next: 'There are shop-db.' }),
    );
    expect(() => meant('database', 'x', [], 'list_databases')).toThrow(
      expect.objectContaining({ next: 'List them with list_databases.' }),
    );
  });
});
