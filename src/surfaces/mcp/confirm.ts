import { createHash, randomBytes } from 'node:crypto';
import {
  acceptedContent,
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  createRequestStateCodec,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Answer } from '../../gateway/gateway.ts';

/** Leaves a call on its way in, because a person has to be asked about this plan first. */
export class Question extends Error {
  override name = 'Question';
  readonly plan: Answer;
  constructor(plan: Answer) {
    super('a person has to confirm');
    this.plan = plan;
  }
}

/** The call that a question belongs to. */
interface Asked {
  name: string;
  title: string;
  arguments: Record<string, unknown>;
}

type Said = { kind: 'nothing' } | { kind: 'yes'; planId: string } | { kind: 'no' };

export interface Confirmation {
  /** Refuses a state that is not ours, or older than a plan lives. */
  verify: (state: string, ctx: ServerContext) => Promise<unknown>;
  ask(plan: Answer, asked: Asked, ctx: ServerContext): Promise<InputRequiredResult>;
  /** What the person said to the question this request was asked before, if it was. */
  said(asked: Asked, ctx: ServerContext): Said;
}

interface State {
  planId: string;
  /** Digest of the tool's name and arguments: a yes is good for that call alone. */
  call: string;
}

const KEY = 'confirm';
const agreed = z.object({ carry_out: z.boolean() });

/**
 * Asks the person behind the client. The handler runs from the top in each round, so the plan that was shown travels as
 * signed state, and a yes carries out that plan and no other. The key lives as long as the process.
 */
export function confirmation(): Confirmation {
  const codec = createRequestStateCodec<State>({ key: randomBytes(32), ttlSeconds: 3600 });
  return {
    verify: codec.verify,

    async ask(plan, asked, ctx) {
      const question = inputRequired.elicit({
        message: inWords(plan, asked.title),
        requestedSchema: {
          type: 'object',
          properties: { carry_out: { type: 'boolean', title: 'Carry it out', default: false } },
          required: ['carry_out'],
        },
      });
      const requestState = await codec.mint({ planId: plan.plan_id, call: digestOf(asked) }, ctx);
      return inputRequired({ inputRequests: { [KEY]: question }, requestState });
    },

    said(asked, { mcpReq }) {
      const state = mcpReq.requestState<State>();
      const response = inputResponse(mcpReq.inputResponses, KEY);
      if (state === undefined || response.kind !== 'elicit') return { kind: 'nothing' };
      if (state.call !== digestOf(asked)) {
        throw new ProtocolError(
          ProtocolErrorCode.InvalidParams,
          'This requestState belongs to another call: send the arguments it was given for.',
        );
      }
      const yes = acceptedContent(mcpReq.inputResponses, KEY, agreed)?.carry_out === true;
      return yes ? { kind: 'yes', planId: state.planId } : { kind: 'no' };
    },
  };
}

/** Whether the client can put a form before a person: declared with each request, or once at `initialize`. */
export function canAsk({ server }: McpServer, { mcpReq }: ServerContext): boolean {
  const envelope = mcpReq.envelope as Record<string, unknown> | undefined;
  const declared = envelope?.[CLIENT_CAPABILITIES_META_KEY] as ClientCapabilities | undefined;
  const { elicitation } = declared ?? server.getClientCapabilities() ?? {};
  // A bare `elicitation: {}` means forms.
  return elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
}

function inWords({ execution_plan: plan, impact_analysis: impact, plan_id }: Answer, title: string): string {
  const steps = (plan?.steps ?? []).map(({ order, title: step }) => `${order}. ${step}`);
  const risks = (plan?.risks ?? []).map(({ level, description }) => `Risk (${level}): ${description}`);
  const back = impact?.rollback_available ? 'It can be taken back.' : 'It cannot be taken back.';
  return [
    title,
    ...steps,
    ...risks,
    `Affected: ${impact?.affected_users ?? 'unknown'}. ${back}`,
    `Plan ${plan_id}`,
  ].join('\n');
}

const digestOf = ({ name, arguments: given }: Asked): string =>
  createHash('sha256')
    .update(JSON.stringify([name, given], sorted))
    .digest('base64url');

const sorted = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
