import { serverError } from '../http/answer.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { Application } from '../state/application.ts';
import { columnFields, settingOf } from './fields.ts';

/** The width of Coolify's text columns: what is longer is a 500 of the database (recorded: bad-input 56). */
const columnWidth = 255;
const narrow = ['name', 'description'];
const decoded = ['dockerfile', 'docker_compose_raw', 'custom_nginx_configuration'];

/** Writes a request's fields into the row, in the types of the columns. Throws Coolify's 500 for what does not fit. */
export function applyFields(application: Application, input: JsonObject): void {
  const row = application as unknown as JsonObject;
  const settings = application.settings as unknown as JsonObject;
  if (Array.isArray(input.docker_compose_domains))
    application.docker_compose_domains = composeDomains(input.docker_compose_domains);
  for (const [field, value] of Object.entries(input)) {
    const setting = settingOf[field];
    if (setting !== undefined) settings[setting] = asColumn(value, settings[setting], setting);
    if (!columnFields.includes(field)) continue;
    if (narrow.includes(field) && typeof value === 'string' && value.length > columnWidth) throw serverError();
    row[field] =
      decoded.includes(field) && typeof value === 'string'
        ? Buffer.from(value, 'base64').toString('utf8')
        : asColumn(value, row[field], field);
  }
}

/** The domains of a compose application by service, as Coolify stores them: `{"web":{"domain":"http://…"}}`. */
function composeDomains(given: Json[]): string {
  const rows = given.filter(isObject).map(({ name, domain }) => [String(name), { domain: domain ?? null }]);
  return JSON.stringify(Object.fromEntries(rows));
}

function asColumn(value: Json, current: Json | undefined, field: string): Json {
  if (value === null) return null;
  if (typeof current === 'boolean') return value === true || value === 1 || value === '1';
  if (typeof current === 'number' || field === 'stop_grace_period') return Number(value);
  return typeof value === 'object' ? value : String(value);
}
