import { createApp } from './apps/create.ts';
import { deleteApp } from './apps/delete.ts';
import { getApp } from './apps/get.ts';
import { listApps } from './apps/list.ts';
import { appLogs } from './apps/logs.ts';
import { redeploy } from './apps/redeploy.ts';
import { cancelDeployment } from './deployments/cancel.ts';
import { getDeployment } from './deployments/get.ts';
import { deleteVariable } from './env/delete.ts';
import { listVariables } from './env/list.ts';
import { setVariable } from './env/set.ts';
import type { Operation } from './operation.ts';
import { cancelRun } from './runs/cancel.ts';
import { getRun } from './runs/get.ts';
import { listRuns } from './runs/list.ts';

/** All that can be done. A line here is a tool, a command, a route and a page of the reference. */
export const registry: readonly Operation[] = [
  createApp,
  listApps,
  getApp,
  redeploy,
  deleteApp,
  appLogs,
  getDeployment,
  cancelDeployment,
  listVariables,
  setVariable,
  deleteVariable,
  getRun,
  listRuns,
  cancelRun,
];
