import { randomUUID } from 'node:crypto';
import { isObject } from './body.ts';
import { HttpProblem, type Problem } from './problem.ts';

/** JSON-RPC's numbers as callers of `/execute` and `/mcp/rpc` know them, by what HTTP says. */
const CODES: Readonly<Record<number, number>> = {
  400: -32600,
  401: -32003,
  403: -32004,
  404: -32007,
  409: -32008,
  410: -32008,
  413: -32600,
  415: -32600,
  422: -32009,
  429: -32005,
  499: -32006,
  502: -32001,
  503: -32001,
  504: -32006,
};
const INTERNAL = -32603;

export type RpcId = string | number;

/** The id of a request; where there is none, one is made. Zero is an id as good as any. */
export function idOf(body: unknown): RpcId {
  const id = isObject(body) ? body.id : undefined;
  if (typeof id === 'string' || typeof id === 'number') return id;
  return randomUUID();
}

/** The params of an `mcp.execute`. Throws what JSON-RPC 2.0 says of anything else. */
export function paramsOf(body: unknown): unknown {
  if (Array.isArray(body)) throw invalid('Batches are not taken.', 'Send one request at a time.');
  if (!isObject(body) || body.jsonrpc !== '2.0' || typeof body.method !== 'string')
    throw invalid(
      'This is no JSON-RPC 2.0 request.',
      'It reads {"jsonrpc": "2.0", "id": 1, "method": "mcp.execute", "params": {…}}.',
    );
  if (body.id !== undefined && body.id !== null && typeof body.id !== 'string' && typeof body.id !== 'number')
    throw invalid('The id is neither a text nor a number.', 'Give another, or none.');
  if (body.method !== 'mcp.execute')
    throw new HttpProblem(404, 'not_found', 'There is no such method.', 'The methods are: mcp.execute.', {
      rpcCode: -32601,
    });
  return body.params;
}

export const rpcResult = (id: RpcId, result: object) => ({ jsonrpc: '2.0', id, result });

export const rpcError = (
  id: RpcId,
  { status, reason, message, next, details, rpcCode }: Problem,
  requestId: string,
) => ({
  jsonrpc: '2.0',
  id,
  error: {
    code: rpcCode ?? CODES[status] ?? INTERNAL,
    message: `${message} ${next}`,
    data: { reason, next, ...(details && { details }), request_id: requestId },
  },
});

const invalid = (message: string, next: string): HttpProblem => new HttpProblem(400, 'invalid_request', message, next);
