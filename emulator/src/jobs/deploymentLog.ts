import type { Clock } from '../clock.ts';
import type { Deployment } from '../state/rows.ts';
import { logTime, rowTime } from '../times.ts';

/** Writes a deployment's log in Coolify's form: `order` is missing on the first entry, `hidden` entries are its debug lines. */
export interface DeploymentLog {
  /** A line that Coolify itself writes for people. */
  say(output: string, type?: 'stdout' | 'stderr'): void;
  note(output: string, type?: 'stdout' | 'stderr'): void;
  /** What a command on the server answered; the lines of one command share its batch. */
  command(command: string, type: 'stdout' | 'stderr', outputs: string[], visible?: boolean): void;
}

export const rule = '----------------------------------------';
export const doubleRule = '========================================';

export function createDeploymentLog(deployment: Deployment, clock: Clock): DeploymentLog {
  let batch = 1;
  function add(output: string, type: 'stdout' | 'stderr', hidden: boolean, command: string | null, inBatch: number) {
    const order = deployment.logs.length + 1;
    const entry = { command, output, type, timestamp: logTime(clock.now()), hidden, batch: inBatch };
    deployment.logs.push(order === 1 ? entry : { ...entry, order });
    deployment.updated_at = rowTime(clock.now());
  }
  return {
    say: (output, type = 'stdout') => add(output, type, false, null, 1),
    note: (output, type = 'stdout') => add(output, type, true, null, 1),
    command(command, type, outputs, visible = false) {
      batch++;
      for (const output of outputs) add(output, type, !visible, command, batch);
    },
  };
}
