import { randomBytes } from 'node:crypto';
import { type TestWorld, testWorld } from '../harness.ts';

export interface FuzzWorld extends AsyncDisposable {
  world: TestWorld;
  /** None of these may ever be read in what leaves. */
  secrets: readonly string[];
  /** Words that name something there is. */
  known: readonly string[];
  env: Record<string, string>;
}

/** Requests a minute: the limit is told in each answer, and this one is never reached. */
const MANY = 1_000_000;

/** A Coolify with an app that has a secret, and limits short enough that nothing waits long. */
export async function fuzzWorld(): Promise<FuzzWorld> {
  const world = await testWorld({ speed: 200, rateLimit: MANY });
  const planted = `planted-${randomBytes(12).toString('hex')}`;
  const token = world.emulator.tokens.root ?? '';
  const env = world.env({ FAIRLEAD_HEALTH_SECONDS: '1', FAIRLEAD_DEPLOYMENT_SECONDS: '5', FAIRLEAD_CALL_SECONDS: '2' });
  const made = await world.cli(
    [
      'app',
      'create',
      world.repo,
      '--name',
      'fuzzed',
      '--domain',
      'http://fuzzed.localhost',
      '--port',
      '3000',
      '--env-vars',
      `API_KEY=${planted}`,
    ],
    { FAIRLEAD_HEALTH_SECONDS: '30', FAIRLEAD_DEPLOYMENT_SECONDS: '60' },
  );
  if (made.code !== 0) throw new Error(`the app was not made: ${made.stderr}`);
  const { applications, servers, projects } = world.emulator.state;
  const uuids = [applications, servers, projects].map((table) => table.all()[0]?.uuid ?? '');
  return {
    world,
    secrets: [planted, token],
    known: ['fuzzed', 'API_KEY', 'production', world.repo, 'http://fuzzed.localhost', planted, ...uuids],
    env,
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}
