import { z } from 'zod';
import { parseStatus } from '../../coolify/status.ts';
import { app, project } from '../fields.ts';
import { defineOperation, steps } from '../operation.ts';
import { readLogs } from './containerLogs.ts';
import { findApp } from './resolve.ts';
import { factsOf, visitorUrl } from './view.ts';

const lines = z.number().int().min(0).max(500).default(0);
const NOT_MEASURED = 'unknown: Coolify has no metrics API and no other source is configured';

export const getApp = defineOperation({
  noun: 'app',
  verb: 'get',
  name: 'get_app_details',
  title: 'App: Get',
  description:
    'One app: address, state, what is deployed and pinned, its last deployments; on request variables (names only) and log lines.',
  effect: 'read',
  idempotent: true,
  input: z.object({
    name: app,
    project,
    include_env: z.boolean().default(false).describe('Also the names of its variables.'),
    runtime_log_lines: lines.describe("So many of the container's last lines."),
    deploy_log_lines: lines.describe("So many of the last deployment's last lines."),
  }),
  output: z.looseObject({
    name: z.string(),
    status: z.string(),
    url: z.string().nullable(),
    project: z.string().nullable(),
    deployments: z.array(z.looseObject({ status: z.string(), commit: z.string().nullable() })),
  }),
  argumentNames: { id: 'name', application_id: 'name', app_id: 'name' },

  async look(ctx, input) {
    const row = await findApp(ctx, input.name, input.project);
    const signal = { signal: ctx.signal };
    const [history, variables, container, deployment] = await Promise.all([
      ctx.coolify.deployments.ofApplication(row.uuid, { take: 5 }, signal),
      input.include_env ? ctx.coolify.environmentVariables.list('applications', row.uuid, signal) : null,
      input.runtime_log_lines > 0 ? readLogs(ctx, row.uuid, input.runtime_log_lines) : null,
      input.deploy_log_lines > 0 ? lastDeploymentLog(input.deploy_log_lines) : null,
    ]);
    return { row, history: history.deployments, variables, container, deployment };

    async function lastDeploymentLog(count: number): Promise<string[] | string> {
      const { deployments } = await ctx.coolify.deployments.ofApplication(row.uuid, { take: 1 }, signal);
      const [last] = deployments;
      if (!last) return 'never deployed';
      if (!last.logs) return 'unknown: reading deployment logs takes the ability read:sensitive';
      return last.logs
        .filter((entry) => !entry.hidden)
        .flatMap((entry) => entry.output.split('\n'))
        .slice(-count)
        .map(ctx.strike);
    }
  },

  plan(_input, { row, history, variables, container, deployment }) {
    const facts = factsOf(row);
    const { state, health } = parseStatus(row.status);
    return steps({
      name: facts.name,
      uuid: facts.uuid,
      status: row.status ?? 'unknown',
      state,
      health: health === 'unknown' && !facts.health_check ? 'unknown: the app has no health check' : health,
      url: visitorUrl(facts.urls),
      urls: facts.urls,
      project: facts.project,
      environment: facts.environment,
      server_id: facts.server_uuid,
      server: facts.server,
      server_ip: row.destination?.server?.ip ?? null,
      repository: facts.repository,
      branch: facts.branch,
      image: facts.image,
      pinned_commit: facts.pin,
      build_pack: facts.build_pack,
      port: facts.port,
      port_mappings: facts.port_mappings,
      health_check: facts.health_check,
      limits: { memory: row.limits_memory ?? null, cpus: row.limits_cpus ?? null },
      restart_count: row.restart_count ?? null,
      cpu_usage: NOT_MEASURED,
      memory_usage: NOT_MEASURED,
      response_time_p95: NOT_MEASURED,
      error_rate: NOT_MEASURED,
      deployments: history.map((d) => ({
        deployment_uuid: d.deployment_uuid,
        status: d.status ?? 'unknown',
        commit: d.commit && d.commit !== 'HEAD' ? d.commit : null,
        commit_message: d.commit_message ?? null,
        created_at: d.created_at ?? null,
        finished_at: d.finished_at ?? null,
        rollback: d.rollback === true,
        restart_only: d.restart_only === true,
      })),
      ...(variables && { env: [...new Set(variables.filter((v) => v.is_preview !== true).map((v) => v.key))] }),
      ...(container && { runtime_logs: container }),
      ...(deployment && { deploy_logs: deployment }),
    });
  },
  present(actor, output) {
    if (actor.kind !== 'account') return output;
    const { uuid, server_id, server_ip, server, deployments, ...shown } = output;
    return { ...shown, deployments: deployments.map(({ deployment_uuid, ...rest }) => rest) };
  },
});
