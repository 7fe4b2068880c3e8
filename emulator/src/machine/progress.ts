import type { OnLine } from './machine.ts';

/** BuildKit's plain progress: numbered steps, and under each what it says, with the seconds since it began. */
export interface Progress {
  line(text: string): void;
  /** Runs a step; when it throws, its error and all that it said follow, as BuildKit repeats them. */
  step<T>(title: string, does: (say: Say) => Promise<T>): Promise<T>;
  /** All that was written so far. */
  text(): string;
}

/** `plain`: without the seconds. */
export type Say = (line: string, plain?: boolean) => void;

export function openProgress(onLine: OnLine): Progress {
  const written: string[] = [];
  let steps = 0;
  const line = (text: string) => {
    written.push(text);
    onLine(text, 'stderr');
  };
  return {
    line,
    text: () => written.join('\n'),
    async step(title, does) {
      const number = ++steps;
      const began = performance.now();
      const seconds = (digits: number) => ((performance.now() - began) / 1000).toFixed(digits);
      const said: string[] = [];
      line('');
      line(`#${number} ${title}`);
      try {
        const result = await does((text, plain = false) => {
          const shown = plain ? text : `${seconds(3)} ${text}`;
          said.push(shown);
          line(`#${number} ${shown}`);
        });
        line(`#${number} DONE ${seconds(1)}s`);
        return result;
      } catch (error) {
        line(`#${number} ERROR: ${error instanceof Error ? error.message : String(error)}`);
        line('------');
        line(` > ${title}:`);
        for (const shown of said) line(shown);
        line('------');
        throw error;
      }
    },
  };
}
