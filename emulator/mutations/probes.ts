import type { Site } from './sites.ts';

interface Edit {
  start: number;
  end: number;
  text: string;
  /** Where what it belongs to ends: of two that begin together, the wider one comes first. */
  reach: number;
}

/**
 * Puts a probe at every site: `globalThis.cameBy(id, value)`, which gives the value back. It tells what neither a line nor a
 * branch does: that an answer was really made, a text of a table read, a list long enough to have an order.
 */
export function probe(source: string, sites: Site[]): string {
  const edits = sites.flatMap((site) => editsFor(site, source)).sort((a, b) => a.start - b.start || b.reach - a.reach);
  let probed = '';
  let last = 0;
  for (const { start, end, text } of edits) {
    probed += source.slice(last, Math.max(last, start)) + text;
    last = Math.max(last, end);
  }
  return probed + source.slice(last);
}

export function idOf({ kind, file, start, end }: Site): string {
  return `${kind} ${file} ${start} ${end}`;
}

/** The program that probes need, as an argument for `node --import`: it writes the ids of what came by to a file at the end. */
export function probeProgram(file: string): string {
  const program = `
    import { writeFileSync } from 'node:fs';
    const came = new Set();
    globalThis.cameBy = (id, value) => {
      if (!id.startsWith('order') || value.length > 1) came.add(id);
      return value;
    };
    process.on('exit', () => writeFileSync(${JSON.stringify(file)}, JSON.stringify([...came])));`;
  return `data:text/javascript,${encodeURIComponent(program)}`;
}

function editsFor(site: Site, source: string): Edit[] {
  const { start, end, shorthand, key } = site.probe;
  const call = `globalThis.cameBy(${JSON.stringify(idOf(site))}, `;
  const closing = { start: end, end, reach: 0 };
  if (shorthand) return [{ ...closing, text: `: ${call}${source.slice(start, end)})` }];
  if (key === undefined)
    return [
      { start, end: start, reach: end, text: call },
      { ...closing, text: ')' },
    ];
  const first = { reach: Number.POSITIVE_INFINITY };
  return [
    { ...first, start: key.start, end: key.start, text: 'get ' },
    { ...first, start: key.end, end: start, text: `() { return ${call}` },
    { ...closing, text: '); }' },
  ];
}
