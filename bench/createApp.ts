import { testWorld } from '../test/harness.ts';
import { median, type Part } from './figures.ts';

const RUNS = 3;

/** From the moment in which Coolify's deployment is finished to our answer that the app is live. */
export async function createApp(): Promise<Part> {
  const after: number[] = [];
  const whole: number[] = [];
  await using world = await testWorld({ speed: 1 });
  const agent = await world.agent();
  for (let i = 0; i < RUNS; i++) {
    const finished = whenFinished(world.emulator.state, i);
    const since = performance.now();
    const { content, text } = await agent.call('create_app', {
      repo: world.repo,
      name: `hello-${i}`,
      domain: `http://hello-${i}.localhost`,
    });
    const answered = performance.now();
    if (content?.status !== 'success') throw new Error(text);
    after.push(answered - (await finished));
    whole.push(answered - since);
  }
  const inSeconds = (value: number) => `${(value / 1000).toFixed(2)} s`;
  return {
    title: '`create_app`, from repository to live app',
    how: `Medians of ${RUNS} in real time: the emulator clones, builds and runs the app, and its clock is the machine's.`,
    figures: [
      {
        what: 'from Coolify’s `finished` to our answer, which has seen commit, container and URL',
        ours: inSeconds(median(after)),
        goal: { words: '≤ 2 s', reached: median(after) <= 2000 },
      },
      {
        what: 'the whole call',
        ours: inSeconds(median(whole)),
        peer: `${inSeconds(median(whole) - median(after))} (Coolify alone)`,
        ratio: median(whole) / (median(whole) - median(after)),
      },
    ],
  };
}

type State = Awaited<ReturnType<typeof testWorld>>['emulator']['state'];

/** Looks at the emulator's own state, which costs no request. */
async function whenFinished({ deployments }: State, before: number): Promise<number> {
  while (deployments.filter(({ status }) => status === 'finished').length <= before) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return performance.now();
}
