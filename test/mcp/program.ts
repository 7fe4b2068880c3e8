import { jsonLog } from '../../src/log.ts';
import { serveMcpStdio } from '../../src/surfaces/mcp/serve.ts';
import { toolTable } from '../../src/surfaces/mcp/server.ts';
import { fleet } from './fleet.ts';
import { harbour } from './harbour.ts';

/** A whole server process around the surface, as `fairlead mcp` is one. */
const stopping = new AbortController();
process.on('SIGTERM', () => stopping.abort());
const parts = harbour(
  fleet(),
  jsonLog((text) => text),
);
await serveMcpStdio({ ...parts, table: toolTable(parts), stopping: stopping.signal });
await parts.close();
process.stderr.write('closed\n');
