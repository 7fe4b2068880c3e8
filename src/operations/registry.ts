import { createApp } from './apps/create.ts';
import { deleteApp } from './apps/delete.ts';
import { getApp } from './apps/get.ts';
import { listApps } from './apps/list.ts';
import { appLogs } from './apps/logs.ts';
import { redeploy } from './apps/redeploy.ts';
import { restartApp } from './apps/restart.ts';
import { startApp } from './apps/start.ts';
import { stopApplication } from './apps/stop.ts';
import { getDatabaseConfig } from './databases/config.ts';
import { createDatabase } from './databases/create.ts';
import { deleteDatabase } from './databases/delete.ts';
import { listDatabases } from './databases/list.ts';
import { restartDatabase } from './databases/restart.ts';
import { startDatabase } from './databases/start.ts';
import { stopDatabase } from './databases/stop.ts';
import { cancelDeployment } from './deployments/cancel.ts';
import { getDeployment } from './deployments/get.ts';
import { deleteVariable } from './env/delete.ts';
import { listVariables } from './env/list.ts';
import { setVariable } from './env/set.ts';
import { validateConnection } from './instance/validate.ts';
import { getVersion } from './instance/version.ts';
import type { Operation } from './operation.ts';
import { createProject } from './projects/create.ts';
import { listEnvironments } from './projects/environments.ts';
import { getProject } from './projects/get.ts';
import { listProjects } from './projects/list.ts';
import { cancelRun } from './runs/cancel.ts';
import { getRun } from './runs/get.ts';
import { listRuns } from './runs/list.ts';
import { createServer } from './servers/create.ts';
import { getServer } from './servers/get.ts';
import { listServers } from './servers/list.ts';
import { validateServer } from './servers/validate.ts';
import { listServices } from './services/list.ts';
import { restartService } from './services/restart.ts';
import { startService } from './services/start.ts';
import { stopService } from './services/stop.ts';

/** All that can be done. A line here is a tool, a command, a route and a page of the reference. */
export const registry: readonly Operation[] = [
  createApp,
  listApps,
  getApp,
  redeploy,
  startApp,
  stopApplication,
  restartApp,
  deleteApp,
  appLogs,
  getDeployment,
  cancelDeployment,
  listVariables,
  setVariable,
  deleteVariable,
  createDatabase,
  listDatabases,
  getDatabaseConfig,
  startDatabase,
  stopDatabase,
  restartDatabase,
  deleteDatabase,
  listServices,
  startService,
  stopService,
  restartService,
  listServers,
  getServer,
  createServer,
  validateServer,
  listProjects,
  getProject,
  listEnvironments,
  createProject,
  validateConnection,
  getVersion,
  getRun,
  listRuns,
  cancelRun,
];
