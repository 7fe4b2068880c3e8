import { parseDocument } from 'yaml';

/** Coolify's sentence for a cloud-init script that is neither a shell script nor YAML; undefined for one that is. */
export function cloudInitFault(script: string, field: string): string | undefined {
  const text = script.trim();
  if (text === '' || text.startsWith('#!')) return undefined;
  const isConfig = text.startsWith('#cloud-config');
  const [error] = parseDocument(isConfig ? text.replace(/^#cloud-config\s*/, '') : text).errors;
  if (error === undefined) return undefined;
  const reason = error.message.split('\n')[0];
  return isConfig
    ? `The ${field} must be valid YAML format. Error: ${reason}`
    : `The ${field} must be either a valid bash script (starting with #!) or valid cloud-config YAML. YAML parse error: ${reason}`;
}
