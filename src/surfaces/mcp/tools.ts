import type { Tool } from '@modelcontextprotocol/server';
import type { Catalog, Listed } from '../../gateway/catalog.ts';
import { answerSchema } from './answerSchema.ts';
import { jsonSchemaOf } from './jsonSchema.ts';

/** The tools as listed: sorted by name, the same in every process of a version. Made once; not for a request. */
export function toolsOf(catalog: Catalog): Tool[] {
  return catalog.listed.map(toolOf).sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function toolOf({ operation, input }: Listed): Tool {
  const { name, title, description, effect, idempotent } = operation;
  return {
    name,
    title,
    description,
    inputSchema: jsonSchemaOf(input, 'input'),
    outputSchema: jsonSchemaOf(effect === 'read' ? operation.output : answerSchema, 'output'),
    annotations: {
      title,
      readOnlyHint: effect === 'read',
      destructiveHint: effect === 'destroy',
      idempotentHint: idempotent,
      openWorldHint: false,
    },
  };
}
