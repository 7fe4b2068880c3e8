import { invalid, notFound, ok, refuse } from '../http/answer.ts';
import type { Call, Routes } from '../http/call.ts';
import { pick, serialize } from '../http/serialize.ts';
import { type Errors, hasErrors, type Messages, type Rules, refuseUnknown, validate } from '../http/validate.ts';
import { publicId } from '../ids.ts';
import type { JsonObject } from '../json.ts';
import { presentApplicationRow } from '../present/application.ts';
import { presentDatabaseRow } from '../present/database.ts';
import { presentServiceRow } from '../present/service.ts';
import { allDatabases } from '../state/database.ts';
import type { Environment, Project } from '../state/rows.ts';
import type { State } from '../state/state.ts';
import { rowTime } from '../times.ts';

/** Projects and their environments (recorded: projects, bad-input 1–15, 62–64). */
export const projectRoutes: Routes = {
  'GET /projects': (call) =>
    ok(projectsOf(call).map((project) => serialize(pick(project, ['id', 'uuid', 'name', 'description'])))),
  'GET /projects/{uuid}': getProject,
  'POST /projects': createProject,
  'PATCH /projects/{uuid}': updateProject,
  'DELETE /projects/{uuid}': deleteProject,
  'GET /projects/{uuid}/environments': (call) =>
    ok(
      environmentsOf(call.world.state, findProject(call)).map((environment) =>
        serialize(pick(environment, ['id', 'uuid', 'name'])),
      ),
    ),
  'POST /projects/{uuid}/environments': createEnvironment,
  'GET /projects/{uuid}/{environment_name_or_uuid}': getEnvironment,
  'PATCH /projects/{uuid}/environments/{environment_name_or_uuid}': updateEnvironment,
  'DELETE /projects/{uuid}/environments/{environment_name_or_uuid}': deleteEnvironment,
};

const nameForm = /^[\p{L}\p{M}\p{N}\s\-_./@&()#,:+]+$/u;
const messages: Messages = {
  'name.min': 'The name must be at least 3 characters.',
  'name.max': 'The name may not be greater than 255 characters.',
  'name.regex':
    'The name may only contain letters (including Unicode), numbers, spaces, and these characters: - _ . / @ & ( ) # , : +',
  'description.max': 'The description may not be greater than 255 characters.',
};
const nameRules = ['string', 'min:3', 'max:255', { regex: nameForm }] as const;
const descriptionRules = ['nullable', 'string', 'max:255'] as const;
const creating: Rules = { name: ['required', ...nameRules], description: descriptionRules };
const updating: Rules = { name: ['sometimes', 'required', ...nameRules], description: descriptionRules };
const fields = ['name', 'description'];

/** The project named in the path, of the caller's team. Throws the 404. */
export function findProject(call: Call): Project {
  const project = call.world.state.projects.find((p) => p.uuid === call.params.uuid && p.team_id === call.team.id);
  if (project === undefined) throw notFound('Project not found.');
  return project;
}

/** The environment named in the path, by name first. Throws the 404. */
export function findEnvironment(call: Call, project: Project): Environment {
  const environment = environmentByName(call.world.state, project, call.params.environment_name_or_uuid ?? '');
  if (environment === undefined) throw notFound('Environment not found.');
  return environment;
}

export function environmentByName(state: State, project: Project, nameOrUuid: string): Environment | undefined {
  const environments = environmentsOf(state, project);
  return environments.find((e) => e.name === nameOrUuid) ?? environments.find((e) => e.uuid === nameOrUuid);
}

export function insertProject(
  state: State,
  project: Pick<Project, 'name' | 'description' | 'team_id'> & { uuid?: string },
  now: string,
): Project {
  const row = state.projects.insert({
    uuid: publicId(),
    created_at: now,
    updated_at: now,
    icon_path: null,
    icon_storage_type: null,
    icon_s3_storage_id: null,
    ...project,
  });
  insertEnvironment(state, row, { name: 'production', description: null }, now);
  return row;
}

function insertEnvironment(
  state: State,
  project: Project,
  environment: Pick<Environment, 'name' | 'description'>,
  now: string,
): Environment {
  return state.environments.insert({
    ...environment,
    project_id: project.id,
    uuid: publicId(),
    created_at: now,
    updated_at: now,
  });
}

function projectsOf(call: Call): Project[] {
  return call.world.state.projects.filter((project) => project.team_id === call.team.id);
}

function environmentsOf(state: State, project: Project): Environment[] {
  return state.environments.filter((environment) => environment.project_id === project.id);
}

function getProject(call: Call) {
  const project = findProject(call);
  return ok(
    serialize({
      ...project,
      environments: environmentsOf(call.world.state, project).map((environment) => ({ ...environment })),
    }),
  );
}

function createProject(call: Call) {
  call.requireJson();
  check(call.input, creating);
  const project = insertProject(
    call.world.state,
    { name: String(call.input.name), description: stringOrNull(call.input.description) ?? '', team_id: call.team.id },
    now(call),
  );
  return ok({ uuid: project.uuid }, 201);
}

function updateProject(call: Call) {
  call.requireJson();
  check(call.input, updating);
  const project = findProject(call);
  Object.assign(project, call.input, { updated_at: now(call) });
  return ok({ uuid: project.uuid, name: project.name, description: project.description }, 201);
}

function deleteProject(call: Call) {
  const project = findProject(call);
  const { state } = call.world;
  const environments = environmentsOf(state, project);
  if (environments.some((environment) => hasResources(state, environment)))
    throw refuse(400, 'Project has resources, so it cannot be deleted.');
  for (const environment of environments) state.environments.remove(environment);
  state.projects.remove(project);
  return ok({ message: 'Project deleted.' });
}

function getEnvironment(call: Call) {
  const environment = findEnvironment(call, findProject(call));
  const { world } = call;
  const applications = world.state.applications.filter((a) => a.environment_id === environment.id);
  return ok(
    serialize({
      ...environment,
      applications: applications.map((application) => presentApplicationRow(world, application, call.sensitive)),
      ...databasesIn(call, environment),
      services: world.state.services
        .filter((service) => service.environment_id === environment.id)
        .map((service) => presentServiceRow(world, service, call.sensitive)),
    }),
  );
}

/** Of five of the eight kinds: KeyDB, Dragonfly and ClickHouse are left out (coolify.md 3.6). */
function databasesIn(call: Call, environment: Environment): JsonObject {
  const { world, sensitive } = call;
  const shown = (['mariadbs', 'mongodbs', 'mysqls', 'postgresqls', 'redis'] as const).map((table) => {
    const rows = world.state[table].filter((database) => database.environment_id === environment.id);
    return [table, rows.map((database) => presentDatabaseRow(world, database, sensitive))] as const;
  });
  return Object.fromEntries(shown);
}

function createEnvironment(call: Call) {
  call.requireJson();
  check(call.input, creating);
  const project = findProject(call);
  const name = String(call.input.name).replaceAll('/', '-');
  refuseTaken(call.world.state, project, name);
  const environment = insertEnvironment(
    call.world.state,
    project,
    { name, description: stringOrNull(call.input.description) },
    now(call),
  );
  return ok({ uuid: environment.uuid }, 201);
}

function updateEnvironment(call: Call) {
  call.requireJson();
  check(call.input, updating);
  const project = findProject(call);
  const environment = findEnvironment(call, project);
  if (call.input.name !== undefined && call.input.name !== environment.name)
    refuseTaken(call.world.state, project, String(call.input.name).replaceAll('/', '-'));
  Object.assign(environment, call.input, { updated_at: now(call) });
  environment.name = environment.name.replaceAll('/', '-');
  return ok({ uuid: environment.uuid, name: environment.name, description: environment.description });
}

function deleteEnvironment(call: Call) {
  const environment = findEnvironment(call, findProject(call));
  const { state } = call.world;
  if (hasResources(state, environment)) throw refuse(400, 'Environment has resources, so it cannot be deleted.');
  state.environments.remove(environment);
  return ok({ message: 'Environment deleted.' });
}

function refuseTaken(state: State, project: Project, name: string) {
  if (environmentsOf(state, project).some((e) => e.name === name))
    throw refuse(409, 'Environment with this name already exists.');
}

function hasResources(state: State, environment: Environment): boolean {
  const all = [...state.applications.all(), ...allDatabases(state), ...state.services.all()];
  return all.some((resource) => resource.environment_id === environment.id);
}

function check(input: JsonObject, rules: Rules) {
  const errors: Errors = refuseUnknown(validate(input, rules, messages), input, fields);
  if (hasErrors(errors)) throw invalid(errors);
}

function stringOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function now(call: Call): string {
  return rowTime(call.world.clock.now());
}
