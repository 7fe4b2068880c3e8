import { type Answer, invalid, notFound, ok, refuse, serverError } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { apiMessages, hasErrors, type Rules, refuseUnknown, validate } from '../http/validate.ts';
import { md5, publicId } from '../ids.ts';
import { alreadyQueued } from '../jobs/queue.ts';
import type { JsonObject } from '../json.ts';
import { environmentByName } from '../routes/projects.ts';
import { insertWithTwin, isTrue } from '../routes/variables.ts';
import { type Application, applicationDefaults } from '../state/application.ts';
import type { Destination, Environment } from '../state/rows.ts';
import type { Server } from '../state/server.ts';
import { attachTags } from '../tags/attach.ts';
import { rowTime } from '../times.ts';
import { applyFields } from './apply.ts';
import { moveBehind, parseDomains, refuseConflicts } from './domains.ts';
import { checkAppRepository, createFields, createFirst, gitRules, imageRules, sharedRules } from './fields.ts';
import { proxyLabels } from './labels.ts';
import { checkSpecialFields } from './special.ts';

export type Variant = 'public' | 'private-github-app' | 'private-deploy-key' | 'dockerfile' | 'dockerimage';

/** What each variant asks for, and whether a missing field is told in Coolify's words or in Laravel's. */
const variants: Record<Variant, { rules: Rules; ownWords: boolean }> = {
  public: { rules: gitRules, ownWords: false },
  'private-github-app': {
    rules: {
      ...gitRules,
      git_repository: ['string', 'required', { check: checkAppRepository }],
      github_app_uuid: ['string', 'required'],
    },
    ownWords: false,
  },
  'private-deploy-key': { rules: { ...gitRules, private_key_uuid: ['string', 'required'] }, ownWords: false },
  dockerfile: { rules: { dockerfile: ['string', 'required'] }, ownWords: true },
  dockerimage: { rules: imageRules, ownWords: true },
};

/**
 * `POST /applications/…`: the common fields, then project, environment, server and destination, then the variant's own
 * fields; only the record is made (coolify.md 3.1; recorded: apps-image 1–30, apps-git 1–49).
 */
export function createApplication(call: Call, variant: Variant): Answer {
  call.requireJson();
  const { input, world } = call;
  const first = refuseUnknown(validate(input, createFirst, apiMessages), input, createFields);
  if (hasErrors(first)) throw invalid(first);
  const environment = findEnvironment(call);
  const { server, destination } = findServer(call);

  const { rules, ownWords } = variants[variant];
  const errors = validate(input, { ...sharedRules, ...rules }, ownWords ? apiMessages : {});
  if (hasErrors(errors)) throw invalid(errors);
  checkSpecialFields(input);

  const domains = typeof input.domains === 'string' ? checkDomains(call, input.domains) : undefined;
  const now = rowTime(world.clock.now());
  const draft: Omit<Application, 'id'> = {
    ...applicationDefaults(),
    name: '',
    environment_id: environment.id,
    destination_id: destination.id,
    created_at: now,
    updated_at: now,
    last_online_at: world.state.instance.installedAt,
  };
  applyFields(draft as Application, input);
  variantFields[variant](call, draft);
  if (isTrue(input.is_static) || draft.build_pack === 'dockercompose') draft.ports_exposes = '80';
  if (typeof input.name !== 'string') draft.name = madeUpName(draft, variant);
  if (domains !== undefined) draft.fqdn = domains.join(',');
  else if (input.autogenerate_domain === undefined || isTrue(input.autogenerate_domain))
    draft.fqdn = generatedDomain(draft.uuid, server);
  draft.config_hash = md5(JSON.stringify(draft));
  draft.custom_labels = proxyLabels(draft as Application, destination.network);

  const application = world.state.applications.insert(draft);
  moveBehind(world, domains ?? [], call.team.id, application);
  attachTags(world, application, Array.isArray(input.tags) ? input.tags : []);
  if (application.build_pack === 'nixpacks')
    insertWithTwin(world.state, application, { key: 'NIXPACKS_NODE_VERSION', value: '22' }, now);
  if (isTrue(input.instant_deploy) && world.queue.add(application, { noQuestions: true }).outcome === 'skipped')
    return ok({ message: alreadyQueued });
  return ok({ uuid: application.uuid, domains: application.fqdn }, 201);
}

function findEnvironment(call: Call): Environment {
  const { project_uuid: projectUuid, environment_name: name, environment_uuid: uuid } = call.input;
  if ((name ?? null) === null && (uuid ?? null) === null)
    throw refuse(422, 'You need to provide at least one of environment_name or environment_uuid.');
  const { state } = call.world;
  const project = state.projects.find((p) => p.uuid === projectUuid && p.team_id === call.team.id);
  if (project === undefined) throw notFound('Project not found.');
  const environment =
    environmentByName(state, project, String(name ?? '')) ?? environmentByName(state, project, String(uuid ?? ''));
  if (environment === undefined) throw notFound('Environment not found.');
  return environment;
}

function findServer(call: Call): { server: Server; destination: Destination } {
  const { state } = call.world;
  const server = state.servers.find((s) => s.uuid === call.input.server_uuid && s.team_id === call.team.id);
  if (server === undefined) throw notFound('Server not found.');
  if (server.settings.is_build_server) throw invalid({ server_uuid: ['Build servers cannot host applications.'] });
  const destinations = state.destinations.filter((d) => d.server_id === server.id);
  const wanted = call.input.destination_uuid ?? null;
  const [only] = destinations;
  if (only === undefined) throw refuse(400, 'Server has no destinations.');
  if (destinations.length === 1) return { server, destination: only };
  if (wanted === null) throw refuse(400, 'Server has multiple destinations and you do not set destination_uuid.');
  const destination = destinations.find((d) => d.uuid === wanted);
  if (destination === undefined)
    throw invalid({ destination_uuid: ['Provided destination_uuid does not belong to the specified server.'] });
  return { server, destination };
}

function checkDomains(call: Call, given: string): string[] {
  if (call.input.build_pack === 'dockercompose')
    throw invalid({ domains: ['Use docker_compose_domains instead of domains for Docker Compose applications.'] });
  const { domains, errors } = parseDomains(given);
  if (errors.length > 0) throw invalid({ domains: errors });
  if (!isTrue(call.input.force_domain_override)) refuseConflicts(call.world, domains, call.team.id);
  return domains;
}

const variantFields: Record<Variant, (call: Call, draft: Omit<Application, 'id'>) => void> = {
  public: (call, draft) => setRepository(call.input, draft),
  'private-deploy-key': (call, draft) => {
    const key = call.world.state.privateKeys.find(
      (k) => k.uuid === call.input.private_key_uuid && k.team_id === call.team.id,
    );
    if (key === undefined) throw notFound('Private Key not found.');
    draft.private_key_id = key.id;
  },
  'private-github-app': (call) => {
    const app = call.world.state.githubApps.find(
      (a) => a.uuid === call.input.github_app_uuid && (a.team_id === call.team.id || a.is_system_wide),
    );
    if (app === undefined) throw notFound('Github App not found.');
    if (app.is_public) throw serverError();
    throw refuse(400, 'Failed to generate Github App token.');
  },
  dockerfile: (_, draft) => {
    draft.build_pack = 'dockerfile';
    draft.ports_exposes = '80';
  },
  dockerimage: (call, draft) => {
    draft.build_pack = 'dockerimage';
    Object.assign(draft, splitImage(String(call.input.docker_registry_image_name), draft.docker_registry_image_tag));
  },
};

/** A repository on github.com is stored as `owner/repo` with the public GitHub app as source; others as they came. */
function setRepository(input: JsonObject, draft: Omit<Application, 'id'>): void {
  const repository = String(input.git_repository);
  const url = /^https?:/.test(repository) && URL.canParse(repository) ? new URL(repository) : undefined;
  if (url?.hostname !== 'github.com') return;
  draft.git_repository = url.pathname.slice(1);
  draft.source_type = 'App\\Models\\GithubApp';
  draft.source_id = 0;
}

/** `x:tag` and `x@sha256:hash` in the name give the tag; none gives `latest` (recorded: apps-image 3–5, 38). */
function splitImage(
  given: string,
  tag: string | null,
): Pick<Application, 'docker_registry_image_name' | 'docker_registry_image_tag'> {
  const digest = /^(.+@sha256):([\da-f]+)$/i.exec(given);
  if (digest !== null)
    return { docker_registry_image_name: digest[1] ?? given, docker_registry_image_tag: digest[2] ?? null };
  const tagged = /^(.+):([^/:]+)$/.exec(given);
  if (tagged !== null)
    return { docker_registry_image_name: tagged[1] ?? given, docker_registry_image_tag: tag ?? tagged[2] ?? null };
  return { docker_registry_image_name: given, docker_registry_image_tag: tag ?? 'latest' };
}

function madeUpName(draft: Omit<Application, 'id'>, variant: Variant): string {
  if (variant === 'dockerimage') return `docker-image-${publicId()}`;
  if (variant === 'dockerfile') return `dockerfile-${publicId()}`;
  return `${draft.git_repository?.slice(draft.git_repository.lastIndexOf('/') + 1)}:${draft.git_branch}-${publicId()}`;
}

/** `http://<uuid>.<wildcard domain>`; without one, the server's address under sslip.io. */
export function generatedDomain(uuid: string, server: Server): string {
  const wildcard =
    server.settings.wildcard_domain === null ? `http://${server.ip}.sslip.io` : server.settings.wildcard_domain;
  const { protocol, host } = new URL(wildcard);
  return `${protocol}//${uuid}.${host}`;
}
