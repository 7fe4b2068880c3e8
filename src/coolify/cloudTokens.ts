import { z } from 'zod';
import { del, get, patch, post } from './endpoint.ts';
import { created, message } from './message.ts';

const cloudToken = z.looseObject({
  uuid: z.string(),
  name: z.string(),
  provider: z.string().nullish(),
  servers_count: z.number().nullish(),
  /** Secret; only for read:sensitive. */
  token: z.string().nullish(),
});
export type CloudToken = z.output<typeof cloudToken>;

const cloudInitScript = z.looseObject({ uuid: z.string(), name: z.string(), script: z.string().nullish() });
export type CloudInitScript = z.output<typeof cloudInitScript>;

/** Tokens of the providers that Coolify can order servers from. */
export const cloudTokens = {
  list: get('/cloud-tokens').answers(z.array(cloudToken)),
  get: get('/cloud-tokens/{uuid}').answers(cloudToken),
  /** Tried at the provider first. */
  create: post('/cloud-tokens')
    .body<{ provider: 'hetzner' | 'digitalocean' | 'vultr'; token: string; name: string }>()
    .slow()
    .answers(created),
  update: patch('/cloud-tokens/{uuid}').body<{ name: string }>().answers(created),
  delete: del('/cloud-tokens/{uuid}').answers(message),
  validate: post('/cloud-tokens/{uuid}/validate')
    .slow()
    .answers(z.looseObject({ valid: z.boolean(), message: z.string().nullish() })),
};

export const cloudInitScripts = {
  list: get('/cloud-init-scripts').since('4.3.0').answers(z.array(cloudInitScript)),
  get: get('/cloud-init-scripts/{uuid}').since('4.3.0').answers(cloudInitScript),
  create: post('/cloud-init-scripts').body<{ name: string; script: string }>().since('4.3.0').answers(cloudInitScript),
  update: patch('/cloud-init-scripts/{uuid}')
    .body<{ name?: string; script?: string }>()
    .since('4.3.0')
    .answers(cloudInitScript),
  delete: del('/cloud-init-scripts/{uuid}').since('4.3.0').answers(message),
};
