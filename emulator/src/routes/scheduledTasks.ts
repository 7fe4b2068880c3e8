import { isSchedule } from '../cron.ts';
import { type Answer, invalid, notFound, ok } from '../http/answer.ts';
import type { Call, Handler, Routes } from '../http/call.ts';
import { requireFields } from '../http/fields.ts';
import { omit, pick, serialize } from '../http/serialize.ts';
import type { Rules } from '../http/validate.ts';
import { publicId } from '../ids.ts';
import { runTask } from '../jobs/scheduledTask.ts';
import type { Json } from '../json.ts';
import type { ScheduledTask } from '../state/task.ts';
import { rowTime } from '../times.ts';
import { findResource } from './owned.ts';
import { isTrue, textOrNull } from './variables.ts';

/** Commands run in a container at set times; the resource is looked up before the body is (recorded: organise 32–41). */
export const scheduledTaskRoutes: Routes = {
  'GET /applications/{uuid}/scheduled-tasks': of('applications', listTasks),
  'POST /applications/{uuid}/scheduled-tasks': of('applications', createTask),
  'PATCH /applications/{uuid}/scheduled-tasks/{task_uuid}': of('applications', updateTask),
  'DELETE /applications/{uuid}/scheduled-tasks/{task_uuid}': of('applications', deleteTask),
  'GET /applications/{uuid}/scheduled-tasks/{task_uuid}/executions': of('applications', listExecutions),
  'POST /applications/{uuid}/scheduled-tasks/{task_uuid}/execute': of('applications', executeTask),
  'GET /services/{uuid}/scheduled-tasks': of('services', listTasks),
  'POST /services/{uuid}/scheduled-tasks': of('services', createTask),
  'PATCH /services/{uuid}/scheduled-tasks/{task_uuid}': of('services', updateTask),
  'DELETE /services/{uuid}/scheduled-tasks/{task_uuid}': of('services', deleteTask),
  'GET /services/{uuid}/scheduled-tasks/{task_uuid}/executions': of('services', listExecutions),
  'POST /services/{uuid}/scheduled-tasks/{task_uuid}/execute': of('services', executeTask),
};

/** What a task belongs to. */
type Owner = Pick<ScheduledTask, 'application_id' | 'service_id'>;

function of(sort: 'applications' | 'services', handle: (call: Call, owner: Owner) => Answer): Handler {
  return (call) => {
    const { id } = findResource(call, sort);
    return handle(call, {
      application_id: sort === 'applications' ? id : null,
      service_id: sort === 'services' ? id : null,
    });
  };
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

function listTasks(call: Call, owner: Owner) {
  return ok(call.world.state.scheduledTasks.filter((task) => isOf(task, owner)).map(present));
}

function createTask(call: Call, owner: Owner) {
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

function updateTask(call: Call, owner: Owner) {
  call.requireJson();
  const { input, world } = call;
  requireFields(input, changing);
  if (input.frequency !== undefined) requireSchedule(input.frequency);
  const task = findTask(call, owner);
  const before = JSON.stringify(task);
  Object.assign(task, pick(input, ['name', 'command', 'frequency', 'container']));
  if (input.timeout !== undefined) task.timeout = Number(input.timeout);
  if (input.enabled !== undefined) task.enabled = isTrue(input.enabled);
  if (JSON.stringify(task) !== before) {
    task.updated_at = rowTime(world.clock.now());
    world.state.scheduledTasks.touch(task);
  }
  return ok(present(task));
}

function deleteTask(call: Call, owner: Owner) {
  const task = findTask(call, owner);
  call.world.state.scheduledTasks.remove(task);
  call.world.state.taskExecutions.removeWhere((execution) => execution.scheduled_task_id === task.id);
  return ok({ message: 'Scheduled task deleted.' });
}

/** Newest first. */
function listExecutions(call: Call, owner: Owner) {
  const task = findTask(call, owner);
  const own = call.world.state.taskExecutions.filter((execution) => execution.scheduled_task_id === task.id);
  return ok(own.reverse().map((execution) => serialize(omit(execution, ['id', 'scheduled_task_id']))));
}

function executeTask(call: Call, owner: Owner) {
  const task = findTask(call, owner);
  call.world.background(() => runTask(call.world, task));
  return ok({ message: 'Scheduled task execution queued.' });
}

function findTask(call: Call, owner: Owner): ScheduledTask {
  const task = call.world.state.scheduledTasks.find((row) => isOf(row, owner) && row.uuid === call.params.task_uuid);
  if (task === undefined) throw notFound('Scheduled task not found.');
  return task;
}

function isOf(task: ScheduledTask, owner: Owner): boolean {
  return task.application_id === owner.application_id && task.service_id === owner.service_id;
}

function requireSchedule(frequency: Json | undefined): void {
  if (!isSchedule(String(frequency))) throw invalid({ frequency: ['Invalid cron expression or frequency format.'] });
}

const present = (task: ScheduledTask) => serialize(omit(task, ['id', 'team_id', 'application_id', 'service_id']));
