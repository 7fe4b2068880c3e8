import { probeAbilities } from './abilities.ts';
import { applications } from './applications.ts';
import { backups, volumeBackups } from './backups.ts';
import { cloudInitScripts, cloudTokens } from './cloudTokens.ts';
import { databases } from './databases.ts';
import { deployments } from './deployments.ts';
import { destinations } from './destinations.ts';
import type { CallOptions } from './endpoint.ts';
import { environmentVariables } from './environmentVariables.ts';
import { githubApps } from './githubApps.ts';
import { gitlabApps } from './gitlabApps.ts';
import { instance } from './instance.ts';
import { allResources } from './inventory.ts';
import { notifications } from './notifications.ts';
import { privateKeys } from './privateKeys.ts';
import { projects } from './projects.ts';
import { proxy } from './proxy.ts';
import { resources } from './resources.ts';
import { s3Storages } from './s3Storages.ts';
import { scheduledTasks } from './scheduledTasks.ts';
import { servers } from './servers.ts';
import { services } from './services.ts';
import { sharedVariables } from './sharedVariables.ts';
import { storages } from './storages.ts';
import { tags } from './tags.ts';
import { teams } from './teams.ts';
import { createTransport, type Transport, type TransportOptions } from './transport.ts';

/** Every call, by resource. */
export const calls = {
  applications,
  backups,
  cloudInitScripts,
  cloudTokens,
  databases,
  deployments,
  destinations,
  environmentVariables,
  githubApps,
  gitlabApps,
  instance,
  notifications,
  privateKeys,
  projects,
  proxy,
  resources,
  s3Storages,
  scheduledTasks,
  servers: { ...servers, allResources },
  services,
  sharedVariables,
  storages,
  tags,
  teams,
  volumeBackups,
};

/** A tree of functions of the transport, with the transport given. */
type Bound<Tree> = {
  readonly [Name in keyof Tree]: Tree[Name] extends (transport: Transport, ...args: infer Args) => infer Result
    ? (...args: Args) => Result
    : Bound<Tree[Name]>;
};

/**
 * One Coolify, seen with one token. `coolify.applications.update(uuid, { name }, { signal })`: ids first, in the order of the
 * path, then what is sent, then the signal. Every call throws `CoolifyError` and nothing else.
 */
export type Coolify = ReturnType<typeof coolify>;

export function coolify(options: TransportOptions) {
  const transport = createTransport(options);
  return {
    ...bind(calls, transport),
    baseUrl: transport.baseUrl,
    /** Read once and kept; `unknown`, with the reason, where the token may not read it. */
    version: ({ signal }: CallOptions = {}) => transport.version(signal),
    /** Which of read, read:sensitive, write and deploy the token holds. Costs four requests and changes nothing. */
    abilities: (options?: CallOptions) => probeAbilities(transport, options),
    /** What is left of the requests of this minute, for all clients of this address in this process. */
    budget: transport.budget.state,
  };
}

function bind<Tree extends object>(tree: Tree, transport: Transport): Bound<Tree> {
  const bound = Object.entries(tree).map(([name, call]) => [
    name,
    typeof call === 'function' ? (...args: unknown[]) => call(transport, ...args) : bind(call, transport),
  ]);
  return Object.fromEntries(bound) as Bound<Tree>;
}
