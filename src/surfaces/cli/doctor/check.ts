/** What one look showed. `unknown` and `skipped` say why in `seen`. */
export interface Check {
  check: string;
  result: 'passed' | 'failed' | 'unknown' | 'skipped';
  /** Without it nothing works; the others cost a part. */
  needed: boolean;
  seen: string;
  /** What to do about it. */
  next?: string;
}

export const passed = (check: string, needed: boolean, seen: string): Check => ({
  check,
  result: 'passed',
  needed,
  seen,
});
export const failed = (check: string, needed: boolean, seen: string, next: string): Check => ({
  check,
  result: 'failed',
  needed,
  seen,
  next,
});
export const unknown = (check: string, needed: boolean, seen: string): Check => ({
  check,
  result: 'unknown',
  needed,
  seen,
});
export const skipped = (check: string, needed: boolean, seen: string): Check => ({
  check,
  result: 'skipped',
  needed,
  seen,
});
