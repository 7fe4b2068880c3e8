import { domainsOf } from '../applications/labels.ts';
import { md5 } from '../ids.ts';
import { coolifyVersion } from '../routes/instance.ts';
import { slug } from '../slug.ts';
import type { Service, ServiceApplication, ServiceDatabase } from '../state/service.ts';

/** The labels by which Coolify knows a container of a service (recorded: services 11). */
export function defaultLabels(
  service: Service,
  part: ServiceApplication | ServiceDatabase,
  names: { project: string; environment: string },
): string[] {
  const shown = slug(part.human_name ?? part.name);
  return [
    'coolify.managed=true',
    `coolify.version=${coolifyVersion}`,
    `coolify.serviceId=${service.id}`,
    'coolify.type=service',
    `coolify.name=${slug(`${part.name}-${service.uuid}`)}`,
    `coolify.resourceName=${slug(service.name)}`,
    `coolify.projectName=${slug(names.project)}`,
    `coolify.serviceName=${shown}`,
    `coolify.environmentName=${slug(names.environment)}`,
    'coolify.pullRequestId=0',
    `coolify.service.subId=${part.id}`,
    `coolify.service.subType=${'fqdn' in part ? 'application' : 'database'}`,
    `coolify.service.subName=${shown}`,
  ];
}

/**
 * The labels that lead the proxies to a container, for Traefik and for Caddy (recorded: services 11, 31); `own` are those of
 * the compose file, whose middlewares join in. Redirects between `www` and bare names, and domains that are kept from search
 * engines, are not among what was recorded.
 */
export function proxyLabels(service: Service, part: ServiceApplication, own: readonly string[]): string[] {
  const domains = domainsOf(part.fqdn);
  if (domains.length === 0) return [];
  const network = own.some((label) => label.startsWith('traefik.docker.network='))
    ? []
    : [`traefik.docker.network=${service.uuid}`];
  const gzip = part.is_gzip_enabled;
  const shared = [...(gzip ? ['gzip'] : []), ...ownMiddlewares(own)];
  const traefik = [
    'traefik.enable=true',
    ...(gzip ? ['traefik.http.middlewares.gzip.compress=true'] : []),
    'traefik.http.middlewares.redirect-to-https.redirectscheme.scheme=https',
  ];
  const caddy = [`caddy_ingress_network=${service.uuid}`];
  const handle = part.is_stripprefix_enabled ? 'handle_path' : 'handle';
  for (const [index, { scheme, host, path, port }] of domains.entries()) {
    const secure = scheme === 'https';
    const forced = secure && part.is_force_https_enabled;
    for (const entry of secure ? ['http', 'https'] : ['http']) {
      const name = `${entry}-${index}-${service.uuid}-${routerName(part.name)}`;
      const router = `traefik.http.routers.${name}`;
      const redirected = entry === 'http' && forced;
      const stripped = path !== '/' && part.is_stripprefix_enabled && !redirected;
      const middlewares = redirected
        ? ['redirect-to-https']
        : [...(stripped ? [`${name}-stripprefix`] : []), ...shared];
      traefik.push(
        `${router}.rule=Host(\`${host}\`) && PathPrefix(\`${path}\`)`,
        `${router}.entryPoints=${entry}`,
        ...(port === undefined
          ? []
          : [`${router}.service=${name}`, `traefik.http.services.${name}.loadbalancer.server.port=${port}`]),
        ...(stripped ? [`traefik.http.middlewares.${name}-stripprefix.stripprefix.prefixes=${path}`] : []),
        ...(middlewares.length > 0 ? [`${router}.middlewares=${middlewares.join(',')}`] : []),
        ...(entry === 'https' ? [`${router}.tls=true`, `${router}.tls.certresolver=letsencrypt`] : []),
      );
    }
    caddy.push(
      `caddy_${index}=${secure && !forced ? `http://${host}, https://${host}` : `${scheme}://${host}`}`,
      `caddy_${index}.header=-Server`,
      `caddy_${index}.try_files={path} /index.html /index.php`,
      `caddy_${index}.${handle}.${index}_reverse_proxy={{upstreams${port === undefined ? '' : ` ${port}`}}}`,
      `caddy_${index}.${handle}=${path}*`,
      ...(gzip ? [`caddy_${index}.encode=zstd gzip`] : []),
    );
  }
  return [...network, ...traefik.sort(byText), ...caddy.sort(byText)];
}

/** `web-2567`: without dots and underscores, which Traefik reads as something else, and told apart by the name's hash. */
function routerName(name: string): string {
  const plain = name.replaceAll(/[^a-zA-Z0-9-]+/g, '-').replaceAll(/-+/g, '-');
  return `${plain.replaceAll(/^-|-$/g, '') || 'service'}-${md5(name).slice(0, 4)}`;
}

function ownMiddlewares(labels: readonly string[]): string[] {
  const names = labels.flatMap((label) => {
    const named = /traefik\.http\.middlewares\.(.*?)(?:\.|$)/.exec(label)?.[1];
    if (named !== undefined) return [named];
    return /coolify\.traefik\.middlewares=(.*)/.exec(label)?.[1]?.split(',') ?? [];
  });
  return [...new Set(names.filter(Boolean))];
}

function byText(a: string, b: string): number {
  return a < b ? -1 : 1;
}
