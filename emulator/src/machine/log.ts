/** What a container wrote, the newest lines only, as `docker logs` tells it. */
export interface ContainerLog {
  /** Takes text as it comes; a line is complete at its line break. */
  write(stream: 'stdout' | 'stderr', text: string): void;
  /** Completes lines that were left without a line break. */
  flush(): void;
  /** The newest `lines` (all that are kept by default), oldest first. */
  read(options?: { lines?: number; timestamps?: boolean }): string;
}

const keptLines = 10_000;
/** Characters; a longer line is cut into several. */
const longestLine = 16_384;

/** `now`: milliseconds since 1970, for the timestamps. */
export function openLog(now: () => number): ContainerLog {
  let lines: { at: number; text: string }[] = [];
  const open = { stdout: '', stderr: '' };
  const add = (text: string) => {
    lines.push({ at: now(), text });
    // Cut in bulk: to shift at every line would move the whole array each time.
    if (lines.length > keptLines * 1.2) lines = lines.slice(-keptLines);
  };
  return {
    write(stream, text) {
      const [rest = '', ...complete] = `${open[stream]}${text}`.split(/\r?\n/).reverse();
      for (const line of complete.reverse()) for (const piece of pieces(line)) add(piece);
      open[stream] = rest;
      if (rest.length < longestLine) return;
      add(rest.slice(0, longestLine));
      open[stream] = rest.slice(longestLine);
    },
    flush() {
      for (const stream of ['stdout', 'stderr'] as const) {
        if (open[stream] !== '') add(open[stream]);
        open[stream] = '';
      }
    },
    read({ lines: count = keptLines, timestamps = false } = {}) {
      const newest = count <= 0 ? [] : lines.slice(-Math.min(count, keptLines));
      return newest.map(({ at, text }) => (timestamps ? `${rfc3339(at)} ${text}` : text)).join('\n');
    },
  };
}

const pieces = (line: string) =>
  line.length <= longestLine ? [line] : (line.match(new RegExp(`[^]{1,${longestLine}}`, 'g')) ?? []);

/** With nine digits behind the second, as Docker writes it (deploy-image 20). */
const rfc3339 = (at: number) => new Date(at).toISOString().replace('Z', '000000Z');
