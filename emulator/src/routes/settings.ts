import { requireAdmin } from '../http/admins.ts';
import { invalid, ok, refuse } from '../http/answer.ts';
import type { Call, Routes } from '../http/call.ts';
import { bodyOf } from '../http/fields.ts';
import { createRateLimiter, type RateLimiter, rateHeaders } from '../http/rateLimit.ts';
import { omit } from '../http/serialize.ts';
import { apiMessages, hasErrors, type Rules, validate } from '../http/validate.ts';
import { isHostName } from '../servers/address.ts';
import type { World } from '../world.ts';
import { isTrue } from './variables.ts';

/** The whole installation's mail, and the box for what users think (recorded: access 34, 48, sweep 92–101). */
export const settingsRoutes: Routes = {
  'GET /settings/email': (call) => {
    requireRootTeam(call);
    requireAdmin(call);
    return ok(present(call));
  },
  'PATCH /settings/email': update,
  'POST /api/feedback': feedback,
};

const text = ['sometimes', 'nullable', 'string', 'max:255'] as const;
const rules: Rules = {
  smtp_enabled: ['sometimes', 'boolean'],
  smtp_from_address: ['sometimes', 'nullable', 'email'],
  smtp_from_name: text,
  smtp_host: text,
  smtp_port: ['sometimes', 'nullable', 'integer', 'min:1', 'max:65535'],
  smtp_encryption: ['sometimes', 'nullable', 'string', 'in:starttls,tls,none'],
  smtp_username: text,
  smtp_password: text,
  smtp_timeout: ['sometimes', 'nullable', 'integer', 'min:0'],
  smtp_ehlo_domain: [
    ...text,
    {
      check: (value) =>
        value === null || isHostName(String(value))
          ? undefined
          : 'The smtp ehlo domain contains invalid characters. Only letters (a-z, A-Z), numbers (0-9), hyphens (-), and dots (.) are allowed.',
    },
  ],
  resend_enabled: ['sometimes', 'boolean'],
  resend_api_key: text,
};
const secrets = [
  'smtp_from_address',
  'smtp_from_name',
  'smtp_host',
  'smtp_username',
  'smtp_password',
  'resend_api_key',
];

/** What it does not know it passes over, and an empty body changes nothing (recorded: sweep 98, 99). */
function update(call: Call) {
  requireRootTeam(call);
  const body = bodyOf(call);
  const errors = validate(body, rules, apiMessages);
  if (hasErrors(errors)) throw invalid(errors);
  const { email } = call.world.state.instance;
  for (const [field, value] of Object.entries(body)) {
    if (!(field in rules)) continue;
    if (field.endsWith('_enabled')) email[field] = isTrue(value);
    else email[field] = /_(port|timeout)$/.test(field) && value !== null ? Number(value) : value;
  }
  return ok(present(call));
}

function present(call: Call) {
  return omit(call.world.state.instance.email, call.sensitive ? [] : secrets);
}

function requireRootTeam(call: Call): void {
  if (call.team.id !== 0) throw refuse(403, 'Instance email settings require a root-team API token.');
}

const feedbackLimit = 3;
const limiters = new WeakMap<World, RateLimiter>();

/** Three a minute (coolify.md 1.5). The emulator passes nothing on. */
function feedback(call: Call) {
  const limiter = limiters.get(call.world) ?? createRateLimiter(call.world.clock, feedbackLimit);
  limiters.set(call.world, limiter);
  const bucket = limiter.count('feedback');
  const headers = rateHeaders(bucket, call.world.clock.now());
  if (bucket.refused) throw refuse(429, 'Too Many Attempts.', {}, headers);
  const errors = validate(call.input, { content: ['required', 'string', 'min:10', 'max:2000'] });
  const [first, ...more] = Object.values(errors).flat();
  if (first !== undefined)
    throw refuse(
      422,
      more.length === 0 ? first : `${first} (and ${more.length} more error${more.length > 1 ? 's' : ''})`,
      { errors },
      headers,
    );
  return { ...ok({ message: 'Feedback sent.' }), headers };
}
