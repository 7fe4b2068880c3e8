import { requireAdmin } from '../http/admins.ts';
import { invalid, notFound, ok, refuse } from '../http/answer.ts';
import type { Call, Routes } from '../http/call.ts';
import { requireFields } from '../http/fields.ts';
import { omit, serialize } from '../http/serialize.ts';
import { apiMessages, hasErrors, type Rules, validate } from '../http/validate.ts';
import { publicId } from '../ids.ts';
import type { JsonObject } from '../json.ts';
import { readPrivateKey, type SshKey } from '../keys/ssh.ts';
import { randomName } from '../servers/names.ts';
import type { PrivateKey } from '../state/rows.ts';
import { rowTime } from '../times.ts';

/** Private keys of the team (recorded: servers 56–67). */
export const keyRoutes: Routes = {
  'GET /security/keys': (call) => ok(keysOf(call).map((key) => present(key, call.sensitive))),
  'GET /security/keys/{uuid}': (call) => {
    const key = find(call);
    if (call.team.id === 0) requireAdmin(call);
    return ok(present(key, call.sensitive));
  },
  'POST /security/keys': create,
  'PATCH /security/keys/{uuid}': update,
  'DELETE /security/keys/{uuid}': remove,
};

const rules: Rules = {
  name: ['string', 'max:255'],
  description: ['string', 'max:255'],
  private_key: ['required', 'string'],
};

/** The key may come in base64; fields beside those known are not looked at. */
function create(call: Call) {
  call.requireJson();
  const { input, world } = call;
  const errors = validate(input, rules, apiMessages);
  if (hasErrors(errors)) throw invalid(errors);
  const given = String(input.private_key);
  const text = given.startsWith('-----BEGIN') ? given : Buffer.from(given, 'base64').toString('utf8');
  const key = readPrivateKey(text);
  if (key === undefined) throw refuse(422, 'Invalid private key.');
  if (isKnown(call, key)) throw refuse(422, 'Private key already exists.');
  const now = rowTime(world.clock.now());
  const row = world.state.privateKeys.insert({
    uuid: publicId(),
    name: typeof input.name === 'string' ? input.name : randomName(),
    description: typeof input.description === 'string' ? input.description : 'Created by Coolify via API',
    ...columns(text, key),
    is_git_related: false,
    team_id: call.team.id,
    created_at: now,
    updated_at: now,
  });
  return ok({ uuid: row.uuid }, 201);
}

/** Wants the key again, whatever is to be changed, before it looks for the row (recorded: servers 63, 64). */
function update(call: Call) {
  call.requireJson();
  const { input, world } = call;
  requireFields(input, rules);
  const row = find(call);
  const text = String(input.private_key);
  const key = readPrivateKey(text);
  if (key === undefined) throw mistaken('The private key is invalid.');
  if (isKnown(call, key, row)) throw mistaken('This private key already exists.');
  const { private_key: _, ...rest } = input;
  Object.assign(row, rest, columns(text, key), { updated_at: rowTime(world.clock.now()) });
  world.state.privateKeys.touch(row);
  return ok({ uuid: row.uuid }, 201);
}

function remove(call: Call) {
  const key = find(call);
  if (isUsed(call, key))
    throw refuse(422, 'Private Key is in use and cannot be deleted.', {
      details: 'This private key is currently being used by servers, applications, or Git integrations.',
    });
  call.world.state.privateKeys.remove(key);
  return ok({ message: 'Private Key deleted.' });
}

function columns(text: string, key: SshKey): Pick<PrivateKey, 'private_key' | 'public_key' | 'fingerprint'> {
  const body = text.replaceAll('\r\n', '\n').trim();
  return { private_key: `${body}\n`, public_key: key.publicKey, fingerprint: key.fingerprint };
}

function keysOf(call: Call): PrivateKey[] {
  return call.world.state.privateKeys.filter((key) => key.team_id === call.team.id);
}

function find(call: Call): PrivateKey {
  const key = keysOf(call).find(({ uuid }) => uuid === call.params.uuid);
  if (key === undefined) throw notFound('Private Key not found.');
  return key;
}

function isKnown(call: Call, { fingerprint }: SshKey, but?: PrivateKey): boolean {
  return keysOf(call).some((key) => key.fingerprint === fingerprint && key !== but);
}

function isUsed(call: Call, { id }: PrivateKey): boolean {
  const { servers, applications, githubApps, gitlabApps } = call.world.state;
  return [servers, applications, githubApps, gitlabApps].some((table) =>
    table.all().some((row: { private_key_id: number | null }) => row.private_key_id === id),
  );
}

/** What the framework says of a rule that is checked while saving. */
function mistaken(sentence: string) {
  return refuse(422, sentence, { errors: { private_key: [sentence] } });
}

function present(key: PrivateKey, sensitive: boolean): JsonObject {
  return serialize(omit(key, sensitive ? [] : ['private_key']));
}
