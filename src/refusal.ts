/** Why a call is refused: a closed list that every surface maps exhaustively. */
export type RefusalCode =
  | 'invalid_input'
  | 'not_allowed'
  | 'not_found'
  | 'ambiguous'
  | 'conflict'
  | 'needs_approval'
  | 'needs_confirmation'
  | 'world_moved'
  | 'plan_expired'
  | 'unsupported'
  | 'unreachable'
  | 'busy';

/** A "no" the caller can act on; `next` says how. Anything else that is thrown is a fault of ours. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly code: RefusalCode;
  readonly next: string;
  readonly details: Record<string, unknown>;
  constructor(code: RefusalCode, message: string, next: string, details: Record<string, unknown> = {}) {
    super(message);
    this.code = code;
    this.next = next;
    this.details = details;
  }
}
