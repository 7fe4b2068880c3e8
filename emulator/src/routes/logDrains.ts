import { invalid, ok } from '../http/answer.ts';
import type { Call, Routes } from '../http/call.ts';
import { requireFields } from '../http/fields.ts';
import { pick } from '../http/serialize.ts';
import type { Rule, Rules } from '../http/validate.ts';
import { writeSettings } from '../servers/settings.ts';
import type { Server, ServerSettings } from '../state/server.ts';
import { findServer } from './servers.ts';

/** Where a server's logs are sent on to (recorded: sweep 376–384). */
export const logDrainRoutes: Routes = {
  'GET /servers/{uuid}/log-drains': (call) => ok(present(findServer(call), call.sensitive)),
  'PATCH /servers/{uuid}/log-drains': update,
};

const word: readonly Rule[] = ['nullable', 'string', { regex: /^[a-zA-Z0-9_\-.]+$/ }];
const rules: Rules = {
  is_logdrain_newrelic_enabled: ['boolean'],
  logdrain_newrelic_license_key: word,
  logdrain_newrelic_base_uri: ['nullable', 'url'],
  is_logdrain_axiom_enabled: ['boolean'],
  logdrain_axiom_dataset_name: word,
  logdrain_axiom_api_key: word,
  is_logdrain_custom_enabled: ['boolean'],
  logdrain_custom_config: ['nullable', 'string'],
  logdrain_custom_config_parser: ['nullable', 'string'],
};
const secrets = [
  'logdrain_newrelic_license_key',
  'logdrain_axiom_api_key',
  'logdrain_custom_config',
  'logdrain_custom_config_parser',
];

/** What a drain cannot do without once it is on, with Coolify's sentence. */
const needs: [keyof ServerSettings, Partial<Record<keyof ServerSettings, string>>][] = [
  [
    'is_logdrain_newrelic_enabled',
    {
      logdrain_newrelic_license_key: 'The New Relic license key is required when New Relic log drain is enabled.',
      logdrain_newrelic_base_uri: 'The New Relic base URI is required when New Relic log drain is enabled.',
    },
  ],
  [
    'is_logdrain_axiom_enabled',
    {
      logdrain_axiom_dataset_name: 'The Axiom dataset name is required when Axiom log drain is enabled.',
      logdrain_axiom_api_key: 'The Axiom API key is required when Axiom log drain is enabled.',
    },
  ],
  [
    'is_logdrain_custom_enabled',
    { logdrain_custom_config: 'The custom log drain config is required when custom log drain is enabled.' },
  ],
];

function update(call: Call) {
  call.requireJson();
  const server = findServer(call);
  requireFields(call.input, rules);
  const before = { ...server.settings };
  writeSettings(call, server);
  for (const [drain, fields] of needs) {
    const missing = Object.entries(fields).filter(
      ([field]) => server.settings[drain] === true && server.settings[field as keyof ServerSettings] === null,
    );
    if (missing.length === 0) continue;
    server.settings = before;
    throw invalid(Object.fromEntries(missing.map(([field, sentence]) => [field, [sentence]])));
  }
  return ok(present(server, call.sensitive));
}

function present(server: Server, sensitive: boolean) {
  const fields = Object.keys(rules);
  return pick(server.settings, sensitive ? fields : fields.filter((field) => !secrets.includes(field)));
}
