// npm run conformance: the protocol's own suite over HTTP, and the clients of the field over stdio. A line a scenario
// that fails; ends with "N of M scenarios", and 1 where one does not hold.
import { silentLog } from '../../src/log.ts';
import { harbour } from '../mcp/harbour.ts';
import { operations } from './fixture/operations.ts';
import { fixtureParts } from './fixture/parts.ts';
import { hosted } from './hosted.ts';
import { product, WITHOUT_FIXTURE } from './product.ts';
import { overStdio } from './stdio.ts';
import { type Outcome, REVISIONS, requiredOf, suite } from './suite.ts';

let held = 0;
let all = 0;

function tell(part: string, outcomes: { scenario: string; failed: string[] }[]): void {
  const good = outcomes.filter(({ failed }) => failed.length === 0);
  held += good.length;
  all += outcomes.length;
  console.log(`${part}: ${good.length} of ${outcomes.length}`);
  for (const { scenario, failed } of outcomes) for (const reason of failed) console.log(`  ✗ ${scenario}: ${reason}`);
}

/** What became of these scenarios, but for the checks that are left out. One that did not run does not hold. */
function chosen(outcomes: readonly Outcome[], wanted: Record<string, string[]>) {
  return Object.entries(wanted).map(([scenario, leftOut]) => {
    const outcome = outcomes.find((one) => one.scenario === scenario);
    const failed = outcome?.failed.filter(({ check }) => !leftOut.includes(check));
    return { scenario, failed: failed?.map(({ check, reason }) => `${check}: ${reason}`) ?? ['it did not run'] };
  });
}

{
  const host = harbour(operations(), silentLog);
  await using server = await hosted(host, fixtureParts());
  for (const revision of REVISIONS) {
    const required = Object.fromEntries((await requiredOf(revision)).map((scenario) => [scenario, []]));
    const outcomes = await suite(server.url, revision);
    tell(`${revision}, required scenarios on the product's hosting`, chosen(outcomes, required));
    const others = outcomes.filter(({ scenario }) => !Object.hasOwn(required, scenario));
    const open = others.filter(({ failed }) => failed.length > 0).map(({ scenario }) => scenario);
    console.log(
      `  beside them, not required: ${others.length - open.length} of ${others.length}${open.length > 0 ? `; not ${open.sort().join(', ')}` : ''}`,
    );
  }
  await host.close();
}
{
  await using server = await product();
  for (const revision of REVISIONS) {
    const outcomes = await suite(server.url, revision);
    tell(`${revision}, the product as it is`, chosen(outcomes, WITHOUT_FIXTURE[revision]));
  }
}
tell('over stdio, the product as it is', await overStdio());

console.log(`\n${held} of ${all} scenarios`);
process.exitCode = held === all ? 0 : 1;
