import { notFound, ok, refuse, serverError } from '../http/answer.ts';
import type { Call, Routes } from '../http/call.ts';
import { requireFields } from '../http/fields.ts';
import { omit, pick, serialize } from '../http/serialize.ts';
import { apiMessages, hasErrors, type Rule, type Rules, validate } from '../http/validate.ts';
import { publicId, secret } from '../ids.ts';
import type { JsonObject } from '../json.ts';
import { targetFault } from '../notifications/targets.ts';
import type { GitlabApp } from '../state/rows.ts';
import { rowTime } from '../times.ts';
import { isTrue, textOrNull } from './variables.ts';

/** GitLab apps, addressed by number (recorded: sweep 800–814). */
export const gitlabAppRoutes: Routes = {
  'GET /gitlab-apps': (call) =>
    ok(
      call.world.state.gitlabApps
        .filter((app) => app.team_id === call.team.id || app.is_system_wide)
        .map((app) => present(app, call)),
    ),
  'POST /gitlab-apps': create,
  'PATCH /gitlab-apps/{gitlab_app_id}': update,
  'DELETE /gitlab-apps/{gitlab_app_id}': remove,
};

const secrets = ['client_secret', 'access_token', 'refresh_token', 'webhook_token'];
const optional: Rules = {
  custom_user: ['nullable', 'string', 'max:255'],
  custom_port: ['nullable', 'integer', 'min:1', 'max:65535'],
  group_name: ['nullable', 'string', 'max:255'],
  client_id: ['nullable', 'string', 'max:255'],
  client_secret: ['nullable', 'string'],
  webhook_token: ['nullable', 'string'],
  redirect_uri: ['nullable', 'string', 'url'],
  is_system_wide: ['boolean'],
};
const fields = ['name', 'html_url', 'api_url', ...Object.keys(optional)];

async function create(call: Call) {
  call.requireJson();
  const { input, world } = call;
  requireFields(input, {
    name: ['required', 'string', 'max:255'],
    html_url: ['required', 'string', 'url', ...(await faults(call, 'html_url'))],
    api_url: ['nullable', 'string', 'url', ...(await faults(call, 'api_url'))],
    ...optional,
  });
  const now = rowTime(world.clock.now());
  const htmlUrl = bare(String(input.html_url));
  const row = world.state.gitlabApps.insert({
    uuid: publicId(),
    name: String(input.name),
    organization: null,
    group_name: textOrNull(input.group_name),
    api_url: typeof input.api_url === 'string' ? bare(input.api_url) : `${htmlUrl}/api/v4`,
    html_url: htmlUrl,
    custom_user: textOrNull(input.custom_user) ?? 'git',
    custom_port: Number(input.custom_port ?? 22),
    app_id: null,
    client_id: textOrNull(input.client_id),
    client_secret: textOrNull(input.client_secret),
    oauth_id: null,
    access_token: null,
    refresh_token: null,
    expires_at: null,
    redirect_uri: textOrNull(input.redirect_uri),
    public_key: null,
    webhook_token: textOrNull(input.webhook_token) ?? secret(32),
    deploy_key_id: null,
    private_key_id: null,
    is_system_wide: isTrue(input.is_system_wide),
    is_public: false,
    team_id: call.team.id,
    created_at: now,
    updated_at: now,
  });
  return ok(present(row, call), 201);
}

async function update(call: Call) {
  const app = find(call);
  const payload = pick(call.input, fields);
  const rules: Rules = {
    name: ['string', 'max:255'],
    html_url: ['url', ...(await faults(call, 'html_url'))],
    api_url: ['url', ...(await faults(call, 'api_url'))],
    ...optional,
  };
  const nullable = ['group_name', 'client_id', 'client_secret', 'webhook_token', 'redirect_uri'];
  const set = Object.entries(rules).filter(([field]) => nullable.includes(field) || (payload[field] ?? null) !== null);
  const errors = validate(payload, Object.fromEntries(set), apiMessages);
  if (hasErrors(errors)) throw refuse(422, 'Validation error', { errors });
  for (const field of ['name', 'html_url', 'custom_user', 'custom_port', 'is_system_wide'])
    if (payload[field] === null) throw serverError();
  if (typeof payload.html_url === 'string') {
    payload.html_url = bare(payload.html_url);
    payload.api_url ??= `${payload.html_url}/api/v4`;
  }
  if (typeof payload.api_url === 'string') payload.api_url = bare(payload.api_url);
  if (payload.custom_port !== undefined) payload.custom_port = Number(payload.custom_port);
  if (payload.is_system_wide !== undefined) payload.is_system_wide = isTrue(payload.is_system_wide);
  Object.assign(app, payload, { updated_at: rowTime(call.world.clock.now()) });
  call.world.state.gitlabApps.touch(app);
  return ok({ message: 'GitLab app updated successfully', data: present(app, call) });
}

function remove(call: Call) {
  const app = find(call);
  const { applications, gitlabApps } = call.world.state;
  const users = applications.filter((row) => row.source_type === 'App\\Models\\GitlabApp' && row.source_id === app.id);
  if (users.length > 0)
    throw refuse(
      409,
      `This GitLab app is being used by ${users.length} application(s). Please delete all applications first.`,
    );
  gitlabApps.remove(app);
  return ok({ message: 'GitLab app deleted successfully' });
}

/** A word cannot be compared with a number: 500 (recorded: sweep 808–814). */
function find(call: Call): GitlabApp {
  const id = call.params.gitlab_app_id ?? '';
  if (!/^\d{1,18}$/.test(id)) throw serverError();
  const app = call.world.state.gitlabApps.get(Number(id));
  if (app === undefined || app.team_id !== call.team.id) throw notFound('GitLab app not found');
  return app;
}

function present(app: GitlabApp, call: Call): JsonObject {
  const own = call.sensitive && app.team_id === call.team.id;
  return serialize(omit(app, own ? [] : secrets));
}

async function faults(call: Call, field: string): Promise<Rule[]> {
  const value = call.input[field] ?? null;
  const fault = value === null ? undefined : await targetFault(call.world, field, value);
  return fault === undefined ? [] : [{ check: () => fault }];
}

const bare = (url: string) => url.replace(/\/+$/, '');
