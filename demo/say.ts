import { styleText } from 'node:util';

export interface Check {
  what: string;
  seen: boolean;
}

export const check = (what: string, seen: boolean): Check => ({ what, seen });

type Format = Parameters<typeof styleText>[0];

/** Colour where it is wanted: a terminal, or FORCE_COLOR; NO_COLOR ends it. */
const paint = (format: Format, text: string): string => styleText(format, text, { stream: process.stdout });
const print = (text = ''): void => console.log(text);

/** What the demo looks at in an answer. */
export interface Shown {
  status?: string;
  message?: string;
  error?: string;
  execution_plan?: {
    steps: { order: number; title: string; estimated_duration: string; undo: string[] }[];
    total_estimated_duration: string;
  };
  details?: {
    url?: string | null;
    commit?: string | null;
    verified?: Fact[];
    verified_after_rollback?: Fact[];
    after_rollback?: string;
    pinned_commit?: string | null;
    not_restored?: string[];
  };
  incident?: { stage: string; root_cause: string; last_logs_sample: string[]; recommended_fix: string };
}
interface Fact {
  fact: string;
  result: string;
  value?: string;
  source: string;
  reason?: string;
}

/** Of a message with many lines, a failed build's for example, the last ones. */
const SHOWN = 6;

/** What the demo prints. */
export const say = {
  title: (text: string) => print(`\n${paint('bold', `■ ${text}`)}`),
  line: (text: string) => print(`  ${text}`),
  call: (name: string, args: Record<string, unknown>) =>
    print(
      `  ${paint('cyan', `agent → ${name}`)} ${paint('dim', JSON.stringify({ ...args, ...(args.env_vars ? { env_vars: '…' } : {}) }))}`,
    ),
  progress: (text: string) => {
    const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^-+$/.test(line));
    const left = lines.length - SHOWN;
    if (left > 0) print(paint('dim', `  │ … ${left} more lines of the builder`));
    for (const line of lines.slice(-SHOWN)) print(paint('dim', `  │ ${line.slice(0, 150)}`));
  },
  plan(answer: Shown) {
    for (const step of answer.execution_plan?.steps ?? []) {
      print(
        `  ${step.order}. ${step.title} ${paint('dim', `(${step.estimated_duration}${step.undo.length > 0 ? `; if it fails: ${step.undo.join(', ')}` : ''})`)}`,
      );
    }
    print(
      `  ${paint('dim', `together about ${answer.execution_plan?.total_estimated_duration}; nothing was changed`)}`,
    );
  },
  answer(answer: Shown) {
    const good = answer.status === 'success';
    print(
      `  ${paint(good ? 'green' : 'yellow', `fairlead → ${answer.status}`)}${answer.details?.url ? `  ${paint('bold', answer.details.url)}` : ''}`,
    );
    if (answer.error) print(`    ${answer.error}`);
    for (const line of answer.incident?.last_logs_sample ?? []) print(paint('red', `    > ${line.slice(0, 140)}`));
    for (const fact of answer.details?.verified ?? answer.details?.verified_after_rollback ?? []) {
      const mark = { seen: '✓', not_seen: '✗', unknown: '?' }[fact.result] ?? fact.result;
      print(
        `    ${mark} ${fact.fact.replaceAll('_', ' ')}${fact.value ? `: ${fact.value}` : ''} ${paint('dim', `(${fact.reason ?? fact.source})`)}`,
      );
    }
    if (answer.details?.after_rollback) print(`    ${answer.details.after_rollback}`);
    if (answer.incident) print(`    ${paint('dim', `next: ${answer.incident.recommended_fix}`)}`);
  },
  check: ({ what, seen }: Check) => print(`  ${paint(seen ? 'green' : 'red', seen ? '✓' : '✗')} ${what}`),
  connect(env: Record<string, string>, url: string) {
    print(`\n  The app: ${paint('bold', url)}`);
    print('  It all stays up until Ctrl-C. To let your own agent work with it:');
    print(
      `\n  claude mcp add fairlead ${Object.entries(env)
        .map(([k, v]) => `-e ${k}='${v}'`)
        .join(' ')} -- node src/bin.ts mcp\n`,
    );
  },
  problem: (error: unknown) =>
    console.error(
      `\n${paint('red', 'The demo could not be shown:')} ${error instanceof Error ? error.message : String(error)}`,
    ),
};
