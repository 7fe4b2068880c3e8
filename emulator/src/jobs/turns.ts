import type { World } from '../world.ts';

const lasts = new WeakMap<World, Map<string, Promise<void>>>();

/** Runs a job in the background when those before it on the same resource have ended: two starts never race for a container's name. */
export function inTurn(world: World, uuid: string, job: () => Promise<void>): void {
  const turns = lasts.get(world) ?? new Map<string, Promise<void>>();
  lasts.set(world, turns);
  const before = turns.get(uuid) ?? Promise.resolve();
  const run = before.then(job);
  const settled = run.then(
    () => {},
    () => {},
  );
  turns.set(uuid, settled);
  void settled.then(() => {
    if (turns.get(uuid) === settled) turns.delete(uuid);
  });
  world.background(() => run);
}
