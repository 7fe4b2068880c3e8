import { isDue } from '../cron.ts';
import { publicId } from '../ids.ts';
import { CommandFailed, type Container } from '../machine/machine.ts';
import { notify } from '../notifications/notify.ts';
import { environmentOf } from '../present/application.ts';
import { destinationOf, known, serverOf } from '../present/server.ts';
import type { Application } from '../state/application.ts';
import type { ScheduledTask } from '../state/task.ts';
import { rowTime } from '../times.ts';
import type { World } from '../world.ts';
import { containersOf } from './containers.ts';
import { answersNow, isFunctional, refusedBy } from './reachability.ts';

/** Ends a run of a task with Coolify's words for what went wrong. */
class TaskFailed extends Error {
  override name = 'TaskFailed';
}

/**
 * Runs a task once in its container, keeps the execution and tells the team. A failure is not tried again: Coolify gives up
 * at the first exception (recorded: webhooks 22, 25).
 */
export async function runTask(world: World, task: ScheduledTask): Promise<void> {
  const { clock, state } = world;
  await clock.sleep(300, world.closing);
  const application = state.applications.get(task.application_id);
  if (application === undefined || state.scheduledTasks.get(task.id) === undefined) return;
  const started = clock.now();
  const now = rowTime(started);
  const execution = state.taskExecutions.insert({
    uuid: publicId(),
    status: 'running',
    message: null,
    scheduled_task_id: task.id,
    created_at: now,
    updated_at: now,
    started_at: now,
    finished_at: null,
    retry_count: 0,
    duration: null,
    error_details: null,
  });
  let failure: string | undefined;
  try {
    execution.message = await execute(world, application, task);
    execution.status = 'success';
  } catch (error) {
    if (!(error instanceof TaskFailed)) throw error;
    failure = error.message;
    execution.status = 'failed';
    execution.message = `Job permanently failed after 1 attempts: ${failure}`;
  }
  await clock.sleep(500, world.closing);
  const finished = clock.now();
  Object.assign(execution, {
    finished_at: rowTime(finished),
    duration: ((finished - started) / 1000).toFixed(2),
    updated_at: rowTime(finished),
  });
  notify(world, task.team_id, failure === undefined ? 'scheduled_task_success' : 'scheduled_task_failure', {
    success: failure === undefined,
    message: failure === undefined ? 'Scheduled task succeeded' : 'Scheduled task failed',
    event: failure === undefined ? 'task_success' : 'task_failed',
    task_name: task.name,
    task_uuid: task.uuid,
    output: failure ?? execution.message ?? '',
    application_uuid: application.uuid,
    url: taskUrl(world, application, task),
  });
}

async function execute(world: World, application: Application, task: ScheduledTask): Promise<string> {
  const server = serverOf(world, destinationOf(world, application));
  if (!answersNow(world, server)) throw new TaskFailed(refusedBy(server));
  const container = containerFor(containersOf(world, application), application, task);
  const { exitCode, output } = await world.working(run(container, task));
  if (exitCode !== 0) throw new TaskFailed(output.trim());
  return output.trim();
}

async function run(container: Container, task: ScheduledTask): Promise<{ exitCode: number; output: string }> {
  try {
    return await container.exec(task.command, AbortSignal.timeout(task.timeout * 1000));
  } catch (error) {
    if (error instanceof CommandFailed) return error;
    throw error;
  }
}

/** The only container, else the one that the task names. */
function containerFor(containers: Container[], application: Application, task: ScheduledTask): Container {
  const [only] = containers;
  if (only === undefined) throw new TaskFailed('ScheduledTaskJob failed: No containers running.');
  if (containers.length === 1) return only;
  if (task.container === null)
    throw new TaskFailed('ScheduledTaskJob failed: More than one container exists but no container name was provided.');
  const named = containers.find((container) => container.name.startsWith(`${task.container}-${application.uuid}`));
  if (named === undefined)
    throw new TaskFailed('ScheduledTaskJob failed: No valid container was found. Is the container name correct?');
  return named;
}

/** With `http`, whatever scheme Coolify knows itself by (recorded: webhooks 22). */
function taskUrl(world: World, application: Application, task: ScheduledTask): string {
  const environment = environmentOf(world, application);
  const project = known(world.state.projects.get(environment.project_id), 'project', environment.project_id);
  const base = world.state.instance.publicUrl.replace(/^https:/, 'http:');
  return `${base}/project/${project.uuid}/environment/${environment.uuid}/application/${application.uuid}/tasks/${task.uuid}`;
}

/** Starts the tasks that fall due in this minute, where the server can be used and the application is known to run. */
export function runDueTasks(world: World, minute: number): void {
  const { state } = world;
  for (const task of state.scheduledTasks.filter((row) => row.enabled)) {
    const application = state.applications.get(task.application_id);
    if (application === undefined) continue;
    const server = serverOf(world, destinationOf(world, application));
    if (!isFunctional(server) || !application.status.includes('running')) continue;
    if (isDue(task.frequency, minute, server.settings.server_timezone)) world.background(() => runTask(world, task));
  }
}
