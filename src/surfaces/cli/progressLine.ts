import type { Progress } from '../../operations/context.ts';
import { plain, type Style } from './terminal.ts';

/** One line for what a run tells. Logs are text from outside: dimmed, behind a bar. */
export function progressLine({ event, message, fraction }: Progress, style: Style): string {
  const share = fraction === undefined ? '    ' : `${Math.round(fraction * 100)}%`.padStart(4);
  const text = plain(message).trimEnd();
  switch (event) {
    case 'BEGIN':
      return style.bold(`${share}  ${text}`);
    case 'STEP':
      return `${share}  … ${text}`;
    case 'DONE':
      return `${share}  ${style.green('✓')} ${text}`;
    case 'FAILED':
      return `${share}  ${style.red(`✗ ${text}`)}`;
    case 'LOG':
      return text
        .split('\n')
        .map((line) => style.dim(`      │ ${line}`.trimEnd()))
        .join('\n');
    case 'ROLLBACK':
      return `${share}  ${style.yellow(`↶ ${text}`)}`;
    case 'COMMITTED':
      return style.green(`${share}  ✓ ${text}`);
  }
}
