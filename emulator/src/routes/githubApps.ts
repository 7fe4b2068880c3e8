import { notFound, ok, refuse, serverError } from '../http/answer.ts';
import type { Call, Routes } from '../http/call.ts';
import { requireFields } from '../http/fields.ts';
import { omit, pick, serialize } from '../http/serialize.ts';
import { apiMessages, hasErrors, type Rule, type Rules, validate } from '../http/validate.ts';
import { uuid } from '../ids.ts';
import type { JsonObject } from '../json.ts';
import { targetFault } from '../notifications/targets.ts';
import type { GithubApp } from '../state/rows.ts';
import { rowTime } from '../times.ts';
import { isTrue, textOrNull } from './variables.ts';

/** GitHub apps, addressed by number (recorded: apps-git 53–55, sweep 775–797). */
export const githubAppRoutes: Routes = {
  'GET /github-apps': (call) =>
    ok(
      call.world.state.githubApps
        .filter((app) => app.team_id === call.team.id || app.is_system_wide)
        .map((app) => present(app, call)),
    ),
  'POST /github-apps': create,
  'PATCH /github-apps/{github_app_id}': update,
  'DELETE /github-apps/{github_app_id}': remove,
  'GET /github-apps/{github_app_id}/repositories': askGithub,
  'GET /github-apps/{github_app_id}/repositories/{owner}/{repo}/branches': askGithub,
};

const secrets = ['client_secret', 'webhook_secret'];
const organization: Rule = { regex: /^[^\s/?#]+$/ };
const fields = [
  'name',
  'organization',
  'api_url',
  'html_url',
  'custom_user',
  'custom_port',
  'app_id',
  'installation_id',
  'client_id',
  'client_secret',
  'webhook_secret',
  'private_key_uuid',
  'is_system_wide',
];

async function create(call: Call) {
  call.requireJson();
  const { world, team } = call;
  const input: JsonObject = { ...call.input, organization: slug(call.input) };
  requireFields(input, {
    name: ['required', 'string', 'max:255'],
    organization: ['nullable', 'string', 'max:255', organization],
    api_url: ['nullable', 'string', 'url', ...(await faults(call, 'api_url'))],
    html_url: ['required', 'string', 'url', ...(await faults(call, 'html_url'))],
    custom_user: ['nullable', 'string', 'max:255'],
    custom_port: ['nullable', 'integer', 'min:1', 'max:65535'],
    app_id: ['required', 'integer'],
    installation_id: ['required', 'integer'],
    client_id: ['required', 'string', 'max:255'],
    client_secret: ['required', 'string'],
    webhook_secret: ['required', 'string'],
    private_key_uuid: ['required', 'string'],
    is_system_wide: ['boolean'],
  });
  const key = world.state.privateKeys.find((k) => k.uuid === input.private_key_uuid && k.team_id === team.id);
  if (key === undefined) throw notFound('Private key not found or does not belong to your team.');
  const now = rowTime(world.clock.now());
  const row = world.state.githubApps.insert({
    uuid: uuid(),
    name: String(input.name),
    organization: textOrNull(input.organization),
    api_url: textOrNull(input.api_url) ?? apiUrl(String(input.html_url)),
    html_url: String(input.html_url),
    custom_user: input.custom_user === undefined ? 'git' : String(input.custom_user),
    custom_port: Number(input.custom_port ?? 22),
    app_id: Number(input.app_id),
    installation_id: Number(input.installation_id),
    client_id: String(input.client_id),
    client_secret: String(input.client_secret),
    webhook_secret: String(input.webhook_secret),
    private_key_id: key.id,
    is_public: false,
    team_id: team.id,
    is_system_wide: isTrue(input.is_system_wide),
    updated_at: now,
    created_at: now,
  });
  // The fresh model shows numbers as they came.
  const given = pick(input, ['custom_port', 'app_id', 'installation_id']);
  return ok({ ...omit(row, secrets), ...given, type: 'github' }, 201);
}

/** Fields beside those known are not looked at; a key's uuid has to be one with dashes, which none of Coolify's keys has. */
async function update(call: Call) {
  const app = find(call);
  const payload = pick(call.input, fields);
  if (payload.organization !== undefined) payload.organization = slug(payload);
  const rules: Rules = {
    name: ['string'],
    organization: ['nullable', 'string', organization],
    api_url: ['url', ...(await faults(call, 'api_url'))],
    html_url: ['url', ...(await faults(call, 'html_url'))],
    custom_user: ['string'],
    custom_port: ['integer', 'min:1', 'max:65535'],
    app_id: ['integer'],
    installation_id: ['integer'],
    client_id: ['string'],
    client_secret: ['string'],
    webhook_secret: ['string'],
    private_key_uuid: ['string', 'uuid'],
    is_system_wide: ['boolean'],
  };
  const set = Object.entries(rules).filter(([field]) => (payload[field] ?? null) !== null);
  const errors = validate(payload, Object.fromEntries(set), apiMessages);
  if (hasErrors(errors)) throw refuse(422, 'Validation error', { errors });
  const { private_key_uuid: keyUuid, ...columns } = payload;
  if (keyUuid !== undefined && keyUuid !== null)
    throw notFound('Private key not found or does not belong to your team');
  for (const field of ['name', 'html_url', 'api_url', 'custom_user', 'custom_port', 'is_system_wide'])
    if (columns[field] === null && field !== 'api_url') throw serverError();
  if (typeof columns.html_url === 'string' && (columns.api_url ?? null) === null)
    columns.api_url = apiUrl(columns.html_url);
  for (const field of ['custom_port', 'app_id', 'installation_id'])
    if (columns[field] !== undefined) columns[field] = Number(columns[field]);
  if (columns.is_system_wide !== undefined) columns.is_system_wide = isTrue(columns.is_system_wide);
  Object.assign(app, columns, { updated_at: rowTime(call.world.clock.now()) });
  call.world.state.githubApps.touch(app);
  return ok({ message: 'GitHub app updated successfully', data: omit(withAppended(app), secrets) });
}

function remove(call: Call) {
  const app = find(call);
  const { state } = call.world;
  const users = state.applications.filter((row) => row.source_id === app.id);
  if (users.length > 0)
    throw refuse(
      409,
      `This GitHub app is being used by ${users.length} application(s). Please delete all applications first.`,
    );
  state.githubApps.remove(app);
  const key = state.privateKeys.get(app.private_key_id);
  const { servers, applications, githubApps, gitlabApps } = state;
  const used = [servers, applications, githubApps, gitlabApps].some((table) =>
    table.all().some((row: { private_key_id: number | null }) => row.private_key_id === app.private_key_id),
  );
  if (key !== undefined && !used) state.privateKeys.remove(key);
  return ok({ message: 'GitHub app deleted successfully' });
}

/** No GitHub knows the emulator's apps: no token, which Coolify does not catch here (recorded: apps-git 55). */
function askGithub(call: Call): never {
  find(call);
  throw serverError();
}

/** A word cannot be compared with a number: 500 (recorded: sweep 783–797). */
function find(call: Call): GithubApp {
  const id = call.params.github_app_id ?? '';
  if (!/^\d{1,18}$/.test(id)) throw serverError();
  const app = call.world.state.githubApps.get(Number(id));
  if (app === undefined || app.team_id !== call.team.id) throw notFound('GitHub app not found');
  return app;
}

function present(app: GithubApp, call: Call): JsonObject {
  const own = call.sensitive && app.team_id === call.team.id;
  return serialize(omit(withAppended(app), own ? [] : secrets));
}

function withAppended(app: GithubApp): JsonObject {
  return { ...app, administration: null, contents: null, metadata: null, pull_requests: null, type: 'github' };
}

async function faults(call: Call, field: string): Promise<Rule[]> {
  const value = call.input[field] ?? null;
  const fault = value === null ? undefined : await targetFault(call.world, field, value);
  return fault === undefined ? [] : [{ check: () => fault }];
}

function slug(input: JsonObject) {
  const given = input.organization ?? null;
  return typeof given === 'string' ? given.replaceAll(/^[/\s]+|[/\s]+$/g, '') : given;
}

/** Where GitHub's own API, that of a company's cloud and that of a server of one's own lie. */
function apiUrl(htmlUrl: string): string {
  const { origin, host, hostname } = new URL(htmlUrl);
  if (/^(www\.)?github\.com$/.test(hostname)) return 'https://api.github.com';
  return hostname.endsWith('.ghe.com') ? `https://api.${host}` : `${origin}/api/v3`;
}
