import { publicId } from '../ids.ts';
import type { Variable } from '../state/rows.ts';
import { rowTime } from '../times.ts';
import type { World } from '../world.ts';

export type VariableOwner = Pick<Variable, 'resource_type' | 'resource_id'>;

/** A variable of a database or service: unlike an application's it has no preview twin (coolify.md 3.1, Env vars). */
export function insertVariable(
  world: World,
  owner: VariableOwner,
  given: Pick<Variable, 'key' | 'value'> & Partial<Variable>,
): Variable {
  const now = rowTime(world.clock.now());
  return world.state.variables.insert({
    comment: null,
    is_preview: false,
    is_literal: false,
    is_multiline: false,
    is_shown_once: false,
    is_runtime: true,
    is_buildtime: true,
    is_required: false,
    is_shared: /^\{\{.*\}\}$/.test(given.value ?? ''),
    is_coolify: given.key.startsWith('SERVICE_'),
    is_buildpack_control: /^(NIXPACKS|RAILPACK)_/.test(given.key),
    order: null,
    created_at: now,
    updated_at: now,
    ...given,
    ...owner,
    uuid: publicId(),
  });
}

export function variablesOf(world: World, owner: VariableOwner): Variable[] {
  return world.state.variables.filter(
    (row) => row.resource_type === owner.resource_type && row.resource_id === owner.resource_id,
  );
}
