import type { Call } from '../http/call.ts';
import type { Json, JsonObject } from '../json.ts';
import { isTrue } from '../routes/variables.ts';
import type { Server } from '../state/server.ts';
import { rowTime } from '../times.ts';

/** Writes the request's fields into the server's settings, in the types of the columns. */
export function writeSettings(call: Call, server: Server): void {
  const settings = server.settings as unknown as JsonObject;
  for (const [field, value] of Object.entries(call.input)) settings[field] = asColumn(value, settings[field]);
  server.settings.updated_at = rowTime(call.world.clock.now());
}

function asColumn(value: Json, current: Json | undefined): Json {
  if (typeof current === 'boolean') return isTrue(value);
  return typeof current === 'number' && value !== null ? Number(value) : value;
}
