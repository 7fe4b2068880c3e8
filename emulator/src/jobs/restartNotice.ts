import { notify } from '../notifications/notify.ts';
import { environmentOf } from '../present/application.ts';
import { known } from '../present/server.ts';
import type { Application } from '../state/application.ts';
import type { World } from '../world.ts';

/** Tells the team that an application was stopped because it crashed as often as it may (coolify.md 6.1). */
export function tellRestartLimit(world: World, application: Application): void {
  const environment = environmentOf(world, application);
  const project = known(world.state.projects.get(environment.project_id), 'project', environment.project_id);
  const base = `${world.state.instance.publicUrl}/project/${project.uuid}/environment/${environment.uuid}`;
  notify(world, project.team_id, 'status_change', {
    success: false,
    message: 'Restart limit reached',
    event: 'restart_limit_reached',
    application_name: application.name,
    application_uuid: application.uuid,
    restart_count: application.restart_count,
    max_restart_count: application.max_restart_count,
    url: `${base}/application/${application.uuid}`,
    project: project.name,
    environment: environment.name,
    fqdn: application.fqdn,
  });
}
