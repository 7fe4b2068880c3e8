import { requireAdmin } from '../http/admins.ts';
import { notFound, ok, refuse } from '../http/answer.ts';
import type { Call, Routes } from '../http/call.ts';
import { bodyOf, requireFields } from '../http/fields.ts';
import { omit, serialize } from '../http/serialize.ts';
import { publicId } from '../ids.ts';
import { callOutside } from '../outside.ts';
import type { CloudToken } from '../state/cloud.ts';
import { rowTime } from '../times.ts';

/** Access to cloud providers, which are asked before a token is kept (recorded: sweep 225–250). */
export const cloudTokenRoutes: Routes = {
  'GET /cloud-tokens': (call) => ok(tokensOf(call).map((token) => present(call, token))),
  'GET /cloud-tokens/{uuid}': (call) => {
    const token = find(call);
    requireAdmin(call);
    return ok(present(call, token));
  },
  'POST /cloud-tokens': create,
  'PATCH /cloud-tokens/{uuid}': update,
  'DELETE /cloud-tokens/{uuid}': remove,
  'POST /cloud-tokens/{uuid}/validate': async (call) => {
    const { provider, token } = find(call);
    const fault = await providerFault(call, provider, token);
    return ok({ valid: fault === undefined, message: fault ?? 'Token is valid.' });
  },
};

const accounts: Record<string, string> = {
  hetzner: 'https://api.hetzner.cloud/v1/servers',
  digitalocean: 'https://api.digitalocean.com/v2/account',
  vultr: 'https://api.vultr.com/v2/account',
};

async function create(call: Call) {
  call.requireJson();
  const body = bodyOf(call);
  requireFields(body, {
    provider: ['required', 'string', 'in:hetzner,digitalocean,vultr'],
    token: ['required', 'string'],
    name: ['required', 'string', 'max:255'],
  });
  const provider = String(body.provider);
  const token = String(body.token);
  const fault = await providerFault(call, provider, token);
  if (fault !== undefined) throw refuse(400, fault);
  const now = rowTime(call.world.clock.now());
  const row = call.world.state.cloudTokens.insert({
    uuid: publicId(),
    team_id: call.team.id,
    provider,
    token,
    name: String(body.name),
    description: null,
    created_at: now,
    updated_at: now,
  });
  return ok({ uuid: row.uuid }, 201);
}

function update(call: Call) {
  call.requireJson();
  const body = bodyOf(call);
  requireFields(body, { name: ['required', 'string', 'max:255'] });
  const token = find(call);
  Object.assign(token, { name: body.name, updated_at: rowTime(call.world.clock.now()) });
  call.world.state.cloudTokens.touch(token);
  return ok({ uuid: token.uuid });
}

function remove(call: Call) {
  const token = find(call);
  if (serversOf(call, token) > 0) throw refuse(400, 'Cannot delete token that is used by servers.');
  call.world.state.cloudTokens.remove(token);
  return ok({ message: 'Cloud provider token deleted.' });
}

/** Only a stand-in that the emulator was given is asked, never a provider that would bill somebody. */
async function providerFault(call: Call, provider: string, token: string): Promise<string | undefined> {
  const { world } = call;
  const url = accounts[provider] ?? '';
  const unheard = 'Failed to validate token with provider API.';
  if (world.hosts[new URL(url).hostname] === undefined) return unheard;
  try {
    const headers = { authorization: `Bearer ${token}` };
    const { status } = await world.working(callOutside(world, url, { method: 'GET', headers }));
    return status >= 200 && status < 300 ? undefined : `Invalid ${provider} token. Please check your API token.`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return unheard;
  }
}

function tokensOf(call: Call): CloudToken[] {
  return call.world.state.cloudTokens.filter((token) => token.team_id === call.team.id);
}

function find(call: Call): CloudToken {
  const token = tokensOf(call).find(({ uuid }) => uuid === call.params.uuid);
  if (token === undefined) throw notFound('Cloud provider token not found.');
  return token;
}

function serversOf(call: Call, token: CloudToken): number {
  return call.world.state.servers.filter((server) => server.cloud_provider_token_id === token.id).length;
}

function present(call: Call, token: CloudToken) {
  return serialize({
    ...omit(token, call.sensitive ? ['id'] : ['id', 'token']),
    servers_count: serversOf(call, token),
  });
}
