import { isSchedule } from '../cron.ts';
import { invalid, notFound, ok } from '../http/answer.ts';
import type { Call, Routes } from '../http/call.ts';
import { requireFields } from '../http/fields.ts';
import { omit, pick, serialize } from '../http/serialize.ts';
import type { Rules } from '../http/validate.ts';
import { publicId } from '../ids.ts';
import { runTask } from '../jobs/scheduledTask.ts';
import type { Json } from '../json.ts';
import type { ScheduledTask } from '../state/task.ts';
import { rowTime } from '../times.ts';
import { findApplication } from './applications.ts';
import { isTrue, textOrNull } from './variables.ts';

/** Commands run in a container at set times; the resource is looked up before the body is (recorded: organise 32–41). */
export const scheduledTaskRoutes: Routes = {
  'GET /applications/{uuid}/scheduled-tasks': (call) => listTasks(call, ofApplication(call)),
  'POST /applications/{uuid}/scheduled-tasks': (call) => createTask(call, ofApplication(call)),
  'PATCH /applications/{uuid}/scheduled-tasks/{task_uuid}': (call) => updateTask(call, ofApplication(call)),
  'DELETE /applications/{uuid}/scheduled-tasks/{task_uuid}': (call) => deleteTask(call, ofApplication(call)),
  'GET /applications/{uuid}/scheduled-tasks/{task_uuid}/executions': (call) =>
    listExecutions(call, ofApplication(call)),
  'POST /applications/{uuid}/scheduled-tasks/{task_uuid}/execute': (call) => executeTask(call, ofApplication(call)),
};

/** What a task belongs to. */
export type TaskOwner = Pick<ScheduledTask, 'application_id' | 'service_id'>;

function ofApplication(call: Call): TaskOwner {
  return { application_id: findApplication(call).id, service_id: null };
}

const changing: Rules = {
  name: ['string', 'max:255'],
  command: ['string'],
  frequency: ['string'],
  container: ['string', 'nullable'],
  timeout: ['integer', 'min:1'],
  enabled: ['boolean'],
};
const creating: Rules = {
  ...changing,
  name: ['required', 'string', 'max:255'],
  command: ['required', 'string'],
  frequency: ['required', 'string'],
};

export function listTasks(call: Call, owner: TaskOwner) {
  return ok(call.world.state.scheduledTasks.filter((task) => isOf(task, owner)).map(present));
}

export function createTask(call: Call, owner: TaskOwner) {
  call.requireJson();
  const { input, world } = call;
  requireFields(input, creating);
  requireSchedule(input.frequency);
  const now = rowTime(world.clock.now());
  const task = world.state.scheduledTasks.insert({
    ...owner,
    uuid: publicId(),
    enabled: input.enabled === undefined || isTrue(input.enabled),
    name: String(input.name),
    command: String(input.command),
    frequency: String(input.frequency),
    container: textOrNull(input.container),
    created_at: now,
    updated_at: now,
    team_id: call.team.id,
    timeout: input.timeout === undefined ? 300 : Number(input.timeout),
  });
  return ok(present(task), 201);
}

export function updateTask(call: Call, owner: TaskOwner) {
  call.requireJson();
  const { input, world } = call;
  requireFields(input, changing);
  if (input.frequency !== undefined) requireSchedule(input.frequency);
  const task = findTask(call, owner);
  const before = JSON.stringify(task);
  Object.assign(task, pick(input, ['name', 'command', 'frequency', 'container']));
  if (input.timeout !== undefined) task.timeout = Number(input.timeout);
  if (input.enabled !== undefined) task.enabled = isTrue(input.enabled);
  if (JSON.stringify(task) !== before) task.updated_at = rowTime(world.clock.now());
  return ok(present(task));
}

export function deleteTask(call: Call, owner: TaskOwner) {
  const task = findTask(call, owner);
  call.world.state.scheduledTasks.remove(task);
  call.world.state.taskExecutions.removeWhere((execution) => execution.scheduled_task_id === task.id);
  return ok({ message: 'Scheduled task deleted.' });
}

/** Newest first. */
export function listExecutions(call: Call, owner: TaskOwner) {
  const task = findTask(call, owner);
  const own = call.world.state.taskExecutions.filter((execution) => execution.scheduled_task_id === task.id);
  return ok(own.reverse().map((execution) => serialize(omit(execution, ['id', 'scheduled_task_id']))));
}

export function executeTask(call: Call, owner: TaskOwner) {
  const task = findTask(call, owner);
  call.world.background(() => runTask(call.world, task));
  return ok({ message: 'Scheduled task execution queued.' });
}

function findTask(call: Call, owner: TaskOwner): ScheduledTask {
  const task = call.world.state.scheduledTasks.find((row) => isOf(row, owner) && row.uuid === call.params.task_uuid);
  if (task === undefined) throw notFound('Scheduled task not found.');
  return task;
}

function isOf(task: ScheduledTask, owner: TaskOwner): boolean {
  return task.application_id === owner.application_id && task.service_id === owner.service_id;
}

function requireSchedule(frequency: Json | undefined): void {
  if (!isSchedule(String(frequency))) throw invalid({ frequency: ['Invalid cron expression or frequency format.'] });
}

const present = (task: ScheduledTask) => serialize(omit(task, ['id', 'team_id', 'application_id', 'service_id']));
