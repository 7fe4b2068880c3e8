import type { Json, JsonObject } from '../src/json.ts';

/** A file of `contracts/coolify/recordings`; its README tells what the fields mean. */
export interface Recording {
  scenario: string;
  about: string;
  startedAt: string;
  vars: Record<string, Json>;
  exchanges: Step[];
}

export type Step = Exchange | Received | WorldEvent | Seen;

export interface Exchange {
  n: number;
  as: string;
  note?: string;
  watch?: string;
  repeat?: number;
  request: { method: string; path: string; body?: Json; rawBody?: string; headers?: Record<string, string> };
  response: { status: number; headers: Record<string, string>; body?: Json; text?: string };
  save?: Record<string, string>;
  ms: number;
  sinceMs: number;
}

export interface Received {
  n: number;
  received: { method: string; path: string; headers: Record<string, string>; body: JsonObject };
  sinceMs: number;
}

export interface WorldEvent {
  world: string;
}

export interface Seen {
  n: number;
  seen: JsonObject;
  sinceMs?: number;
}

/** A value within an answer: `deployments.0.deployment_uuid`. */
export function valueAt(value: Json | undefined, path: string): Json | undefined {
  let found: Json | undefined = value;
  for (const name of path.split('.')) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = Array.isArray(found) ? found[Number(name)] : found[name];
  }
  return found;
}
