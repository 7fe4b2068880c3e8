import type { Found, Listed } from '../../gateway/catalog.ts';
import type { Admitted, Gateway, Reply } from '../../gateway/gateway.ts';
import { Refusal } from '../../refusal.ts';
import { objectOf } from './body.ts';
import { HttpProblem, statusOfAnswer } from './problem.ts';
import { argumentsOfQuery } from './words.ts';

/** An answer in plain JSON. */
export interface RestAnswer {
  status: number;
  body: object;
  headers?: Record<string, string>;
}

export interface RestRequest {
  request: Request;
  noun: string;
  verb: string;
  admitted: Admitted;
  signal: AbortSignal;
}

export type Rest = (asked: RestRequest) => Promise<RestAnswer>;

/**
 * `/v1/<noun>/<verb>`, for every operation of the registry: arguments as a JSON body, or of a read as the query. With
 * `?wait=` a change is waited for so many seconds, `callSeconds` where nothing is said.
 */
export function rest(gateway: Gateway, callSeconds: number): Rest {
  const byPath = new Map<string, Found>();
  for (const { operation } of gateway.catalog.listed)
    byPath.set(pathKey(operation), gateway.catalog.find(operation.name));

  return async ({ request, noun, verb, admitted, signal }) => {
    const found = byPath.get(pathKey({ noun, verb }));
    if (!found) throw NO_OPERATION;
    const { name, effect } = found.operation;
    const query = new URL(request.url).searchParams;
    if (request.method === 'GET' && effect !== 'read') throw changesByPost(name);
    const waitMs = effect === 'read' ? 0 : waitOf(query, callSeconds) * 1000;
    const given = request.method === 'GET' ? argumentsOfQuery(found, query) : await objectOf(request);
    return restAnswer(await gateway.call({ name, arguments: given, signal, waitMs }, admitted));
  };
}

/** The path of an operation; the noun is taken in the plural as well. */
export const pathOf = ({ noun, verb }: Pick<Listed['operation'], 'noun' | 'verb'>): string => `/v1/${noun}/${verb}`;

const pathKey = ({ noun, verb }: { noun: string; verb: string }): string =>
  pathOf({ noun: noun.replace(/s$/, ''), verb });

export function restAnswer(reply: Reply): RestAnswer {
  if (reply.kind === 'output') return { status: 200, body: reply.output };
  const { answer } = reply;
  const pending = answer.status === 'pending' && { headers: { Location: `/v1/runs/${answer.plan_id}` } };
  return { status: statusOfAnswer(answer), body: answer, ...pending };
}

const LONGEST_WAIT_SECONDS = 3600;

function waitOf(query: URLSearchParams, callSeconds: number): number {
  const text = query.get('wait');
  if (text === null) return callSeconds;
  if (/^\d{1,4}$/.test(text) && Number(text) <= LONGEST_WAIT_SECONDS) return Number(text);
  throw new Refusal('invalid_input', 'wait is no number of seconds.', `Give 0 to ${LONGEST_WAIT_SECONDS}.`);
}

const NO_OPERATION = new HttpProblem(
  404,
  'not_found',
  'There is no such operation.',
  'See /v1/openapi.json for what there is.',
);

const changesByPost = (name: string): HttpProblem =>
  new HttpProblem(405, 'method_not_allowed', `${name} changes something.`, 'Call it by POST.', {
    headers: { Allow: 'POST' },
  });
