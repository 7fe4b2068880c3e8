import type { Json, JsonObject } from '../json.ts';

/** What a handler gives back: JSON, or a text as Coolify sends it (`text/html; charset=utf-8`; recorded: access 2, 7). */
export type Answer = { status: number; headers?: Record<string, string> } & ({ body: Json } | { text: string });

export const ok = (body: Json, status = 200): Answer => ({ status, body });
export const text = (content: string): Answer => ({ status: 200, text: content });

/** Ends a request with an answer other than the one that was asked for. */
export class Refused extends Error {
  override name = 'Refused';
  readonly answer: Answer;
  constructor(answer: Answer) {
    super('body' in answer ? JSON.stringify(answer.body) : answer.text);
    this.answer = answer;
  }
}

/** A refusal with `message` and whatever else stands beside it. */
export function refuse(
  status: number,
  message: string,
  more: JsonObject = {},
  headers?: Record<string, string>,
): Refused {
  return new Refused({ status, body: { message, ...more }, ...(headers === undefined ? {} : { headers }) });
}

export const notFound = (what: string): Refused => refuse(404, what);

/** 422 with `errors` in whichever of Coolify's forms: arrays of sentences, sentences, or an array. */
export const invalid = (errors: Json): Refused => refuse(422, 'Validation failed.', { errors });

/** What Laravel says about an exception that nobody caught. */
export const serverError = (): Refused => refuse(500, 'Server Error');
