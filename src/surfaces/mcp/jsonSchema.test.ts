import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { answerSchema } from './answerSchema.ts';
import { jsonSchemaOf } from './jsonSchema.ts';

describe('the JSON Schema on the wire', () => {
  it('keeps what says something and drops the rest', () => {
    const schema = z.object({
      secret: z.string().min(1).max(20).meta({ secret: 'value' }).describe('Hidden.'),
      count: z.int().min(1).default(5),
      kind: z.enum(['a', 'b']).nullable(),
      of: z.record(z.string(), z.unknown()),
      rows: z.array(z.object({ id: z.string().nullable() })),
    });
    expect(jsonSchemaOf(schema, 'input')).toEqual({
      type: 'object',
      properties: {
        secret: { type: 'string', description: 'Hidden.', writeOnly: true },
        count: { type: 'integer', minimum: 1, default: 5 },
        kind: { anyOf: [{ type: 'string', enum: ['a', 'b'] }, { type: 'null' }] },
        of: { type: 'object' },
        rows: {
          type: 'array',
          items: { type: 'object', properties: { id: { type: ['string', 'null'] } }, required: ['id'] },
        },
      },
      required: ['secret', 'kind', 'of', 'rows'],
    });
  });

  it('closes no output to further keys', () => {
    expect(JSON.stringify(jsonSchemaOf(z.object({ a: z.object({ b: z.string() }) }), 'output'))).not.toContain(
      'additionalProperties',
    );
  });

  it('stays open inside an answer, so that details may grow', () => {
    expect(jsonSchemaOf(answerSchema, 'output').properties).toMatchObject({
      details: { type: 'object' },
      rollback_point: { type: ['object', 'null'] },
    });
  });
});
