import { notFound, ok, refuse, serverError } from '../http/answer.ts';
import type { Call, Routes } from '../http/call.ts';
import { omit, serialize } from '../http/serialize.ts';
import type { JsonObject } from '../json.ts';
import { presentApplicationRow, teamIdOf } from '../present/application.ts';
import type { GithubApp, GitlabApp, PrivateKey } from '../state/rows.ts';

/** What belongs to a team as a whole, read only: keys, git sources, e-mail settings, all resources (recorded: access 11–20, apps-git 53–55). */
export const possessionRoutes: Routes = {
  'GET /security/keys': (call) =>
    ok(
      call.world.state.privateKeys
        .filter((key) => key.team_id === call.team.id)
        .map((key) => presentKey(key, call.sensitive)),
    ),
  'GET /security/keys/{uuid}': (call) => ok(presentKey(findKey(call), call.sensitive)),
  'GET /github-apps': (call) =>
    ok(
      call.world.state.githubApps
        .filter((app) => app.team_id === call.team.id || app.is_system_wide)
        .map((app) => presentGithubApp(app, call)),
    ),
  'GET /gitlab-apps': (call) =>
    ok(
      call.world.state.gitlabApps
        .filter((app) => app.team_id === call.team.id || app.is_system_wide)
        .map((app) => presentGitlabApp(app, call)),
    ),
  'GET /github-apps/{github_app_id}/repositories': repositories,
  'GET /settings/email': email,
  'GET /resources': (call) => ok(resources(call)),
};

function findKey(call: Call): PrivateKey {
  const key = call.world.state.privateKeys.find((k) => k.uuid === call.params.uuid && k.team_id === call.team.id);
  if (key === undefined) throw notFound('Private Key not found.');
  return key;
}

function presentKey(key: PrivateKey, sensitive: boolean): JsonObject {
  return serialize(omit(key, sensitive ? [] : ['private_key']));
}

function presentGithubApp(app: GithubApp, call: Call): JsonObject {
  const own = call.sensitive && app.team_id === call.team.id;
  const row: JsonObject = {
    ...app,
    administration: null,
    contents: null,
    metadata: null,
    pull_requests: null,
    type: 'github',
  };
  return serialize(own ? row : omit(row, ['client_secret', 'webhook_secret']));
}

/** A word is no id and the public app has no credentials: both are a 500 (recorded: apps-git 55, sweep 795). */
function repositories(call: Call): never {
  const id = call.params.github_app_id ?? '';
  const app = call.world.state.githubApps.find(
    (candidate) => String(candidate.id) === id && candidate.team_id === call.team.id,
  );
  if (!/^\d+$/.test(id) || app?.is_public) throw serverError();
  if (app === undefined) throw notFound('GitHub app not found');
  throw refuse(400, 'Failed to generate Github App token.');
}

function presentGitlabApp(app: GitlabApp, call: Call): JsonObject {
  const own = call.sensitive && app.team_id === call.team.id;
  return serialize(omit(app, own ? [] : ['client_secret', 'access_token', 'refresh_token', 'webhook_token']));
}

const secretMail = [
  'smtp_from_address',
  'smtp_from_name',
  'smtp_host',
  'smtp_username',
  'smtp_password',
  'resend_api_key',
];

function email(call: Call) {
  if (call.team.id !== 0) throw refuse(403, 'Instance email settings require a root-team API token.');
  return ok(omit(call.world.state.instance.email, call.sensitive ? [] : secretMail));
}

function resources(call: Call): JsonObject[] {
  const { world } = call;
  const rows = world.state.applications.filter((application) => teamIdOf(world, application) === call.team.id);
  return rows.map((application) => ({
    ...presentApplicationRow(world, application, call.sensitive),
    laravel_through_key: world.state.environments.get(application.environment_id)?.project_id ?? null,
    type: 'application',
  }));
}
