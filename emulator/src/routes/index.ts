import type { Routes } from '../http/call.ts';
import { applicationDestinationRoutes } from './applicationDestinations.ts';
import { applicationRoutes } from './applications.ts';
import { cloneRoutes } from './clones.ts';
import { cloudflareTunnelRoutes } from './cloudflareTunnel.ts';
import { cloudInitScriptRoutes } from './cloudInitScripts.ts';
import { cloudProviderRoutes } from './cloudProviders.ts';
import { cloudTokenRoutes } from './cloudTokens.ts';
import { databaseBackupRoutes } from './databaseBackups.ts';
import { databaseRoutes } from './databases.ts';
import { deploymentRoutes } from './deployments.ts';
import { destinationRoutes } from './destinations.ts';
import { dockerCleanupRoutes } from './dockerCleanup.ts';
import { githubAppRoutes } from './githubApps.ts';
import { gitlabAppRoutes } from './gitlabApps.ts';
import { instanceRoutes } from './instance.ts';
import { keyRoutes } from './keys.ts';
import { logDrainRoutes } from './logDrains.ts';
import { moveRoutes } from './moves.ts';
import { notificationRoutes } from './notifications.ts';
import { previewRoutes } from './previews.ts';
import { projectRoutes } from './projects.ts';
import { proxyRoutes } from './proxy.ts';
import { resourceRoutes } from './resources.ts';
import { s3StorageRoutes } from './s3Storages.ts';
import { scheduledTaskRoutes } from './scheduledTasks.ts';
import { sentinelRoutes } from './sentinel.ts';
import { serverRecordRoutes } from './serverRecords.ts';
import { serverRoutes } from './servers.ts';
import { servicePartRoutes } from './serviceParts.ts';
import { serviceStorageRoutes } from './serviceStorages.ts';
import { serviceRoutes } from './services.ts';
import { settingsRoutes } from './settings.ts';
import { sharedVariableRoutes } from './sharedVariables.ts';
import { storageRoutes } from './storages.ts';
import { tagRoutes } from './tags.ts';
import { teamRoutes } from './teams.ts';
import { variableRoutes } from './variables.ts';
import { volumeBackupRoutes } from './volumeBackups.ts';

/** Every group of routes; a new group is one line here. */
export const routes: Routes = {
  ...instanceRoutes,
  ...teamRoutes,
  ...projectRoutes,
  ...sharedVariableRoutes,
  ...serverRoutes,
  ...applicationRoutes,
  ...variableRoutes,
  ...deploymentRoutes,
  ...databaseRoutes,
  ...databaseBackupRoutes,
  ...serviceRoutes,
  ...servicePartRoutes,
  ...serviceStorageRoutes,
  ...cloneRoutes,
  ...resourceRoutes,
  ...storageRoutes,
  ...tagRoutes,
  ...scheduledTaskRoutes,
  ...notificationRoutes,
  ...moveRoutes,
  ...applicationDestinationRoutes,
  ...volumeBackupRoutes,
  ...serverRecordRoutes,
  ...destinationRoutes,
  ...proxyRoutes,
  ...dockerCleanupRoutes,
  ...logDrainRoutes,
  ...sentinelRoutes,
  ...cloudflareTunnelRoutes,
  ...keyRoutes,
  ...githubAppRoutes,
  ...gitlabAppRoutes,
  ...s3StorageRoutes,
  ...cloudTokenRoutes,
  ...cloudInitScriptRoutes,
  ...cloudProviderRoutes,
  ...settingsRoutes,
  ...previewRoutes,
};
