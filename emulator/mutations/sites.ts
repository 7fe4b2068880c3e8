import { parseAst } from 'rolldown/parseAst';

/** One change that could be made to a source file: `text` in place of what stands from `start` to `end`. */
export interface Site {
  kind: Kind;
  file: string;
  line: number;
  start: number;
  end: number;
  text: string;
  /** Where a run shows whether the changed code was reached. */
  at: number;
  /** Outside of any function: reached as soon as the file is used. */
  atTop: boolean;
  /** An expression whose value tells more than being reached: a list, or a text behind a key of a table. */
  probe?: { start: number; end: number; key?: { start: number; end: number } };
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
    if (isText(node) && isSentence.test(textOf(node)) && !isInternal(above)) {
      add('message', node, above, node.end - 1, node.end - 1, ' indeed');
      const inTable = parent.type === 'Property' && parent.value === node && parent.computed === false;
      if (inTable && !above.some(isFunction)) probed({ start: node.start, end: node.end, key: parent.key as Node });
    }
    if (node.type === 'TemplateElement' && isSentence.test(rawOf(node)) && !isInternal(above)) {
      const end = source.indexOf(rawOf(node), node.start) + rawOf(node).length;
      add('message', node, above, end, end, ' indeed');
    }
    if (node.type === 'Property' && isShown(above)) remove(node, above);
    if (node.type === 'Literal' && isDefault(node, above)) {
      const changed = otherThan(node.value);
      if (changed !== undefined) add('default', node, above, node.start, node.end, changed);
    }
  }

  function lookAtCall(call: Node, above: Node[]): void {
    const name = nameOf(call.callee as Node);
    const given = call.arguments as Node[];
    const status = given.find((argument) => typeof argument.value === 'number' && argument.value >= 200);
    if (answering.test(name) && status !== undefined)
      add('status', status, above, status.start, status.end, String(otherStatus(Number(status.value))));
    if (name === 'ok' && given.length === 1) add('status', call, above, given[0]!.end, given[0]!.end, ', 202');
    if (name === 'pick')
      for (const key of (given[1]?.elements as Node[] | undefined) ?? []) if (isText(key)) remove(key, above);
    if (['sort', 'toSorted'].includes(name)) addOrder(call, above, call.end, '.reverse()');
    if (['reverse', 'toReversed'].includes(name)) addOrder(call, above, ((call.callee as Node).object as Node).end, '');
    if (name === 'filter' && isTable(call.callee as Node) && isListed(call, above))
      add('order', call, above, call.end, call.end, '.reverse()');
  }

  /** Takes an element out of its list, with the comma behind it. */
  function remove(node: Node, above: Node[]): void {
    const comma = /^\s*,/.exec(source.slice(node.end))?.[0].length ?? 0;
    add('missing key', node, above, node.start, node.end + comma, '');
  }

  /** In an object that is answered, or anywhere in what shows rows. */
  function isShown(above: Node[]): boolean {
    const holder = above.at(-2);
    if (above.at(-1)?.type !== 'ObjectExpression' || !above.some(isFunction)) return false;
    return (
      file.includes('/present/') || (holder?.type === 'CallExpression' && answering.test(nameOf(holder.callee as Node)))
    );
  }

  function addOrder(call: Node, above: Node[], start: number, text: string): void {
    add('order', call, above, start, call.end, text);
    probed({ start: call.start, end: call.end });
  }

  function probed(place: NonNullable<Site['probe']>): void {
    const site = sites.at(-1);
    if (site !== undefined) site.probe = place;
  }

  function add(kind: Kind, node: Node, above: Node[], start: number, end: number, text: string): void {
    const line = source.slice(0, node.start).split('\n').length;
    sites.push({ kind, file, line, start, end, text, at: node.start, atTop: !above.some(isFunction) });
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

/** What stands behind `??`, or in a function named `…Defaults`. */
function isDefault(node: Node, above: Node[]): boolean {
  const parent = above.at(-1);
  if (parent?.type === 'LogicalExpression' && parent.operator === '??') return parent.right === node;
  const inDefaults = above.some((one) => isFunction(one) && /Defaults$/.test(nameOf(one.id as Node | null)));
  return inDefaults && parent?.type === 'Property' && parent.value === node;
}

/** `state.projects.filter`, `call.world.state.projects.filter` */
function isTable(callee: Node): boolean {
  const table = callee.object as Node;
  return table.type === 'MemberExpression' && nameOf(table.object as Node) === 'state';
}

/** A list that goes on as one, in its order: returned, mapped or answered; not counted or searched. */
function isListed(call: Node, above: Node[]): boolean {
  const parent = above.at(-1);
  if (parent?.type === 'MemberExpression') return ['map', 'flatMap'].includes(nameOf(parent));
  if (parent?.type === 'CallExpression') return answering.test(nameOf(parent.callee as Node));
  return parent?.type === 'ReturnStatement' || (parent?.type === 'ArrowFunctionExpression' && parent.body === call);
}

/** Words for the emulator's own keeper, which no client of Coolify sees. */
function isInternal(above: Node[]): boolean {
  return above.some((node) => node.type === 'NewExpression' && /Error$/.test(nameOf(node.callee as Node)));
}

function isFunction(node: Node): boolean {
  return /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type);
}

function nameOf(node: Node | null | undefined): string {
  if (node?.type === 'MemberExpression') return nameOf(node.property as Node);
  return typeof node?.name === 'string' ? node.name : '';
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
