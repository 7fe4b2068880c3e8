import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Application } from './application.ts';
import type { Backup, BackupExecution } from './backup.ts';
import type { CleanupExecution } from './cleanup.ts';
import type { CloudInitScript, CloudToken } from './cloud.ts';
import { databaseTables } from './database.ts';
import type { NotificationSettings } from './notification.ts';
import type {
  AdditionalDestination,
  Deployment,
  Destination,
  Environment,
  GithubApp,
  GitlabApp,
  Instance,
  Membership,
  PrivateKey,
  Project,
  SharedVariable,
  Team,
  Token,
  User,
  Variable,
} from './rows.ts';
import type { S3Storage } from './s3.ts';
import type { Server } from './server.ts';
import type { Service, ServiceApplication, ServiceDatabase } from './service.ts';
import type { FileVolume, Volume, VolumeBackup } from './storage.ts';
import { createTable, type Table } from './table.ts';
import type { Tag } from './tag.ts';
import type { ScheduledTask, TaskExecution } from './task.ts';

/** Everything that Coolify would keep in its database. A new kind of resource is one more table here. */
export function createState() {
  return {
    instance: {
      apiEnabled: true,
      mcpEnabled: false,
      publicUrl: 'https://coolify.example.test',
      address: 'http://127.0.0.1:8000',
      installedAt: '',
      email: {},
      dockerNetworks: [],
    } as Instance,
    users: createTable<User>(),
    teams: createTable<Team>(),
    memberships: createTable<Membership>(),
    tokens: createTable<Token>(),
    projects: createTable<Project>(),
    environments: createTable<Environment>(),
    servers: createTable<Server>(),
    destinations: createTable<Destination>(),
    privateKeys: createTable<PrivateKey>(),
    githubApps: createTable<GithubApp>(),
    gitlabApps: createTable<GitlabApp>(),
    applications: createTable<Application>(),
    variables: createTable<Variable>(),
    sharedVariables: createTable<SharedVariable>(),
    deployments: createTable<Deployment>(),
    ...databaseTables(),
    backups: createTable<Backup>(),
    backupExecutions: createTable<BackupExecution>(),
    services: createTable<Service>(),
    serviceApplications: createTable<ServiceApplication>(),
    serviceDatabases: createTable<ServiceDatabase>(),
    volumes: createTable<Volume>(),
    fileVolumes: createTable<FileVolume>(),
    volumeBackups: createTable<VolumeBackup>(),
    s3Storages: createTable<S3Storage>(),
    additionalDestinations: createTable<AdditionalDestination>(),
    tags: createTable<Tag>(),
    scheduledTasks: createTable<ScheduledTask>(),
    taskExecutions: createTable<TaskExecution>(),
    notificationSettings: createTable<NotificationSettings>(),
    cleanupExecutions: createTable<CleanupExecution>(),
    cloudTokens: createTable<CloudToken>(),
    cloudInitScripts: createTable<CloudInitScript>(),
  };
}

export type State = ReturnType<typeof createState>;

type Tables = Omit<State, 'instance'>;
type Snapshot = { instance: Instance } & { [Name in keyof Tables]: ReturnType<Tables[Name]['dump']> };

/** Reads what {@link writeState} left in the folder; false when there is nothing yet. Throws on a file that is not a state. */
export async function readState(state: State, folder: string): Promise<boolean> {
  let text: string;
  try {
    text = await readFile(join(folder, 'state.json'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  const snapshot = JSON.parse(text) as Snapshot;
  const { instance, ...tables } = snapshot;
  Object.assign(state.instance, instance);
  for (const [name, dump] of Object.entries(tables)) {
    const table = state[name as keyof Tables] as Table<{ id: number }> | undefined;
    if (table === undefined)
      throw new Error(
        `${folder}/state.json holds a table "${name}" that this version does not know: start with an empty folder.`,
      );
    table.restore(dump);
  }
  return true;
}

/** Replaces the folder's state in one step: after a crash there is the old one or the new one, never half of one. */
export async function writeState(state: State, folder: string): Promise<void> {
  const snapshot: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(state)) snapshot[name] = 'dump' in value ? value.dump() : value;
  await mkdir(folder, { recursive: true });
  const file = await open(join(folder, 'state.json.next'), 'w');
  try {
    await file.writeFile(JSON.stringify(snapshot));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(join(folder, 'state.json.next'), join(folder, 'state.json'));
}
