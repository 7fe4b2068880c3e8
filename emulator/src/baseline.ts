import { generateKeyPairSync } from 'node:crypto';
import { encrypted, hex, publicId, secret, sha256 } from './ids.ts';
import { readPrivateKey } from './keys/ssh.ts';
import { known } from './present/server.ts';
import { insertProject } from './routes/projects.ts';
import type { PrivateKey, Team, User } from './state/rows.ts';
import { serverDefaults, serverSettingsDefaults } from './state/server.ts';
import type { State } from './state/state.ts';
import { plainTime, rowTime } from './times.ts';

export interface BaselineOptions {
  /** `http://127.0.0.1.sslip.io`: where applications get their names below. */
  wildcard: string;
  /** `recorded`: the tokens, users, teams, keys and sources of the recordings' README; `fresh`: an empty, usable Coolify. */
  kind: 'fresh' | 'recorded';
  /** Milliseconds since 1970 at which the installation was made. */
  installedAt: number;
}

const teamDefaults = {
  personal_team: true,
  show_boarding: true,
  custom_server_limit: null,
  is_mcp_server_enabled: true,
};

/**
 * Fills an empty state: server `localhost` with a destination, project `project` with `production`, the root user's team.
 * Returns the tokens by name, as they are to be sent.
 */
export function fillBaseline(state: State, options: BaselineOptions): Record<string, string> {
  const { installedAt } = options;
  const recorded = options.kind === 'recorded';
  const now = rowTime(installedAt + 2000);
  const first = rowTime(installedAt + 1000);
  Object.assign(state.instance, {
    installedAt: plainTime(installedAt),
    dockerNetworks: recorded ? ['second-net'] : [],
    email: {
      smtp_enabled: recorded,
      smtp_from_address: recorded ? 'hi@localhost.com' : null,
      smtp_from_name: recorded ? 'Coolify' : null,
      smtp_host: recorded ? 'coolify-mail' : null,
      smtp_port: recorded ? 1025 : null,
      smtp_encryption: null,
      smtp_username: null,
      smtp_password: null,
      smtp_timeout: null,
      resend_enabled: false,
      resend_api_key: null,
      smtp_ehlo_domain: null,
    },
  });
  const root = state.users.insert({ id: 0, name: 'Root User', email: 'test@example.com', created_at: first });
  const team = state.teams.insert({
    ...teamDefaults,
    id: 0,
    name: 'Root Team',
    description: 'The root team',
    created_at: first,
    updated_at: now,
  });
  state.memberships.insert({ user_id: root.id, team_id: team.id, role: 'owner' });
  const key = insertKey(state, team, now, {
    uuid: 'ssh',
    name: 'Testing Host Key',
    description: 'This is a test docker container',
    is_git_related: false,
  });
  insertServer(state, team, key, options, now);
  insertProject(
    state,
    {
      uuid: 'project',
      name: 'My first project',
      description: 'This is a test project in development',
      team_id: team.id,
    },
    now,
  );
  const production = state.environments.find((environment) => environment.name === 'production');
  if (production !== undefined) production.uuid = 'production';
  state.githubApps.insert({ ...publicGithub, id: 0, created_at: now, updated_at: now });
  if (!recorded) return { root: insertToken(state, 'root', root, team, ['root'], null) };

  const appKey = insertKey(state, team, now, {
    uuid: 'github-key',
    name: 'development-github-app',
    description: 'This is the key for using the development GitHub app',
    is_git_related: true,
  });
  state.githubApps.insert({
    ...publicGithub,
    id: 1,
    uuid: 'github-app',
    name: 'coolify-laravel-dev-public',
    organization: 'coollabsio',
    app_id: 292941,
    installation_id: 37267016,
    client_id: 'Iv1.220e564d2b0abd8c',
    client_secret: hex(20),
    webhook_secret: hex(20),
    is_public: false,
    private_key_id: appKey.id,
    created_at: now,
    updated_at: now,
  });
  state.gitlabApps.insert({ ...publicGitlab, created_at: now, updated_at: now });
  state.s3Storages.insert({ ...localMinio, created_at: now, updated_at: now });
  return insertRecordedUsers(state, root, team, first, installedAt);
}

/** The users and tokens of the recordings' README. */
function insertRecordedUsers(
  state: State,
  root: User,
  team: Team,
  first: string,
  installedAt: number,
): Record<string, string> {
  const member = state.users.insert({
    id: 1,
    name: 'Normal User (but in root team)',
    email: 'test2@example.com',
    created_at: first,
  });
  const other = state.users.insert({
    id: 2,
    name: 'Normal User (not in root team)',
    email: 'test3@example.com',
    created_at: first,
  });
  for (const user of [member, other]) {
    const own = state.teams.insert({
      ...teamDefaults,
      id: user.id,
      name: `${user.name}'s Team`,
      description: null,
      created_at: first,
      updated_at: first,
    });
    state.memberships.insert({ user_id: user.id, team_id: own.id, role: 'owner' });
  }
  state.memberships.insert({ user_id: member.id, team_id: team.id, role: 'member' });
  const second = state.teams.get(other.id) ?? team;
  const tokens: Record<string, string> = {};
  const add = (name: string, user: User, of: Team, abilities: string[], expires: number | null = null) => {
    tokens[name] = insertToken(state, name, user, of, abilities, expires);
  };
  add('root', root, team, ['root']);
  add('read', root, team, ['read']);
  add('read-sensitive', root, team, ['read', 'read:sensitive']);
  add('write', root, team, ['write']);
  add('write-sensitive', root, team, ['write', 'write:sensitive']);
  add('deploy', root, team, ['deploy']);
  add('member-read', member, team, ['read']);
  add('member-write', member, team, ['write']);
  add('second', other, second, ['root']);
  add('expired', root, team, ['root'], installedAt - 86_400_000);
  return tokens;
}

export function insertToken(
  state: State,
  name: string,
  user: User,
  team: Team,
  abilities: string[],
  expiresAt: number | null,
): string {
  const plain = secret(48);
  const row = state.tokens.insert({
    name,
    hash: sha256(plain),
    abilities,
    user_id: user.id,
    team_id: team.id,
    expires_at: expiresAt,
  });
  return `${row.id}|${plain}`;
}

function insertServer(state: State, team: Team, key: PrivateKey, options: BaselineOptions, now: string): void {
  const server = state.servers.insert({
    ...serverDefaults(now),
    id: 0,
    uuid: 'localhost',
    name: 'localhost',
    description: 'This is a test docker container in development mode',
    ip: 'coolify-testing-host',
    team_id: team.id,
    private_key_id: key.id,
    sentinel_updated_at: plainTime(options.installedAt),
    is_coolify_host: true,
    settings: {
      ...serverSettingsDefaults(now),
      id: 1,
      server_id: 0,
      is_reachable: true,
      is_usable: true,
      updated_at: rowTime(options.installedAt + 22_000),
      wildcard_domain: options.wildcard,
      sentinel_token: encrypted(),
      sentinel_custom_url: 'http://host.docker.internal:8000',
    },
  });
  state.destinations.insert({
    id: 0,
    uuid: publicId(),
    name: 'coolify',
    network: 'coolify',
    server_id: server.id,
    created_at: now,
    updated_at: now,
  });
  for (const [name, value] of [
    ['COOLIFY_SERVER_UUID', server.uuid],
    ['COOLIFY_SERVER_NAME', server.name],
  ] as const) {
    state.sharedVariables.insert({
      type: 'server',
      owner_id: server.id,
      team_id: team.id,
      key: name,
      value,
      comment: null,
      is_literal: true,
      is_multiline: false,
      is_shown_once: false,
      created_at: now,
      updated_at: now,
    });
  }
}

function insertKey(
  state: State,
  team: Team,
  now: string,
  given: Pick<PrivateKey, 'uuid' | 'name' | 'description' | 'is_git_related'>,
): PrivateKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const { publicKey, fingerprint } = known(readPrivateKey(pem), 'key', given.name);
  return state.privateKeys.insert({
    ...given,
    private_key: pem,
    public_key: publicKey,
    fingerprint,
    team_id: team.id,
    created_at: now,
    updated_at: now,
  });
}

const publicGithub = {
  uuid: 'github-public',
  name: 'Public GitHub',
  organization: null,
  api_url: 'https://api.github.com',
  html_url: 'https://github.com',
  custom_user: 'git',
  custom_port: 22,
  app_id: null,
  installation_id: null,
  client_id: null,
  client_secret: null,
  webhook_secret: null,
  is_system_wide: false,
  is_public: true,
  private_key_id: null,
  team_id: 0,
};

const publicGitlab = {
  uuid: 'gitlab-public',
  name: 'Public GitLab',
  organization: null,
  group_name: null,
  api_url: 'https://gitlab.com/api/v4',
  html_url: 'https://gitlab.com',
  custom_user: 'git',
  custom_port: 22,
  app_id: null,
  client_id: null,
  client_secret: null,
  oauth_id: null,
  access_token: null,
  refresh_token: null,
  expires_at: null,
  redirect_uri: null,
  public_key: null,
  webhook_token: null,
  deploy_key_id: null,
  private_key_id: null,
  is_system_wide: false,
  is_public: true,
  team_id: 0,
};

const localMinio = {
  uuid: 'minio',
  name: 'Local MinIO',
  description: 'Local MinIO S3 Storage',
  region: 'us-east-1',
  key: 'minioadmin',
  secret: 'minioadmin',
  bucket: 'local',
  endpoint: 'http://coolify-minio:9000',
  is_usable: true,
  unusable_email_sent: false,
  team_id: 0,
};
