import type { Journal, JournalEvent, RunHeader } from './journal.ts';

/**
 * Where journals live. A run has one owner at a time; only the owner appends, and a write by one who is no longer it
 * throws {@link OwnershipLost} and changes nothing.
 */
export interface RunStore {
  /** Writes the header and makes the caller the owner. Throws when the id is taken. */
  create(header: RunHeader): Promise<RunOwner>;
  /** Makes the caller the owner if the run has none that lives; else undefined. */
  claim(id: string): Promise<RunOwner | undefined>;
  read(id: string): Promise<Journal | undefined>;
  /** Newest first. */
  list(limit: number): Promise<Journal[]>;
  /** Whether a living process owns it. */
  owned(id: string): Promise<boolean>;
  /** Leaves a request to cancel that the owner, whichever process it is, comes upon. */
  requestCancel(id: string): Promise<void>;
  cancelRequested(id: string): Promise<boolean>;
}

export interface RunOwner {
  /** Durable when it resolves. */
  append(event: JournalEvent): Promise<void>;
  /** Throws {@link OwnershipLost} when the run is another's by now: to be asked right before an effect. */
  check(): Promise<void>;
  release(): Promise<void>;
}

export class OwnershipLost extends Error {
  override name = 'OwnershipLost';
}

/** A plan of a dry run, waiting to be carried out; lives an hour. */
export interface StoredPlan {
  id: string;
  operation: string;
  actor: RunHeader['actor'];
  input: Record<string, unknown>;
  facts: unknown;
  digest: string;
  createdAt: number;
  /** The run that carried it out: a plan is used once. */
  usedBy: string | null;
}

export interface PlanStore {
  save(plan: StoredPlan): Promise<void>;
  read(id: string): Promise<StoredPlan | undefined>;
  /** Marks it used by this run; false when another run was first. */
  take(id: string, runId: string): Promise<boolean>;
}

/**
 * How a reference reads wherever in a text it stands, percent-encoded in a URL. 32 digits, so that it ends without a
 * delimiter.
 */
export const SECRET_REFERENCE = /secret(?::\/\/v\/|%3A%2F%2Fv%2F)([0-9a-f]{32})/;

/** Values under lock and key; everything else holds references. Equal values have equal references (a keyed hash). */
export interface SecretStore {
  /** Keeps the value and returns its reference, `secret://v/<hash>`. */
  seal(value: string): Promise<string>;
  /** Throws when nothing is kept under the reference. */
  open(reference: string): Promise<string>;
}

export interface AuditEntry {
  /** ISO 8601. */
  timestamp: string;
  user: string;
  action: string;
  resource_type: string;
  resource_id: string;
  resource_name: string;
  details: Record<string, unknown>;
  ip_address: string | null;
}

export interface AuditLog {
  /** Durable when it resolves. */
  write(entry: AuditEntry): Promise<void>;
  /** Newest first; `since` in milliseconds since 1970. */
  read(filter: { resourceId?: string; since: number; limit: number }): Promise<AuditEntry[]>;
}
