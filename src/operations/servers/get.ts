import { z } from 'zod';
import { figure } from '../fields.ts';
import { defineOperation, steps } from '../operation.ts';
import { pageOf } from '../page.ts';
import { portsOf } from './ports.ts';
import { findServer, SERVER_NAMES, server } from './resolve.ts';

const NOT_MEASURED = 'unknown: Coolify has no metrics API and no other source is configured';

export const getServer = defineOperation({
  noun: 'server',
  verb: 'get',
  name: 'get_server_status',
  title: 'Server: Get',
  description:
    'One server: whether Coolify reaches it, Docker, proxy, capacity, declared ports, domains, what stands on it. What is not measured is unknown, with the reason.',
  effect: 'read',
  idempotent: true,
  input: z.object({ name: server }),
  output: z.looseObject({
    name: z.string(),
    cpu_usage: figure,
    memory_usage: figure,
    disk_usage: figure,
    used_ports: z.looseObject({}),
    network_in_mbps: figure,
    network_out_mbps: figure,
    uptime_seconds: figure,
  }),
  argumentNames: SERVER_NAMES,

  async look(ctx, input) {
    const row = await findServer(ctx, input.name);
    const options = { signal: ctx.signal };
    const [resources, domains] = await Promise.all([
      ctx.coolify.servers.resources(row.uuid, options),
      ctx.coolify.servers.domains(row.uuid, options),
    ]);
    const proxy = row.proxy?.type ?? null;
    const ports = await portsOf(ctx, { uuid: row.uuid, proxy, resources: resources.length });
    return {
      row,
      resources,
      domains: [...new Set(domains.flatMap((entry) => entry.domains))].sort(),
      ports,
      now: ctx.clock.now(),
    };
  },

  plan(_input, { row, resources, domains, ports, now }) {
    const { settings, server_metadata: capacity } = row;
    const shown = pageOf(
      resources.map(({ name, type, status }) => ({ name, type, status: status ?? 'unknown' })),
      ({ name }) => name,
      30,
    );
    return steps({
      name: row.name,
      uuid: row.uuid,
      ip: row.ip ?? null,
      reachable: settings?.is_reachable ?? 'unknown',
      usable: settings?.is_usable ?? 'unknown',
      ...(row.validation_logs && { validation: withoutHtml(row.validation_logs) }),
      cpu_usage: NOT_MEASURED,
      memory_usage: NOT_MEASURED,
      disk_usage: NOT_MEASURED,
      used_ports: { ports, source: 'declared, not observed' },
      network_in_mbps: NOT_MEASURED,
      network_out_mbps: NOT_MEASURED,
      uptime_seconds: uptime(capacity, now),
      capacity: capacity
        ? { cpus: capacity.cpus ?? null, memory_bytes: capacity.memory_bytes ?? null, os: capacity.os ?? null }
        : 'unknown: Coolify has not looked',
      docker_version: settings?.docker_version ?? 'unknown: the server was never validated',
      proxy: { type: row.proxy?.type ?? null, status: row.proxy?.status ?? 'unknown' },
      domains: domains.slice(0, 50),
      resources: shown.rows,
      resources_total: resources.length,
    });
  },
});

/** Since when the server runs, where Coolify has collected it (`coolify.md` 3.7). Pure. */
export function uptime(capacity: Record<string, unknown> | null | undefined, now: number): number | string {
  const since = typeof capacity?.uptime_since === 'string' ? Date.parse(capacity.uptime_since) : Number.NaN;
  return Number.isNaN(since) ? 'unknown: Coolify has not collected it' : Math.max(0, Math.round((now - since) / 1000));
}

/** What a validation left is a page of HTML (recorded: servers 30): its words, bounded. Pure. */
export function withoutHtml(html: string): string {
  const text = html.replace(/<br\s*\/?>/gi, '\n').replace(/<[^>]*>/g, ' ');
  return text
    .replace(/[ \t]+/g, ' ')
    .replace(/\s*\n\s*/g, '\n')
    .trim()
    .slice(0, 1000);
}
