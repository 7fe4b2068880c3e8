import type { Tool } from '@modelcontextprotocol/server';
import { isActionable, refusalResult } from './result.ts';
import type { ToolTable } from './server.ts';

/** A table whose tools are listed at once, and made when the first is called. A caller hears why they cannot be made. */
export function laterTable(tools: Tool[], open: () => Promise<ToolTable>): ToolTable {
  return {
    list: () => tools,
    async call(asked, ctx, mcp) {
      try {
        return await (await open()).call(asked, ctx, mcp);
      } catch (error) {
        if (isActionable(error)) return refusalResult(error);
        throw error;
      }
    },
    verify: async (state, ctx) => (await open()).verify(state, ctx),
  };
}
