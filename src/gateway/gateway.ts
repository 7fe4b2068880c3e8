import type { Answer } from '../engine/answer.ts';
import { type Admitted, type Engine, type Reply, run } from '../engine/run.ts';
import type { Progress } from '../operations/context.ts';
import { Refusal } from '../refusal.ts';
import { argumentsOf, type Catalog } from './catalog.ts';

export type { Answer } from '../engine/answer.ts';
export { type Admitted, type Reply, StoppedWaiting } from '../engine/run.ts';

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
  const struck = (error: unknown) => strikeError(error, engine.strikeDeep);
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
      ).catch((error: unknown) => {
        throw struck(error);
      });
      if (reply.kind === 'output' && found.alias?.output)
        return { kind: 'output', output: found.alias.output(reply.output) };
      return reply;
    },
  };
}

/** An error's words leave as well as an answer's: what was learned is struck out of them. */
function strikeError(error: unknown, strikeDeep: Engine['strikeDeep']): unknown {
  if (error instanceof Refusal) {
    const { code, message, next, details } = error;
    return new Refusal(code, strikeDeep(message), strikeDeep(next), strikeDeep(details));
  }
  if (error instanceof Error) error.message = strikeDeep(error.message);
  return error;
}
