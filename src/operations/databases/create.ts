import { z } from 'zod';
import { placeFor } from '../apps/place.ts';
import type { RunContext } from '../context.ts';
import { type Fact, fact, project } from '../fields.ts';
import { defineOperation, type GateResult, LEFT_ALONE, StepFailed, steps, Undecidable } from '../operation.ts';
import { askToStart, waitUntilRunning } from '../power/start.ts';
import { connectionFact, withoutPassword } from './connection.ts';
import { deleteAndSee } from './gone.ts';
import { CREATE, dockerMemory, hasBackups, imageOf, KINDS, kindOf, OTHER_WORDS, versionOf } from './kinds.ts';
import { databaseNames, powered, readDatabase } from './record.ts';

const words = [...KINDS, ...(Object.keys(OTHER_WORDS) as (keyof typeof OTHER_WORDS)[])] as const;

export const createDatabase = defineOperation({
  noun: 'database',
  verb: 'create',
  name: 'create_database',
  title: 'Database: Create',
  description:
    'Makes a database, starts it and sees it run, which takes about a minute. Its password is made by Coolify and not shown. What does not run is deleted again.',
  effect: 'create',
  idempotent: false,
  input: z.object({
    type: z.enum(words).describe('Kind of database.'),
    name: z
      .string()
      .trim()
      .regex(/^[a-zA-Z0-9][\w .-]{1,62}$/, '2 to 63 letters, digits, spaces and _ . -')
      .describe('Its name, unique in its project.'),
    version: z
      .string()
      .regex(/^\w[\w.-]{0,127}$/, 'a version or image tag, like 16')
      .optional()
      .describe("Version or image tag, like 16; else Coolify's default."),
    memory: z
      .string()
      .refine((text) => dockerMemory(text) !== null, 'an amount like 512m or 2GB')
      .optional()
      .describe('Memory limit, like 2GB.'),
    cpu: z
      .string()
      .regex(/^\d+(\.\d+)?$/, 'a number of CPUs, like 0.5')
      .optional()
      .describe('CPU limit, like 0.5.'),
    public_port: z
      .number()
      .int()
      .min(1024)
      .max(65535)
      .optional()
      .describe('Publish it to everyone on this port of the server.'),
    project,
  }),
  output: z.object({
    name: z.string(),
    type: z.enum(KINDS),
    version: z.string(),
    image: z.string(),
    status: z.string(),
    connection_string: z.string(),
    verified: z.array(fact),
    advisories: z.array(z.string()),
  }),
  argumentNames: { kind: 'type', target: 'type', cpus: 'cpu' },

  async look(ctx, { name, public_port, project: wanted }) {
    const [place, all] = await Promise.all([placeFor(ctx, wanted), databaseNames(ctx)]);
    const namesakes = await Promise.all(
      all
        .filter((row) => row.name === name)
        .slice(0, 20)
        .map(({ uuid }) => readDatabase(ctx, uuid)),
    );
    const published = public_port === undefined ? [] : await ctx.coolify.databases.list({ signal: ctx.signal });
    const holder = published.find(
      (row) =>
        row.is_public === true &&
        Number(row.public_port) === public_port &&
        row.destination?.server?.uuid === place.server.uuid,
    );
    return {
      place,
      namesake: namesakes.find((row) => row?.environment?.project?.uuid === place.project.uuid)?.uuid ?? null,
      port_holder: holder?.name ?? null,
    };
  },

  gates: [
    (_input, { place: { server } }): GateResult => ({
      gate: 'server_health',
      result: server.usable ? 'passed' : 'blocked',
      evidence: `Coolify says that server ${server.name} is ${server.usable ? 'usable' : 'not usable'}; its load is unknown`,
      source: "Coolify's servers",
      ...(!server.usable && {
        next: 'Validate the server with validate_server, or set FAIRLEAD_SERVER to another one.',
      }),
    }),
    ({ name }, { namesake, place }): GateResult => ({
      gate: 'name_free',
      result: namesake === null ? 'passed' : 'blocked',
      evidence:
        namesake === null
          ? `no database in ${place.project.name} is called ${name}`
          : `${name} is the name of a database in ${place.project.name}`,
      source: "Coolify's databases",
      ...(namesake !== null && { next: 'Use that database (get_db_config), or choose another name.' }),
    }),
    ({ public_port }, { port_holder }): GateResult => ({
      gate: 'ports',
      result: port_holder === null ? 'passed' : 'blocked',
      evidence:
        public_port === undefined
          ? 'no port is published'
          : port_holder === null
            ? `no database is declared on port ${public_port}; whether anything else uses it is unknown`
            : `port ${public_port} is that of database ${port_holder}`,
      source: "Coolify's databases: declared, not observed",
      ...(port_holder !== null && { next: 'Choose another port.' }),
    }),
  ],

  plan({ type, name, version, memory, cpu, public_port }, { place }) {
    const kind = kindOf(type);
    const image = version === undefined ? null : imageOf(kind, version);
    const limits = {
      ...(memory !== undefined && { limits_memory: dockerMemory(memory)! }),
      ...(cpu !== undefined && { limits_cpus: cpu }),
    };
    return steps({ name, type: kind })
      .step('create_database', {
        title: `create ${kind} ${name}${image ? ` (${image})` : ''} on ${place.server.name}, in ${place.project.name} / ${place.environment}`,
        estimate: 1,
        async run(ctx): Promise<{ database_uuid: string }> {
          const made = await ctx.coolify.databases[CREATE[kind]](
            {
              project_uuid: place.project.uuid,
              server_uuid: place.server.uuid,
              environment_name: place.environment,
              name,
              description: `Made by Fairlead (${ctx.runId})`,
              instant_deploy: false,
              ...(image !== null && { image }),
              ...limits,
              ...(public_port !== undefined && { is_public: true, public_port }),
            },
            { signal: ctx.signal },
          );
          for (const url of [made.internal_db_url, made.external_db_url]) if (url) ctx.learn('db_url', url);
          return { database_uuid: made.uuid };
        },
        find: madeBy,
        undo: [
          {
            title: `delete ${name} again, with its empty volumes`,
            async run(ctx, done) {
              const uuid = done.database_uuid ?? (await madeBy(ctx))?.database_uuid;
              if (uuid === undefined) return LEFT_ALONE;
              await deleteAndSee(ctx, uuid, { volumes: true });
              return {};
            },
          },
        ],
      })
      .step('start_database', {
        title: `start ${name}`,
        estimate: 3,
        async run(ctx, { database_uuid }) {
          await askToStart(ctx, powered({ uuid: database_uuid, name }));
          return {};
        },
      })
      .step('wait_until_running', {
        title: 'see it running',
        estimate: 60,
        async run(ctx, { database_uuid }) {
          const { verified } = await waitUntilRunning(ctx, powered({ uuid: database_uuid, name }), null);
          return { status: 'running', facts: verified };
        },
      })
      .step('verify_database', {
        title: 'hold it against what was asked for, and connect to it where it can be reached',
        estimate: 2,
        async run(ctx, { database_uuid, facts }) {
          const row = await readDatabase(ctx, database_uuid);
          if (!row)
            throw new StepFailed(`${name} was deleted while it was being made.`, {
              stage: 'unknown',
              fix: 'Ask who deletes it; then call again.',
            });
          if (image !== null && row.image !== image) {
            throw new StepFailed(`${image} was asked for, and ${name} has ${row.image}.`, {
              stage: 'unknown',
              fix: 'See who else changes it in Coolify.',
            });
          }
          const url = row.external_db_url ?? row.internal_db_url ?? null;
          return {
            image: row.image ?? 'unknown',
            version: versionOf(row.image),
            connection_string: url === null ? NOT_READABLE : withoutPassword(url),
            verified: [...facts, imageFact(image, row.image ?? null), await connectionFact(ctx, kind, url)],
            advisories: hasBackups(kind) ? ['No backup is scheduled.'] : [`Coolify makes no backups of ${kind}.`],
          };
        },
      });
  },

  impact: ({ public_port }, { place }) => ({
    downtime_expected: false,
    rollback_available: true,
    affected_users: 'none: the database is new',
    risks: [
      { level: 'low', description: 'If it is not seen to run, the new database is deleted again' },
      ...(public_port === undefined
        ? []
        : [
            {
              level: 'high' as const,
              description: `Port ${public_port} of ${place.server.name} is open to everyone who can reach the server`,
            },
          ]),
    ],
  }),
  resource: ({ name }, _facts, done) => ({
    type: 'database',
    id: (done as { database_uuid?: string }).database_uuid ?? 'none',
    name,
  }),
});

const NOT_READABLE = 'unknown: reading it takes the ability read:sensitive';

const imageFact = (asked: string | null, image: string | null): Fact => ({
  fact: 'image',
  result: 'seen',
  value: `${image ?? 'unknown'}${asked === null ? " (Coolify's default)" : ''}`,
  source: "Coolify's record of it",
});

/** The database that this run made, told by the run's id in its description. */
async function madeBy(ctx: RunContext): Promise<{ database_uuid: string } | undefined> {
  const all = await ctx.coolify.databases.list({ signal: ctx.signal });
  const ours = all.filter((row) => row.description?.includes(ctx.runId));
  if (ours.length > 1)
    throw new Undecidable(
      `${ours.length} databases carry the mark of this run`,
      ours.map(({ uuid }) => uuid),
    );
  return ours[0] && { database_uuid: ours[0].uuid };
}
