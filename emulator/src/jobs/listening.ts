import { setTimeout as pause } from 'node:timers/promises';
import type { OwnContainer } from '../machine/container.ts';
import type { Container } from '../machine/machine.ts';

/** Real milliseconds that a program gets to listen, and between two looks. */
const longest = 1500;
const look = 15;

/** Containers whose program is still coming up: the proxy does not send anybody there yet. */
const comingUp = new WeakSet<Container>();

/**
 * Resolves when the program of a fresh container listens on the port, has ended, or had a moment of real time to do either:
 * on a fast clock Coolify's own pace, which covers it on a real server, is too short.
 */
export async function listening(container: Container, port: number, signal: AbortSignal): Promise<void> {
  comingUp.add(container);
  const start = performance.now();
  while (
    container.state().status === 'running' &&
    // Every container of the machine is one of its own, which knows where it listens.
    (container as OwnContainer).address(port) === undefined &&
    performance.now() - start < longest &&
    !signal.aborted
  )
    await pause(look);
  comingUp.delete(container);
}

export function isComingUp(container: Container): boolean {
  return comingUp.has(container);
}
