/** One line of the results. */
export interface Figure {
  what: string;
  ours: string;
  /** What it was measured against, in the same run. */
  peer?: string;
  /** Ours by the peer's. */
  ratio?: number;
  /** What was to be reached, in words, and whether it was; absent where nothing was set. */
  goal?: { words: string; reached: boolean };
}

export interface Part {
  title: string;
  /** How it was measured, in a sentence or two. */
  how: string;
  figures: Figure[];
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export const ms = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
export const mib = (value: number): string => `${value.toFixed(1)} MiB`;

/** A figure that may be at most so many times the peer's. */
export function compared(
  what: string,
  [ours, peer]: readonly [number, number],
  show: (value: number) => string,
  peerName: string,
  atMost?: number,
): Figure {
  const ratio = ours / peer;
  const goal = atMost === undefined ? {} : { goal: { words: `≤ ${atMost} ×`, reached: ratio <= atMost } };
  return { what, ours: show(ours), peer: `${show(peer)} (${peerName})`, ratio, ...goal };
}

/** A figure that may be at most so much. */
export const bounded = (what: string, value: number, atMost: number, show: (value: number) => string): Figure => ({
  what,
  ours: show(value),
  goal: { words: `≤ ${show(atMost)}`, reached: value <= atMost },
});
