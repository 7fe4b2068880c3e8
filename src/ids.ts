import { randomBytes } from 'node:crypto';

const rand = (): string => randomBytes(5).toString('hex');
const unix = (now: number): number => Math.floor(now / 1000);

/** Ids of `contracts.md` section 1: `txn-<unix>-<rand>` was carried out, `plan-<unix>-<rand>` only planned. */
export const runId = (now: number): string => `txn-${unix(now)}-${rand()}`;
export const planId = (now: number): string => `plan-${unix(now)}-${rand()}`;

/** `incident-<uuid>-<date>-<rand>`, the date as YYYYMMDD; one run has one, so its own random part serves. */
export const incidentId = (resource: string, run: string, at: number): string =>
  `incident-${resource}-${new Date(at).toISOString().slice(0, 10).replaceAll('-', '')}-${run.split('-').at(-1)}`;
