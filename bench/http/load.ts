import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';

export interface Target {
  pid: number;
  url: string;
  key: string;
}

export interface Load {
  perSecond: number;
  /** Median time of a call, milliseconds. */
  p50: number;
  /** Processor time of the server for a call, microseconds. */
  cpu: number;
}

const VERSION = '2026-07-28';
const body = Buffer.from(
  JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: {
      name: 'echo',
      arguments: { text: 'hello' },
      _meta: {
        'io.modelcontextprotocol/protocolVersion': VERSION,
        'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    },
  }),
);

/** So many clients, each with a connection of its own and one call after the other, for so long. */
export async function load(target: Target, clients: number, milliseconds: number): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const times: number[] = [];
  const cpuBefore = cpuOf(target.pid);
  const since = performance.now();
  const client = async () => {
    while (performance.now() - since < milliseconds) {
      const begun = performance.now();
      await call(target, agent);
      times.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  const took = performance.now() - since;
  agent.destroy();
  times.sort((a, b) => a - b);
  return {
    perSecond: (times.length / took) * 1000,
    p50: times[times.length >> 1]!,
    cpu: (cpuOf(target.pid) - cpuBefore) / times.length,
  };
}

function call({ url, key }: Target, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/mcp`, {
      agent,
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        'content-length': body.length,
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': VERSION,
        'mcp-method': 'tools/call',
        'mcp-name': 'echo',
      },
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => {
        if (response.statusCode === 200 && text.includes('hello')) resolve();
        else reject(new Error(`${response.statusCode} ${text}`));
      });
    });
    sent.end(body);
  });
}

/** User and system time in microseconds; Linux counts in hundredths of a second. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}
