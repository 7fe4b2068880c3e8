import { CommandFailed } from '../machine/machine.ts';
import type { Application } from '../state/application.ts';
import type { World } from '../world.ts';
import { buildAt, imageOf } from './buildRequest.ts';
import { containerName, runContainer, specsOf } from './containers.ts';
import { refreshStatus, writeStatus } from './status.ts';

/**
 * After a restart of the emulator: brings back what an earlier run left running, as Docker does after a restart of the server.
 * The machine's folder is gone, so that images are built again at the commit that ran; what volumes held is lost. What cannot
 * be brought back reads `exited`, and `report` hears why.
 */
export function resumeApplications(world: World, report: (error: unknown) => void): void {
  for (const application of world.state.applications.all())
    if (application.status.startsWith('running') || application.status.startsWith('restarting'))
      world.background(() => resume(world, application, report));
}

async function resume(world: World, application: Application, report: (error: unknown) => void): Promise<void> {
  const last = world.state.deployments
    .filter((d) => d.application_id === String(application.id) && d.status === 'finished')
    .at(-1);
  const commit = last?.commit ?? 'HEAD';
  try {
    const image =
      application.build_pack === 'dockerimage'
        ? await world.machine.pull(imageOf(application), () => {}, world.closing)
        : await buildAt(world, application, commit, { noCache: false, onLine: () => {}, signal: world.closing });
    const name = containerName(application, world.clock.now());
    for (const spec of specsOf(world, application, image, name, commit)) await runContainer(world, spec);
    refreshStatus(world, application);
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    writeStatus(world, application, 'exited');
    report(new Error(`${application.name} could not be brought back: ${error.output}`));
  }
}
