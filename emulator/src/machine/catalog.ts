import { matchesPattern } from './ignore.ts';
import { emptyConfig, type ImageConfig, parseReference } from './image.ts';

/** A stand-in for an image of a registry: what its containers run here. */
export interface CatalogImage {
  /** The repository as it is pulled: `nginx`, `ghcr.io/acme/web`. */
  name: string;
  /** Tags that there are, `*` standing for anything; all by default. */
  tags?: string[];
  /** `{tag}` in a variable is the tag that was asked for. Programs of the machine's are commands like `hello`, `nginx`. */
  config: Partial<ImageConfig>;
  /** Content by path. */
  files?: Record<string, string>;
}

const hello: Omit<CatalogImage, 'name'> = {
  tags: ['1.0.0', '1.1.0', '2.0.0'],
  config: { env: { HELLO_VERSION: '{tag}' }, cmd: ['hello'], exposes: [3000], workdir: '/app', node: true },
};

const shell: ImageConfig = { ...emptyConfig, cmd: ['/bin/sh'] };

const nginxPage = `<!DOCTYPE html>
<html><head><title>Welcome to nginx!</title></head>
<body><h1>Welcome to nginx!</h1><p>A stand-in for nginx answers.</p></body></html>
`;

const nginxSite = `server {
    listen 80;
    root /usr/share/nginx/html;
    index index.html index.htm;
}
`;

/** The images that the managed server of the recordings could pull (their README), and what small apps are built on. */
export const builtIn: CatalogImage[] = [
  { name: '127.0.0.1:5000/acme/hello', ...hello },
  { name: 'acme/hello', ...hello },
  {
    name: 'nginx',
    config: { cmd: ['nginx', '-g', 'daemon off;'], exposes: [80], stopSignal: 'SIGQUIT', node: true },
    files: { '/usr/share/nginx/html/index.html': nginxPage, '/etc/nginx/conf.d/default.conf': nginxSite },
  },
  {
    name: 'redis',
    config: {
      entrypoint: ['docker-entrypoint.sh'],
      cmd: ['redis-server'],
      exposes: [6379],
      workdir: '/data',
      node: true,
    },
  },
  {
    name: 'postgres',
    config: {
      entrypoint: ['docker-entrypoint.sh'],
      cmd: ['postgres'],
      exposes: [5432],
      env: { PGDATA: '/var/lib/postgresql/data' },
      stopSignal: 'SIGINT',
      node: true,
    },
  },
  { name: 'node', tags: ['*slim*'], config: { cmd: ['node'], node: true, httpTools: false } },
  { name: 'node', config: { cmd: ['node'], node: true } },
  { name: 'ghcr.io/railwayapp/nixpacks', config: { ...shell, node: true } },
  ...['alpine', 'busybox'].map((name) => ({ name, config: shell })),
  ...['debian', 'ubuntu'].map((name) => ({ name, config: { ...shell, httpTools: false } })),
  { name: 'scratch', config: { httpTools: false } },
];

/** The image that `reference` names, and its configuration; undefined when there is none. */
export function findInCatalog(
  catalog: CatalogImage[],
  reference: string,
): { config: ImageConfig; files: Record<string, string> } | undefined {
  const { repository, tag } = parseReference(reference);
  const found = catalog.find(
    ({ name, tags = ['*'] }) =>
      parseReference(name).repository === repository && tags.some((pattern) => matchesPattern(tag, pattern)),
  );
  if (!found) return undefined;
  const env = Object.entries(found.config.env ?? {}).map(([name, value]) => [name, value.replaceAll('{tag}', tag)]);
  return { config: { ...emptyConfig, ...found.config, env: Object.fromEntries(env) }, files: found.files ?? {} };
}

/** What the Docker daemon says of an image that is in no registry it may use (deploy-image 45). */
export function notFound(catalog: CatalogImage[], reference: string): string {
  const { repository, tag } = parseReference(reference);
  const registry = repository.split('/')[0] ?? '';
  const known = catalog.some(({ name }) => parseReference(name).repository === repository);
  return known || /[.:]/.test(registry)
    ? `Error response from daemon: manifest for ${repository}:${tag} not found: manifest unknown: manifest unknown`
    : `Error response from daemon: pull access denied for ${repository}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied`;
}
