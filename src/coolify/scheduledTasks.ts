import { z } from 'zod';
import { del, get, patch, post } from './endpoint.ts';
import { message } from './message.ts';

const scheduledTask = z.looseObject({
  uuid: z.string(),
  name: z.string().nullish(),
  command: z.string().nullish(),
  frequency: z.string().nullish(),
  container: z.string().nullish(),
  /** Seconds. */
  timeout: z.number().nullish(),
  enabled: z.boolean().nullish(),
});
export type ScheduledTask = z.output<typeof scheduledTask>;

/** One run of a task; its output is in `message`. */
const taskExecution = z.looseObject({
  uuid: z.string().nullish(),
  status: z.string().nullish(),
  message: z.string().nullish(),
  created_at: z.string().nullish(),
  finished_at: z.string().nullish(),
});
export type TaskExecution = z.output<typeof taskExecution>;

interface TaskFields {
  name?: string;
  command?: string;
  /** Five cron fields, or `every_minute`, `hourly`, `daily`, … */
  frequency?: string;
  container?: string | null;
  timeout?: number;
  enabled?: boolean;
}

export const scheduledTasks = {
  list: get('/{on:applications|services}/{uuid}/scheduled-tasks').answers(z.array(scheduledTask)),
  create: post('/{on:applications|services}/{uuid}/scheduled-tasks')
    .body<TaskFields & { name: string; command: string; frequency: string }>()
    .answers(scheduledTask),
  update: patch('/{on:applications|services}/{uuid}/scheduled-tasks/{task_uuid}')
    .body<TaskFields>()
    .answers(scheduledTask),
  delete: del('/{on:applications|services}/{uuid}/scheduled-tasks/{task_uuid}').answers(message),
  executions: get('/{on:applications|services}/{uuid}/scheduled-tasks/{task_uuid}/executions').answers(
    z.array(taskExecution),
  ),
  /** Queues a run whether the resource runs or not. Runs any command in the container: guard it. */
  execute: post('/{on:applications|services}/{uuid}/scheduled-tasks/{task_uuid}/execute')
    .since('4.3.0')
    .answers(message),
};
