import { z } from 'zod';
import { del, get, patch, post } from './endpoint.ts';
import { created, message } from './message.ts';

const privateKey = z.looseObject({
  id: z.number().nullish(),
  uuid: z.string(),
  name: z.string(),
  description: z.string().nullish(),
  fingerprint: z.string().nullish(),
  public_key: z.string().nullish(),
  is_git_related: z.boolean().nullish(),
  /** Secret; only for read:sensitive. */
  private_key: z.string().nullish(),
});
export type PrivateKey = z.output<typeof privateKey>;

export const privateKeys = {
  list: get('/security/keys').answers(z.array(privateKey)),
  get: get('/security/keys/{uuid}').answers(privateKey),
  /** 422 where the key is none, or is there already. */
  create: post('/security/keys').body<{ private_key: string; name?: string; description?: string }>().answers(created),
  /** The key itself must be sent, changed or not. */
  update: patch('/security/keys/{uuid}')
    .body<{ private_key: string; name?: string; description?: string }>()
    .answers(created),
  /** 422 while anything uses it. */
  delete: del('/security/keys/{uuid}').answers(message),
};
