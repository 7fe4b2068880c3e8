import type { Admitted, Answer, Gateway } from '../../gateway/gateway.ts';
import { readSlashCommand } from '../../gateway/slash.ts';
import { isObject } from './body.ts';
import { HttpProblem, statusOfAnswer } from './problem.ts';
import { coolifyService, type ServiceCall, serviceOf } from './service.ts';

/** The answer of a service (`contracts.md` section 2). */
export interface Executed {
  status: string;
  data: Record<string, unknown>;
  metadata: {
    /** Milliseconds. */
    executionTime: number;
    /** What `data` costs a model that reads it, estimated by its length. */
    tokensUsed: number;
    /** In the currency of the price. */
    cost: number;
  };
}

export interface ExecuteOptions {
  gateway: Gateway;
  callSeconds: number;
  /** What a million tokens cost. */
  pricePerMillionTokens: number;
}

export interface Execute {
  /** `{"command": "/mcp-coolify servers list"}`. */
  command(body: Record<string, unknown>, caller: Caller): Promise<Executed>;
  /** The `params` of `mcp.execute`. */
  params(params: unknown, caller: Caller): Promise<Executed>;
}

interface Caller {
  admitted: Admitted;
  signal: AbortSignal;
}

/** Slash commands and `mcp.execute`: two ways to write the same call. */
export function execute({ gateway, callSeconds, pricePerMillionTokens }: ExecuteOptions): Execute {
  const coolify = coolifyService(gateway.catalog);

  async function carryOut(
    { name, arguments: given, data }: ServiceCall,
    { admitted, signal }: Caller,
  ): Promise<Executed> {
    const since = performance.now();
    const reply = await gateway.call({ name, arguments: given, signal, waitMs: callSeconds * 1000 }, admitted);
    const executionTime = Math.round(performance.now() - since);
    if (reply.kind === 'output') return told('success', data(reply.output), executionTime);
    const { status, ...rest } = reply.answer;
    const code = statusOfAnswer(reply.answer);
    if (code < 400) return told(status, rest, executionTime);
    const { error = `The answer is ${status}.`, troubleshooting = 'The details say more.' } = rest;
    throw new HttpProblem(code, status, error, troubleshooting, {
      details: reply.answer as Answer & Record<string, unknown>,
    });
  }

  function told(status: string, data: Record<string, unknown>, executionTime: number): Executed {
    const tokensUsed = tokensOf(JSON.stringify(data));
    return { status, data, metadata: { executionTime, tokensUsed, cost: (tokensUsed * pricePerMillionTokens) / 1e6 } };
  }

  return {
    command({ command }, caller) {
      if (typeof command !== 'string')
        throw invalid('The body has no command.', 'Send {"command": "/mcp-coolify servers list"}.');
      const { service, words } = readSlashCommand(command);
      return carryOut(serviceOf(service, coolify).byWords(words), caller);
    },
    params(params, caller) {
      if (!isObject(params)) throw invalid('params is no object.', FORM);
      const { service, operation, params: given, args, options, ...more } = params;
      if (typeof service !== 'string' || typeof operation !== 'string')
        throw invalid('params names no service and operation.', FORM);
      const named = [more, options, args, given].filter((part) => part !== undefined);
      if (!named.every(isObject)) throw invalid('params, args and options are objects.', FORM);
      return carryOut(
        serviceOf(service, coolify).byName(operation, Object.fromEntries(named.flatMap(Object.entries))),
        caller,
      );
    },
  };
}

/** Names, ids and punctuation: a token is a little under three characters. */
const tokensOf = (text: string): number => Math.ceil(text.length / 3);

const FORM = 'They read {"service": "coolify", "operation": "list-servers", "params": {…}}.';

const invalid = (message: string, next: string): HttpProblem =>
  new HttpProblem(422, 'invalid_input', message, next, { rpcCode: -32602 });
