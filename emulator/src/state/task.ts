/** A command that is run inside a container of an application or service at set times (`scheduled_tasks`). */
export interface ScheduledTask {
  id: number;
  uuid: string;
  enabled: boolean;
  name: string;
  command: string;
  frequency: string;
  container: string | null;
  created_at: string;
  updated_at: string;
  application_id: number | null;
  service_id: number | null;
  team_id: number;
  /** Seconds. */
  timeout: number;
}

/** One run of a task (`scheduled_task_executions`). */
export interface TaskExecution {
  id: number;
  uuid: string;
  status: 'running' | 'success' | 'failed';
  message: string | null;
  scheduled_task_id: number;
  created_at: string;
  updated_at: string;
  started_at: string | null;
  finished_at: string | null;
  retry_count: number;
  /** Seconds, with two decimals. */
  duration: string | null;
  error_details: string | null;
}
