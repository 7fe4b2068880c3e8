import { randomBytes } from 'node:crypto';

const rand = (): string => randomBytes(5).toString('hex');
const unix = (now: number): number => Math.floor(now / 1000);

/** Ids of `contracts.md` section 1: `txn-<unix>-<rand>` was carried out, `plan-<unix>-<rand>` only planned. */
export const runId = (now: number): string => `txn-${unix(now)}-${rand()}`;
export const planId = (now: number): string => `plan-${unix(now)}-${rand()}`;
/** `incident-<uuid>-<date>-<rand>`, the date as YYYYMMDD. */
export const incidentId = (resource: string, now: number): string =>
  `incident-${resource}-${new Date(now).toISOString().slice(0, 10).replaceAll('-', '')}-${rand()}`;
