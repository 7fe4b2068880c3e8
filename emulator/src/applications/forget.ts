import type { Application } from '../state/application.ts';
import type { World } from '../world.ts';

/** Removes an application, whose storages are gone already, with everything that belongs to it alone. Its tags stay. */
export function forgetApplication(world: World, application: Application): void {
  const { state } = world;
  const storages = new Set([...state.volumes.all(), ...state.fileVolumes.all()].map((row) => row.uuid));
  const tasks = state.scheduledTasks.filter((task) => task.application_id === application.id).map((task) => task.id);
  state.volumeBackups.removeWhere((backup) => !storages.has(backup.storage_uuid));
  state.taskExecutions.removeWhere((execution) => tasks.includes(execution.scheduled_task_id));
  state.scheduledTasks.removeWhere((task) => tasks.includes(task.id));
  state.additionalDestinations.removeWhere((row) => row.application_id === application.id);
  state.variables.removeWhere((row) => row.resource_type === 'application' && row.resource_id === application.id);
  state.applications.remove(application);
}
