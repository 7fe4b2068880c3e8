import { cloudInitFault } from '../cloudInit.ts';
import { requireAdmin } from '../http/admins.ts';
import { notFound, ok } from '../http/answer.ts';
import type { Call, Routes } from '../http/call.ts';
import { requireFields } from '../http/fields.ts';
import { omit, pick, serialize } from '../http/serialize.ts';
import type { Rule } from '../http/validate.ts';
import { publicId } from '../ids.ts';
import type { CloudInitScript } from '../state/cloud.ts';
import { rowTime } from '../times.ts';

/** What new cloud servers run first (recorded: sweep 251–271). */
export const cloudInitScriptRoutes: Routes = {
  'GET /cloud-init-scripts': (call) => {
    requireAdmin(call);
    return ok([...scriptsOf(call)].reverse().map((script) => present(script, call.sensitive)));
  },
  'GET /cloud-init-scripts/{uuid}': (call) => {
    const script = find(call);
    requireAdmin(call);
    return ok(present(script, call.sensitive));
  },
  'POST /cloud-init-scripts': create,
  'PATCH /cloud-init-scripts/{uuid}': update,
  'DELETE /cloud-init-scripts/{uuid}': (call) => {
    call.world.state.cloudInitScripts.remove(find(call));
    return ok({ message: 'Cloud-init script deleted.' });
  },
};

const yaml: Rule = { check: (value, field) => cloudInitFault(String(value ?? ''), field) };

function create(call: Call) {
  call.requireJson();
  requireFields(call.input, { name: ['required', 'string', 'max:255'], script: ['required', 'string', yaml] });
  const now = rowTime(call.world.clock.now());
  const script = call.world.state.cloudInitScripts.insert({
    uuid: publicId(),
    team_id: call.team.id,
    name: String(call.input.name),
    script: String(call.input.script),
    created_at: now,
    updated_at: now,
  });
  return ok(present(script, call.sensitive), 201);
}

/** The script is looked up before the fields are (recorded: sweep 266). */
function update(call: Call) {
  call.requireJson();
  const script = find(call);
  requireFields(call.input, { name: ['string', 'max:255'], script: ['string', yaml] });
  Object.assign(script, pick(call.input, ['name', 'script']), { updated_at: rowTime(call.world.clock.now()) });
  return ok(present(script, call.sensitive));
}

function scriptsOf(call: Call): CloudInitScript[] {
  return call.world.state.cloudInitScripts.filter((script) => script.team_id === call.team.id);
}

function find(call: Call): CloudInitScript {
  const script = scriptsOf(call).find(({ uuid }) => uuid === call.params.uuid);
  if (script === undefined) throw notFound('Cloud-init script not found.');
  return script;
}

function present(script: CloudInitScript, sensitive: boolean) {
  return serialize(omit(script, sensitive ? ['id', 'team_id'] : ['id', 'team_id', 'script']));
}
