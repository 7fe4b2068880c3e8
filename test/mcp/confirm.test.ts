import { describe, expect, it } from 'vitest';
import { connect, KINDS, type Person } from './clients.ts';
import { raw } from './raw.ts';

describe.each(KINDS)('asking the person, %s', (kind) => {
  const agree: Person = () => ({ action: 'accept', content: { carry_out: true } });

  it('shows the plan and carries out exactly that one on a yes', async () => {
    const asked: string[] = [];
    await using client = await connect(kind, (question) => {
      asked.push(question.message);
      return agree(question);
    });
    const { structuredContent } = await client.call('sink_boat', { boat: 'ann' });
    expect(structuredContent).toMatchObject({ status: 'success', details: { sunk: 'ann' } });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatch(
      /Boats: Sink \(DESTRUCTIVE\)\n1\. Sink ann\nRisk \(high\): The boat is gone for good\n.*cannot be taken back.*\nPlan plan-/,
    );
    expect((await client.call('list_boats')).content[0]!.text).not.toContain('ann');
  });

  it.each([
    ['a no', { action: 'accept', content: { carry_out: false } }],
    ['a refusal', { action: 'decline' }],
    ['a closed window', { action: 'cancel' }],
  ] as const)('changes nothing on %s', async (_what, response) => {
    await using client = await connect(kind, () => ({ ...response }) as never);
    const { isError, content } = await client.call('sink_ship', { ship: 'ann' });
    expect(isError).toBe(true);
    expect(content[0]!.text).toContain('did not confirm');
    expect((await client.call('list_boats')).content[0]!.text).toContain('ann');
  });

  it('refuses a yes to a plan when the world moved while the person thought', async () => {
    await using client = await connect(kind, async (question) => {
      await client.call('paint_boat', { boat: 'ann', colour: 'gold' });
      return agree(question);
    });
    const { isError, _meta } = await client.call('sink_boat', { boat: 'ann' });
    expect(isError).toBe(true);
    expect(_meta?.['fairlead/error']).toMatchObject({ code: 'world_moved' });
    expect((await client.call('list_boats')).content[0]!.text).toContain('ann');
  });

  it('answers a client that cannot ask with the plan, which its plan_id then carries out', async () => {
    await using client = await connect(kind);
    const planned = await client.call('sink_boat', { boat: 'bob' });
    expect(planned.isError).toBeFalsy();
    expect(planned.structuredContent).toMatchObject({
      status: 'plan_ready',
      message: expect.stringContaining('plan_id'),
    });
    const sunk = await client.call('sink_boat', { boat: 'bob', plan_id: planned.structuredContent!.plan_id });
    expect(sunk.structuredContent).toMatchObject({ status: 'success' });
  });
});

describe('the question as it stands on the wire of 2026-07-28', () => {
  const call = (elicitation: object, more: Record<string, unknown> = {}, boat = 'ann') => ({
    name: 'sink_boat',
    arguments: { boat },
    ...more,
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': { elicitation },
    },
  });
  const inputResponses = { confirm: { action: 'accept', content: { carry_out: true } } };

  it('takes a yes for the call that was asked about, for no other, and once', async () => {
    await using server = raw();
    const { result } = await server.ask('tools/call', call({}));
    expect(result).toMatchObject({ resultType: 'input_required' });
    const requestState = result!.requestState as string;
    const forged = { inputResponses, requestState: `x${requestState.slice(1)}` };
    expect((await server.ask('tools/call', call({}, forged))).error?.code).toBe(-32602);
    const other = await server.ask('tools/call', call({}, { inputResponses, requestState }, 'bob'));
    expect(other.error?.code).toBe(-32602);
    const unsigned = await server.ask('tools/call', call({}, { inputResponses }));
    expect(unsigned.result).toMatchObject({ resultType: 'input_required' });
    const sunk = await server.ask('tools/call', call({}, { inputResponses, requestState }));
    expect(sunk.result).toMatchObject({ structuredContent: { status: 'success' } });
    const again = await server.ask('tools/call', call({}, { inputResponses, requestState }));
    expect(again.result).toMatchObject({ isError: true });
  });

  it('is not put to a client that only opens pages', async () => {
    await using server = raw();
    const { result } = await server.ask('tools/call', call({ url: {} }));
    expect(result).toMatchObject({ structuredContent: { status: 'plan_ready' } });
  });
});
