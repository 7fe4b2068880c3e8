import { z } from 'zod';
import { del, get, patch, post } from './endpoint.ts';
import { message } from './message.ts';

const tag = z.looseObject({ uuid: z.string(), name: z.string() });
export type Tag = z.output<typeof tag>;

export const tags = {
  list: get('/tags').since('4.2.0').answers(z.array(tag)),
  create: post('/tags').body<{ name: string }>().since('4.3.0').answers(tag),
  update: patch('/tags/{uuid}').body<{ name: string }>().since('4.3.0').answers(tag),
  delete: del('/tags/{uuid}').since('4.3.0').answers(message),
  /** The tags of one resource. */
  of: get('/{on:applications|databases|services}/{uuid}/tags').since('4.2.0').answers(z.array(tag)),
  /** Answers all tags of the resource; one it has already is no error. */
  add: post('/{on:applications|databases|services}/{uuid}/tags')
    .body<{ tag_name: string } | { tag_names: string[] }>()
    .since('4.2.0')
    .answers(z.array(tag)),
  remove: del('/{on:applications|databases|services}/{uuid}/tags/{tag_uuid}').since('4.2.0').answers(message),
};
