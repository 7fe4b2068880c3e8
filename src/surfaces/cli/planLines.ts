import type { Answer } from '../../gateway/gateway.ts';
import type { GateResult } from '../../operations/operation.ts';
import { plain, type Style } from './terminal.ts';
import { indent } from './valueLines.ts';

/** A plan for the person who is to agree to it: what is done, what it means, and what is taken back on failure. */
export function planLines(answer: Answer, what: string, style: Style): string[] {
  const { execution_plan: plan, impact_analysis: impact } = answer;
  if (!plan) return [];
  const width = Math.max(...plan.steps.map((step) => step.title.length), 0);
  return [
    style.bold(`${what}: ${count(plan.steps.length, 'step')}, about ${duration(plan.total_estimated_duration)}`),
    ...indent(
      plan.steps.flatMap(({ order, title: step, estimated_duration, undo }) => [
        `${String(order).padStart(2)}. ${plain(step).padEnd(width)}  ${style.dim(`about ${duration(estimated_duration)}`)}`,
        ...undo.map((title) => style.dim(`    on failure: ${plain(title)}`)),
      ]),
    ),
    ...plan.risks.map(({ level, description }) => `${paintOf(level, style)(`risk, ${level}:`)} ${plain(description)}`),
    ...(impact
      ? [
          `${impact.downtime_expected ? 'Downtime is expected' : 'No downtime is expected'}; ` +
            `${impact.rollback_available ? 'it is taken back on failure' : style.yellow('it cannot be taken back')}; ` +
            `affected users: ${plain(impact.affected_users)}.`,
        ]
      : []),
    ...gatesOf(answer).map((gate) => gateLine(gate, style)),
  ];
}

const gatesOf = ({ details }: Answer): GateResult[] => (Array.isArray(details.gates) ? details.gates : []);

function gateLine({ gate, result, evidence, source }: GateResult, style: Style): string {
  const paint = { passed: style.green, blocked: style.red, unknown: style.yellow }[result];
  return `${paint(`gate ${gate}: ${result}`)}, ${plain(evidence)} ${style.dim(`(${plain(source)})`)}`;
}

const paintOf = (level: 'low' | 'medium' | 'high', style: Style) =>
  ({ low: style.dim, medium: style.yellow, high: style.red })[level];

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

/** `167s` as a person says it. */
function duration(text: string): string {
  const seconds = Number.parseInt(text, 10);
  if (Number.isNaN(seconds) || seconds < 90) return text.replace(/s$/, ' s');
  return `${Math.floor(seconds / 60)} min${seconds % 60 === 0 ? '' : ` ${seconds % 60} s`}`;
}
