import type { Kind } from '../../coolify/error.ts';
import type { Answer } from '../../gateway/gateway.ts';
import type { RefusalCode } from '../../refusal.ts';
import { isActionable } from '../mcp/result.ts';

/** A "no" that is HTTP's own: no key, no such path, a body too large. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly status: number;
  readonly reason: string;
  readonly next: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Where JSON-RPC has a number of its own for it. */
  readonly rpcCode: number | undefined;
  readonly details: Record<string, unknown> | undefined;
  constructor(
    status: number,
    reason: string,
    message: string,
    next: string,
    { headers = {}, rpcCode, details }: Partial<Pick<Problem, 'headers' | 'rpcCode' | 'details'>> = {},
  ) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.next = next;
    this.headers = headers;
    this.rpcCode = rpcCode;
    this.details = details;
  }
}

/** What went wrong, as a caller over HTTP is told. */
export interface Problem {
  status: number;
  /** A `RefusalCode`, a kind of Coolify's errors, or a word of HTTP's own. */
  reason: string;
  message: string;
  next: string;
  details?: Record<string, unknown> | undefined;
  headers: Readonly<Record<string, string>>;
  rpcCode?: number | undefined;
}

const REFUSED: Record<RefusalCode, number> = {
  invalid_input: 422,
  not_allowed: 403,
  not_found: 404,
  ambiguous: 409,
  conflict: 409,
  needs_approval: 403,
  needs_confirmation: 409,
  world_moved: 409,
  plan_expired: 410,
  unsupported: 422,
  unreachable: 502,
  busy: 503,
};

/** What Coolify holds against our token is no fault of the caller's: 502, and not 401 or 403. */
const BY_COOLIFY: Record<Kind, number> = {
  unauthenticated: 502,
  ability_missing: 502,
  role_missing: 502,
  api_disabled: 502,
  address_not_allowed: 502,
  policy_denied: 502,
  root_team_only: 502,
  not_found: 404,
  method_moved: 502,
  conflict: 409,
  invalid: 422,
  rate_limited: 429,
  queue_full: 503,
  server_error: 502,
  timeout: 504,
  connection_lost_before_send: 502,
  connection_lost_after_send: 502,
  aborted: 502,
  unreachable: 502,
  dns: 502,
  tls: 502,
  unexpected_answer: 502,
  unsupported_version: 502,
};

/** The status of an answer to a change. A failed run says by its own code whether it was cancelled, Coolify's or ours. */
export function statusOfAnswer({ status, code }: Answer): number {
  switch (status) {
    case 'success':
    case 'plan_ready':
      return 200;
    case 'pending':
      return 202;
    case 'blocked':
      return 409;
    case 'failed':
    case 'rolled_back':
      return code ?? 500;
  }
}

/** The "no" in an error that was thrown; undefined where it is a fault of ours. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof HttpProblem) {
    const { status, reason, message, next, headers, rpcCode, details } = error;
    return { status, reason, message, next, headers, rpcCode, details };
  }
  if (!isActionable(error)) return undefined;
  const { code, kind, message, next, details } = error;
  const reason = code ?? kind ?? '';
  const status = lookUp(REFUSED, code) ?? lookUp(BY_COOLIFY, kind);
  if (status === undefined) return undefined;
  const more = details && Object.keys(details).length > 0 && { details };
  return { status, reason, message, next, ...more, headers: retryAfter(status, error) };
}

const lookUp = (table: Readonly<Record<string, number>>, key: string | undefined): number | undefined =>
  key !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;

/** A busy server says when to come again: as Coolify asked, else in a few seconds. */
function retryAfter(status: number, error: Error & { retryAfterMs?: number }): Record<string, string> {
  if (status !== 429 && status !== 503) return {};
  return { 'Retry-After': String(Math.ceil((error.retryAfterMs ?? 5000) / 1000)) };
}

/** As plain JSON, in the words of every error answer: `error`, `code`, `troubleshooting`. */
export const problemBody = ({ status, reason, message, next, details }: Problem, requestId: string) => ({
  error: message,
  code: status,
  reason,
  troubleshooting: next,
  ...(details && { details }),
  request_id: requestId,
});

/** A fault of ours tells nothing but the id under which the log has the reason. */
export const faultOf = (requestId: string): Problem => ({
  status: 500,
  reason: 'fault',
  message: 'Fairlead came upon a fault of its own.',
  next: `If this was a change, it may have had an effect: look before you call again. Report it with the id ${requestId}, under which the log has the reason.`,
  headers: {},
});
