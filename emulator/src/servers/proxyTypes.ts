import type { Json } from '../json.ts';
import type { Server } from '../state/server.ts';

const types = ['NONE', 'TRAEFIK', 'NGINX', 'CADDY'];

export function isProxyType(given: Json): boolean {
  return types.includes(String(given).toUpperCase());
}

/** Another proxy starts from nothing: what was saved for the old one is gone. */
export function changeProxy(server: Server, type: string): void {
  const {
    last_saved_proxy_configuration: _,
    last_saved_settings: __,
    last_applied_settings: ___,
    ...kept
  } = server.proxy;
  server.proxy = { ...kept, type: type.toUpperCase(), status: 'exited' };
}
