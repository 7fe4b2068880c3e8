import { isDue } from '../cron.ts';
import { publicId } from '../ids.ts';
import { CommandFailed, type Container } from '../machine/machine.ts';
import { notify } from '../notifications/notify.ts';
import { environmentOf } from '../present/application.ts';
import { destinationOf, known, serverOf } from '../present/server.ts';
import { partsOf } from '../services/parts.ts';
import { serviceStatus } from '../services/status.ts';
import type { ScheduledTask } from '../state/task.ts';
import { rowTime } from '../times.ts';
import type { World } from '../world.ts';
import { containersOf } from './containers.ts';
import { answersNow, isFunctional, refusedBy } from './reachability.ts';
import { containerOfPart } from './services.ts';

/** What a task runs in: an application or a service. */
interface Subject {
  kind: 'application' | 'service';
  uuid: string;
  environment_id: number;
  destination_id: number;
  status: string;
  containers(): Container[];
}

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
  const subject = subjectOf(world, task);
  if (subject === undefined || state.scheduledTasks.get(task.id) === undefined) return;
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
    execution.message = await execute(world, subject, task);
    execution.status = 'success';
  } catch (error) {
    if (!(error instanceof TaskFailed)) throw error;
    failure = error.message;
    execution.status = 'failed';
    execution.message = `Job permanently failed after 1 attempts: ${failure}`;
    execution.error_details = '#0 /var/www/html/app/Jobs/ScheduledTaskJob.php: App\\Jobs\\ScheduledTaskJob->handle()';
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
    [`${subject.kind}_uuid`]: subject.uuid,
    url: taskUrl(world, subject, task),
  });
}

function subjectOf(world: World, task: ScheduledTask): Subject | undefined {
  const { state } = world;
  const application = state.applications.get(task.application_id);
  if (application !== undefined)
    return { ...application, kind: 'application', containers: () => containersOf(world, application) };
  const service = state.services.get(task.service_id);
  if (service === undefined) return undefined;
  const running = () => partsOf(world, service).filter((part) => part.status.includes('running'));
  return {
    ...service,
    kind: 'service',
    status: serviceStatus(world, service),
    containers: () => running().flatMap((part) => containerOfPart(world, service, part) ?? []),
  };
}

async function execute(world: World, subject: Subject, task: ScheduledTask): Promise<string> {
  const server = serverOf(world, destinationOf(world, subject));
  if (!answersNow(world, server)) throw new TaskFailed(refusedBy(server));
  const { exitCode, output } = await world.working(run(world, containerFor(subject, task), task));
  if (exitCode !== 0) throw new TaskFailed(output.trim());
  return output.trim();
}

async function run(world: World, container: Container, task: ScheduledTask) {
  const limit = AbortSignal.timeout(task.timeout * 1000);
  try {
    return await container.exec(task.command, AbortSignal.any([limit, world.closing]));
  } catch (error) {
    if (error instanceof CommandFailed) return error;
    if (limit.aborted) throw new TaskFailed(`The process exceeded the timeout of ${task.timeout} seconds.`);
    throw error;
  }
}

/** The only container, else the one that the task names. */
function containerFor(subject: Subject, task: ScheduledTask): Container {
  const containers = subject.containers();
  const [only] = containers;
  if (only === undefined) throw new TaskFailed('ScheduledTaskJob failed: No containers running.');
  if (containers.length === 1) return only;
  if (task.container === null)
    throw new TaskFailed('ScheduledTaskJob failed: More than one container exists but no container name was provided.');
  const named = containers.find((container) => container.name.startsWith(`${task.container}-${subject.uuid}`));
  if (named === undefined)
    throw new TaskFailed('ScheduledTaskJob failed: No valid container was found. Is the container name correct?');
  return named;
}

/** With `http`, whatever scheme Coolify knows itself by (recorded: webhooks 22). */
function taskUrl(world: World, subject: Subject, task: ScheduledTask): string {
  const environment = environmentOf(world, subject);
  const project = known(world.state.projects.get(environment.project_id), 'project', environment.project_id);
  const base = world.state.instance.publicUrl.replace(/^https:/, 'http:');
  return `${base}/project/${project.uuid}/environment/${environment.uuid}/${subject.kind}/${subject.uuid}/tasks/${task.uuid}`;
}

/** Starts the tasks that fall due in this minute, where the server can be used and the resource is known to run. */
export function runDueTasks(world: World, minute: number): void {
  const { state } = world;
  for (const task of state.scheduledTasks.filter((row) => row.enabled)) {
    const subject = subjectOf(world, task);
    if (subject === undefined) continue;
    const server = serverOf(world, destinationOf(world, subject));
    if (!isFunctional(server) || !subject.status.includes('running')) continue;
    if (isDue(task.frequency, minute, server.settings.server_timezone)) world.background(() => runTask(world, task));
  }
}
