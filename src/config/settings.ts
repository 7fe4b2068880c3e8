import { z } from 'zod';

/** One setting: as a flag or a variable it comes as text, from the file as JSON too. */
export interface Setting<T = unknown, Fallback = unknown> {
  variable: string;
  /** Completes "give …" and "is not …". */
  must: string;
  schema: z.ZodType<T>;
  /** What holds where it is not given. */
  fallback: Fallback;
  /** Only `fairlead serve` reads it; elsewhere the variable may be another program's. */
  serveOnly: boolean;
}

function setting<T>(variable: string, must: string, schema: z.ZodType<T>): Setting<T, undefined>;
function setting<T>(variable: string, must: string, schema: z.ZodType<T>, fallback: NoInfer<T>): Setting<T, T>;
function setting<T>(variable: string, must: string, schema: z.ZodType<T>, fallback?: T): Setting<T, T | undefined> {
  return { variable, must, schema, fallback, serveOnly: false };
}

const forServe = <S extends Setting>(of: S): S => ({ ...of, serveOnly: true });

const whole = (from: number, to: number) =>
  z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]).pipe(z.int().min(from).max(to));
const duration = (variable: string, longest: number, fallback: number) =>
  setting(variable, `a whole number of seconds from 1 to ${longest}`, whole(1, longest), fallback);

const policySchema = z.enum(['allow', 'ask', 'deny']);
const policy = (variable: string) => setting(variable, 'allow, ask or deny', policySchema, 'allow');

const name = z.string().min(1).max(255);

/** A web address without what does not belong into one; what is wrong is told by its own words. */
const webAddress = z.string().transform((text, context) => {
  const wrong = (what: string) => {
    context.addIssue({ code: 'custom', message: what });
    return z.NEVER;
  };
  if (!/^https?:\/\//i.test(text)) return wrong('has to begin with https:// or http://');
  if (!URL.canParse(text)) return wrong('is no URL');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return wrong('holds a user or password, which do not belong there');
  if (url.search !== '' || url.hash !== '') return wrong('has a ? or # in it, and is a base address');
  return url.origin + url.pathname.replace(/\/+$/, '');
});

/** With or without `/api/v1`, as people copy it. */
const coolifyUrl = webAddress.transform((url) => url.replace(/\/api\/v1$/, ''));

/** With commas between; in the file a list too. */
const texts = z.union([z.array(z.string()), z.string().transform((text) => text.split(',').map((one) => one.trim()))]);

const origins = texts.transform((listed, context) => {
  const wrong = listed.find((origin) => !URL.canParse(origin) || new URL(origin).origin !== origin);
  if (wrong === undefined) return listed;
  const message =
    wrong === '*'
      ? 'has a *, which would let every web page act for those who are signed in'
      : 'has something else than origins (https://app.example.com, without a path or a slash at the end)';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

const hostAndPort = z.string().transform((text, context) => {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-f:.]+)\]|([\w.-]+)):(\d{1,5})$/i.exec(text) ?? [];
  if (port !== undefined && Number(port) > 0 && Number(port) < 65_536) {
    return { host: bracketed ?? plain ?? '', port: Number(port) };
  }
  context.addIssue({ code: 'invalid_format', format: 'host:port' });
  return z.NEVER;
});

const host = z.union([z.ipv4(), z.ipv6(), z.string().regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i)]);
const price = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d+(\.\d+)?$/)
      .transform(Number),
  ])
  .pipe(z.number().min(0));
const moment = z.union([z.iso.date(), z.iso.datetime({ offset: true })]).transform((text) => Date.parse(text));

/** Every setting under its key in the file; as a flag it is written `--coolify-url`. */
export const SETTINGS = {
  coolifyUrl: setting('COOLIFY_API_URL', 'the address of a Coolify (https://coolify.example.com)', coolifyUrl),
  tokenCreatedAt: setting('COOLIFY_API_TOKEN_CREATED_AT', 'a date (2026-01-31) or a time with its zone', moment),
  host: forServe(setting('BACKEND_HOST', 'a host name or an IP address', host, '127.0.0.1')),
  port: forServe(setting('BACKEND_PORT', 'a port from 1 to 65535', whole(1, 65_535), 8100)),
  corsOrigins: forServe(setting('CORS_ORIGINS', 'a list of origins with commas between', origins, [])),
  allowedHosts: forServe(
    setting('FAIRLEAD_ALLOWED_HOSTS', 'a list of host names with commas between', texts.pipe(z.array(host)), []),
  ),
  pricePerMillionTokens: forServe(setting('FAIRLEAD_PRICE_PER_MILLION_TOKENS', 'a price, 0 or more', price, 3)),
  mem0Url: forServe(setting('MEM0_API_URL', 'the address of a mem0 server', webAddress)),
  dataDir: setting('FAIRLEAD_DATA_DIR', 'the path of a folder', z.string().min(1)),
  probeVia: setting('FAIRLEAD_PROBE_VIA', 'a host and a port (127.0.0.1:8080)', hostAndPort),
  healthSeconds: duration('FAIRLEAD_HEALTH_SECONDS', 86_400, 300),
  deploymentSeconds: duration('FAIRLEAD_DEPLOYMENT_SECONDS', 86_400, 3600),
  callSeconds: duration('FAIRLEAD_CALL_SECONDS', 3600, 50),
  policyRead: policy('FAIRLEAD_POLICY_READ'),
  policyCreate: policy('FAIRLEAD_POLICY_CREATE'),
  policyChange: policy('FAIRLEAD_POLICY_CHANGE'),
  policyDestroy: policy('FAIRLEAD_POLICY_DESTROY'),
  server: setting('FAIRLEAD_SERVER', 'the name or uuid of a server', name),
  project: setting('FAIRLEAD_PROJECT', 'the name or uuid of a project', name),
  log: setting(
    'FAIRLEAD_LOG',
    'debug, info, warn, error or silent',
    z.enum(['debug', 'info', 'warn', 'error', 'silent']),
    'info',
  ),
};

export type SettingKey = keyof typeof SETTINGS;
export type SettingValue<K extends SettingKey> =
  (typeof SETTINGS)[K] extends Setting<infer T, infer Fallback> ? T | Fallback : never;

export const settingKeys = Object.keys(SETTINGS) as SettingKey[];
