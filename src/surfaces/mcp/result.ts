import { randomUUID } from 'node:crypto';
import type { CallToolResult } from '@modelcontextprotocol/server';
import type { Reply } from '../../gateway/gateway.ts';
import type { Log } from '../../log.ts';
import type { Effect } from '../../operations/operation.ts';

const FAILED: ReadonlySet<string> = new Set(['failed', 'blocked', 'rolled_back']);

/** Text and structured content say the same: older clients read the text alone. */
export function resultOf(reply: Reply): CallToolResult {
  const body = reply.kind === 'output' ? reply.output : { ...reply.answer };
  return {
    content: [{ type: 'text', text: JSON.stringify(body) }],
    structuredContent: body,
    ...(reply.kind === 'answer' && FAILED.has(reply.answer.status) && { isError: true }),
  };
}

/**
 * A "no" as a tool result, so that the model reads it and can act. The text holds everything. There is no structured
 * content: clients of SDK v1 hold that to the tool's output schema also in an error, and would throw the text away.
 */
export function refusalResult(error: Actionable): CallToolResult {
  const { message, next, code, kind, details } = error;
  const more = details && Object.keys(details).length > 0 ? details : undefined;
  return {
    content: [{ type: 'text', text: `${message} ${next}${more ? `\n${JSON.stringify(more)}` : ''}` }],
    isError: true,
    _meta: { 'fairlead/error': { code: code ?? kind ?? 'refused', message, next, ...(more && { details: more }) } },
  };
}

/** What was thrown and is no "no": ours to find. The caller gets an id under which the log has the reason. */
export function faultResult(error: unknown, tool: { name: string; effect: Effect }, log: Log): CallToolResult {
  const fault = randomUUID();
  log.error('mcp_fault', { fault, tool: tool.name, reason: error instanceof Error ? error.stack : String(error) });
  const effect =
    tool.effect === 'read' ? 'Nothing was changed.' : 'It may have had an effect: look before you call again.';
  const text = `${tool.name} came upon a fault inside Fairlead. ${effect} Report it with the id ${fault}, under which the log has the reason.`;
  return { content: [{ type: 'text', text }], isError: true, _meta: { 'fairlead/error': { code: 'fault', fault } } };
}

/** An error that tells its reader what to do next: a refusal of ours, or one of Coolify's. */
type Actionable = Error & { next: string; code?: string; kind?: string; details?: Record<string, unknown> };

export const isActionable = (error: unknown): error is Actionable =>
  error instanceof Error && 'next' in error && typeof error.next === 'string';
