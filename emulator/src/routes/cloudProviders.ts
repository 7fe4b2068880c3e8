import { cloudInitFault } from '../cloudInit.ts';
import { invalid, notFound, refuse } from '../http/answer.ts';
import type { Call, Handler, Routes } from '../http/call.ts';
import { requireFields } from '../http/fields.ts';
import { apiMessages, hasErrors, type Rule, type Rules, validate } from '../http/validate.ts';
import { isHostName } from '../servers/address.ts';

/**
 * Servers bought from cloud providers (recorded: sweep 505–574). The emulator has no provider behind it: what a request must
 * hold is checked, and then Coolify fails as it does when the provider cannot be reached.
 */
export const cloudProviderRoutes: Routes = {
  'GET /hetzner/locations': look('Hetzner', 'locations'),
  'GET /hetzner/server-types': look('Hetzner', 'server types'),
  'GET /hetzner/images': look('Hetzner', 'images'),
  'GET /hetzner/ssh-keys': look('Hetzner', 'SSH keys'),
  'GET /hetzner/firewalls': look('Hetzner', 'firewalls'),
  'GET /hetzner/networks': look('Hetzner', 'networks'),
  'GET /vultr/regions': look('Vultr', 'regions'),
  'GET /vultr/plans': look('Vultr', 'plans'),
  'GET /vultr/os': look('Vultr', 'operating systems'),
  'GET /vultr/ssh-keys': look('Vultr', 'SSH keys'),
  'GET /digitalocean/regions': look('DigitalOcean', 'regions'),
  'GET /digitalocean/sizes': look('DigitalOcean', 'sizes'),
  'GET /digitalocean/images': look('DigitalOcean', 'images'),
  'GET /digitalocean/ssh-keys': look('DigitalOcean', 'SSH keys'),
  'POST /servers/hetzner': buy('Hetzner', {
    location: ['required', 'string'],
    server_type: ['required', 'string'],
    image: ['required', 'integer'],
    enable_ipv4: ['nullable', 'boolean'],
    enable_ipv6: ['nullable', 'boolean'],
    enable_backups: ['nullable', 'boolean'],
    hetzner_ssh_key_ids: ['nullable', 'array'],
    'hetzner_ssh_key_ids.*': ['integer'],
    hetzner_firewall_ids: ['nullable', 'array'],
    'hetzner_firewall_ids.*': ['integer'],
    hetzner_network_ids: ['nullable', 'array'],
    'hetzner_network_ids.*': ['integer'],
  }),
  'POST /servers/vultr': buy('Vultr', {
    region: ['required', 'string'],
    plan: ['required', 'string'],
    os_id: ['required', 'integer'],
    enable_ipv6: ['nullable', 'boolean'],
    disable_public_ipv4: ['nullable', 'boolean'],
    vultr_ssh_key_ids: ['nullable', 'array'],
    'vultr_ssh_key_ids.*': ['string'],
  }),
  'POST /servers/digitalocean': buy('DigitalOcean', {
    region: ['required', 'string'],
    size: ['required', 'string'],
    image: ['required'],
    enable_ipv6: ['nullable', 'boolean'],
    monitoring: ['nullable', 'boolean'],
    digitalocean_ssh_key_ids: ['nullable', 'array'],
    'digitalocean_ssh_key_ids.*': ['integer'],
  }),
};

const token: Rules = {
  cloud_provider_token_uuid: ['required_without:cloud_provider_token_id', 'string'],
  cloud_provider_token_id: ['required_without:cloud_provider_token_uuid', 'string'],
};
const hostName: Rule = {
  check: (value) => (value === null || isHostName(String(value)) ? undefined : 'The name must be a valid hostname.'),
};
const shared: Rules = {
  name: ['nullable', 'string', 'max:253', hostName],
  private_key_uuid: ['required', 'string'],
  cloud_init_script: [
    'nullable',
    'string',
    { check: (value) => cloudInitFault(String(value ?? ''), 'cloud init script') },
  ],
  instant_validate: ['nullable', 'boolean'],
};

function look(provider: string, what: string): Handler {
  return (call) => {
    const errors = validate(call.input, token, apiMessages);
    if (hasErrors(errors)) throw invalid(errors);
    requireToken(call, provider);
    throw refuse(500, `Failed to fetch ${provider} ${what}.`);
  };
}

function buy(provider: string, rules: Rules): Handler {
  return (call) => {
    call.requireJson();
    requireFields(call.input, { ...token, ...rules, ...shared });
    requireToken(call, provider);
    const { private_key_uuid: keyUuid } = call.input;
    if (call.world.state.privateKeys.find((k) => k.uuid === keyUuid && k.team_id === call.team.id) === undefined)
      throw notFound('Private key not found.');
    throw refuse(500, `Failed to create ${provider} server.`);
  };
}

function requireToken(call: Call, provider: string): void {
  const wanted = call.input.cloud_provider_token_uuid ?? call.input.cloud_provider_token_id;
  const found = call.world.state.cloudTokens.find(
    (row) => row.uuid === wanted && row.team_id === call.team.id && row.provider === provider.toLowerCase(),
  );
  if (found === undefined) throw notFound(`${provider} cloud provider token not found.`);
}
