import type { Answer, Reply } from '../../gateway/gateway.ts';
import type { RefusalCode } from '../../refusal.ts';

/** What a shell reads of how it ended. */
export const EXIT = {
  success: 0,
  /** Failed, or failed and taken back. */
  failed: 1,
  /** Wrong usage: nothing was called. */
  usage: 2,
  /** Refused, or blocked by a gate. */
  refused: 3,
  /** Still going on. */
  pending: 4,
  /** Coolify cannot be reached. */
  unreachable: 5,
  interrupted: 130,
} as const;

export type Exit = (typeof EXIT)[keyof typeof EXIT];

const REFUSED: Record<RefusalCode, Exit> = {
  invalid_input: EXIT.usage,
  not_allowed: EXIT.refused,
  not_found: EXIT.refused,
  ambiguous: EXIT.refused,
  conflict: EXIT.refused,
  needs_approval: EXIT.refused,
  needs_confirmation: EXIT.refused,
  world_moved: EXIT.refused,
  plan_expired: EXIT.refused,
  unsupported: EXIT.refused,
  unreachable: EXIT.unreachable,
  busy: EXIT.refused,
};

export const isRefusalCode = (word: string): word is RefusalCode => Object.hasOwn(REFUSED, word);
export const exitOfRefusal = (code: RefusalCode): Exit => REFUSED[code];

export function exitOfAnswer({ status, mode, error }: Answer): Exit {
  switch (status) {
    case 'success':
      return EXIT.success;
    case 'plan_ready':
      // A plan that was asked for is a success, unless a gate would block it; one that came instead of the deed is none.
      return mode === 'dry-run' && error === undefined ? EXIT.success : EXIT.refused;
    case 'blocked':
      return EXIT.refused;
    case 'pending':
      return EXIT.pending;
    case 'failed':
    case 'rolled_back':
      return EXIT.failed;
  }
}

export const exitOfReply = (reply: Reply): Exit =>
  reply.kind === 'output' ? EXIT.success : exitOfAnswer(reply.answer);
