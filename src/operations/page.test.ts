import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageOf } from './page.ts';

const names = fc
  .uniqueArray(fc.string({ minLength: 1, maxLength: 60 }), { maxLength: 300 })
  .map((all) => all.sort((a, b) => (a < b ? -1 : 1)));

describe('a page', () => {
  it('gives every row exactly once, in order, within its budget', () => {
    fc.assert(
      fc.property(names, fc.integer({ min: 1, max: 200 }), (rows, limit) => {
        const seen: string[] = [];
        let cursor: string | undefined;
        do {
          const page = pageOf(rows, (row) => row, limit, cursor);
          expect(page.total).toBe(rows.length);
          expect(page.rows.length).toBeLessThanOrEqual(limit);
          if (page.rows.length > 1) expect(JSON.stringify(page.rows).length).toBeLessThan(5300);
          seen.push(...page.rows);
          cursor = page.next_cursor ?? undefined;
        } while (cursor !== undefined);
        expect(seen).toEqual(rows);
      }),
    );
  });

  it('goes on after a row that has gone meanwhile', () => {
    const first = pageOf(['a', 'b', 'c'], (row) => row, 2);
    expect(pageOf(['a', 'c'], (row) => row, 2, first.next_cursor ?? '').rows).toEqual(['c']);
  });

  it('refuses a cursor that no list gave', () => {
    expect(() => pageOf(['a'], (row) => row, 2, 'not a cursor!')).toThrow('cursor');
  });
});
