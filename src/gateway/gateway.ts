import type { Answer } from '../engine/answer.ts';
import { type Admitted, type Engine, type Reply, run } from '../engine/run.ts';
import type { Progress } from '../operations/context.ts';
import { argumentsOf, type Catalog } from './catalog.ts';

export type { Answer } from '../engine/answer.ts';
export type { Reply } from '../engine/run.ts';

/** A request as any surface hands it over. */
export interface Request {
  /** An operation's name or one of its aliases. */
  name: string;
  arguments: Record<string, unknown>;
  signal: AbortSignal;
  report?(progress: Progress): void;
  /** Where the surface can ask the person behind the caller. */
  confirm?: (plan: Answer) => Promise<boolean>;
  /** How long the caller may be kept waiting for the end of a run, in milliseconds. */
  waitMs: number;
}

export interface Gateway {
  catalog: Catalog;
  /** Carries a request out for the one who was admitted. Throws `Refusal`, and faults already struck of secrets. */
  call(request: Request, admitted: Admitted): Promise<Reply>;
}

export function gateway(catalog: Catalog, engine: Engine): Gateway {
  return {
    catalog,
    async call(request, admitted) {
      const found = catalog.find(request.name);
      const { input, controls } = argumentsOf(found, request.arguments);
      const reply = await run(
        {
          operation: found.operation,
          input,
          controls,
          signal: request.signal,
          report: request.report ?? (() => undefined),
          confirm: request.confirm,
          waitMs: request.waitMs,
        },
        admitted,
        engine,
      );
      if (reply.kind === 'output' && found.alias?.output) return { kind: 'output', output: found.alias.output(reply.output) };
      return reply;
    },
  };
}
