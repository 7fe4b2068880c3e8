/** What the control endpoint can make go wrong. Rules are matched in order; one with `times` ends after so many hits. */
export interface FaultRule {
  /** `POST`; absent: any. */
  method?: string;
  /** A part of the path below `/api/v1`; absent: any. */
  path?: string;
  /** Answer this status instead of asking Coolify. */
  status?: number;
  /** Milliseconds of real time before the answer. */
  latency?: number;
  /** Close the connection without an answer. */
  drop?: boolean;
  times?: number;
}

export interface Faults {
  rules: FaultRule[];
  /** The next builds fail with this line as the builder's error. */
  failBuilds: { line: string; times: number } | undefined;
  /** Deployments are refused as if the queue were full. */
  queueFull: boolean;
  /** Servers (by uuid) that cannot be reached. */
  unreachable: Set<string>;
}

export const createFaults = (): Faults => ({
  rules: [],
  failBuilds: undefined,
  queueFull: false,
  unreachable: new Set(),
});

export function takeFault(faults: Faults, method: string, path: string): FaultRule | undefined {
  const rule = faults.rules.find(
    (r) => (r.method === undefined || r.method === method) && (r.path === undefined || path.includes(r.path)),
  );
  if (rule?.times !== undefined && --rule.times <= 0) faults.rules.splice(faults.rules.indexOf(rule), 1);
  return rule;
}
