import fc from 'fast-check';

type Schema = { [key: string]: unknown };

/** Texts that have gone wrong somewhere before: names of Object's own, paths, quotes of shells, SQL and JSON, signs of terminals. */
const NASTY = [
  '__proto__',
  'constructor',
  '../../../etc/passwd',
  "'; drop table apps; --",
  '$(touch /tmp/x)',
  '{{7*7}}',
  '\u0000',
  '\u001b[2J\u001b]0;x\u0007',
  '\ud800',
  '\u202e',
  '-',
  '--',
  '--help',
  '',
  ' ',
  'NaN',
  '1e999',
  '-0',
  'x'.repeat(5_000),
  'http://[::1',
  'javascript:alert(1)',
];

/** Values for inputs described by JSON Schema: mostly ones that fit, some that do not. `known` are words that name something. */
export function valuesOf(schema: Schema, known: readonly string[]): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 9, arbitrary: fitting(schema, known) }, { weight: 1, arbitrary: anything });
}

const anything: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, [], {}, Number.MAX_SAFE_INTEGER, -1, 0.1, ...NASTY),
  fc.jsonValue({ maxDepth: 2 }),
);

function fitting(schema: Schema, known: readonly string[]): fc.Arbitrary<unknown> {
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
  if ('const' in schema) return fc.constant(schema.const);
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices)) return fc.oneof(...(choices as Schema[]).map((choice) => valuesOf(choice, known)));
  const types = Array.isArray(schema.type) ? schema.type : [schema.type];
  return fc.oneof(...types.map((type) => ofType(String(type), schema, known)));
}

function ofType(type: string, schema: Schema, known: readonly string[]): fc.Arbitrary<unknown> {
  switch (type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number': {
      const min = Number(schema.minimum ?? -10);
      return fc.integer({ min, max: Math.max(min, Number(schema.maximum ?? min + 100)) });
    }
    case 'array':
      return fc.array(valuesOf((schema.items ?? {}) as Schema, known), { maxLength: 4 });
    case 'object':
      return objectsOf(schema, known);
    case 'string':
      return fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom(...known) },
        { weight: 1, arbitrary: fc.constantFrom(...NASTY) },
        { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
      );
    default:
      return anything;
  }
}

/** Mostly with what is required, sometimes without; now and then with a word that nobody knows. */
export function objectsOf(schema: Schema, known: readonly string[]): fc.Arbitrary<Record<string, unknown>> {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, Schema>);
  const required = (schema.required ?? []) as string[];
  const fields = Object.fromEntries(properties.map(([name, property]) => [name, valuesOf(property, known)]));
  const stray = fc.dictionary(fc.oneof(fc.constantFrom(...NASTY), fc.string({ maxLength: 10 })), anything, {
    maxKeys: 2,
  });
  return fc.oneof(
    { weight: 8, arbitrary: fc.record(fields, { requiredKeys: required }) },
    { weight: 1, arbitrary: fc.record(fields, { requiredKeys: [] }) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.record(fields, { requiredKeys: required }), stray).map(([a, b]) => ({ ...b, ...a })),
    },
  );
}

/** Lines that are no message, or nearly one. */
export const rawLines: fc.Arbitrary<Buffer> = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
  fc.string({ unit: 'grapheme', maxLength: 200 }).map((text) => Buffer.from(text)),
  fc.json({ maxDepth: 3 }).map((text) => Buffer.from(text)),
  fc
    .record(
      {
        jsonrpc: fc.constantFrom<unknown>('2.0', '1.0', 2, null),
        id: anything,
        method: fc.oneof(
          fc.constantFrom(
            'tools/call',
            'tools/list',
            'initialize',
            'ping',
            'server/discover',
            'notifications/cancelled',
            'resources/list',
          ),
          anything,
        ),
        params: fc.oneof(
          anything,
          fc.record({ name: anything, arguments: anything, _meta: anything }, { requiredKeys: [] }),
        ),
      },
      { requiredKeys: [] },
    )
    .map((message) => Buffer.from(JSON.stringify(message))),
  fc
    .tuple(
      fc.nat(60),
      fc.constantFrom('{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"list_applications"}}'),
    )
    .map(([length, text]) => Buffer.from(text.slice(0, length))),
  fc.integer({ min: 1_000, max: 20_000 }).map((depth) => Buffer.from('['.repeat(depth))),
  fc.integer({ min: 10_000, max: 2_000_000 }).map((length) => Buffer.from(`"${'a'.repeat(length)}"`)),
);
