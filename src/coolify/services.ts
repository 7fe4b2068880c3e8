import { z } from 'zod';
import { nestedDestination } from './destinations.ts';
import { del, get, patch, post } from './endpoint.ts';
import { created, message, numeric } from './message.ts';
import type { CloneRequest, DeleteAlong, LogQuery, Placement } from './placement.ts';
import { environment } from './projects.ts';
import { server } from './servers.ts';

/** A container of a service. Its own `status` is bare: `exited`. */
const servicePart = z.looseObject({
  uuid: z.string(),
  name: z.string(),
  human_name: z.string().nullish(),
  description: z.string().nullish(),
  image: z.string().nullish(),
  status: z.string().nullish(),
  /** Of an application; with the container's port. */
  fqdn: z.string().nullish(),
  ports: z.string().nullish(),
  exclude_from_status: z.boolean().nullish(),
  /** Of a database. */
  is_public: z.boolean().nullish(),
  public_port: numeric.nullish(),
});
export type ServicePart = z.output<typeof servicePart>;

/** `applications` and `databases` are its containers; compose texts and, in the single record, `destination` need read:sensitive. */
const service = z.looseObject({
  uuid: z.string(),
  name: z.string(),
  description: z.string().nullish(),
  /** The one-click type; null for an own compose file. */
  service_type: z.string().nullish(),
  /** Computed from its containers: `running:unknown`, a bare `exited`. */
  status: z.string().nullish(),
  server_status: z.boolean().nullish(),
  docker_compose_raw: z.string().nullish(),
  docker_compose: z.string().nullish(),
  connect_to_docker_network: z.boolean().nullish(),
  applications: z.array(servicePart).nullish(),
  databases: z.array(servicePart).nullish(),
  environment_id: z.number().nullish(),
  environment: environment.nullish(),
  server: server.nullish(),
  destination: nestedDestination.nullish(),
  created_at: z.string().nullish(),
  updated_at: z.string().nullish(),
});
export type Service = z.output<typeof service>;

interface ServiceFields {
  name?: string;
  description?: string | null;
  /** `name` is that of the container in the compose file, `url` a comma list. */
  urls?: { name: string; url: string }[];
  force_domain_override?: boolean;
  is_container_label_escape_enabled?: boolean;
  instant_deploy?: boolean;
}

/** A one-click type or an own compose file in plain text, never both. */
export type NewService = Placement &
  ServiceFields & { tags?: string[] } & ({ type: string } | { docker_compose_raw: string });

export interface ServiceUpdate extends ServiceFields {
  /** Plain text. */
  docker_compose_raw?: string;
  connect_to_docker_network?: boolean;
}

interface ServiceApplicationUpdate {
  url?: string | null;
  noindex_domains?: string[] | null;
  human_name?: string | null;
  description?: string | null;
  image?: string | null;
  exclude_from_status?: boolean;
  is_log_drain_enabled?: boolean;
  is_gzip_enabled?: boolean;
  is_stripprefix_enabled?: boolean;
  is_force_https_enabled?: boolean;
}

interface ServiceDatabaseUpdate {
  human_name?: string | null;
  description?: string | null;
  image?: string;
  exclude_from_status?: boolean;
  is_log_drain_enabled?: boolean;
  is_public?: boolean;
  public_port?: number | null;
  public_port_timeout?: number | null;
}

/** `domains` is a list here, a text on applications. */
const withDomains = z.looseObject({ uuid: z.string(), domains: z.array(z.string()).nullish() });
const logText = z.looseObject({ logs: z.string() });

export const services = {
  list: get('/services').answers(z.array(service)),
  get: get('/services/{uuid}').answers(service),
  /** An unknown type is `invalid`, with all types in `choices`. Compose text that is no YAML is a 500. */
  create: post('/services')
    .body<NewService>({ base64: ['docker_compose_raw'] })
    .answers(withDomains),
  update: patch('/services/{uuid}')
    .body<ServiceUpdate>({ base64: ['docker_compose_raw'] })
    .answers(withDomains),
  delete: del('/services/{uuid}').query<DeleteAlong>().answers(message),

  /** No deployment to follow: the status goes through `starting` and back to `exited` before it runs. Refused by the cached status. */
  start: post('/services/{uuid}/start').answers(message),
  restart: post('/services/{uuid}/restart').query<{ latest?: boolean }>().answers(message),
  stop: post('/services/{uuid}/stop').query<{ docker_cleanup?: boolean }>().answers(message),
  logs: get('/services/{uuid}/logs')
    .query<LogQuery & { sub_service_name: string }>()
    .since('4.2.0')
    .slow()
    .answers(logText, ({ logs }) => logs),
  move: post('/services/{uuid}/move').body<{ environment_uuid: string }>().since('4.2.0').answers(message),
  clone: post('/services/{uuid}/clone').body<CloneRequest>().since('4.3.0').answers(created),

  /** The containers of a service, one by one. */
  parts: {
    list: get('/services/{uuid}/{kind:applications|databases}').since('4.2.0').answers(z.array(servicePart)),
    get: get('/services/{uuid}/{kind:applications|databases}/{part_uuid}').since('4.2.0').answers(servicePart),
    /** 409 on a domain that something else has. */
    updateApplication: patch('/services/{uuid}/applications/{part_uuid}')
      .body<ServiceApplicationUpdate>()
      .since('4.2.0')
      .answers(servicePart),
    updateDatabase: patch('/services/{uuid}/databases/{part_uuid}')
      .body<ServiceDatabaseUpdate>()
      .since('4.2.0')
      .answers(servicePart),
    logs: get('/services/{uuid}/{kind:applications|databases}/{part_uuid}/logs')
      .query<LogQuery>()
      .since('4.2.0')
      .slow()
      .answers(logText, ({ logs }) => logs),
    start: post('/services/{uuid}/{kind:applications|databases}/{part_uuid}/start').since('4.2.0').answers(message),
    restart: post('/services/{uuid}/{kind:applications|databases}/{part_uuid}/restart').since('4.2.0').answers(message),
    stop: post('/services/{uuid}/{kind:applications|databases}/{part_uuid}/stop').since('4.2.0').answers(message),
  },
};
