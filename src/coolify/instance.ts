import { z } from 'zod';
import { ALWAYS, type CallOptions, get, patch, post } from './endpoint.ts';
import { message, numeric } from './message.ts';
import type { Transport } from './transport.ts';
import { FEATURES, type Feature, isBefore } from './version.ts';

const emailSettings = z.looseObject({
  smtp_enabled: z.boolean().nullish(),
  smtp_host: z.string().nullish(),
  smtp_port: numeric.nullish(),
  resend_enabled: z.boolean().nullish(),
});

const word = z
  .string()
  .transform((text) => text.trim())
  .pipe(z.string().min(1).max(100));

/** Whether this Coolify has it; `unknown` where the token may not read the version. */
async function supports(
  transport: Transport,
  feature: Feature,
  options: CallOptions = {},
): Promise<boolean | 'unknown'> {
  const { version } = await transport.version(options.signal);
  return version === 'unknown' ? 'unknown' : !isBefore(version, FEATURES[feature].since);
}

/** The Coolify itself. */
export const instance = {
  /** `OK`, without a token and with the API switched off. */
  health: get('/health').since(ALWAYS).answersText(word),
  supports,
  /** As `4.3.11`. Asks each time; `client.version()` asks once. */
  version: get('/version').since(ALWAYS).answersText(word),
  /** The four switches need a token of the root team, and work while the API is off. */
  enableApi: post('/enable').since('4.2.0').answers(message),
  disableApi: post('/disable').since('4.2.0').answers(message),
  enableMcp: post('/mcp/enable').since('4.1.0').answers(message),
  disableMcp: post('/mcp/disable').since('4.1.0').answers(message),
  /** Root team only. What is secret is absent without read:sensitive. */
  emailSettings: get('/settings/email').since('4.3.10').answers(emailSettings),
  /** Needs write:sensitive. Unknown fields pass without a word. */
  updateEmailSettings: patch('/settings/email')
    .body<Record<string, string | number | boolean | null>>()
    .since('4.3.10')
    .answers(emailSettings),
};
