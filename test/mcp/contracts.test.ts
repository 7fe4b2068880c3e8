import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, it } from 'vitest';
import { catalogOf } from '../../src/gateway/catalog.ts';
import { registry } from '../../src/operations/registry.ts';
import type { JsonSchema } from '../../src/surfaces/mcp/jsonSchema.ts';
import { toolsOf } from '../../src/surfaces/mcp/tools.ts';
import { contractsOf, readContracts, writeContracts } from './contracts.ts';

const catalog = catalogOf(registry);

describe('the contract of every operation', () => {
  it('is the one on file; FAIRLEAD_WRITE_CONTRACTS=1 writes it anew', async () => {
    if (process.env.FAIRLEAD_WRITE_CONTRACTS === '1') await writeContracts(catalog);
    const filed = await readContracts();
    const now = contractsOf(catalog);
    expect([...filed.keys()].sort()).toEqual([...now.keys()].sort());
    for (const [file, text] of now) expect(JSON.parse(filed.get(file)!), file).toEqual(JSON.parse(text));
  });
});

describe('the list of tools', () => {
  const tools = toolsOf(catalog);

  it('costs a conversation no more than 8,000 tokens for 25 tools', () => {
    const tokens = encode(JSON.stringify(tools)).length;
    expect(tokens / tools.length).toBeLessThan(8000 / 25);
  });

  it.each(tools)(
    '$name: title, description and every argument say what they are',
    ({ name, title, description, inputSchema, annotations }) => {
      expect(name).toMatch(/^[a-z][a-z0-9_]{0,63}$/);
      expect(title).toMatch(/^[A-Z][\w ]*: [A-Z]/);
      expect(title!.endsWith('(DESTRUCTIVE)')).toBe(annotations?.destructiveHint);
      expect(description).toBeTruthy();
      expect(undescribed(inputSchema, name)).toEqual([]);
    },
  );
});

/** Paths of fields without a description, in lists and objects too. */
function undescribed(schema: JsonSchema, path: string): string[] {
  const fields = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>);
  const here = fields.flatMap(([key, field]) => [
    ...(field.description ? [] : [`${path}.${key}`]),
    ...undescribed(field, `${path}.${key}`),
  ]);
  return schema.items ? [...here, ...undescribed(schema.items as JsonSchema, `${path}[]`)] : here;
}
