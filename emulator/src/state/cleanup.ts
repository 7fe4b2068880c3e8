/** One run of the clean-up of a server's Docker (`docker_cleanup_executions`). */
export interface CleanupExecution {
  id: number;
  uuid: string;
  server_id: number;
  status: 'running' | 'success' | 'failed';
  message: string | null;
  finished_at: string | null;
  created_at: string;
  updated_at: string;
}
