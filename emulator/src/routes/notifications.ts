import { ok } from '../http/answer.ts';
import type { Call, Handler, Routes } from '../http/call.ts';
import { bodyOf, requireFields } from '../http/fields.ts';
import { omit, serialize } from '../http/serialize.ts';
import type { Rules } from '../http/validate.ts';
import type { Json } from '../json.ts';
import { fieldsOf } from '../notifications/channels.ts';
import { settingsOf } from '../notifications/settings.ts';
import { targetFault } from '../notifications/targets.ts';
import type { Channel, NotificationSettings } from '../state/notification.ts';
import { isTrue } from './variables.ts';

/** How a team wants to be told what happens, channel by channel (recorded: webhooks 1–14, sweep 44–91). */
export const notificationRoutes: Routes = {
  'GET /notifications/email': show('email'),
  'PATCH /notifications/email': update('email'),
  'GET /notifications/discord': show('discord'),
  'PATCH /notifications/discord': update('discord'),
  'GET /notifications/slack': show('slack'),
  'PATCH /notifications/slack': update('slack'),
  'GET /notifications/telegram': show('telegram'),
  'PATCH /notifications/telegram': update('telegram'),
  'GET /notifications/pushover': show('pushover'),
  'PATCH /notifications/pushover': update('pushover'),
  'GET /notifications/webhook': show('webhook'),
  'PATCH /notifications/webhook': update('webhook'),
};

function show(channel: Channel): Handler {
  return (call) => ok(present(settingsOf(call.world, call.team.id, channel), call.sensitive));
}

function update(channel: Channel): Handler {
  return async (call) => {
    call.requireJson();
    const body = bodyOf(call);
    requireFields(body, await rulesFor(call, channel));
    const settings = settingsOf(call.world, call.team.id, channel);
    for (const [field, value] of Object.entries(body))
      settings.values[field] = asColumn(value, fieldsOf(channel)[field]?.rules.includes('boolean'), field);
    return ok(present(settings, call.sensitive));
  };
}

async function rulesFor(call: Call, channel: Channel): Promise<Rules> {
  const rules: Record<string, Rules[string]> = {};
  const body = bodyOf(call);
  for (const [field, { rules: plain, target }] of Object.entries(fieldsOf(channel))) {
    const value = body[field] ?? null;
    const fault = target && value !== null ? await targetFault(call.world, field, value) : undefined;
    rules[field] = fault === undefined ? plain : [...plain, { check: () => fault }];
  }
  return rules;
}

function asColumn(value: Json, flag: boolean | undefined, field: string): Json {
  if (flag) return isTrue(value);
  return /_(port|timeout)$/.test(field) && value !== null ? Number(value) : value;
}

function present(settings: NotificationSettings, sensitive: boolean) {
  const { number: id, channel, team_id, values } = settings;
  const secrets = Object.entries(fieldsOf(channel)).filter(([, field]) => field.secret);
  return serialize({ id, team_id, ...omit(values, sensitive ? [] : secrets.map(([name]) => name)) });
}
