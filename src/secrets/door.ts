import { z } from 'zod';
import { Refusal } from '../refusal.ts';
import { SECRET_REFERENCE, type SecretStore } from '../storage/stores.ts';
import { looksSecret } from './worth.ts';

/** How a field is marked: its text is the secret, or a URL holds one before its `@`. */
type Mark = 'value' | 'url';
type Learn = (name: string, value: string) => void;

const REFERENCE = new RegExp(`^${SECRET_REFERENCE.source}$`);
/** Scheme if any, then everything up to the last `@` of the authority. */
const CREDENTIALS = /^(\s*(?:[a-z][a-z0-9+.-]*:\/\/)?)([^/?#]*)@/i;

/** A host with a colon and no port after it: a password that a `/` cut off from its `@`. */
const NO_PORT = /^\s*[a-z][a-z0-9+.-]*:\/\/[^/?#[]*:(?!\d*(?:[/?#]|$))/i;

/**
 * Puts the secrets of a parsed input into the store; what comes back holds references in their place and reads like
 * the input otherwise. The schema says where they are: strings marked `secret: 'value'` become `secret://v/<hash>`; of
 * URLs marked `secret: 'url'` the part before the `@` does, percent-encoded, so that it still is a URL. A reference
 * that comes in passes, if something is kept under it.
 */
export async function sealInput<S extends z.ZodObject>(
  schema: S,
  input: z.output<S>,
  store: SecretStore,
  learn: Learn,
): Promise<z.output<S>> {
  return (await walk(schema, input, undefined, 'input')) as z.output<S>;

  async function walk(at: z.core.$ZodType, value: unknown, outer: Mark | undefined, name: string): Promise<unknown> {
    const mark = markOf(at) ?? outer;
    if (value === undefined || value === null) return value;
    if (at instanceof z.ZodObject) {
      const fields = Object.entries(value).map(async ([key, inner]) => {
        const field = at.shape[key];
        return [key, field ? await walk(field, inner, mark, nameOf(key, value)) : inner];
      });
      return Object.fromEntries(await Promise.all(fields));
    }
    if (at instanceof z.ZodRecord) {
      const entries = Object.entries(value).map(async ([key, inner]) => [
        key,
        await walk(at.valueType, inner, mark, key),
      ]);
      return Object.fromEntries(await Promise.all(entries));
    }
    if (at instanceof z.ZodArray) {
      return Promise.all((value as unknown[]).map((item) => walk(at.element, item, mark, name)));
    }
    if (at instanceof z.ZodUnion) {
      const taken = at.options.find((option) => z.safeParse(option, value).success);
      if (!taken) throw new Error(`No option of the field ${name} holds its value.`);
      return walk(taken, value, mark, name);
    }
    if (at instanceof z.ZodPipe) return walk(at.out, value, mark ?? markOf(at.in), name);
    const wrapped = insideOf(at);
    if (wrapped) return walk(wrapped, value, mark, name);
    if (mark === undefined || typeof value !== 'string') return value;
    return mark === 'value' ? sealValue(value, name) : sealUrl(value, name);
  }

  async function sealValue(value: string, name: string): Promise<string> {
    if (REFERENCE.test(value)) return renew(value);
    learn(name, value);
    return store.seal(value);
  }

  async function sealUrl(url: string, name: string): Promise<string> {
    const [whole = '', scheme = '', credentials = ''] = CREDENTIALS.exec(url) ?? [];
    const rest = url.slice(whole.length);
    if (REFERENCE.test(credentials) && !SECRET_REFERENCE.test(rest)) {
      await renew(decodeURIComponent(credentials));
      return url;
    }
    // Elsewhere it would be sent in the clear to whoever the host is.
    if (SECRET_REFERENCE.test(url)) throw misplaced(name);
    if (whole === '' && NO_PORT.test(url)) throw unencoded(name);
    if (!isSecret(scheme, credentials)) return url;
    learn(name, `https://${credentials}@`);
    return `${scheme}${encodeURIComponent(await store.seal(credentials))}@${rest}`;
  }

  /** Sealing it again tells the store that it is still wanted. */
  async function renew(reference: string): Promise<string> {
    return store.seal(await store.open(reference));
  }
}

/** Puts the values back in the place of their references: for what goes to Coolify, never for display. */
export async function reveal(text: string, store: SecretStore): Promise<string> {
  const references = [...text.matchAll(new RegExp(SECRET_REFERENCE, 'g'))];
  const values = await Promise.all(references.map((match) => store.open(`secret://v/${match[1]}`)));
  // In one go: a value that itself reads like a reference is a value.
  let revealed = '';
  let copied = 0;
  for (const [i, { 0: found, index }] of references.entries()) {
    revealed += text.slice(copied, index) + values[i];
    copied = index + found.length;
  }
  return revealed + text.slice(copied);
}

function markOf(schema: z.core.$ZodType): Mark | undefined {
  const mark = z.globalRegistry.get(schema)?.secret;
  return mark === 'value' || mark === 'url' ? mark : undefined;
}

/** What an optional, nullable, default, readonly or lazy schema is about. */
function insideOf(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  return 'unwrap' in schema && typeof schema.unwrap === 'function' ? schema.unwrap() : undefined;
}

/** A `value` is known by the `key` or `name` beside it, everything else by its own field. */
function nameOf(field: string, siblings: object): string {
  if (field !== 'value') return field;
  const { key, name } = siblings as { key?: unknown; name?: unknown };
  return [key, name].find((text) => typeof text === 'string') ?? field;
}

/** A password always is; a user alone where it is a token, as it is over HTTP (`git` is everybody's). */
function isSecret(scheme: string, credentials: string): boolean {
  const [user = '', password = ''] = credentials.split(/:(.*)/s);
  if (password !== '') return true;
  return looksSecret(user) || (/^\s*https?:/i.test(scheme) && user !== '' && user !== 'git');
}

const misplaced = (name: string): Refusal =>
  new Refusal(
    'invalid_input',
    `${name} has the reference of a secret where it cannot stand.`,
    'In a URL it stands, percent-encoded, for user and password together, right before the @; else give them as they are.',
  );

const unencoded = (name: string): Refusal =>
  new Refusal(
    'invalid_input',
    `${name} has something after the colon of its host that is no port; is it a password?`,
    'Percent-encode user and password: a / is %2F, a ? is %3F, a # is %23.',
  );
