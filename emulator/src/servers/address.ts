import { isIP } from 'node:net';

const label = /^(?!-)[a-z\d-]{1,63}(?<!-)$/i;

/** Whether Coolify takes a text as a server's address: an IP or a host name of RFC 1123 (recorded: servers 15, 16, 26). */
export function isServerAddress(text: string): boolean {
  return isIP(text) !== 0 || isHostName(text);
}

export function isHostName(text: string): boolean {
  return text.length <= 253 && text.split('.').every((part) => label.test(part));
}
