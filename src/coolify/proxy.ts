import { z } from 'zod';
import { get, patch, post, put } from './endpoint.ts';
import { message } from './message.ts';

const proxyState = z.looseObject({
  proxy_type: z.string().nullish(),
  status: z.string().nullish(),
  redirect_enabled: z.boolean().nullish(),
  redirect_url: z.string().nullish(),
  generate_exact_labels: z.boolean().nullish(),
  /** Only for read:sensitive, and null until it was saved. */
  configuration: z.string().nullish(),
});
export type ProxyState = z.output<typeof proxyState>;

interface ProxyUpdate {
  proxy_type?: string | null;
  redirect_enabled?: boolean;
  redirect_url?: string | null;
  generate_exact_labels?: boolean;
}

/** The reverse proxy of a server, in front of all its applications. */
export const proxy = {
  get: get('/servers/{uuid}/proxy').since('4.3.0').answers(proxyState),
  update: patch('/servers/{uuid}/proxy').body<ProxyUpdate>().since('4.3.0').answers(proxyState),
  /** Plain text in; takes effect at the next restart of the proxy. */
  saveConfiguration: put('/servers/{uuid}/proxy/configuration')
    .body<{ configuration: string }>({ base64: ['configuration'] })
    .since('4.3.0')
    .answers(z.looseObject({})),
  /** Cuts off every application of the server for a moment. */
  restart: post('/servers/{uuid}/proxy/restart').since('4.3.0').answers(message),
};
