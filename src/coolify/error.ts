/** What went wrong, as a closed list that callers can switch over. */
export const KINDS = [
  'unauthenticated',
  'ability_missing',
  'role_missing',
  'api_disabled',
  'address_not_allowed',
  'policy_denied',
  'root_team_only',
  'not_found',
  'method_moved',
  'conflict',
  'invalid',
  'rate_limited',
  'queue_full',
  'server_error',
  'timeout',
  'connection_lost_before_send',
  'connection_lost_after_send',
  'aborted',
  'unreachable',
  'dns',
  'tls',
  'unexpected_answer',
  'unsupported_version',
] as const;

export type Kind = (typeof KINDS)[number];

/**
 * Whether the call may have had its effect: `no` it never reached Coolify, `maybe` it left and nothing came back,
 * `answered` Coolify spoke (a refusal has no effect, except that a bulk write keeps what came before the bad item).
 */
export type Sent = 'no' | 'maybe' | 'answered';

/** One holder of a domain that was asked for, as Coolify names it in a 409. */
export interface DomainConflict {
  domain?: string;
  resource_name?: string;
  resource_uuid?: string;
  resource_type?: string;
  message?: string;
}

export interface Failure {
  kind: Kind;
  message: string;
  sent: Sent;
  /** Method and path only: never the query, a header or a body. */
  request?: { method: string; path: string };
  status?: number;
  /** Sentences by field; `*` holds what concerns the request as a whole. */
  fields?: Record<string, string[]>;
  conflicts?: DomainConflict[];
  /** What Coolify would have taken instead, where it says so (the one-click service types). */
  choices?: string[];
  /** The ability Coolify asked for, in its words: `write`, `read:sensitive`. */
  missingAbility?: string;
  /** Milliseconds Coolify asks to wait. */
  retryAfterMs?: number;
  /** One sentence: what to do next. Written from the kind unless given. */
  next?: string;
}

/** The only error this client throws. It holds no token, no header and nothing that was sent. */
export class CoolifyError extends Error {
  override readonly name = 'CoolifyError';
  readonly kind: Kind;
  readonly sent: Sent;
  readonly fields: Record<string, string[]>;
  readonly conflicts: DomainConflict[];
  readonly choices: string[];
  readonly next: string;
  readonly request: { method: string; path: string } | undefined;
  readonly status: number | undefined;
  readonly missingAbility: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(failure: Failure) {
    super(failure.message);
    this.kind = failure.kind;
    this.sent = failure.sent;
    this.fields = failure.fields ?? {};
    this.conflicts = failure.conflicts ?? [];
    this.choices = failure.choices ?? [];
    this.next = failure.next ?? NEXT[failure.kind];
    this.request = failure.request;
    this.status = failure.status;
    this.missingAbility = failure.missingAbility;
    this.retryAfterMs = failure.retryAfterMs;
  }
}

const LOOK_FIRST = 'Read the resource before trying again: the call may have taken effect.';

const NEXT: Record<Kind, string> = {
  unauthenticated: 'Give a Coolify API token that exists, has not expired, and whose user is still in its team.',
  ability_missing: 'Use a token with that ability; abilities are chosen in Coolify when a token is made.',
  role_missing:
    "Use a token of an admin or owner of the team: a plain member's token may hold the ability read and no other.",
  api_disabled: 'Switch the API on in Coolify under Settings, Advanced.',
  address_not_allowed: 'Add this machine’s address to the allowed IPs in Coolify under Settings, Advanced.',
  policy_denied: 'Ask an admin or owner of the team: Coolify does not let this user do it.',
  root_team_only: 'Use a token of the root team (the first team of the instance).',
  not_found: 'Check the id by listing: it may be deleted, belong to another team, or differ in letter case.',
  method_moved: 'Use POST: this Coolify no longer takes GET here.',
  conflict: 'Look at what already holds the name or domain, then choose another or update that one.',
  invalid: 'Correct what the message and the fields name, then call again.',
  rate_limited: 'Wait as long as asked, then call again; all tokens of one Coolify user share 200 requests a minute.',
  queue_full: 'Wait until a deployment on that server has ended, then deploy again; look at the active ones first.',
  server_error: 'Check the values sent, then Coolify’s own log: it says no more than this.',
  timeout: LOOK_FIRST,
  connection_lost_before_send: 'Call again: nothing was sent.',
  connection_lost_after_send: LOOK_FIRST,
  aborted: 'Call again if it is still wanted.',
  unreachable: 'Check that Coolify is running and that its address and port can be reached from here.',
  dns: 'Check the host name in the Coolify address: it does not resolve from here.',
  tls: 'Check the certificate of the Coolify address, or its scheme (http or https).',
  unexpected_answer: 'Check that the address is that of Coolify itself, and its version.',
  unsupported_version: 'Upgrade Coolify, or do without this call.',
};
