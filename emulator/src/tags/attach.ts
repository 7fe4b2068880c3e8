import { publicId } from '../ids.ts';
import { teamIdOf } from '../present/application.ts';
import { allDatabases } from '../state/database.ts';
import type { Tag } from '../state/tag.ts';
import { rowTime } from '../times.ts';
import type { World } from '../world.ts';
import { tagName } from './names.ts';

/** A row that can be tagged; the names stand in the order in which they were attached. */
export interface Taggable {
  environment_id: number;
  tags: string[];
}

/** Makes the tags that the team lacks and puts all on the resource; names of less than two characters are left out. */
export function attachTags(world: World, resource: Taggable, names: readonly unknown[]): void {
  const teamId = teamIdOf(world, resource);
  for (const name of new Set(names.map(tagName))) {
    if (name.length < 2) continue;
    if (findTag(world, teamId, name) === undefined) insertTag(world, teamId, name);
    if (!resource.tags.includes(name)) resource.tags.push(name);
  }
}

export function insertTag(world: World, teamId: number, name: string): Tag {
  const now = rowTime(world.clock.now());
  return world.state.tags.insert({ uuid: publicId(), name, team_id: teamId, created_at: now, updated_at: now });
}

export function findTag(world: World, teamId: number, name: string): Tag | undefined {
  return world.state.tags.find((tag) => tag.team_id === teamId && tag.name === name);
}

/** Every resource of the team that holds the tag. */
export function holdersOf(world: World, tag: Tag): Taggable[] {
  const { state } = world;
  const taggables: Taggable[] = [...state.applications.all(), ...allDatabases(state), ...state.services.all()];
  return taggables.filter((row) => row.tags.includes(tag.name) && teamIdOf(world, row) === tag.team_id);
}
