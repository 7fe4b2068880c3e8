import { ok } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import type { Container } from '../machine/machine.ts';

const usual = 100;
const most = 10_000;

/** What a container wrote; a number of lines that is none is passed over in silence (coolify.md 3.1; recorded: deploy-image 16–20). */
export function containerLogs(call: Call, container: Container) {
  const asked = /^[+-]?\d+$/.test(String(call.query.lines ?? '')) ? Number(call.query.lines) : usual;
  const lines = asked <= 0 ? usual : Math.min(asked, most);
  const timestamps = ['1', 'true', 'on', 'yes'].includes(String(call.query.show_timestamps ?? '').toLowerCase());
  return ok({ logs: container.logs({ lines, timestamps }) });
}
