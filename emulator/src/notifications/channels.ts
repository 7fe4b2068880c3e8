import type { Rule } from '../http/validate.ts';
import type { Json } from '../json.ts';
import type { Channel } from '../state/notification.ts';

/** What Coolify can tell a team, and whether it does so before anybody asked (recorded: webhooks 1, sweep 46–87). */
const events = {
  deployment_success: false,
  deployment_failure: true,
  status_change: false,
  backup_success: false,
  backup_failure: true,
  scheduled_task_success: false,
  scheduled_task_failure: true,
  docker_cleanup_success: false,
  docker_cleanup_failure: true,
  server_disk_usage: true,
  server_reachable: false,
  server_unreachable: true,
  server_patch: true,
  traefik_outdated: true,
} as const;
export type NotificationEvent = keyof typeof events;

export interface Field {
  initial: Json;
  rules: readonly Rule[];
  /** Only read:sensitive sees it. */
  secret?: true;
  /** It has to be a URL that Coolify may call. */
  target?: true;
}

const flag = (initial: boolean): Field => ({ initial, rules: ['sometimes', 'boolean'] });
const text = (max = 255): Field => ({ initial: null, rules: ['sometimes', 'nullable', 'string', `max:${max}`] });
const secret = (max = 255): Field => ({ ...text(max), secret: true });
const target: Field = { initial: null, rules: ['sometimes', 'nullable', 'string'], secret: true, target: true };

const threads = Object.fromEntries(
  Object.keys(events).map((event) => [`telegram_notifications_${event}_thread_id`, secret()]),
);

/** The fields of each channel beside its events. */
const own: Record<Channel, Record<string, Field>> = {
  email: {
    smtp_enabled: flag(false),
    smtp_from_address: { initial: null, rules: ['sometimes', 'nullable', 'email'], secret: true },
    smtp_from_name: secret(),
    smtp_recipients: secret(1000),
    smtp_host: secret(),
    smtp_port: { initial: null, rules: ['sometimes', 'nullable', 'integer', 'min:1', 'max:65535'] },
    smtp_encryption: { initial: null, rules: ['sometimes', 'nullable', 'string', 'in:starttls,tls,none'] },
    smtp_username: secret(),
    smtp_password: secret(),
    smtp_timeout: { initial: null, rules: ['sometimes', 'nullable', 'integer', 'min:0'] },
    smtp_ehlo_domain: text(),
    resend_enabled: flag(false),
    resend_api_key: secret(),
    use_instance_email_settings: flag(true),
  },
  discord: { discord_enabled: flag(false), discord_webhook_url: target, discord_ping_enabled: flag(true) },
  slack: { slack_enabled: flag(false), slack_webhook_url: target },
  telegram: { telegram_enabled: flag(false), telegram_token: secret(), telegram_chat_id: secret(), ...threads },
  pushover: { pushover_enabled: flag(false), pushover_user_key: secret(), pushover_api_token: secret() },
  webhook: { webhook_enabled: flag(false), webhook_url: target },
};

/** Every field of a channel. Only webhooks are silent about patches of a server at first. */
export function fieldsOf(channel: Channel): Record<string, Field> {
  const asked = Object.entries(events).map(([event, initial]) => [
    eventField(channel, event as NotificationEvent),
    flag(initial && !(channel === 'webhook' && event === 'server_patch')),
  ]);
  return { ...own[channel], ...Object.fromEntries(asked) };
}

export function eventField(channel: Channel, event: NotificationEvent): string {
  return `${event}_${channel}_notifications`;
}
