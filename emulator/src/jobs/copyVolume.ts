import type { World } from '../world.ts';

/** Copies what a volume holds into another, as Coolify does: by a container that mounts both. Throws what the machine throws. */
export async function copyVolume(world: World, from: string, to: string): Promise<void> {
  const container = await world.machine.run({
    name: `copy-of-${to}`,
    labels: {},
    image: 'alpine:latest',
    variables: {},
    command: ['cp', '-a', '/source/.', '/target'],
    volumes: [
      { source: from, target: '/source' },
      { source: to, target: '/target' },
    ],
    restart: false,
  });
  try {
    await world.working(container.waitFor(({ status }) => status === 'exited', world.closing));
  } finally {
    await container.remove();
  }
}
