import { publicId } from '../ids.ts';
import { environmentOf } from '../present/application.ts';
import { destinationOf, known, serverOf } from '../present/server.ts';
import type { Application } from '../state/application.ts';
import type { Deployment } from '../state/rows.ts';
import type { Server } from '../state/server.ts';
import { rowTime } from '../times.ts';
import type { World } from '../world.ts';
import { runDeployment } from './deployment.ts';
import { createDeploymentLog } from './deploymentLog.ts';

export interface DeploymentRequest {
  commit?: string;
  force?: boolean;
  restartOnly?: boolean;
  rollback?: boolean;
  /** `instant_deploy`: starts at once, whatever else is queued. */
  noQuestions?: boolean;
}

/** What became of a request; `uuid` is returned by Coolify even where no deployment of that name was made. */
export type Queued = { outcome: 'queued' | 'skipped' | 'full'; uuid: string };

export interface DeploymentQueue {
  add(application: Application, request?: DeploymentRequest): Queued;
  /** Ends a queued or running deployment; resolves when Coolify would answer. */
  cancel(deployment: Deployment): Promise<void>;
  /** Ends and forgets the deployments of an application that is being deleted. */
  forget(application: Application): void;
  /** Deployments that an earlier run of the emulator left behind are failed, as after a restart of Coolify. */
  failLeftovers(): void;
}

export const queueFull = 'Deployment queue is full. Please wait for existing deployments to complete.';
export const alreadyQueued = 'Deployment already queued for this commit.';

/** Coolify's queue (coolify.md 3.2): one running deployment for each application, `concurrent_builds` and `deployment_queue_limit` for each server. */
export function createDeploymentQueue(world: World): DeploymentQueue {
  const running = new Map<number, AbortController>();
  const { state, clock } = world;

  const active = (server: Server, status: Deployment['status']) =>
    state.deployments.filter((d) => d.server_id === server.id && d.status === status);

  function add(application: Application, request: DeploymentRequest = {}): Queued {
    const uuid = publicId();
    const destination = destinationOf(world, application);
    const server = serverOf(world, destination);
    if (world.faults.queueFull || active(server, 'queued').length >= server.settings.deployment_queue_limit)
      return { outcome: 'full', uuid };
    const commit = request.commit ?? application.git_commit_sha;
    const insists = request.force || request.rollback || request.noQuestions;
    if (
      !insists &&
      state.deployments.find((d) => isOf(d, application) && isActive(d) && d.commit === commit) !== undefined
    )
      return { outcome: 'skipped', uuid };

    const now = rowTime(clock.now());
    const environment = environmentOf(world, application);
    const project = known(state.projects.get(environment.project_id), 'project', environment.project_id);
    state.deployments.insert({
      application_id: String(application.id),
      deployment_uuid: uuid,
      pull_request_id: 0,
      force_rebuild: request.force ?? false,
      commit,
      status: 'queued',
      is_webhook: false,
      logs: [],
      created_at: now,
      updated_at: now,
      current_process_id: null,
      restart_only: request.restartOnly ?? false,
      git_type: null,
      server_id: server.id,
      application_name: application.name,
      server_name: server.name,
      deployment_url: `/project/${project.uuid}/environment/${environment.uuid}/application/${application.uuid}/deployment/${uuid}`,
      destination_id: String(destination.id),
      only_this_server: false,
      rollback: request.rollback ?? false,
      commit_message: null,
      is_api: true,
      build_server_id: null,
      horizon_job_id: null,
      horizon_job_worker: null,
      finished_at: null,
      docker_registry_image_tag: null,
      configuration_hash: null,
    });
    startNext(request.noQuestions ? uuid : undefined);
    return { outcome: 'queued', uuid };
  }

  function startNext(atOnce?: string) {
    for (const deployment of state.deployments.filter((d) => d.status === 'queued')) {
      const server = known(state.servers.get(deployment.server_id), 'server', deployment.server_id);
      const inProgress = active(server, 'in_progress');
      const waits =
        inProgress.some((d) => d.application_id === deployment.application_id) ||
        inProgress.length >= server.settings.concurrent_builds;
      if (!waits || deployment.deployment_uuid === atOnce) start(deployment);
    }
  }

  function start(deployment: Deployment) {
    const application = state.applications.get(Number(deployment.application_id));
    if (application === undefined) return;
    const stop = new AbortController();
    running.set(deployment.id, stop);
    deployment.status = 'in_progress';
    const signal = AbortSignal.any([stop.signal, world.closing]);
    world.background(async () => {
      try {
        await runDeployment(world, deployment, application, signal, startNext);
      } finally {
        running.delete(deployment.id);
        if (!world.closing.aborted) startNext();
      }
    });
  }

  async function cancel(deployment: Deployment): Promise<void> {
    const wasRunning = deployment.status === 'in_progress';
    const log = createDeploymentLog(deployment, clock);
    deployment.status = 'cancelled-by-user';
    log.say('Deployment cancelled by user via API.', 'stderr');
    running.get(deployment.id)?.abort(new Cancelled());
    await clock.sleep(wasRunning ? 250 : 225, world.closing);
    log.say('Deployment container not yet started. Will be cancelled when job checks status.');
    if (wasRunning) deployment.finished_at = rowTime(clock.now());
  }

  return {
    add,
    cancel,
    forget(application) {
      for (const deployment of state.deployments.filter((d) => isOf(d, application))) {
        running.get(deployment.id)?.abort(new Cancelled());
        state.deployments.remove(deployment);
      }
    },
    failLeftovers() {
      for (const deployment of state.deployments.filter(isActive)) {
        deployment.status = 'failed';
        deployment.finished_at = rowTime(clock.now());
      }
    },
  };
}

/** Why a deployment ended before its time. */
export class Cancelled extends Error {
  override name = 'Cancelled';
}

export function isOf(deployment: Deployment, application: Application): boolean {
  return deployment.application_id === String(application.id);
}

export function isActive(deployment: Deployment): boolean {
  return deployment.status === 'queued' || deployment.status === 'in_progress';
}
