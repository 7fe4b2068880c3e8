/** The command line itself is wrong: nothing was called. `next` says how it is right. */
export class UsageError extends Error {
  override name = 'UsageError';
  readonly next: string;
  constructor(message: string, next: string) {
    super(message);
    this.next = next;
  }
}
