import type { Answer } from '../../gateway/gateway.ts';
import { planLines } from './planLines.ts';
import { plain, type Style } from './terminal.ts';
import { indent, valueLines } from './valueLines.ts';

/** What came of a change, in a few lines: how it ended, where it can be seen, what was verified, what to do next. */
export function answerLines(answer: Answer, what: string, style: Style): string[] {
  const { steps_executed: _steps, restored, not_restored, digest: _digest, gates: _gates, ...details } = answer.details;
  const next = answer.troubleshooting === undefined ? [] : [`→ ${plain(answer.troubleshooting)}`];
  switch (answer.status) {
    case 'success':
      return [
        style.green(`✓ ${what}: done`),
        ...indent(valueLines(details, style)),
        style.dim(`run ${answer.plan_id}`),
      ];
    case 'pending':
      return [style.yellow(`… ${what}: ${plain(answer.message ?? 'still going on')}`)];
    case 'plan_ready':
      return [
        ...planLines(answer, what, style),
        ...(answer.error === undefined ? [] : [style.red(`✗ ${plain(answer.error)}`), ...next]),
        ...(answer.mode === 'dry-run'
          ? [
              'Nothing was changed.',
              `→ Carry out exactly this: the same command with --plan ${answer.plan_id}, within the hour.`,
            ]
          : [plain(answer.message ?? '')]),
      ];
    case 'blocked':
      return [
        ...planLines(answer, what, style),
        style.red(`✗ ${plain(answer.error ?? 'Blocked by a gate.')}`),
        ...next,
      ];
    case 'failed':
    case 'rolled_back':
      return [
        style.red(`✗ ${what}: ${answer.status === 'rolled_back' ? 'failed, and taken back' : 'failed'}`),
        ...indent([
          plain(answer.error ?? ''),
          ...(answer.incident?.last_logs_sample ?? []).map((line) => style.dim(`│ ${plain(line)}`)),
          ...valueLines(details, style),
          ...titles(restored).map((taken) => `taken back: ${taken}`),
          ...titles(not_restored).map((left) => style.red(`not taken back: ${left}`)),
        ]),
        ...next,
        style.dim(`run ${answer.plan_id}${answer.incident ? `, incident ${answer.incident.id}` : ''}`),
      ];
  }
}

const titles = (value: unknown): string[] => (Array.isArray(value) ? value.map((title) => plain(String(title))) : []);
