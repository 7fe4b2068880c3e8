import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import {
  type AuditEntry,
  type AuditLog,
  OwnershipLost,
  type PlanStore,
  type RunStore,
  type SecretStore,
  type StoredPlan,
} from '../../src/storage/stores.ts';
import { anyEvent, begun, header } from './journals.ts';

export interface Stores {
  runs: RunStore;
  plans: PlanStore;
  secrets: SecretStore;
  audit: AuditLog;
  close(): Promise<void>;
}

/** What every set of stores has to hold. `fresh` makes an empty place; `open` opens it, as often as it is asked. */
export function storesContract(name: string, fresh: () => Promise<(clock: Clock) => Promise<Stores>>): void {
  describe(`the stores on ${name}`, () => {
    let now: number;
    const clock: Clock = { now: () => now, sleep: (_ms, signal) => ends(signal) };
    let open: (clock: Clock) => Promise<Stores>;
    let opened: Stores[];
    const stores = async () => {
      const made = await open(clock);
      opened.push(made);
      return made;
    };
    beforeEach(async () => {
      now = Date.now();
      opened = [];
      open = await fresh();
    });
    afterEach(() => Promise.all(opened.map((one) => one.close())));

    describe('runs', () => {
      it('come back as they were written, in order, from every process', async () => {
        const { runs } = await stores();
        const other = await stores();
        await fc.assert(
          fc.asyncProperty(fc.array(anyEvent, { maxLength: 6 }), async (events) => {
            const head = header();
            const owner = await runs.create(head);
            for (const event of events) await owner.append(event);
            expect(await other.runs.read(head.id)).toEqual({ header: head, events });
            await owner.release();
          }),
          { numRuns: 25 },
        );
      });

      it('have an id of their own', async () => {
        const { runs } = await stores();
        await runs.create(header('txn-1-a'));
        await expect(runs.create(header('txn-1-a'))).rejects.toMatchObject({ code: 'conflict' });
        expect(await runs.read('txn-1-b')).toBeUndefined();
        expect(await runs.claim('txn-1-b')).toBeUndefined();
      });

      it('are listed newest first, as many as are asked for', async () => {
        const { runs } = await stores();
        const second = Math.floor(now / 1000);
        for (const offset of [2, 0, 3, 1]) {
          await runs.create({ ...header(`txn-${second + offset}-a`), startedAt: now + offset * 1000 });
        }
        expect((await runs.list(3)).map((journal) => journal.header.startedAt - now)).toEqual([3000, 2000, 1000]);
      });

      it('have one owner, and are free again after the release', async () => {
        const { runs } = await stores();
        const owner = await runs.create(header('txn-1-a'));
        expect(await runs.owned('txn-1-a')).toBe(true);
        expect(await runs.claim('txn-1-a')).toBeUndefined();
        await owner.release();
        expect(await runs.owned('txn-1-a')).toBe(false);
        await expect(owner.append(begun(0))).rejects.toThrow(OwnershipLost);
        const claims = await Promise.all([1, 2, 3].map(() => runs.claim('txn-1-a')));
        expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1);
        await claims.find((claim) => claim !== undefined)?.append(begun(0));
        expect((await runs.read('txn-1-a'))?.events).toEqual([begun(0)]);
      });

      it('are given up when the stores close', async () => {
        const { runs } = await stores();
        const { runs: others, close } = await open(clock);
        await others.create(header('txn-1-a'));
        await close();
        expect(await runs.owned('txn-1-a')).toBe(false);
      });

      it('keep a request to cancel for whoever owns them', async () => {
        const { runs } = await stores();
        await runs.create(header('txn-1-a'));
        expect(await runs.cancelRequested('txn-1-a')).toBe(false);
        await (await stores()).runs.requestCancel('txn-1-a');
        expect(await runs.cancelRequested('txn-1-a')).toBe(true);
      });
    });

    describe('plans', () => {
      const plan = (id: string): StoredPlan => ({
        id,
        operation: 'create_app',
        actor: { kind: 'owner' },
        input: { name: 'shop' },
        facts: { server: 's' },
        digest: 'd',
        createdAt: now,
        usedBy: null,
      });

      it('live an hour', async () => {
        const { plans } = await stores();
        await plans.save(plan('plan-1-a'));
        expect(await (await stores()).plans.read('plan-1-a')).toEqual(plan('plan-1-a'));
        now += 60 * 60_000 - 1;
        expect(await plans.read('plan-1-a')).toBeDefined();
        now += 1;
        expect(await plans.read('plan-1-a')).toBeUndefined();
        await expect(plans.take('plan-1-a', 'txn-1-a')).rejects.toMatchObject({ code: 'plan_expired' });
      });

      it('are taken by one run, which may ask again', async () => {
        const { plans } = await stores();
        await plans.save(plan('plan-1-a'));
        const runs = ['txn-1-a', 'txn-1-b', 'txn-1-c', 'txn-1-d'];
        const taken = await Promise.all(runs.map((run) => plans.take('plan-1-a', run)));
        expect(taken.filter(Boolean)).toHaveLength(1);
        const winner = runs[taken.indexOf(true)] ?? '';
        expect(await plans.take('plan-1-a', winner)).toBe(true);
        expect((await plans.read('plan-1-a'))?.usedBy).toBe(winner);
      });
    });

    describe('secrets', () => {
      it('come back under references that tell nothing, equal for equal values', async () => {
        const { secrets } = await stores();
        const other = (await stores()).secrets;
        await fc.assert(
          fc.asyncProperty(fc.string({ unit: 'binary' }), async (value) => {
            const reference = await secrets.seal(value);
            expect(reference).toMatch(/^secret:\/\/v\/[0-9a-f]{32}$/);
            expect(await other.seal(value)).toBe(reference);
            expect(await other.open(reference)).toBe(value);
          }),
          { numRuns: 25 },
        );
      });

      it('are refused under what is no reference, and under one of nothing', async () => {
        const { secrets } = await stores();
        await expect(secrets.open('secret://v/abc')).rejects.toMatchObject({ code: 'invalid_input' });
        await expect(secrets.open(`secret://v/${'0'.repeat(32)}`)).rejects.toMatchObject({ code: 'not_found' });
      });
    });

    it('keep an audit, newest first, by resource and since when', async () => {
      const { audit } = await stores();
      const entry = (second: number, resource: string): AuditEntry => ({
        timestamp: new Date(now + second * 1000).toISOString(),
        user: 'owner',
        action: 'create_app',
        resource_type: 'application',
        resource_id: resource,
        resource_name: 'shop',
        details: { line: '\u0000\ud800' },
        ip_address: null,
      });
      for (const second of [0, 1, 2, 3]) await audit.write(entry(second, second % 2 ? 'odd' : 'even'));
      expect(await audit.read({ since: 0, limit: 3 })).toEqual([entry(3, 'odd'), entry(2, 'even'), entry(1, 'odd')]);
      expect(await audit.read({ resourceId: 'even', since: now + 1000, limit: 9 })).toEqual([entry(2, 'even')]);
    });
  });
}

const ends = (signal?: AbortSignal): Promise<void> =>
  new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason), { once: true }));
