import type { Json } from '../json.ts';

/** Laravel's `$request->boolean(name, usual)`: what is given but says neither yes nor no is no. */
export function flag(value: Json | undefined, usual: boolean): boolean {
  if (value === undefined) return usual;
  return value === true || value === 1 || ['1', 'true', 'on', 'yes'].includes(String(value).toLowerCase());
}
