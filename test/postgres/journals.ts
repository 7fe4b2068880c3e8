import fc from 'fast-check';
import type { JournalEvent, RunHeader } from '../../src/storage/journal.ts';

let count = 0;
export const header = (id = `txn-1700000000-${(count++).toString(36)}`): RunHeader => ({
  id,
  operation: 'create_app',
  actor: { kind: 'owner' },
  input: {},
  facts: null,
  digest: 'd',
  steps: [],
  planId: null,
  startedAt: Date.now(),
  version: '0.1.0',
});

export const begun = (step: number): JournalEvent => ({ type: 'begun', step, mark: null, at: 1 });

/** Through JSON once, which knows no -0. Strings hold what no database likes: zero bytes, half surrogate pairs. */
const json = fc.jsonValue({ maxDepth: 2, stringUnit: 'binary' }).map((value) => JSON.parse(JSON.stringify(value)));
const result = fc.dictionary(fc.string(), json, { maxKeys: 3 });
const step = fc.nat({ max: 5 });
const at = fc.nat();

export const anyEvent: fc.Arbitrary<JournalEvent> = fc.oneof(
  fc.record({ at, type: fc.constant('begun' as const), step, mark: json }),
  fc.record({ at, type: fc.constant('done' as const), step, result }),
  fc.record({ at, type: fc.constant('undo_begun' as const), step, part: step, mark: json }),
  fc.record({ at, type: fc.constant('undo_done' as const), step, part: step, result }),
  fc.record({ at, type: fc.constant('taken_over' as const), by: fc.string({ unit: 'binary' }) }),
);
