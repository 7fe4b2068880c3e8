import type { Server } from '../../coolify/servers.ts';
import type { Context, RunContext } from '../context.ts';
import type { Fact } from '../fields.ts';
import { StepFailed, type StepSpec } from '../operation.ts';
import { pause, repeatable, unlessAway } from '../power/look.ts';
import { withoutHtml } from './get.ts';

/** A good server takes under 4 s, a refused one 0.6 (recorded: servers 11, 12, 28–30); installing Docker takes minutes. */
const ENDS_WITHIN_MS = { look: 90_000, install: 900_000 };

/** When a server's record was last written, by Coolify's clock: read before a validation, so that its end is told from what was. */
interface Written {
  server: string | null;
  settings: string | null;
}

interface Validated {
  reachable: boolean;
  usable: boolean;
  docker_version: string;
  verified: Fact[];
}

const writtenOf = ({ updated_at, settings }: Server): Written => ({
  server: text(updated_at),
  settings: text(settings?.updated_at),
});
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const read = (ctx: Context, uuid: string): Promise<Server> => ctx.coolify.servers.get(uuid, { signal: ctx.signal });

/** Has Coolify look at a server, and follows that to its end. */
export function validateStep<Given extends object>(
  uuidOf: (given: Given) => string,
  name: string,
  install: boolean,
): StepSpec<Given, Written, Validated> {
  return {
    title: install ? `look at ${name} and install Docker where it is missing` : `look at ${name}`,
    estimate: install ? 180 : 5,
    mark: async (ctx, given) => writtenOf(await read(ctx, uuidOf(given))),
    async run(ctx, given, before) {
      const uuid = uuidOf(given);
      await repeatable(() => ctx.coolify.servers.validate(uuid, { install }, { signal: ctx.signal }));
      return followValidation(ctx, { uuid, name }, before, install ? ENDS_WITHIN_MS.install : ENDS_WITHIN_MS.look);
    },
  };
}

async function followValidation(
  ctx: RunContext,
  { uuid, name }: { uuid: string; name: string },
  before: Written,
  within: number,
): Promise<Validated> {
  const begun = ctx.clock.now();
  for (;;) {
    const row = await unlessAway(() => read(ctx, uuid));
    const verdict = row ? verdictOf(row, before) : 'wait';
    if (row && verdict === 'good') {
      const source = "Coolify's look at the server";
      return {
        reachable: true,
        usable: true,
        docker_version: row.settings?.docker_version ?? 'unknown: Coolify names none',
        verified: ['reachable', 'usable'].map((fact) => ({ fact, result: 'seen', source })),
      };
    }
    if (row && verdict === 'bad') {
      const lines = withoutHtml(row.validation_logs ?? '')
        .split('\n')
        .map(ctx.strike);
      throw new StepFailed(`Coolify cannot use ${name}: ${lines.at(-1)}`, {
        stage: 'server_health',
        severity: 'critical',
        fix: 'See that the server is on, that its address, SSH port and user are right, and that Coolify’s key is authorised there; then validate it again.',
        logs: lines.slice(-5),
        details: { reachable: row.settings?.is_reachable ?? 'unknown', usable: row.settings?.is_usable ?? 'unknown' },
      });
    }
    const elapsed = ctx.clock.now() - begun;
    if (elapsed > within) {
      throw new StepFailed(`Coolify took the validation of ${name} and had not ended it after ${within / 1000} s.`, {
        stage: 'server_health',
        fix: 'See in Coolify whether its queue workers run, and how far the validation is.',
      });
    }
    await ctx.clock.sleep(pause(elapsed), ctx.signal);
  }
}

/**
 * What a server's record tells of a validation that began when it read `before`. Pure. A failure leaves its text in
 * `validation_logs`, which an earlier one may have left too, so that it counts only once the record was written since;
 * a good end is written to the settings, with Docker's version (recorded: servers 12, 30).
 */
export function verdictOf(row: Server, before: Written): 'good' | 'bad' | 'wait' {
  const now = writtenOf(row);
  if (row.is_validating === true || now.server === before.server) return 'wait';
  if (row.validation_logs) return 'bad';
  const { is_reachable, is_usable } = row.settings ?? {};
  return now.settings !== before.settings && is_reachable === true && is_usable === true ? 'good' : 'wait';
}
