import { omit, serialize } from '../http/serialize.ts';
import type { JsonObject } from '../json.ts';
import type { Deployment } from '../state/rows.ts';
import type { World } from '../world.ts';
import { presentApplicationOfDeployment } from './application.ts';

/** The raw row of the history; `logs` is a JSON string, null until the job writes, absent without read:sensitive. */
export function presentDeploymentRow(deployment: Deployment, sensitive: boolean): JsonObject {
  const logs = deployment.logs.length === 0 ? null : JSON.stringify(deployment.logs);
  return { ...omit(deployment, ['logs']), ...(sensitive ? { logs } : {}) };
}

/** As in `GET /deployments`. */
export function presentDeploymentListed(deployment: Deployment, sensitive: boolean): JsonObject {
  return serialize(presentDeploymentRow(deployment, sensitive));
}

/** As in `GET /deployments/{uuid}`: with its application. */
export function presentDeployment(world: World, deployment: Deployment, sensitive: boolean): JsonObject {
  const application = world.state.applications.get(Number(deployment.application_id));
  const nested = application === undefined ? null : presentApplicationOfDeployment(world, application);
  return serialize({ ...presentDeploymentRow(deployment, sensitive), application: nested });
}
