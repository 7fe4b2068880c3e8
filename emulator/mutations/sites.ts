import { parseAst } from 'rolldown/parseAst';

/** One change that could be made to a source file: `text` in place of what stands from `start` to `end`. */
export interface Site {
  kind: Kind;
  file: string;
  line: number;
  start: number;
  end: number;
  text: string;
  /** The expression whose evaluation shows that the change would be reached. */
  probe: Probe;
}

export interface Probe {
  start: number;
  end: number;
  /** A property without a value of its own: `{ name }`. */
  shorthand?: boolean;
  /** Of a table of a file: the key, so that reading the text shows, not loading the file. */
  key?: { start: number; end: number };
}

export const kinds = ['status', 'message', 'missing key', 'order', 'default'] as const;
export type Kind = (typeof kinds)[number];

/** What is needed of a node of the syntax tree (ESTree). */
interface Node {
  type: string;
  start: number;
  end: number;
  [field: string]: unknown;
}

/** Answers and refusals whose arguments Coolify's client sees. */
const answering = /^(ok|refuse|invalid|serialize)$/;
const isSentence = /[A-Za-z.,:] [A-Za-z{$]/;

/** Every change that this transformer knows to make to a file. Throws when the file cannot be parsed. */
export function sitesOf(file: string, source: string): Site[] {
  const sites: Site[] = [];
  walk(parseAst(source, { lang: 'ts' }) as unknown as Node, []);
  return sites;

  function walk(node: Node, above: Node[]): void {
    if (/^(TS|Import|Export(All|Named))/.test(node.type) && node.declaration === undefined) return;
    look(node, above);
    const inside = [...above, node];
    for (const value of Object.values(node))
      for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) walk(child, inside);
  }

  function look(node: Node, above: Node[]): void {
    const parent = above.at(-1);
    if (node.type === 'CallExpression') lookAtCall(node, above);
    if (parent === undefined) return;
    const isKey = parent.type === 'Property' && parent.key === node;
    if (isText(node) && !isKey && isSentence.test(textOf(node)) && !isInternal(above)) {
      // A text that is read when its file is loaded does not show when it is told.
      const seen = above.some(isFunction) ? rangeOf(node) : tableText(node, above);
      if (seen !== undefined) add('message', node.end - 1, node.end - 1, ' indeed', seen);
    }
    if (node.type === 'TemplateElement' && isSentence.test(rawOf(node)) && !isInternal(above)) {
      const end = source.indexOf(rawOf(node), node.start) + rawOf(node).length;
      add('message', end, end, ' indeed', rangeOf(parent));
    }
    if (node.type === 'Property' && node.method !== true && isShown(above))
      remove(node, { ...rangeOf(node.value as Node), ...(node.shorthand === true ? { shorthand: true } : {}) });
    if (node.type === 'Literal' && isDefault(node, above)) {
      const changed = otherThan(node.value);
      if (changed !== undefined) add('default', node.start, node.end, changed, rangeOf(node));
    }
  }

  function lookAtCall(call: Node, above: Node[]): void {
    const name = nameOf(call.callee as Node);
    const given = call.arguments as Node[];
    const [first] = given;
    const status = given.find((argument) => typeof argument.value === 'number' && argument.value >= 200);
    if (answering.test(name) && status !== undefined)
      add('status', status.start, status.end, String(otherStatus(Number(status.value))), rangeOf(status));
    if (name === 'ok' && given.length === 1 && first !== undefined)
      add('status', first.end, first.end, ', 202', rangeOf(first));
    if (name === 'pick' && (file.includes('/present/') || above.some(isAnswer)))
      for (const key of (given[1]?.elements as Node[] | undefined) ?? []) if (isText(key)) remove(key, rangeOf(key));
    if (['sort', 'toSorted'].includes(name) && !isOfKeys(call))
      add('order', call.end, call.end, '.reverse()', rangeOf(call));
    if (['reverse', 'toReversed'].includes(name))
      add('order', ((call.callee as Node).object as Node).end, call.end, '', rangeOf(call));
    if (name === 'filter' && isTable(call.callee as Node) && isListed(call, above))
      add('order', call.end, call.end, '.reverse()', rangeOf(call));
  }

  /** Takes an element out of its list, with the comma behind it. */
  function remove(node: Node, probe: Probe): void {
    const comma = /^\s*,/.exec(source.slice(node.end))?.[0].length ?? 0;
    add('missing key', node.start, node.end + comma, '', probe);
  }

  function tableText(node: Node, above: Node[]): Probe | undefined {
    const parent = above.at(-1);
    if (parent?.type !== 'Property' || parent.computed === true) return undefined;
    return { ...rangeOf(node), key: rangeOf(parent.key as Node) };
  }

  /** In an object that is answered, or anywhere in what shows rows. */
  function isShown(above: Node[]): boolean {
    const holder = above.at(-2);
    if (above.at(-1)?.type !== 'ObjectExpression' || !above.some(isFunction)) return false;
    return file.includes('/present/') || (holder !== undefined && isAnswer(holder));
  }

  function add(kind: Kind, start: number, end: number, text: string, probe: Probe): void {
    const line = source.slice(0, start).split('\n').length;
    sites.push({ kind, file, line, start, end, text, probe });
  }
}

/** The source with one change. Throws when it can no longer be parsed, which would be no change of a rule. */
export function mutate(source: string, site: Site): string {
  const changed = source.slice(0, site.start) + site.text + source.slice(site.end);
  parseAst(changed, { lang: 'ts' });
  return changed;
}

function otherStatus(status: number): number {
  const others: Record<number, number> = { 200: 201, 201: 200, 400: 422, 422: 400, 404: 400 };
  return others[status] ?? status + 1;
}

function otherThan(value: unknown): string | undefined {
  if (typeof value === 'boolean') return String(!value);
  if (typeof value === 'number') return String(value + 1);
  if (typeof value === 'string') return JSON.stringify(`${value}x`);
  return value === null ? '"set"' : undefined;
}

/** What a row or an answer holds when nothing was given: behind `??`, or in a function named `…Defaults`. */
function isDefault(node: Node, above: Node[]): boolean {
  const parent = above.at(-1);
  if (parent?.type === 'LogicalExpression' && parent.operator === '??')
    return parent.right === node && above.at(-2)?.type === 'Property' && above.at(-2)?.value === parent;
  const inDefaults = above.some((one) => isFunction(one) && /Defaults$/.test(nameOf(one.id as Node | null)));
  return inDefaults && parent?.type === 'Property' && parent.value === node;
}

/** `state.projects.filter`, `call.world.state.projects.filter` */
function isTable(callee: Node): boolean {
  const table = callee.object as Node;
  return table.type === 'MemberExpression' && nameOf(table.object as Node) === 'state';
}

/** A list that goes on as one, in its order: returned, mapped or answered; not counted, searched or sorted again. */
function isListed(call: Node, above: Node[]): boolean {
  const parent = above.at(-1);
  if (parent?.type === 'MemberExpression') return ['map', 'flatMap'].includes(nameOf(parent));
  if (parent !== undefined && isAnswer(parent)) return true;
  return parent?.type === 'ReturnStatement' || (parent?.type === 'ArrowFunctionExpression' && parent.body === call);
}

/** `Object.keys(row).sort()`: the keys of an object have no order for who reads JSON. */
function isOfKeys(call: Node): boolean {
  const list = (call.callee as Node).object as Node;
  return list.type === 'CallExpression' && nameOf((list.callee as Node).object as Node | undefined) === 'Object';
}

/** Words for the emulator's own keeper, which no client of Coolify sees. */
function isInternal(above: Node[]): boolean {
  return above.some((node) => node.type === 'NewExpression' && /Error$/.test(nameOf(node.callee as Node)));
}

function isAnswer(node: Node): boolean {
  return node.type === 'CallExpression' && answering.test(nameOf(node.callee as Node));
}

function isFunction(node: Node): boolean {
  return /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type);
}

function nameOf(node: Node | null | undefined): string {
  if (node?.type === 'MemberExpression') return nameOf(node.property as Node);
  return typeof node?.name === 'string' ? node.name : '';
}

function rangeOf({ start, end }: Node): { start: number; end: number } {
  return { start, end };
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

function isText(node: Node): boolean {
  return node.type === 'Literal' && typeof node.value === 'string';
}

function textOf(node: Node): string {
  return String(node.value);
}

function rawOf(node: Node): string {
  return (node.value as { raw: string }).raw;
}
