import { catalogOf } from '../../src/gateway/catalog.ts';
import { registry } from '../../src/operations/registry.ts';
import { connect } from '../http/clients.ts';
import { KEY, type Server } from './town.ts';

/** What any way in was answered, in one form. */
export interface Heard {
  refused: boolean;
  text: string;
  // Read loosely: each story looks for what it is about.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  content: any;
}

export type Call = (name: string, args?: Record<string, unknown>) => Promise<Heard>;

const catalog = catalogOf(registry);

/** The ways in: each calls an operation by its name, as its users do. */
export const CALLERS: Record<string, (server: Server) => Promise<Call>> = {
  async mcp({ url }) {
    const client = await connect('SDK v2, 2026-07-28', url, { key: KEY });
    return async (name, args = {}) => {
      const { isError, content, structuredContent } = await client.call(name, args, { timeout: 240_000 });
      const [first] = content as { text?: string }[];
      return { refused: isError === true, text: first?.text ?? '', content: structuredContent };
    };
  },

  async rest({ ask }) {
    return async (name, args = {}) => {
      const { noun, verb } = catalog.find(name).operation;
      const { status, body } = await ask(`/v1/${noun}/${verb}`, args);
      return { refused: status >= 400, text: JSON.stringify(body), content: body };
    };
  },

  async execute({ ask }) {
    return async (name, args = {}) => {
      const { body } = await ask('/execute', { command: `/mcp-coolify ${name} ${words(args).join(' ')}` });
      if (body.error) return { refused: true, text: body.error.message, content: body.error.data.details };
      return { refused: false, text: JSON.stringify(body), content: { status: body.status, ...body.data } };
    };
  },
};

/** Arguments as a person types them after a slash command. */
const words = (args: Record<string, unknown>): string[] =>
  Object.entries(args).flatMap(([name, value]) => {
    if (value === true) return [`--${name}`];
    if (!Array.isArray(value)) return [`--${name}`, `'${value}'`];
    return value.map(({ key, value: one }: { key: string; value: string }) => `--${name} '${key}=${one}'`);
  });
