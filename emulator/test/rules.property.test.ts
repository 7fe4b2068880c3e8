import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../src/index.ts';
import {
  type Application,
  addVariable,
  applicationsIn,
  type Database,
  type Deployment,
  isActive,
  isKey,
  isName,
  type Project,
  startNext,
  variable,
  type World,
} from './model.ts';

let coolify: Emulator;
beforeAll(async () => {
  coolify = await startEmulator({ speed: 0, rateLimit: Number.POSITIVE_INFINITY });
});
afterAll(() => coolify.close());

type Body = Record<string, unknown>;

async function call(method: string, path: string, body?: object): Promise<{ status: number; body: Body }> {
  const response = await fetch(`${coolify.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${coolify.tokens.root}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Body };
}

/** Lets emulated time pass, and the machine's work end before each step of it. */
async function pass(milliseconds: number): Promise<void> {
  await coolify.settled();
  for (let passed = 0; passed < milliseconds; passed += 250) {
    await coolify.clock.advance(250);
    await coolify.settled();
  }
}

const at = <T>(list: T[], index: number): T | undefined => (list.length === 0 ? undefined : list[index % list.length]);
const index = fc.nat({ max: 5 });
const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('shop', 'Shop 2', 'Грузовик', 'a/b', 'prod (old)') },
  { weight: 1, arbitrary: fc.constantFrom('ab', 'no<tags>', 'x'.repeat(256), 'tab?') },
  { weight: 1, arbitrary: fc.string({ minLength: 1, maxLength: 6 }).filter((text) => text.trim() === text) },
);
const key = fc.constantFrom('A', 'B', 'LONG_NAME', 'dotted.name', '1BAD', 'no-dash');
const value = fc.constantFrom('', 'plain', 'two words', '$A', 'é', null);

/** One call: what it does to the emulator and to the model, and what both have to say. */
type Step = (world: World) => Promise<void>;

/** Steps that a failure tells by name and input. */
function named<Given, Made extends object>(
  title: string,
  given: fc.Arbitrary<Given>,
  make: (given: Given) => Made,
): fc.Arbitrary<Made> {
  return given.map((value) =>
    Object.assign(make(value), { [fc.toStringMethod]: () => `${title} ${fc.stringify(value)}` }),
  );
}

const said = (answer: { status: number; body: Body }, status: number, body?: Body | string) => {
  expect(answer.status, JSON.stringify(answer.body)).toBe(status);
  if (body !== undefined) expect(answer.body).toMatchObject(typeof body === 'string' ? { message: body } : body);
};

const createProject = named(
  'createProject',
  fc.record({ name, description: fc.constantFrom('', 'words') }),
  ({ name, description }): Step =>
    async (world) => {
      const answer = await call('POST', '/projects', { name, description });
      if (!isName(name)) return said(answer, 422, 'Validation failed.');
      said(answer, 201);
      const project: Project = { uuid: String(answer.body.uuid), name, description, environments: [] };
      project.environments.push({ name: 'production', project });
      world.projects.push(project);
    },
);

const renameProject = named(
  'renameProject',
  fc.record({ index, name }),
  ({ index, name }): Step =>
    async (world) => {
      const project = at(world.projects, index);
      const answer = await call('PATCH', `/projects/${project?.uuid ?? 'nothing'}`, { name });
      if (!isName(name)) return said(answer, 422, 'Validation failed.');
      if (project === undefined) return said(answer, 404, 'Project not found.');
      project.name = name;
      said(answer, 201, { uuid: project.uuid, name, description: project.description });
    },
);

const deleteProject = named(
  'deleteProject',
  index,
  (index): Step =>
    async (world) => {
      const project = at(world.projects, index);
      const answer = await call('DELETE', `/projects/${project?.uuid ?? 'nothing'}`);
      if (project === undefined) return said(answer, 404, 'Project not found.');
      if (applicationsIn(world, project).length > 0)
        return said(answer, 400, 'Project has resources, so it cannot be deleted.');
      said(answer, 200, 'Project deleted.');
      world.projects.splice(world.projects.indexOf(project), 1);
    },
);

const createEnvironment = named(
  'createEnvironment',
  fc.record({ index, name }),
  ({ index, name }): Step =>
    async (world) => {
      const project = at(world.projects, index);
      const answer = await call('POST', `/projects/${project?.uuid ?? 'nothing'}/environments`, { name });
      if (!isName(name)) return said(answer, 422, 'Validation failed.');
      if (project === undefined) return said(answer, 404, 'Project not found.');
      const kept = name.replaceAll('/', '-');
      if (project.environments.some((environment) => environment.name === kept))
        return said(answer, 409, 'Environment with this name already exists.');
      said(answer, 201);
      project.environments.push({ name: kept, project });
    },
);

const deleteEnvironment = named(
  'deleteEnvironment',
  fc.record({ index, which: index }),
  ({ index, which }): Step =>
    async (world) => {
      const project = at(world.projects, index);
      const environment = at(project?.environments ?? [], which);
      if (project === undefined || environment === undefined) return;
      const answer = await call(
        'DELETE',
        `/projects/${project.uuid}/environments/${encodeURIComponent(environment.name)}`,
      );
      if (applicationsIn(world, environment).length > 0)
        return said(answer, 400, 'Environment has resources, so it cannot be deleted.');
      said(answer, 200, 'Environment deleted.');
      project.environments.splice(project.environments.indexOf(environment), 1);
    },
);

const createApplication = named(
  'createApplication',
  fc.record({ index, which: index, tag: fc.constantFrom('1.0.0', '1.1.0', '9.9.9') }),
  ({ index, which, tag }): Step =>
    async (world) => {
      const project = at(world.projects, index);
      const environment = at(project?.environments ?? [], which);
      const answer = await call('POST', '/applications/dockerimage', {
        project_uuid: project?.uuid ?? 'nothing',
        server_uuid: 'localhost',
        environment_name: environment?.name ?? 'nowhere',
        docker_registry_image_name: '127.0.0.1:5000/acme/hello',
        docker_registry_image_tag: tag,
        ports_exposes: '3000',
        name: 'hello',
      });
      if (project === undefined) return said(answer, 404, 'Project not found.');
      if (environment === undefined) return said(answer, 404, 'Environment not found.');
      said(answer, 201);
      const uuid = String(answer.body.uuid);
      world.applications.push({ uuid, name: 'hello', environment, tag, variables: [], deployments: [] });
    },
);

const deleteApplication = named(
  'deleteApplication',
  index,
  (index): Step =>
    async (world) => {
      const application = at(world.applications, index);
      const answer = await call('DELETE', `/applications/${application?.uuid ?? 'nothing'}`);
      if (application === undefined) return said(answer, 404, 'Application not found');
      said(answer, 200, 'Application deletion request queued.');
      await pass(3000);
      world.applications.splice(world.applications.indexOf(application), 1);
      said(await call('GET', `/applications/${application.uuid}`), 404, 'Application not found.');
    },
);

const createVariable = named(
  'createVariable',
  fc.record({ index, key, value, preview: fc.boolean(), literal: fc.boolean() }),
  ({ index, key, value, preview, literal }): Step =>
    async (world) => {
      const application = at(world.applications, index);
      const given = { key, value, is_preview: preview, is_literal: literal };
      const answer = await call('POST', `/applications/${application?.uuid ?? 'nothing'}/envs`, given);
      if (application === undefined) return said(answer, 404, 'Application not found');
      if (!isKey(key)) return said(answer, 422, 'Validation failed.');
      if (variable(application, key, preview) !== undefined)
        return said(answer, 409, 'Environment variable already exists. Use PATCH request to update it.');
      said(answer, 201);
      addVariable(application, { key, value: value || null, preview, literal }, String(answer.body.uuid));
    },
);

/** A replacement: what is not sent falls back (recorded: envs 36–41). */
const replaceVariable = named(
  'replaceVariable',
  fc.record({ index, key, value, preview: fc.boolean() }),
  ({ index, key, value, preview }): Step =>
    async (world) => {
      const application = at(world.applications, index);
      const given = { key, value, is_preview: preview };
      const answer = await call('PATCH', `/applications/${application?.uuid ?? 'nothing'}/envs`, given);
      if (application === undefined) return said(answer, 404, 'Application not found');
      if (!isKey(key)) return said(answer, 422, 'Validation failed.');
      const row = variable(application, key, preview);
      if (row === undefined) return said(answer, 404, 'Environment variable not found.');
      said(answer, 201, { key, value: value || null, is_preview: preview, is_literal: false });
      Object.assign(row, { value: value || null, literal: false });
    },
);

/** One after the other: what stands before a bad one is kept (recorded: envs 43–49). */
const writeVariables = named(
  'writeVariables',
  fc.record({ index, pairs: fc.array(fc.tuple(key, value), { maxLength: 4 }) }),
  ({ index, pairs }): Step =>
    async (world) => {
      const application = at(world.applications, index);
      if (application === undefined) return;
      const data = pairs.map(([key, value]) => ({ key, value }));
      const answer = await call('PATCH', `/applications/${application.uuid}/envs/bulk`, { data });
      if (pairs.length === 0) return said(answer, 400, 'Bulk data is required.');
      for (const [key, value] of pairs) {
        if (!isKey(key)) return said(answer, 422, 'Validation failed.');
        const row = variable(application, key, false);
        if (row === undefined)
          addVariable(application, { key, value: value || null, preview: false, literal: false }, undefined);
        else row.value = value || null;
      }
      said(answer, 201);
    },
);

const deleteVariable = named(
  'deleteVariable',
  fc.record({ index, which: index }),
  ({ index, which }): Step =>
    async (world) => {
      const application = at(world.applications, index);
      const row = at(application?.variables.filter(({ uuid }) => uuid !== undefined) ?? [], which);
      if (application === undefined || row === undefined) return;
      said(
        await call('DELETE', `/applications/${application.uuid}/envs/${row.uuid}`),
        200,
        'Environment variable deleted.',
      );
      application.variables.splice(application.variables.indexOf(row), 1);
    },
);

/** What both hold, at every moment. */
async function compare(world: World): Promise<void> {
  const projects = (await call('GET', '/projects')).body as unknown as Body[];
  const own = projects.filter(({ uuid }) => world.projects.some((project) => project.uuid === uuid));
  expect(own.map(({ uuid, name }) => ({ uuid, name }))).toEqual(
    world.projects.map(({ uuid, name }) => ({ uuid, name })),
  );
  for (const project of world.projects) {
    const { body } = await call('GET', `/projects/${project.uuid}`);
    expect((body.environments as Body[]).map((environment) => environment.name).sort()).toEqual(
      project.environments.map((environment) => environment.name).sort(),
    );
  }
  for (const application of world.applications) {
    const rows = (await call('GET', `/applications/${application.uuid}/envs`)).body as unknown as Body[];
    const seen = rows.map(({ key, value, is_preview: preview, is_literal: literal }) => ({
      key,
      value,
      preview,
      literal,
    }));
    const wanted = application.variables.map(({ uuid: _, ...rest }) => rest);
    expect(seen).toEqual([...wanted.filter((row) => !row.preview), ...wanted.filter((row) => row.preview)]);
  }
}

test('projects, environments, applications and variables do what a model of the rules does', async () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: createProject },
    renameProject,
    deleteProject,
    { weight: 2, arbitrary: createEnvironment },
    deleteEnvironment,
    { weight: 3, arbitrary: createApplication },
    deleteApplication,
    { weight: 4, arbitrary: createVariable },
    { weight: 2, arbitrary: replaceVariable },
    { weight: 2, arbitrary: writeVariables },
    deleteVariable,
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 30, size: 'max' }), async (steps) => {
      const world: World = { projects: [], applications: [] };
      for (const step of steps) await step(world);
      await compare(world);
    }),
    { numRuns: 40 },
  );
});

type DeploymentStep = (world: World, order: Deployment[]) => Promise<void>;

/** A deployment that is taken is queued or runs at once; where the same commit waits already, nothing is made (recorded: deploy-image 8, 66–79). */
async function take(world: World, order: Deployment[], application: Application, made: Deployment): Promise<void> {
  application.deployments.push(made);
  order.push(made);
  startNext(world, order);
}

const start = named(
  'start',
  fc.record({ index, force: fc.boolean() }),
  ({ index, force }): DeploymentStep =>
    async (world, order) => {
      const application = at(world.applications, index) as Application;
      const answer = await call('POST', `/applications/${application.uuid}/start?force=${force}`);
      const waits = application.deployments.some((one) => isActive(one) && one.commit === 'HEAD');
      if (waits && !force) return said(answer, 200, { message: 'Deployment already queued for this commit.' });
      said(answer, 200, 'Deployment request queued.');
      const uuid = String(answer.body.deployment_uuid);
      await take(world, order, application, { status: 'queued', commit: 'HEAD', rollback: false, uuid });
    },
);

const rollback = named(
  'rollback',
  fc.record({ index, commit: fc.constantFrom('1.0.0', '1.1.0', 'bad commit') }),
  ({ index, commit }): DeploymentStep =>
    async (world, order) => {
      const application = at(world.applications, index) as Application;
      const answer = await call('POST', `/applications/${application.uuid}/rollback`, { commit });
      if (commit.includes(' ')) return said(answer, 422, 'Validation failed.');
      said(answer, 200, 'Rollback deployment queued.');
      const uuid = String(answer.body.deployment_uuid);
      await take(world, order, application, { status: 'queued', commit, rollback: true, uuid });
    },
);

const cancel = named(
  'cancel',
  fc.record({ index, which: index }),
  ({ index, which }): DeploymentStep =>
    async (world, order) => {
      const application = at(world.applications, index) as Application;
      const deployment = at(application.deployments, which);
      if (deployment === undefined) return;
      const asked = call('POST', `/deployments/${deployment.uuid}/cancel`);
      const { status } = deployment;
      if (!isActive(deployment))
        return said(await asked, 400, `Deployment cannot be cancelled. Current status: ${status}`);
      deployment.status = 'cancelled-by-user';
      let answered = false;
      void asked.finally(() => {
        answered = true;
      });
      while (!answered) await pass(250);
      said(await asked, 200, { status: 'cancelled-by-user' });
      startNext(world, order);
    },
);

/** Long enough for every deployment under way to end, those behind it included. */
const finish = fc.constant<DeploymentStep>(async (world, order) => {
  while (order.some(isActive)) {
    await pass(9000);
    for (const deployment of order.filter(({ status }) => status === 'in_progress')) {
      const application = world.applications.find(({ deployments }) => deployments.includes(deployment));
      // An image that is not there cannot be had; a rollback of an image application deploys what is configured.
      deployment.status = application?.tag === '9.9.9' ? 'failed' : 'finished';
    }
    startNext(world, order);
  }
});

test('deployments queue, run, are cancelled and rolled back as in a model of the rules', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('1.0.0', '9.9.9'), { minLength: 1, maxLength: 3 }),
      fc.array(fc.oneof({ weight: 4, arbitrary: start }, { weight: 2, arbitrary: rollback }, cancel, finish), {
        minLength: 3,
        maxLength: 8,
      }),
      finish,
      async (tags, steps, last) => {
        const world: World = { projects: [], applications: [] };
        const project: Project = { uuid: 'project', name: '', description: '', environments: [] };
        const environment = { name: 'production', project };
        for (const tag of tags) {
          const { body } = await call('POST', '/applications/dockerimage', {
            project_uuid: 'project',
            server_uuid: 'localhost',
            environment_name: 'production',
            docker_registry_image_name: '127.0.0.1:5000/acme/hello',
            docker_registry_image_tag: tag,
            ports_exposes: '3000',
          });
          const uuid = String(body.uuid);
          world.applications.push({ uuid, name: '', environment, tag, variables: [], deployments: [] });
        }
        const order: Deployment[] = [];
        for (const step of [...steps, last]) {
          await step(world, order);
          for (const application of world.applications) {
            const { body } = await call('GET', `/deployments/applications/${application.uuid}?take=100`);
            const rows = body.deployments as Body[];
            expect(rows.map(({ deployment_uuid: uuid, status, rollback }) => ({ uuid, status, rollback }))).toEqual(
              application.deployments.map(({ uuid, status, rollback }) => ({ uuid, status, rollback })).reverse(),
            );
          }
        }
        for (const { uuid } of world.applications) await call('DELETE', `/applications/${uuid}`);
        await pass(5000);
      },
    ),
    { numRuns: 6 },
  );
});

type DatabaseStep = (databases: Database[]) => Promise<void>;

const createDatabase = named(
  'createDatabase',
  fc.constantFrom('redis', 'keydb'),
  (type): DatabaseStep =>
    async (databases) => {
      const answer = await call('POST', `/databases/${type}`, {
        project_uuid: 'project',
        server_uuid: 'localhost',
        environment_name: 'production',
      });
      said(answer, 201);
      // Of the two, the server can only pull Redis (the recordings' README).
      const database: Database = {
        uuid: String(answer.body.uuid),
        runnable: type === 'redis',
        seen: 'exited',
        runs: false,
        deleted: false,
      };
      databases.push(database);
    },
);

/** Judged by the status that Coolify saw last (recorded: run-databases 4, 5, 11–14). */
const turnDatabase = named(
  'turnDatabase',
  fc.record({ index, action: fc.constantFrom('start', 'stop', 'restart') }),
  ({ index, action }): DatabaseStep =>
    async (databases) => {
      const database = at(
        databases.filter(({ deleted }) => !deleted),
        index,
      );
      const answer = await call('POST', `/databases/${database?.uuid ?? 'nothing'}/${action}`);
      if (database === undefined) return said(answer, 404, 'Database not found.');
      if (action === 'start' && database.seen === 'running') return said(answer, 400, 'Database is already running.');
      if (action === 'stop' && database.seen === 'exited') return said(answer, 400, 'Database is already stopped.');
      said(answer, 200);
      database.runs = action !== 'stop' && database.runnable;
    },
);

const deleteDatabase = named(
  'deleteDatabase',
  index,
  (index): DatabaseStep =>
    async (databases) => {
      const database = at(
        databases.filter(({ deleted }) => !deleted),
        index,
      );
      if (database === undefined) return;
      said(await call('DELETE', `/databases/${database.uuid}`), 200, 'Database deletion request queued.');
      database.deleted = true;
    },
);

/** Every job ends, and a full minute passes, at which Coolify looks. */
const waitForMinute = fc.constant<DatabaseStep>(
  Object.assign(
    async (databases: Database[]) => {
      await pass(10_000);
      await coolify.clock.advance(60_000);
      await pass(5000);
      for (const database of [...databases]) {
        const answer = await call('GET', `/databases/${database.uuid}`);
        database.seen = database.runs ? 'running' : 'exited';
        if (database.deleted) {
          said(answer, 404, 'Database not found.');
          databases.splice(databases.indexOf(database), 1);
        } else expect(String(answer.body.status).split(':')[0]).toBe(database.seen);
      }
    },
    { [fc.toStringMethod]: () => 'waitForMinute' },
  ),
);

test('databases start and stop by what Coolify saw last, as in a model of the rules', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof({ weight: 2, arbitrary: createDatabase }, { weight: 4, arbitrary: turnDatabase }, deleteDatabase, {
          weight: 2,
          arbitrary: waitForMinute,
        }),
        { minLength: 4, maxLength: 10 },
      ),
      async (steps) => {
        const databases: Database[] = [];
        for (const step of steps) await step(databases);
        for (const { uuid } of databases) await call('DELETE', `/databases/${uuid}`);
        await pass(5000);
      },
    ),
    { numRuns: 10 },
  );
});
