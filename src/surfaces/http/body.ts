import { isJsonContentType, readRequestBody } from '@modelcontextprotocol/server';
import { HttpProblem } from './problem.ts';

export const LARGEST_BODY = 4 * 1024 * 1024;

/**
 * The JSON of a request, read once; undefined where there is no body. Throws 413 beyond {@link LARGEST_BODY}, 415 for
 * what does not call itself JSON (a web form, which any page may send), 400 for what is none.
 */
export async function jsonOf(request: Request): Promise<unknown> {
  const read = await textOf(request);
  if (read.tooLarge) throw new HttpProblem(413, 'too_large', 'The body is larger than 4 MiB.', 'Send less at a time.');
  if (read.text === '') return undefined;
  if (!isJsonContentType(request.headers.get('content-type')))
    throw new HttpProblem(
      415,
      'no_json',
      'The body is not sent as JSON.',
      'Send it with Content-Type: application/json.',
    );
  try {
    return JSON.parse(read.text);
  } catch {
    // The parser's words would show the text, in which a secret may stand.
    throw new HttpProblem(400, 'no_json', 'The body is no valid JSON.', 'Check quotes, commas and braces.', {
      rpcCode: -32700,
    });
  }
}

/** A body that says how long it is ends there, and is read without a stream, in half the time. */
async function textOf(request: Request): Promise<Awaited<ReturnType<typeof readRequestBody>>> {
  const length = request.headers.get('content-length');
  if (length !== null && Number(length) <= LARGEST_BODY) return { tooLarge: false, text: await request.text() };
  return readRequestBody(request, LARGEST_BODY);
}

/** A JSON object; an empty body is an empty one. */
export async function objectOf(request: Request): Promise<Record<string, unknown>> {
  const body = (await jsonOf(request)) ?? {};
  if (isObject(body)) return body;
  throw new HttpProblem(400, 'no_object', 'The body is JSON, and no object.', 'Send the arguments as {"name": …}.');
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
