import { notify } from '../notifications/notify.ts';
import { environmentOf } from '../present/application.ts';
import { known } from '../present/server.ts';
import type { Application } from '../state/application.ts';
import type { Deployment } from '../state/rows.ts';
import type { World } from '../world.ts';

/** Tells the team how a deployment ended (recorded: webhooks 17, 20, 30). */
export function tellDeployment(world: World, application: Application, deployment: Deployment): void {
  const environment = environmentOf(world, application);
  const project = known(world.state.projects.get(environment.project_id), 'project', environment.project_id);
  const success = deployment.status === 'finished';
  notify(world, project.team_id, success ? 'deployment_success' : 'deployment_failure', {
    success,
    message: success ? 'New version successfully deployed' : 'Deployment failed',
    event: success ? 'deployment_success' : 'deployment_failed',
    application_name: application.name,
    application_uuid: application.uuid,
    deployment_uuid: deployment.deployment_uuid,
    deployment_url: `${world.state.instance.publicUrl}${deployment.deployment_url}`,
    project: project.name,
    environment: environment.name,
    ...(application.fqdn === null ? {} : { fqdn: application.fqdn }),
  });
}
