import type { Application } from '../state/application.ts';

interface Domain {
  scheme: string;
  host: string;
  path: string;
  port: string | undefined;
}

/** The domains of an application, as its `fqdn` lists them. */
export function domainsOf(fqdn: string | null): Domain[] {
  return (fqdn ?? '')
    .split(',')
    .filter(Boolean)
    .map((text) => {
      const url = new URL(text);
      return {
        scheme: url.protocol.slice(0, -1),
        host: url.hostname,
        path: url.pathname,
        port: url.port === '' ? undefined : url.port,
      };
    });
}

/** The port that the proxy sends to: the domain's own, else the first exposed one. */
export function portOf(application: Application, domain?: Domain): string | undefined {
  return domain?.port ?? application.ports_exposes?.split(',')[0];
}

/**
 * The labels that Coolify writes for its proxies, one a line (recorded: apps-image 38, runtime 5). Redirects between `www`
 * and bare names are not among what was recorded.
 */
export function proxyLabels(application: Application, network: string): string {
  const domains = domainsOf(application.fqdn);
  if (domains.length === 0) return '';
  const traefik = [
    'traefik.enable=true',
    'traefik.http.middlewares.gzip.compress=true',
    'traefik.http.middlewares.redirect-to-https.redirectscheme.scheme=https',
  ];
  const caddy = [`caddy_ingress_network=${network}`];
  for (const [index, domain] of domains.entries()) {
    const port = portOf(application, domain);
    for (const scheme of domain.scheme === 'https' ? ['http', 'https'] : ['http'])
      traefik.push(...router(application, domain, index, scheme, port));
    caddy.push(
      `caddy_${index}=${domain.scheme}://${domain.host}`,
      `caddy_${index}.encode=zstd gzip`,
      `caddy_${index}.handle_path.${index}_reverse_proxy={{upstreams${port === undefined ? '' : ` ${port}`}}}`,
      `caddy_${index}.handle_path=${domain.path}*`,
      `caddy_${index}.header=-Server`,
      `caddy_${index}.try_files={path} /index.html /index.php`,
    );
  }
  return [...traefik.sort(byKey), ...caddy.sort(byKey)].join('\n');
}

function router(
  application: Application,
  domain: Domain,
  index: number,
  scheme: string,
  port: string | undefined,
): string[] {
  const name = `${scheme}-${index}-${application.uuid}`;
  const router = `traefik.http.routers.${name}`;
  const redirected = scheme === 'http' && domain.scheme === 'https' && application.settings.is_force_https_enabled;
  const stripped = domain.path !== '/' && application.settings.is_stripprefix_enabled && !redirected;
  const middlewares = redirected
    ? ['redirect-to-https']
    : [...(stripped ? [`${name}-stripprefix`] : []), ...(application.settings.is_gzip_enabled ? ['gzip'] : [])];
  return [
    `${router}.entryPoints=${scheme}`,
    ...(middlewares.length > 0 ? [`${router}.middlewares=${middlewares.join(',')}`] : []),
    `${router}.rule=Host(\`${domain.host}\`) && PathPrefix(\`${domain.path}\`)`,
    ...(port === undefined
      ? []
      : [`${router}.service=${name}`, `traefik.http.services.${name}.loadbalancer.server.port=${port}`]),
    ...(scheme === 'https' ? [`${router}.tls=true`, `${router}.tls.certresolver=letsencrypt`] : []),
    ...(stripped ? [`traefik.http.middlewares.${name}-stripprefix.stripprefix.prefixes=${domain.path}`] : []),
  ];
}

function byKey(a: string, b: string): number {
  return a < b ? -1 : 1;
}

/** Coolify keeps labels plain until a deployment writes them back in base64 (recorded: deploy-git 5). */
export function plainLabels(stored: string): string {
  return isBase64(stored) ? Buffer.from(stored, 'base64').toString('utf8') : stored;
}

export function isBase64(text: string): boolean {
  return text !== '' && Buffer.from(text, 'base64').toString('base64') === text;
}
