import { cloneDatabase } from '../databases/clone.ts';
import { ok } from '../http/answer.ts';
import type { Call, Routes } from '../http/call.ts';
import { requireFields } from '../http/fields.ts';
import { cloneService } from '../services/clone.ts';
import { findDatabase } from './databases.ts';
import { cloneRules, hostingDestination } from './moves.ts';
import { findService } from './services.ts';
import { isTrue, textOrNull } from './variables.ts';

/** Copies of databases and services; the body is looked at before the resource (recorded: sweep 974–976, 1109–1111). */
export const cloneRoutes: Routes = {
  'POST /databases/{uuid}/clone': (call) => {
    checkBody(call);
    const database = findDatabase(call);
    const copy = cloneDatabase(call.world, database, hostingDestination(call), ...wishes(call));
    return ok({ uuid: copy.uuid, message: 'Database cloned.' }, 201);
  },
  'POST /services/{uuid}/clone': (call) => {
    checkBody(call);
    const service = findService(call);
    const copy = cloneService(call.world, service, hostingDestination(call), ...wishes(call));
    return ok({ uuid: copy.uuid, message: 'Service cloned.' }, 201);
  },
};

function checkBody(call: Call): void {
  call.requireJson();
  requireFields(call.input, cloneRules);
}

/** The name that is wanted, and whether the volumes' contents are to come along. */
function wishes({ input }: Call): [string | null, boolean] {
  return [textOrNull(input.name), isTrue(input.clone_volumes)];
}
