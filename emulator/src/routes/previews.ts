import { notFound, refuse } from '../http/answer.ts';
import type { Call, Routes } from '../http/call.ts';
import { findApplication } from './applications.ts';

/** Previews come from pull requests, of which the emulator has none: there is never one to delete (coolify.md 3.1; recorded: sweep 771). */
export const previewRoutes: Routes = {
  'DELETE /applications/{uuid}/previews/{pull_request_id}': remove,
};

function remove(call: Call): never {
  findApplication(call);
  const id = Number(call.params.pull_request_id);
  if (!Number.isFinite(id) || Math.trunc(id) <= 0) throw refuse(422, 'Invalid pull_request_id.');
  throw notFound('Preview not found.');
}
