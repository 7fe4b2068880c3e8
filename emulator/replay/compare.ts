import { isObject, type Json, type JsonObject } from '../src/json.ts';

export type Difference = {
  kind: 'status' | 'content type' | 'headers' | 'keys' | 'type' | 'value' | 'log' | 'poll' | 'not received' | 'error';
  where: string;
  text: string;
};

export interface Allowed {
  /** The first read of a terminal state: its times, hashes and last log lines may still be missing. */
  firstTerminal: boolean;
  /** Within a second of a deployment's end: `status` may be the old one. */
  statusRace: boolean;
  /** Rows come in the database's own order. */
  unordered: boolean;
}

/** Columns of which only the form counts, by the recordings' README: ids, keys, and secrets where Coolify made them up. */
const byForm =
  /^(id|.*_id|fingerprint|public_key|private_key|.*secret.*|.*token|.*_password|size|disk_usage|duration|filename)$/;
/** Variables whose value Coolify makes up, and where it stands in their rows. */
const drawn = /^SERVICE_(PASSWORD|BASE64|HEX|REALBASE64|USER)/;
const valueKeys = ['value', 'real_value'];
const races = /^(horizon_job_id|horizon_job_worker|current_process_id)$/;
const terminalRaces = /^(finished_at|configuration_hash|commit_message|logs)$/;
const logKeys = /^(logs|validation_logs)$/;

const forms: [RegExp, string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----\n?/g, '<private key>'],
  [/(?<=:\/\/(?:[^:@/\s]*:)?)[A-Za-z0-9]{64}(?=@)/g, '<password>'],
  [/\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d+)?(Z|\+00:00| \+0000 UTC)?/g, '<time>'],
  [/\b\d+%/g, '<percent>'],
  [/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, '<uuid>'],
  [/(?<![a-z0-9{])[a-z0-9]{24}-\d{12}(?!\d)/g, '<container>'],
  [/(?<![a-z0-9])[\da-f]{64}(?![a-z0-9])/g, '<hash of 64>'],
  [/(?<![a-z0-9])[\da-f]{40}(?![a-z0-9])/g, '<hash of 40>'],
  [/(?<![a-z0-9])[\da-f]{32}(?![a-z0-9])/g, '<hash of 32>'],
  [/(?<![a-z0-9])(?=[a-z0-9]*\d)[a-z0-9]{24}(?![a-z0-9])/g, '<id>'],
  [/(?<![a-z0-9])[a-z]{24}(?![a-z0-9])/g, '<id>'],
];

/** What the comparison knows of the recording and of ours. */
export interface Names {
  /** Turns the values behind placeholders back into them. */
  recorded(text: string): string;
  ours(text: string): string;
  /** Whether a client sent this value: then it is none that Coolify made up. */
  given(text: string): boolean;
}

/** What differs between a recorded body and ours. */
export function compareBodies(recorded: Json, ours: Json, allowed: Allowed, names: Names): Difference[] {
  const differences: Difference[] = [];
  compare(recorded, ours, '', '');
  return differences;

  function compare(left: Json, right: Json, key: string, where: string): undefined {
    if (races.test(key) && isTextOrNull(left) && isTextOrNull(right)) return;
    if (allowed.firstTerminal && terminalRaces.test(key) && (left === null || right === null))
      if (isTextOrNull(left) && isTextOrNull(right)) return;
    if (key === 'logs' && typeof left === 'string' && typeof right === 'string' && left.startsWith('[{'))
      return compareLogs(left, right, where);
    if (
      allowed.statusRace &&
      key === 'status' &&
      typeof left === 'string' &&
      typeof right === 'string' &&
      left.includes(':')
    )
      return;
    if (allowed.unordered && where === '' && !(Array.isArray(left) && Array.isArray(right)))
      return compareLists(values(left), values(right), where);
    if (typeOf(left) !== typeOf(right)) return differ('type', where, `${short(left)} is ${short(right)} here`);
    if (Array.isArray(left) && Array.isArray(right)) return compareLists(left, right, where);
    if (isObject(left) && isObject(right)) return compareObjects(left, right, where);
    if (logKeys.test(key) && typeof left === 'string') return;
    const [a, b] = [normal(left, names.recorded), normal(right, names.ours)];
    if (a === b) return;
    if (byForm.test(key) && !isError(where) && !names.given(String(left)) && shape(left) === shape(right)) return;
    differ('value', where, `${short(a)} is ${short(b)} here`);
  }

  function compareObjects(left: JsonObject, right: JsonObject, where: string): undefined {
    const missing = Object.keys(left).filter((key) => !(key in right));
    const extra = Object.keys(right).filter((key) => !(key in left));
    if (missing.length > 0) differ('keys', where, `missing ${missing.join(', ')}`);
    if (extra.length > 0) differ('keys', where, `too many: ${extra.join(', ')}`);
    const isDrawn = typeof left.key === 'string' && drawn.test(left.key);
    for (const [key, value] of Object.entries(left)) {
      const column = isDrawn && valueKeys.includes(key) ? 'secret' : key;
      if (key in right) compare(value, right[key] ?? null, column, where === '' ? key : `${where}.${key}`);
    }
  }

  /** In order; rows whose names are made up are matched within the same form of name. */
  function compareLists(left: Json[], right: Json[], where: string): undefined {
    if (left.length !== right.length) return differ('value', where, `${left.length} items are ${right.length} here`);
    const free = [...right];
    for (const [index, item] of left.entries()) {
      const form = madeUpName(item, names.recorded);
      const candidates = free.filter(
        (other, at) => allowed.unordered || at === 0 || (form !== undefined && madeUpName(other, names.ours) === form),
      );
      const match = closest(item, candidates);
      free.splice(free.indexOf(match), 1);
      compare(item, match, '', `${where}[${index}]`);
    }
  }

  function closest(item: Json, candidates: Json[]): Json {
    const distances = candidates.map(
      (other) => compareBodies(item, other, { ...allowed, unordered: false }, names).length,
    );
    return candidates[distances.indexOf(Math.min(...distances))] ?? null;
  }

  /** Keys, types and order of the entries; the visible ones tell the same end, and errors of the builder are there. */
  function compareLogs(left: string, right: string, where: string): undefined {
    if (!right.startsWith('[{')) return differ('log', where, `${short(right)} is no list of entries`);
    const [a, b] = [JSON.parse(left), JSON.parse(right)] as [JsonObject[], JsonObject[]];
    for (const [index, entry] of b.entries()) {
      const model = (index === 0 ? a[0] : a[1]) ?? a[0];
      if (model === undefined) continue;
      if (Object.keys(model).sort().join() !== Object.keys(entry).sort().join())
        return differ('log', where, `entry ${index} has the keys ${Object.keys(entry).join(', ')}`);
      for (const [key, value] of Object.entries(entry))
        if (key !== 'command' && typeOf(value) !== typeOf(model[key] ?? null))
          return differ('log', where, `entry ${index}: ${key} is ${short(value)}`);
      if (index > 0 && entry.order !== index + 1)
        return differ('log', where, `entry ${index} has order ${entry.order}`);
    }
    const wanted = visible(a, names.recorded);
    const had = visible(b, names.ours);
    const lines = allowed.firstTerminal ? wanted.slice(0, -2) : wanted;
    let at = 0;
    for (const line of lines) {
      const found = had.indexOf(line, at);
      if (found === -1) return differ('log', where, `the visible line ${short(line)} is missing or out of order`);
      at = found + 1;
    }
    for (const line of errorsOf(a))
      if (!b.some((entry) => String(entry.output).includes(line)))
        differ('log', where, `the builder's line ${short(line)} is missing`);
  }

  function differ(kind: Difference['kind'], where: string, text: string): undefined {
    differences.push({ kind, where, text });
  }
}

/** The phrases of the visible lines, without what differs by nature: the end of a failure's sentence, outputs of containers. */
function visible(entries: JsonObject[], name: (text: string) => string): string[] {
  const phrases = entries
    .filter((entry) => entry.hidden === false && entry.command === null)
    .map((entry) => String(normal(entry.output ?? '', name)).split('\n')[0] ?? '');
  return phrases
    .filter(
      (line) =>
        !/^(Attempt \d+ of|Healthcheck logs|Gracefully shutting down|Error stopping container|Deployment cancelled by user, stopping|Preparing container|Deployment container not yet)/.test(
          line,
        ),
    )
    .map((line) => line.replace(/^(Deployment failed: [^(:]+).*/, '$1'));
}

function errorsOf(entries: JsonObject[]): string[] {
  return entries.flatMap((entry) =>
    [...String(entry.output).matchAll(/^#\d+ [\d.]+ (error: .+)$/gm)].map((match) => match[1] ?? ''),
  );
}

/** The form of a name that Coolify made up: rows that are sorted by such names stand in an order of chance. */
function madeUpName(item: Json, name: (text: string) => string): string | undefined {
  const form = isObject(item) && typeof item.name === 'string' ? String(normal(item.name, name)) : '';
  return form.includes('<') ? form : undefined;
}

function normal(value: Json, name: (text: string) => string): Json {
  if (typeof value !== 'string') return value;
  return forms.reduce((text, [form, token]) => text.replace(form, token), name(plain(value)));
}

/** What stands in a text that is base64 of a text, as labels and compose files are. */
function plain(value: string): string {
  if (!/^[A-Za-z0-9+/]{60,}=*$/.test(value)) return value;
  const text = Buffer.from(value, 'base64').toString('utf8');
  return text.includes('\uFFFD') ? value : `base64 of ${text}`;
}

/** The rows of a list that Coolify gives as an array or as an object with numbers as keys. */
function values(list: Json): Json[] {
  return typeof list === 'object' && list !== null ? Object.values(list) : [];
}

/** A sentence about a field is no value of it. */
function isError(where: string): boolean {
  return where.startsWith('errors');
}

/** What two made-up values have in common: the alphabet and, of letters and digits alone, the length. */
function shape(value: Json): string {
  if (typeof value !== 'string') return typeof value;
  if (/^\d+$/.test(value)) return 'digits';
  if (value.startsWith('eyJ')) return 'encrypted';
  if (value.startsWith('/')) return 'path';
  if (/^[A-Za-z0-9+/]+$/.test(value)) return `${value.length} of base64`;
  if (value.startsWith('ssh-')) return 'public key';
  return /\s/.test(value) ? `text ${value}` : `${value.length} characters`;
}

function isTextOrNull(value: Json): boolean {
  return value === null || typeof value === 'string';
}

function typeOf(value: Json): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}

function short(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}
