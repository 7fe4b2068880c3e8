import type { FaultOrder, FaultRule } from './faults.ts';
import { isObject, type Json } from './json.ts';

/** An order that cannot be followed; its message says why, and what can be ordered. */
export class BadOrder extends Error {
  override name = 'BadOrder';
}

type Check = [expected: string, holds: (value: Json) => boolean];

const text: Check = ['a text', (value) => typeof value === 'string'];
const flag: Check = ['true or false', (value) => typeof value === 'boolean'];
const number: Check = ['a number that is not negative', (value) => typeof value === 'number' && value >= 0];

const ruleFields: Record<keyof FaultRule, Check> = {
  method: text,
  path: text,
  status: ['a status from 200 to 599', (value) => typeof value === 'number' && value >= 200 && value <= 599],
  latency: [
    'milliseconds, or a pair of them',
    (value) => number[1](value) || (Array.isArray(value) && value.length === 2 && value.every(number[1])),
  ],
  drop: ['"before" or "after"', (value) => value === 'before' || value === 'after' || typeof value === 'boolean'],
  times: ['a number from 1', (value) => typeof value === 'number' && value >= 1],
  chance: ['a number from 0 to 1', (value) => typeof value === 'number' && value >= 0 && value <= 1],
};

const fields: Record<keyof FaultOrder, Check> = {
  seed: ['a number', (value) => typeof value === 'number'],
  rules: ['a list of rules', (value) => Array.isArray(value) && value.every(isObject)],
  failBuilds: [
    '{"line": "error: …", "times": 1} or null',
    (value) => value === null || (isObject(value) && text[1](value.line ?? null) && number[1](value.times ?? null)),
  ],
  queueFull: flag,
  diskFull: flag,
  unreachable: ['a list of uuids of servers', (value) => Array.isArray(value) && value.every(text[1])],
  harm: [
    'an object of uuids, each "crash" or "out of memory"',
    (value) => isObject(value) && Object.values(value).every((harm) => harm === 'crash' || harm === 'out of memory'),
  ],
};

/** Reads what was sent to the control endpoint. Throws {@link BadOrder}. */
export function readFaultOrder(body: Json): FaultOrder {
  check(body, fields, 'faults');
  const order = body as FaultOrder;
  for (const rule of order.rules ?? []) check(rule as unknown as Json, ruleFields, 'a rule');
  return order;
}

function check(body: Json, known: Record<string, Check>, what: string): void {
  if (!isObject(body))
    throw new BadOrder(`Send ${what} as a JSON object with any of ${Object.keys(known).join(', ')}.`);
  for (const [name, value] of Object.entries(body)) {
    const field = known[name];
    if (field === undefined)
      throw new BadOrder(`There is no "${name}" in ${what}: use any of ${Object.keys(known).join(', ')}.`);
    if (!field[1](value)) throw new BadOrder(`"${name}" in ${what} has to be ${field[0]}.`);
  }
}
