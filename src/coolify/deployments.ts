import { z } from 'zod';
import { application } from './applications.ts';
import { type CallOptions, get, post } from './endpoint.ts';
import { CoolifyError } from './error.ts';
import { numeric } from './message.ts';
import { type Outcome, outcomeOf, outcomesOfTag } from './outcome.ts';
import type { Transport } from './transport.ts';

/** A line of a deployment's log. `hidden` ones are for debugging: commands and their output. */
export interface LogEntry {
  output: string;
  type: string;
  hidden: boolean;
  command?: string | null;
  timestamp?: string;
  batch?: number;
  /** The first entry has none. */
  order?: number;
}

const logEntry = z.looseObject({
  output: z.string(),
  type: z.string(),
  hidden: z.boolean(),
  command: z.string().nullish(),
  timestamp: z.string().optional(),
  batch: z.number().optional(),
  order: z.number().optional(),
});
const logEntries = z.array(logEntry);

/** A deployment's log comes as JSON in a text; what is no such text becomes one entry, so that nothing said is lost. */
function parseLog(text: string): LogEntry[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const parsed = logEntries.safeParse(json);
  return parsed.success
    ? parsed.data.map((entry) => entry as LogEntry)
    : [{ output: text, type: 'stdout', hidden: false }];
}

/** `queued`, `in_progress`, `finished` (the container started, no more), `failed` or `cancelled-by-user`. */
const deployment = z.looseObject({
  id: z.number(),
  deployment_uuid: z.string(),
  status: z.string(),
  application_id: numeric.nullish(),
  application_name: z.string().nullish(),
  server_id: numeric.nullish(),
  server_name: z.string().nullish(),
  destination_id: numeric.nullish(),
  /** `HEAD` until the commit is known; for good on image applications. */
  commit: z.string().nullish(),
  commit_message: z.string().nullish(),
  pull_request_id: z.number().nullish(),
  force_rebuild: z.boolean().nullish(),
  restart_only: z.boolean().nullish(),
  rollback: z.boolean().nullish(),
  is_api: z.boolean().nullish(),
  is_webhook: z.boolean().nullish(),
  configuration_hash: z.string().nullish(),
  docker_registry_image_tag: z.string().nullish(),
  /** A path of Coolify's own pages. */
  deployment_url: z.string().nullish(),
  created_at: z.string().nullish(),
  updated_at: z.string().nullish(),
  /** Follows a terminal status by up to a second, as do the last log lines: read once more. */
  finished_at: z.string().nullish(),
  /** Absent without read:sensitive; null until the job has written. */
  logs: z.string().nullish(),
  /** In the single record only, and without anything sensitive. */
  application: application.nullish(),
});
type WireDeployment = z.output<typeof deployment>;

type Named = {
  [K in keyof WireDeployment as string extends K ? never : K extends 'logs' ? never : K]: WireDeployment[K];
};

/** A deployment with its log read. */
export type Deployment = Named & {
  /** Absent without read:sensitive; null until the job has written. */
  logs?: LogEntry[] | null | undefined;
  [key: string]: unknown;
};

function withLog(row: WireDeployment): Deployment {
  const { logs, ...rest } = row;
  return {
    ...rest,
    ...('logs' in row ? { logs: typeof logs === 'string' ? parseLog(logs) : logs } : {}),
  } as Deployment;
}

const deployAnswer = z.looseObject({
  deployments: z.array(
    z.looseObject({ message: z.string(), resource_uuid: z.string(), deployment_uuid: z.string().nullish() }),
  ),
});

interface DeployOptions {
  /** Queue even where the same commit waits, and build without cache. */
  force?: boolean;
  pull_request_id?: number;
  /** With a pull request of an image application only. */
  docker_tag?: string;
}

/** The call behind `deploy` and `deployMany`: a comma list of ids in, an entry for each that Coolify knows out. */
export const requestDeploy = post('/deploy').body<DeployOptions & { uuid: string }>().answers(deployAnswer);
const requestDeployOfTag = post('/deploy')
  .body<{ tag: string; force?: boolean }>()
  .answers(
    z.looseObject({
      message: z.union([z.string(), z.array(z.string())]),
      details: z.array(z.looseObject({ resource_uuid: z.string(), deployment_uuid: z.string() })).optional(),
    }),
    outcomesOfTag,
  );

/**
 * Deploys one resource. A service or a database is started instead, without a deployment to follow.
 * @throws CoolifyError not_found, or queue_full where its server has no room.
 */
async function deploy(
  transport: Transport,
  input: DeployOptions & { uuid: string },
  options: CallOptions = {},
): Promise<Outcome> {
  const { deployments: made } = await requestDeploy(transport, { ...input, uuid: single(input.uuid) }, options);
  const [first] = made;
  if (first) return outcomeOf(first);
  throw new CoolifyError({
    kind: 'unexpected_answer',
    sent: 'answered',
    request: { method: 'POST', path: '/deploy' },
    message: 'Coolify took the call and named no deployment.',
  });
}

/**
 * Deploys several in one call. Those Coolify does not know are left out of its answer and come back in `unknown`. With queue_full
 * the earlier ones of the list are queued all the same.
 */
async function deployMany(
  transport: Transport,
  input: { uuids: readonly string[]; force?: boolean },
  options: CallOptions = {},
): Promise<{ outcomes: (Outcome & { resourceUuid: string })[]; unknown: string[] }> {
  const { uuids, ...rest } = input;
  const { deployments: made } = await requestDeploy(transport, { ...rest, uuid: uuids.map(single).join(',') }, options);
  const outcomes = made.map((one) => ({ ...outcomeOf(one), resourceUuid: one.resource_uuid }));
  const answered = new Set(made.map((one) => one.resource_uuid));
  return { outcomes, unknown: uuids.filter((uuid) => !answered.has(uuid)) };
}

/** Coolify splits at commas. */
function single(uuid: string): string {
  if (uuid !== '' && !uuid.includes(',')) return uuid;
  throw new CoolifyError({
    kind: 'invalid',
    sent: 'no',
    message: 'uuid: one id is needed here.',
    fields: { uuid: ['one id is needed here.'] },
  });
}

export const deployments = {
  /** Those queued or in progress, oldest first, whether Coolify sends a list or an object with numbers for keys. */
  active: get('/deployments').answers(z.union([z.array(deployment), z.record(z.string(), deployment)]), (answer) =>
    Object.values(answer)
      .map(withLog)
      .sort((a, b) => a.id - b.id),
  ),
  /** 404 also for an id that Coolify made up for a deployment it skipped, and once the application is deleted. */
  get: get('/deployments/{uuid}').answers(deployment, withLog),
  /** The history, newest first. */
  ofApplication: get('/deployments/applications/{uuid}')
    .query<{ skip?: number; take?: number }>()
    .answers(
      z.looseObject({ count: z.number(), deployments: z.array(deployment) }),
      ({ count, deployments: rows }) => ({
        count,
        deployments: rows.map(withLog),
      }),
    ),
  cancel: post('/deployments/{uuid}/cancel').answers(
    z.looseObject({ message: z.string(), deployment_uuid: z.string().nullish(), status: z.string().nullish() }),
  ),
  deploy,
  deployMany,
  /** All applications and services with a tag. Databases are never touched. */
  deployTag: requestDeployOfTag,
};
