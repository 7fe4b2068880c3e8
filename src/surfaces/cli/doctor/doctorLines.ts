import { plain, type Style } from '../terminal.ts';
import type { Check } from './check.ts';
import type { Report } from './doctor.ts';

export function doctorLines({ healthy, checks }: Report, style: Style): string[] {
  const width = Math.max(...checks.map(({ check }) => check.length));
  const mark = ({ result, needed }: Check): string => {
    if (result === 'passed') return style.green('✓');
    if (result === 'failed') return needed ? style.red('✗') : style.yellow('!');
    return style.yellow(result === 'unknown' ? '?' : '-');
  };
  const lacking = checks.filter(({ needed, result }) => needed && (result === 'failed' || result === 'unknown'));
  return [
    ...checks.flatMap((check) => [
      `${mark(check)} ${check.check.padEnd(width)}  ${plain(check.seen)}`,
      ...(check.next === undefined ? [] : [`${' '.repeat(width + 4)}→ ${plain(check.next)}`]),
    ]),
    '',
    healthy
      ? style.green('All that is needed is there.')
      : style.red(`What is needed and not there: ${lacking.map(({ check }) => check).join(', ')}.`),
  ];
}
