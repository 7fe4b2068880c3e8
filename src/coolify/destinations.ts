import { z } from 'zod';
import { del, get, patch, post } from './endpoint.ts';
import { message } from './message.ts';
import { server } from './servers.ts';

/** The network of a server that a resource joins, as it stands inside that resource. */
export const nestedDestination = z.looseObject({
  uuid: z.string(),
  name: z.string().nullish(),
  network: z.string().nullish(),
  server_id: z.number().nullish(),
  server: server.nullish(),
});

const destination = z.looseObject({
  uuid: z.string(),
  name: z.string().nullish(),
  network: z.string().nullish(),
  type: z.string().nullish(),
  server_uuid: z.string().nullish(),
});
export type Destination = z.output<typeof destination>;

export const destinations = {
  list: get('/destinations').since('4.2.0').answers(z.array(destination)),
  get: get('/destinations/{uuid}').since('4.2.0').answers(destination),
  ofServer: get('/servers/{server_uuid}/destinations').since('4.2.0').answers(z.array(destination)),
  create: post('/servers/{server_uuid}/destinations')
    .body<{ network: string; name?: string; type?: 'standalone' | 'swarm' }>()
    .since('4.2.0')
    .slow()
    .answers(destination),
  update: patch('/destinations/{uuid}').body<{ name: string }>().since('4.3.0').answers(destination),
  /** Refused with 409 while resources are attached. */
  delete: del('/destinations/{uuid}').since('4.2.0').slow().answers(message),
};
