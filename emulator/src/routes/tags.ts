import { invalid, notFound, ok, refuse } from '../http/answer.ts';
import type { Call, Handler, Routes } from '../http/call.ts';
import { requireFields } from '../http/fields.ts';
import { pick } from '../http/serialize.ts';
import type { Rules } from '../http/validate.ts';
import type { Tag } from '../state/tag.ts';
import { attachTags, findTag, holdersOf, insertTag, type Taggable } from '../tags/attach.ts';
import { tagName } from '../tags/names.ts';
import { rowTime } from '../times.ts';
import { findResource, type Sort } from './owned.ts';

/** Tags of the team and those on its resources (recorded: organise 2–15). */
export const tagRoutes: Routes = {
  'GET /tags': (call) => {
    const own = call.world.state.tags.filter((tag) => tag.team_id === call.team.id);
    return ok(own.sort((a, b) => (a.name < b.name ? -1 : 1)).map(present));
  },
  'POST /tags': create,
  'PATCH /tags/{uuid}': update,
  'DELETE /tags/{uuid}': remove,
  'GET /applications/{uuid}/tags': listTags('applications'),
  'POST /applications/{uuid}/tags': createTags('applications'),
  'DELETE /applications/{uuid}/tags/{tag_uuid}': removeTag('applications'),
  'GET /databases/{uuid}/tags': listTags('databases'),
  'POST /databases/{uuid}/tags': createTags('databases'),
  'DELETE /databases/{uuid}/tags/{tag_uuid}': removeTag('databases'),
  'GET /services/{uuid}/tags': listTags('services'),
  'POST /services/{uuid}/tags': createTags('services'),
  'DELETE /services/{uuid}/tags/{tag_uuid}': removeTag('services'),
};

function listTags(sort: Sort): Handler {
  return (call) => ok(tagsOf(call, findResource(call, sort)).map(present));
}

/** Takes one name or many, answers all tags of the resource, the same tag again too (recorded: organise 3–7). */
function createTags(sort: Sort): Handler {
  return (call) => {
    call.requireJson();
    const resource = findResource(call, sort);
    const { input } = call;
    if (input.tag_name !== undefined && input.tag_names !== undefined)
      throw invalid({ tag_name: ['Provide either tag_name or tag_names, not both.'] });
    requireFields(input, attaching, {});
    const names = Array.isArray(input.tag_names) ? input.tag_names : [input.tag_name ?? null];
    if (names.some((name) => tagName(name).length < 2))
      throw invalid({ tag_name: ['Each tag name must be at least 2 characters after sanitization.'] });
    attachTags(call.world, resource, names);
    return ok(tagsOf(call, resource).map(present), 201);
  };
}

const attaching: Rules = {
  tag_name: ['required_without:tag_names', 'string'],
  tag_names: ['required_without:tag_name', 'array', 'min:1'],
  'tag_names.*': ['string'],
};

function removeTag(sort: Sort): Handler {
  return (call) => {
    const resource = findResource(call, sort);
    const tag = findOwn(call, call.params.tag_uuid);
    if (!resource.tags.includes(tag.name)) throw notFound('Tag not found on resource.');
    resource.tags = resource.tags.filter((name) => name !== tag.name);
    if (holdersOf(call.world, tag).length === 0) call.world.state.tags.remove(tag);
    return ok({ message: 'Tag removed.' });
  };
}

function create(call: Call) {
  const name = nameOf(call);
  if (findTag(call.world, call.team.id, name) !== undefined) throw taken();
  return ok(present(insertTag(call.world, call.team.id, name)), 201);
}

function update(call: Call) {
  const name = nameOf(call);
  const tag = findOwn(call, call.params.uuid);
  const other = findTag(call.world, call.team.id, name);
  if (other !== undefined && other !== tag) throw taken();
  for (const holder of holdersOf(call.world, tag))
    holder.tags = holder.tags.map((held) => (held === tag.name ? name : held));
  if (tag.name !== name) Object.assign(tag, { name, updated_at: rowTime(call.world.clock.now()) });
  return ok(present(tag));
}

function remove(call: Call) {
  const tag = findOwn(call, call.params.uuid);
  for (const holder of holdersOf(call.world, tag)) holder.tags = holder.tags.filter((name) => name !== tag.name);
  call.world.state.tags.remove(tag);
  return ok({ message: 'Tag deleted.' });
}

function nameOf(call: Call): string {
  call.requireJson();
  requireFields(call.input, { name: ['required', 'string', 'min:2', 'max:255'] }, {});
  const name = tagName(call.input.name);
  if (name.length < 2) throw invalid({ name: ['The tag name must be at least 2 characters after sanitization.'] });
  return name;
}

function findOwn(call: Call, uuid: string | undefined): Tag {
  const tag = call.world.state.tags.find((row) => row.uuid === uuid && row.team_id === call.team.id);
  if (tag === undefined) throw notFound('Tag not found.');
  return tag;
}

function tagsOf(call: Call, resource: Taggable): Tag[] {
  return resource.tags
    .map((name) => findTag(call.world, call.team.id, name))
    .filter((tag): tag is Tag => tag !== undefined);
}

function taken() {
  return refuse(409, 'Tag with this name already exists.');
}

const present = (tag: Tag) => pick(tag, ['uuid', 'name', 'created_at', 'updated_at']);
