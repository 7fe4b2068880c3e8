import type { Answer, Incident } from '../../src/engine/answer.ts';
import { startMember } from './member.ts';
import { HOST, makeWorld, REPOSITORY, type Site, type World } from './world.ts';

/** How a run ended, as its caller is told. */
export interface End {
  status: string;
  incident?: Incident;
  details: { not_restored?: string[] };
}

/** An operation that is struck, and what has to be true of the world when it has ended. */
export interface Job {
  name: string;
  prepare(world: World): Promise<void>;
  arguments(world: World): Record<string, unknown>;
  /** All that is not as it should be. `twice`: a second effect is no fault here, but what it left counts. */
  wrong(world: World, end: End, twice: boolean): Promise<string[]>;
  /** In a few words, for the table. */
  tell(world: World): string;
}

const createApp: Job = {
  name: 'create_app',
  prepare: async () => undefined,
  arguments: () => ({
    repo: REPOSITORY,
    name: 'hello',
    build_pack: 'static',
    domain: `http://${HOST}`,
    env_vars: [{ key: 'GREETING', value: 'Servus' }],
  }),
  async wrong({ emulator, made, page }, { status }, twice) {
    const apps = emulator.state.applications.all();
    const most = twice ? 2 : 1;
    return [
      ...expect(made.applications <= most, `${made.applications} apps were made`),
      ...expect(made.deployments <= most, `${made.deployments} deployments were made`),
      ...(status === 'success'
        ? [
            ...expect(apps.length >= 1 && apps.length <= most, `${apps.length} apps are there`),
            ...expect((await page()).includes('version 2'), `a visitor reads ${await page()}`),
            ...expect(
              emulator.state.variables.filter(({ key, is_preview }) => key === 'GREETING' && !is_preview).length >= 1,
              'the variable is not set',
            ),
          ]
        : []),
      ...(status === 'rolled_back' ? expect(apps.length === 0, `${apps.length} apps are left`) : []),
      ...containersOfNobody(emulator),
    ];
  },
  tell: ({ made }) => `${made.applications} app, ${made.deployments} deployment`,
};

const redeploy: Job = {
  name: 'deploy_application',
  prepare: async (world) => void (await world.deployFirst()),
  arguments: ({ site }) => ({ name: 'hello', commit: site.second }),
  async wrong({ emulator, made, page, site }, { status }, twice) {
    const [app] = emulator.state.applications.all();
    const rolledBack = status === 'rolled_back';
    // The first is the preparation's; one more may bring it back.
    const most = 2 + (twice ? 1 : 0) + (rolledBack ? 1 : 0);
    const commit = rolledBack ? site.first : site.second;
    return [
      ...expect(made.applications === 1, `${made.applications} apps were made`),
      ...expect(made.deployments <= most, `${made.deployments - 1} deployments were made`),
      ...(status === 'failed'
        ? []
        : [
            ...expect(app?.git_commit_sha === commit, `the app is pinned at ${app?.git_commit_sha}`),
            ...expect(
              (await page()).includes(rolledBack ? 'version 1' : 'version 2'),
              `a visitor reads ${await page()}`,
            ),
          ]),
      ...containersOfNobody(emulator),
    ];
  },
  tell: ({ made }) => `${made.deployments - 1} deployment`,
};

const deleteApp: Job = {
  name: 'delete_app',
  prepare: async (world) => void (await world.deployFirst()),
  arguments: () => ({ name: 'hello', confirm_destructive: true }),
  async wrong({ emulator, made }, { status }) {
    const apps = emulator.state.applications.all();
    return [
      ...expect(made.applications === 1, `${made.applications} apps were made`),
      ...expect(status !== 'success' || apps.length === 0, 'the app is still there'),
      ...expect(status !== 'rolled_back', 'a deletion was called rolled back'),
      ...containersOfNobody(emulator),
    ];
  },
  tell: ({ emulator }) => `${emulator.state.applications.all().length} app left`,
};

const probe: Job = {
  name: 'probe',
  prepare: async () => undefined,
  arguments: () => ({}),
  async wrong({ emulator, made }, { status }, twice) {
    const left = emulator.state.projects.filter(({ name }) => name.startsWith('txn-')).length;
    return [
      ...expect(made.projects <= (twice ? 4 : 3), `${made.projects} projects were made`),
      ...(status === 'success' ? expect(left === made.projects && left >= 3, `${left} projects are there`) : []),
      ...(status === 'rolled_back' ? expect(left === 0, `${left} projects are left`) : []),
    ];
  },
  tell: ({ made }) => `${made.projects} projects`,
};

export const jobs: readonly Job[] = [createApp, redeploy, deleteApp, probe];

/** Names of the steps of its plan, from a dry run. */
export async function stepsOf(job: Job, site: Site): Promise<string[]> {
  await using world = await makeWorld(site);
  await job.prepare(world);
  const member = await startMember({ environment: world.environment, factor: 1, takeUp: false });
  world.defer(() => member.close());
  const plan = await member.ask<Answer>('call', job.name, { ...job.arguments(world), dry_run: true }, 0);
  return (plan.execution_plan?.steps ?? []).map(({ action }) => action);
}

export const expect = (holds: boolean, else_: string): string[] => (holds ? [] : [else_]);

/** Containers of an application that is not there any more. */
function containersOfNobody({ machine, state }: World['emulator']): string[] {
  const known = new Set(state.applications.all().map(({ uuid }) => uuid));
  return machine.containers().flatMap(({ name, labels }) => {
    const uuid = labels['coolify.name'];
    return uuid === undefined || known.has(uuid) ? [] : [`container ${name} belongs to no app`];
  });
}
