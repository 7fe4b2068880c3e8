import type { Tool } from '@modelcontextprotocol/server';
import type { Catalog, Listed } from '../../gateway/catalog.ts';
import { toolOf } from '../mcp/tools.ts';
import { pathOf } from './rest.ts';

type Json = Record<string, unknown>;

/** The REST interface as an OpenAPI 3.1 document, made from the registry. */
export function openApiOf({ listed }: Catalog, version: string): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Fairlead',
      version,
      description:
        'Deploys to and operates a self-hosted Coolify. Every operation is also a tool of the MCP server at /mcp.',
    },
    servers: [{ url: '/' }],
    security: [{ key: [] }],
    tags: [...new Set(listed.map(({ operation }) => operation.noun))].map((name) => ({ name })),
    paths: {
      ...Object.fromEntries(listed.map((entry) => [pathOf(entry.operation), pathItem(entry)])),
      ...(listed.some(({ operation }) => operation.name === 'get_run') && { '/v1/runs/{id}': RUN }),
      '/health': {
        get: { operationId: 'health', summary: 'Alive', security: [], responses: { 200: described('Alive.') } },
      },
      '/ready': {
        get: {
          operationId: 'ready',
          summary: 'Ready, by looking at each part',
          security: [],
          responses: { 200: described('Every part answers.'), 503: described('A part does not.') },
        },
      },
    },
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer' } },
      schemas: { Answer: answerSchemaOf(listed), Problem: PROBLEM },
    },
  };
}

function pathItem(entry: Listed): Json {
  const { name, noun, title, description, effect } = entry.operation;
  const { inputSchema, outputSchema } = toolOf(entry);
  const reads = effect === 'read';
  const common = { tags: [noun], summary: title, description };
  const answer = reads ? outputSchema : { $ref: '#/components/schemas/Answer' };
  const responses = {
    200: { description: reads ? 'What was read.' : 'Carried out and seen to work, or only planned.', ...json(answer) },
    ...(!reads && { 202: PENDING }),
    default: {
      description: reads ? 'Why not.' : 'Why not, or the answer of what failed.',
      ...json(reads ? PROBLEM_REF : EITHER),
    },
  };
  return {
    ...(reads && { get: { ...common, operationId: `read_${name}`, parameters: queryOf(inputSchema), responses } }),
    post: {
      ...common,
      operationId: name,
      ...(!reads && { parameters: [WAIT] }),
      requestBody: { required: (inputSchema.required ?? []).length > 0, ...json(inputSchema) },
      responses,
    },
  };
}

function queryOf({ properties = {}, required = [] }: Tool['inputSchema']): Json[] {
  return Object.entries(properties as Record<string, Json>).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description !== undefined && { description }),
    schema,
  }));
}

/** The one shape of a change's answer, as every tool that changes something declares it. */
function answerSchemaOf(listed: readonly Listed[]): Json {
  const change = listed.find(({ operation }) => operation.effect !== 'read');
  return change ? { ...toolOf(change).outputSchema } : { type: 'object' };
}

const json = (schema: unknown): Json => ({ content: { 'application/json': { schema } } });
const described = (description: string): Json => ({ description });

const PROBLEM = {
  type: 'object',
  required: ['error', 'code', 'reason', 'troubleshooting', 'request_id'],
  properties: {
    error: { type: 'string' },
    code: { type: 'integer', description: 'The HTTP status.' },
    reason: { type: 'string' },
    troubleshooting: { type: 'string', description: 'What to do next.' },
    details: { type: 'object' },
    request_id: { type: 'string' },
  },
};
const PROBLEM_REF = { $ref: '#/components/schemas/Problem' };
const EITHER = { anyOf: [{ $ref: '#/components/schemas/Answer' }, PROBLEM_REF] };

const WAIT = {
  name: 'wait',
  in: 'query',
  required: false,
  description: 'How many seconds to wait for the end of the run; then the answer is pending.',
  schema: { type: 'integer', minimum: 0, maximum: 3600 },
};

const PENDING = {
  description: 'Still going on; Location says where to follow it.',
  headers: { Location: { schema: { type: 'string' } } },
  ...json({ $ref: '#/components/schemas/Answer' }),
};

const RUN = {
  get: {
    operationId: 'follow_run',
    summary: 'Run: Follow',
    description: 'The answer of a run as it is now, or as it is when it has ended or the wait is over.',
    parameters: [
      { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
      { ...WAIT, schema: { type: 'integer', minimum: 0, maximum: 50 } },
    ],
    responses: {
      200: { description: 'The answer.', ...json({ $ref: '#/components/schemas/Answer' }) },
      default: { description: 'Why not.', ...json(PROBLEM_REF) },
    },
  },
};
