import type { Context } from '../context.ts';

/** More than this, and reading what they declare costs Coolify seconds and megabytes (`coolify.md` 12, the cost of a list). */
const AT_MOST = 200;

// A type and not an interface: it goes out as a loose object.
export type DeclaredPort = { port: number; by: string };

/** The parts of a server's resources that declare ports on the server itself. */
interface Declaring {
  proxy: string | null;
  applications: { name: string; ports_mappings: string | null }[];
  /** Databases, those of services too. */
  databases: { name: string; is_public: boolean; public_port: number | null; ports_mappings: string | null }[];
  /** Containers of services, with the comma list of their compose file. */
  containers: { name: string; ports: string | null }[];
}

/** Ports on the server that Coolify knows to be wanted. Pure. Sorted by number. */
export function declaredPorts({ proxy, applications, databases, containers }: Declaring): DeclaredPort[] {
  const own =
    proxy === null || proxy.toLowerCase() === 'none' ? [] : [80, 443].map((port) => ({ port, by: `proxy ${proxy}` }));
  return [
    ...own,
    ...applications.flatMap(({ name, ports_mappings }) =>
      hostPorts(ports_mappings).map((port) => ({ port, by: `application ${name}` })),
    ),
    ...databases.flatMap(({ name, is_public, public_port, ports_mappings }) =>
      [...(is_public && public_port ? [public_port] : []), ...hostPorts(ports_mappings)].map((port) => ({
        port,
        by: `database ${name}`,
      })),
    ),
    ...containers.flatMap(({ name, ports }) =>
      hostPorts(ports).map((port) => ({ port, by: `service container ${name}` })),
    ),
  ].sort((a, b) => a.port - b.port);
}

/** The server's side of `8080:80, 127.0.0.1:5432:5432/tcp, 3000-3002:3000-3002`; one number alone is none of the server's. Pure. */
export function hostPorts(mappings: string | null | undefined): number[] {
  return (mappings ?? '')
    .split(',')
    .map((mapping) => /^(?:.*:)?(\d+)(?:-(\d+))?:\d+(?:-\d+)?(?:\/\w+)?$/.exec(mapping.trim()))
    .flatMap((found) => {
      if (!found) return [];
      const from = Number(found[1]);
      const to = Number(found[2] ?? from);
      return Array.from({ length: Math.min(100, Math.max(0, to - from + 1)) }, (_, i) => from + i);
    });
}

/** The ports that what stands on a server declares, or why they are not known. */
export async function portsOf(
  ctx: Context,
  server: { uuid: string; proxy: string | null; resources: number },
): Promise<DeclaredPort[] | string> {
  const { uuid, proxy, resources } = server;
  if (resources > AT_MOST)
    return `unknown: there are ${resources} resources, and Coolify names ports only with all else of them`;
  const options = { signal: ctx.signal };
  const [applications, databases, services] = await Promise.all([
    resources > 0 ? ctx.coolify.applications.list({}, options) : [],
    resources > 0 ? ctx.coolify.databases.list(options) : [],
    resources > 0 ? ctx.coolify.services.list(options) : [],
  ]);
  const here = <Row extends { destination?: { server?: { uuid: string } | null | undefined } | null | undefined }>(
    row: Row,
  ) => row.destination?.server?.uuid === uuid;
  const parts = services.filter((row) => row.server?.uuid === uuid || here(row));
  const ofServices = parts.flatMap((row) => row.databases ?? []);
  return declaredPorts({
    proxy,
    applications: applications
      .filter(here)
      .map((row) => ({ name: row.name ?? row.uuid, ports_mappings: row.ports_mappings ?? null })),
    databases: [...databases.filter(here), ...ofServices].map((row) => ({
      name: row.name,
      is_public: row.is_public === true,
      public_port: row.public_port ? Number(row.public_port) : null,
      ports_mappings: 'ports_mappings' in row && typeof row.ports_mappings === 'string' ? row.ports_mappings : null,
    })),
    containers: parts
      .flatMap((row) => [...(row.applications ?? []), ...(row.databases ?? [])])
      .map(({ name, ports }) => ({ name, ports: ports ?? null })),
  });
}
