import { SdkError, SdkErrorCode } from '@modelcontextprotocol/server';
import { describe, expect, it } from 'vitest';
import { StoppedWaiting } from '../../src/gateway/gateway.ts';
import { patient } from '../../src/surfaces/mcp/patience.ts';

/** What the engine makes of a request that ended for this reason. */
function told(reason: unknown): { reason: unknown; gaveUp: boolean } {
  const request = new AbortController();
  const signal = patient(request.signal);
  request.abort(reason);
  return { reason: signal.reason, gaveUp: signal.reason instanceof StoppedWaiting };
}

describe('why a request ended, as the engine understands it', () => {
  it.each([
    ['SDK v2 gave up', 'SdkError: Request timed out'],
    ['SDK v1 gave up', 'McpError: MCP error -32001: Request timed out'],
    ['an AbortSignal.timeout', 'TimeoutError: The operation was aborted due to timeout'],
    ['the connection closed', new SdkError(SdkErrorCode.ConnectionClosed, 'Connection closed')],
  ])('%s: nobody said stop', (_who, reason) => {
    expect(told(reason)).toEqual({ reason: expect.any(Error), gaveUp: true });
  });

  it.each([
    ['no reason', undefined],
    ['a person', 'AbortError: user pressed Escape'],
  ])('%s: stop', (_who, reason) => {
    expect(told(reason)).toEqual({ reason: expect.any(Error), gaveUp: false });
  });

  it('holds for a request that ended before it was looked at', () => {
    expect(patient(AbortSignal.abort('stop')).aborted).toBe(true);
  });
});
