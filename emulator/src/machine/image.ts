import type { HealthCheck, Image } from './machine.ts';

/** What an image says about the containers made of it, as Docker's image configuration does. */
export interface ImageConfig {
  env: Record<string, string>;
  workdir: string;
  entrypoint: string[];
  cmd: string[];
  exposes: number[];
  labels: Record<string, string>;
  stopSignal: NodeJS.Signals;
  /** What the Dockerfile's HEALTHCHECK says. */
  healthCheck?: HealthCheck;
  /**
   * Whether its program runs on Node, and so listens where `programs/own-network.ts` leads it: then PORT can be what
   * Coolify says; another program gets a free port of this machine.
   */
  node: boolean;
  /** Whether curl or wget are in it; without both, Coolify's health check by HTTP cannot succeed (runtime 91). */
  httpTools: boolean;
}

export const emptyConfig: ImageConfig = {
  env: {},
  workdir: '/',
  entrypoint: [],
  cmd: [],
  exposes: [],
  labels: {},
  stopSignal: 'SIGTERM',
  node: false,
  httpTools: true,
};

/** An image with its content: a folder that stands for its root. */
export interface StoredImage extends Image {
  root: string;
  config: ImageConfig;
}

/** Splits `host:5000/acme/hello:1.0.0` into repository and tag (`latest` when none is given). A digest counts as the tag. */
export function parseReference(reference: string): { repository: string; tag: string } {
  const digest = reference.indexOf('@');
  if (digest > 0) return { repository: reference.slice(0, digest), tag: reference.slice(digest + 1) };
  const colon = reference.lastIndexOf(':');
  if (colon <= reference.lastIndexOf('/')) return { repository: shortName(reference), tag: 'latest' };
  return { repository: shortName(reference.slice(0, colon)), tag: reference.slice(colon + 1) };
}

/** Docker Hub's names are the same with and without their host and `library/`. */
function shortName(repository: string): string {
  return repository.replace(/^(index\.)?docker\.io\//, '').replace(/^library\/(?=[^/]+$)/, '');
}

/** As the builder and the registry spell it: `docker.io/library/nginx:alpine`. */
export function fullName(reference: string): string {
  const { repository, tag } = parseReference(reference);
  const [first = '', ...rest] = repository.split('/');
  const hasHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const prefix = hasHost ? '' : rest.length === 0 ? 'docker.io/library/' : 'docker.io/';
  return `${prefix}${repository}${tag.startsWith('sha256:') ? '@' : ':'}${tag}`;
}
