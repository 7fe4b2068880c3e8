import { forgetApplication } from '../applications/forget.ts';
import type { Application } from '../state/application.ts';
import type { World } from '../world.ts';
import { asVolumeOwner, containersOf, graceOf, removeContainer } from './containers.ts';
import { writeStatus } from './status.ts';
import { removeVolumes } from './volumes.ts';

/** Stops an application in the background; its status follows 0.7 s after the call (recorded: deploy-image 34–36). */
export function stopApplication(world: World, application: Application): void {
  world.background(async () => {
    const stopping = removeAll(world, application);
    await world.clock.sleep(650, world.closing);
    await stopping;
    writeStatus(world, application, 'exited');
  });
}

/** Deletes as Coolify's queued job does: gone after 0.6 s, 2 s with a container (recorded: apps-image 88–89, deploy-image 80–82). */
export function deleteApplication(world: World, application: Application, keep: { volumes: boolean }): void {
  world.background(async () => {
    const deploying =
      world.state.deployments.find((d) => d.application_id === String(application.id) && d.status === 'in_progress') !==
      undefined;
    const busy = deploying || containersOf(world, application).length > 0;
    await world.clock.sleep(busy ? 1950 : 500, world.closing);
    world.queue.forget(application);
    await removeAll(world, application);
    for (const image of world.machine.images(application.uuid))
      await world.working(world.machine.removeImage(image.reference));
    await removeVolumes(world, asVolumeOwner(application), keep);
    forgetApplication(world, application);
  });
}

async function removeAll(world: World, application: Application): Promise<void> {
  for (const container of containersOf(world, application))
    await removeContainer(world, container, graceOf(application));
}
