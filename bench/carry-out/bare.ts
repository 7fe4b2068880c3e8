// A process of its own: DBOS is one for a process. Arguments: how many runs, the database.
import { DBOS } from '@dbos-inc/dbos-sdk';
import { printTimes } from './times.ts';

const [runs, url = ''] = process.argv.slice(2);
DBOS.setConfig({ name: 'bare', systemDatabaseUrl: url, logLevel: 'error', runAdminServer: false });
const workflow = DBOS.registerWorkflow(
  async () => {
    for (const name of ['one', 'two', 'three']) await DBOS.runStep(async () => ({}), { name });
  },
  { name: 'trivial' },
);
await DBOS.launch();
await printTimes(Number(runs), async (index) => {
  const handle = await DBOS.startWorkflow(workflow, { workflowID: `bare-${Date.now()}-${index}` })();
  await handle.getResult();
});
await DBOS.shutdown();
