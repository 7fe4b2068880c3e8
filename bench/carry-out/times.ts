const WARM_UP = 10;

/** Carries out so many runs one after the other and prints their times, as JSON. */
export async function printTimes(runs: number, carryOut: (index: number) => Promise<unknown>): Promise<void> {
  const times: number[] = [];
  for (let i = 0; i < runs + WARM_UP; i++) {
    const since = performance.now();
    await carryOut(i);
    if (i >= WARM_UP) times.push(performance.now() - since);
  }
  process.stdout.write(JSON.stringify(times));
}
