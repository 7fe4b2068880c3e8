import {
  type CallToolRequest,
  type CallToolResult,
  type InputRequiredResult,
  McpServer,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
  type Tool,
} from '@modelcontextprotocol/server';
import type { Found } from '../../gateway/catalog.ts';
import type { Gateway } from '../../gateway/gateway.ts';
import type { Log } from '../../log.ts';
import { Refusal } from '../../refusal.ts';
import { type Confirmation, canAsk, confirmation, Question } from './confirm.ts';
import { INSTRUCTIONS } from './instructions.ts';
import { patient } from './patience.ts';
import { reporterFor } from './progress.ts';
import { faultResult, isActionable, refusalResult, resultOf } from './result.ts';
import { toolsOf } from './tools.ts';

export interface McpOptions {
  gateway: Gateway;
  /** Who is behind the connection, and what they may. */
  admitted: Parameters<Gateway['call']>[1];
  version: string;
  /** How long a caller that hears no progress is kept waiting for the end of a run. Seconds. */
  callSeconds: number;
  log: Log;
}

/** A call that goes on reporting is still not left open forever. */
const LONGEST_WAIT_MS = 3_600_000;

/** What the servers of a process list and call; made once for all of them. */
export interface ToolTable {
  list(): Tool[];
  call(
    asked: CallToolRequest['params'],
    ctx: ServerContext,
    mcp: McpServer,
  ): Promise<CallToolResult | InputRequiredResult>;
  /** Refuses the state of a question that this process did not ask. */
  verify: Confirmation['verify'];
}

export function toolTable(options: McpOptions): ToolTable {
  const confirm = confirmation();
  let tools: Tool[] | undefined;
  return {
    list() {
      tools ??= toolsOf(options.gateway.catalog);
      return tools;
    },
    call: (asked, ctx, mcp) => call(asked, ctx, mcp, confirm, options),
    verify: confirm.verify,
  };
}

/** Makes the server of a connection, of either protocol era. */
export function mcpServers(options: Pick<McpOptions, 'version' | 'log'>, table: ToolTable): () => McpServer {
  return () => {
    const mcp = new McpServer(
      { name: 'fairlead', title: 'Fairlead', version: options.version },
      {
        capabilities: { tools: {} },
        instructions: INSTRUCTIONS,
        requestState: { verify: table.verify },
        cacheHints: { 'tools/list': { ttlMs: 3_600_000, cacheScope: 'private' } },
      },
    );
    mcp.server.onerror = (error) => options.log.warn('mcp_error', { reason: error.message });
    mcp.server.setRequestHandler('tools/list', () => ({ tools: table.list() }));
    mcp.server.setRequestHandler('tools/call', (request, ctx) => table.call(request.params, ctx, mcp));
    return mcp;
  };
}

async function call(
  { name, arguments: given = {} }: CallToolRequest['params'],
  ctx: ServerContext,
  mcp: McpServer,
  confirm: Confirmation,
  { gateway, admitted, callSeconds, log }: McpOptions,
): Promise<CallToolResult | InputRequiredResult> {
  const { operation } = known(gateway, name);
  const asked = { name, title: operation.title, arguments: given };
  const said = confirm.said(asked, ctx);
  if (said.kind === 'no') return refusalResult(NOT_CONFIRMED);
  const signal = patient(ctx.mcpReq.signal);
  const reporter = reporterFor(ctx, log);
  try {
    const reply = await gateway.call(
      {
        name,
        arguments: said.kind === 'yes' ? { ...given, plan_id: said.planId } : given,
        signal,
        waitMs: reporter ? LONGEST_WAIT_MS : callSeconds * 1000,
        ...(reporter && { report: reporter.report }),
        ...(canAsk(mcp, ctx) && {
          confirm(plan) {
            throw new Question(plan);
          },
        }),
      },
      admitted,
    );
    return resultOf(reply);
  } catch (error) {
    if (error instanceof Question) return await confirm.ask(error.plan, asked, ctx);
    if (isActionable(error)) return refusalResult(error);
    // Nobody reads the answer of a request that was cancelled; the protocol has it unanswered.
    if (signal.aborted) return refusalResult(CANCELLED);
    return faultResult(error, operation, log);
  } finally {
    reporter?.stop();
  }
}

const NOT_CONFIRMED = new Refusal('needs_confirmation', 'The person did not confirm.', 'Nothing was changed.');
const CANCELLED = new Refusal('conflict', 'The call was cancelled.', 'Look at what it left before you call again.');

/** By name or alias. What is not there at all is the one thing that is an error of the protocol. */
function known(gateway: Gateway, name: string): Found {
  try {
    return gateway.catalog.find(name);
  } catch (error) {
    if (error instanceof Refusal)
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `${error.message} ${error.next}`);
    throw error;
  }
}
