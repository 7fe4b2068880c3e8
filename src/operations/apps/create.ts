import { z } from 'zod';
import { Refusal } from '../../refusal.ts';
import type { Context, RunContext } from '../context.ts';
import { deployStepsOutput } from '../deployments/output.ts';
import { triggerDeployment, verifyDeployment, waitForDeployment, waitForHealth } from '../deployments/steps.ts';
import { variableProblem, variableRow } from '../env/variable.ts';
import { project, variableName } from '../fields.ts';
import {
  defineOperation,
  type GateResult,
  SECRET,
  SECRET_IN_URL,
  StepFailed,
  steps,
  Undecidable,
} from '../operation.ts';
import { deleteApp } from './gone.ts';
import { placeFor } from './place.ts';
import { parseRepository } from './repository.ts';
import { appNames, getApp } from './resolve.ts';

export const createApp = defineOperation({
  noun: 'app',
  verb: 'create',
  name: 'create_app',
  title: 'App: Create',
  description:
    'Makes an app from a git repository, deploys it and proves that it runs: commit, container, health, URL. A failed build or start is taken back, with the log lines that say why.',
  effect: 'create',
  idempotent: false,
  input: z.object({
    repo: z
      .string()
      .min(1)
      .max(500)
      .meta(SECRET_IN_URL)
      .describe('owner/name, github.com/owner/name, or a git URL that Coolify can reach.'),
    name: z
      .string()
      .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'lower-case letters, digits and -, at most 63')
      .describe('Name of the app, unique in its project.'),
    branch: z
      .string()
      .regex(/^[\w./-]+$/, 'no branch name')
      .max(255)
      .default('main')
      .describe('Branch to deploy.'),
    project,
    host: z.enum(['github', 'mlink']).default('github').describe('Where owner/name lies.'),
    build_pack: z.enum(['nixpacks', 'dockerfile', 'static']).default('nixpacks').describe('How it is built.'),
    port: z.number().int().min(1).max(65535).optional().describe('Port the app listens on; 3000, for static 80.'),
    env_vars: z
      .array(
        z.object({
          key: variableName.describe('Name.'),
          value: z.string().max(20_000).meta(SECRET).describe('Value; never shown again.'),
        }),
      )
      .max(200)
      .default([])
      .describe('Environment variables.'),
    limits: z
      .object({
        limits_memory: z
          .string()
          .regex(/^\d+[bkmg]?$/i, 'like 512m')
          .default('512m')
          .describe('Memory, like 512m.'),
        limits_memory_swap: z
          .string()
          .regex(/^\d+[bkmg]?$/i, 'like 512m')
          .optional()
          .describe('Memory and swap together.'),
        limits_cpus: z
          .string()
          .regex(/^\d+(\.\d+)?$/, 'like 0.5')
          .default('0.5')
          .describe('CPUs, like 0.5.'),
        limits_cpuset: z
          .string()
          .regex(/^[\d,-]+$/, 'like 0-1')
          .optional()
          .describe('Which CPUs.'),
      })
      .default({ limits_memory: '512m', limits_cpus: '0.5' })
      .describe('Limits of the container.'),
    domain: z
      .string()
      .max(253)
      .optional()
      .describe("Its address, like app.example.com; else one under the server's wildcard."),
  }),
  output: z.object({ name: z.string(), ...deployStepsOutput }),
  argumentNames: { repository: 'repo', project_name: 'project', environment: 'env_vars' },

  async look(ctx, { name, project: wanted, repo, host, env_vars, domain }) {
    const repository = parseRepository(repo, host);
    const place = await placeFor(ctx, wanted);
    const [namesake] = await namesakes(ctx, name, place.project.uuid);
    const values = await Promise.all(
      env_vars.map(async ({ key, value }) => variableProblem(key, await ctx.reveal(value))),
    );
    return {
      repository,
      place,
      namesake: namesake ?? null,
      variable_problems: values.filter((problem) => problem !== null),
      domain: domain === undefined ? null : domainUrl(domain),
    };
  },

  gates: [
    (_input, { place: { server } }): GateResult => ({
      gate: 'server_health',
      result: server.usable ? 'passed' : 'blocked',
      evidence: `Coolify says that server ${server.name} is ${server.usable ? 'usable' : 'not usable'}; its load is unknown`,
      source: "Coolify's servers",
      ...(!server.usable && { next: 'Validate the server in Coolify, or set FAIRLEAD_SERVER to another one.' }),
    }),
    ({ name }, { namesake, place }): GateResult => ({
      gate: 'name_free',
      result: namesake === null ? 'passed' : 'blocked',
      evidence:
        namesake === null
          ? `no app in ${place.project.name} is called ${name}`
          : `${name} is the name of an app in ${place.project.name}`,
      source: "Coolify's applications",
      ...(namesake !== null && { next: `Call deploy_application to deploy ${name} again, or choose another name.` }),
    }),
    (_input, { variable_problems }): GateResult => ({
      gate: 'env',
      result: variable_problems.length === 0 ? 'passed' : 'blocked',
      evidence: variable_problems.length === 0 ? 'Coolify can carry every value' : variable_problems.join('; '),
      source: 'the values given',
      ...(variable_problems.length > 0 && {
        next: 'Write these values another way (base64, for example) and decode them in the app.',
      }),
    }),
  ],

  plan(input, { repository, place, domain }) {
    const { name, branch, build_pack, env_vars, limits } = input;
    const port = input.port ?? (build_pack === 'static' ? 80 : 3000);
    const made = steps({ name, branch }).step('create_application', {
      title: `create ${name} on ${place.server.name}, in ${place.project.name} / ${place.environment}`,
      estimate: 2,
      async run(ctx): Promise<{ app_uuid: string }> {
        const created = await ctx.coolify.applications.createPublic(
          {
            project_uuid: place.project.uuid,
            server_uuid: place.server.uuid,
            environment_name: place.environment,
            git_repository: await ctx.reveal(repository.url),
            git_branch: branch,
            build_pack,
            ports_exposes: String(port),
            name,
            description: `Made by Fairlead (${ctx.runId})`,
            instant_deploy: false,
            ...given(limits),
            ...(domain !== null && { domains: domain }),
          },
          { signal: ctx.signal },
        );
        if (created.uuid !== undefined) return { app_uuid: created.uuid };
        const made = await madeBy(ctx);
        if (made) return made;
        throw new StepFailed(`Coolify took the call and made no app: ${created.message ?? 'it does not say why'}`, {
          stage: 'deployment',
          fix: 'Look at the project in Coolify, then call again.',
        });
      },
      find: madeBy,
      undo: [
        {
          title: `delete ${name} again`,
          async run(ctx, done) {
            const uuid = done.app_uuid ?? (await madeBy(ctx))?.app_uuid;
            if (uuid !== undefined) await deleteApp(ctx, uuid, { volumes: true });
            return {};
          },
        },
      ],
    });
    return made
      .step('see_that_the_name_is_its_own', {
        title: `see that no other ${name} was created meanwhile`,
        estimate: 1,
        async run(ctx, { app_uuid }) {
          // Coolify takes a name twice. Of two that are made at once the one with the smaller uuid stays.
          const other = (await namesakes(ctx, name, place.project.uuid)).find((uuid) => uuid !== app_uuid);
          if (other === undefined || app_uuid < other) return {};
          throw new StepFailed(
            `Another app called ${name} was created in ${place.project.name} at the same time (${other}).`,
            {
              stage: 'deployment',
              severity: 'low',
              fix: `Look at that one with get_app_details, or choose another name.`,
            },
          );
        },
      })
      .stepIf(env_vars.length > 0, 'set_variables', {
        title: `set ${env_vars.length} variable${env_vars.length === 1 ? '' : 's'}: ${env_vars.map(({ key }) => key).join(', ')}`,
        estimate: 1,
        async run(ctx, { app_uuid }) {
          const rows = await Promise.all(
            env_vars.map(async ({ key, value }) => variableRow(key, await ctx.reveal(value), ctx.runId)),
          );
          await ctx.coolify.environmentVariables.updateMany(
            'applications',
            app_uuid,
            { data: rows },
            { signal: ctx.signal },
          );
          return {};
        },
      })
      .step('trigger_deployment', triggerDeployment(`deploy ${branch} of ${repository.name}`, false))
      .step('wait_for_deployment', waitForDeployment(build_pack === 'static' ? 30 : 120))
      .step('wait_for_health', waitForHealth())
      .step('verify_deployment', verifyDeployment(null));
  },

  impact: () => ({
    downtime_expected: false,
    rollback_available: true,
    affected_users: 'none: the app is new',
    risks: [{ level: 'low', description: 'If it is not seen to run, the new app is deleted again' }],
  }),
  resource: ({ name }, _facts, done) => ({
    type: 'application',
    id: (done as { app_uuid?: string }).app_uuid ?? 'none',
    name,
  }),
});

/** The uuids of the apps with this name in the project. */
async function namesakes(ctx: Context, name: string, project: string): Promise<string[]> {
  const named = (await appNames(ctx)).filter((row) => row.name === name).slice(0, 20);
  const rows = await Promise.all(named.map(({ uuid }) => getApp(ctx, uuid)));
  return rows.flatMap((row) => (row?.environment?.project?.uuid === project ? [row.uuid] : []));
}

/** The limits that were given, without keys that hold nothing. */
const given = (limits: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(limits).filter((entry): entry is [string, string] => entry[1] !== undefined));

/** The application that this run made, told by the run's id in its description. */
async function madeBy(ctx: RunContext): Promise<{ app_uuid: string } | undefined> {
  const all = await ctx.coolify.applications.list({}, { signal: ctx.signal });
  const ours = all.filter((row) => row.description?.includes(ctx.runId));
  if (ours.length > 1)
    throw new Undecidable(
      `${ours.length} apps carry the mark of this run`,
      ours.map(({ uuid }) => uuid),
    );
  return ours[0] && { app_uuid: ours[0].uuid };
}

/** A bare host name becomes https: Coolify then asks for a certificate. */
function domainUrl(domain: string): string {
  const url = /^https?:\/\//i.test(domain) ? domain : `https://${domain}`;
  if (
    URL.canParse(url) &&
    new URL(url).pathname.length <= 1 &&
    /^[a-z0-9.-]+(:\d+)?$/i.test(url.replace(/^https?:\/\//i, '').replace(/\/$/, ''))
  )
    return url.replace(/\/$/, '');
  throw new Refusal(
    'invalid_input',
    `${domain.slice(0, 100)} is no domain.`,
    'Give a host name like app.example.com, with http:// or https:// if you wish.',
  );
}
