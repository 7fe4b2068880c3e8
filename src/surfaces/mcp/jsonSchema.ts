import { z } from 'zod';

export type JsonSchema = { [key: string]: unknown };
type ObjectSchema = JsonSchema & { type: 'object' };

/**
 * The JSON Schema of a zod object as it goes over the wire: no word that says nothing, since the tool list is paid for
 * in every conversation, and no output closed to further keys, since strict clients would refuse an answer that grew.
 */
export function jsonSchemaOf(schema: z.ZodObject, io: 'input' | 'output'): ObjectSchema {
  const { $schema, ...json } = z.toJSONSchema(schema, {
    io,
    target: 'draft-2020-12',
    override: ({ jsonSchema }) => trim(jsonSchema, io),
  });
  return { ...json, type: 'object' };
}

function trim(json: JsonSchema, io: 'input' | 'output'): void {
  if (isEmpty(json.additionalProperties) || (io === 'output' && json.additionalProperties === false))
    delete json.additionalProperties;
  if (isEmpty(json.properties) && io === 'output') delete json.properties;
  if (isPlainText(json.propertyNames)) delete json.propertyNames;
  // No model counts characters; whoever is over the bound is told by the door.
  delete json.maxLength;
  if (json.minLength === 1) delete json.minLength;
  if (json.minimum === Number.MIN_SAFE_INTEGER) delete json.minimum;
  if (json.maximum === Number.MAX_SAFE_INTEGER) delete json.maximum;
  if (json.secret !== undefined) {
    delete json.secret;
    json.writeOnly = true;
  }
  const [first, second, ...rest] = Array.isArray(json.anyOf) ? (json.anyOf as JsonSchema[]) : [];
  if (
    first &&
    second?.type === 'null' &&
    rest.length === 0 &&
    typeof first.type === 'string' &&
    !first.enum &&
    first.const === undefined
  ) {
    delete json.anyOf;
    Object.assign(json, first, { type: [first.type, 'null'] });
  }
}

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

const isPlainText = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.keys(value).length === 1 &&
  'type' in value &&
  value.type === 'string';
