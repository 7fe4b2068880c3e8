import { z } from 'zod';
import { del, get, patch, post } from './endpoint.ts';
import { message } from './message.ts';

const sharedVariable = z.looseObject({
  id: z.number(),
  key: z.string(),
  /** Absent without read:sensitive. */
  value: z.string().nullish(),
  type: z.string().nullish(),
  is_literal: z.boolean().nullish(),
  is_multiline: z.boolean().nullish(),
  is_shown_once: z.boolean().nullish(),
  comment: z.string().nullish(),
});
export type SharedVariable = z.output<typeof sharedVariable>;

interface SharedFields {
  value?: string | null;
  is_literal?: boolean;
  is_multiline?: boolean;
  is_shown_once?: boolean;
  comment?: string | null;
}

const list = z.array(sharedVariable);
const madeId = z.looseObject({ id: z.number() });

/**
 * Variables that resources refer to as `{{team.KEY}}`, `{{project.KEY}}`, `{{environment.KEY}}`. They have numeric ids.
 * A server's list starts with Coolify's own two.
 */
export const sharedVariables = {
  team: {
    list: get('/team/envs').since('4.3.0').answers(list),
    create: post('/team/envs').body<SharedFields & { key: string }>().since('4.3.0').answers(madeId),
    update: patch('/team/envs/{env_id:int}').body<SharedFields>().since('4.3.0').answers(sharedVariable),
    delete: del('/team/envs/{env_id:int}').since('4.3.0').answers(message),
  },
  /** Of a project or a server. */
  of: {
    list: get('/{on:projects|servers}/{uuid}/envs').since('4.3.0').answers(list),
    create: post('/{on:projects|servers}/{uuid}/envs')
      .body<SharedFields & { key: string }>()
      .since('4.3.0')
      .answers(madeId),
    update: patch('/{on:projects|servers}/{uuid}/envs/{env_id:int}')
      .body<SharedFields>()
      .since('4.3.0')
      .answers(sharedVariable),
    delete: del('/{on:projects|servers}/{uuid}/envs/{env_id:int}').since('4.3.0').answers(message),
  },
  environment: {
    list: get('/projects/{uuid}/environments/{environment}/envs').since('4.3.0').answers(list),
    create: post('/projects/{uuid}/environments/{environment}/envs')
      .body<SharedFields & { key: string }>()
      .since('4.3.0')
      .answers(madeId),
    update: patch('/projects/{uuid}/environments/{environment}/envs/{env_id:int}')
      .body<SharedFields>()
      .since('4.3.0')
      .answers(sharedVariable),
    delete: del('/projects/{uuid}/environments/{environment}/envs/{env_id:int}').since('4.3.0').answers(message),
  },
};
