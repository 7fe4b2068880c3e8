import type { Site } from './sites.ts';

/** Where probes moved the text: `at` of the written source is `moved(at)` of the probed one. */
export interface Probed {
  source: string;
  moved(at: number): number;
}

/**
 * Puts a probe where being reached does not show a change: a list has to have two items for its order to matter, a text in a
 * table of a file has to be read. A probe calls `globalThis.cameBy(id, value)`, which gives the value back.
 */
export function probe(source: string, sites: Site[]): Probed {
  const edits = sites
    .flatMap((site) => (site.probe === undefined ? [] : editsFor(site)))
    .sort((a, b) => a.start - b.start || a.end - b.end);
  let probed = '';
  let last = 0;
  for (const { start, end, text } of edits) {
    probed += source.slice(last, start) + text;
    last = end;
  }
  return {
    source: probed + source.slice(last),
    moved: (at) =>
      edits.reduce((sum, edit) => (edit.start <= at ? sum + edit.text.length - (edit.end - edit.start) : sum), at),
  };
}

export function idOf({ kind, file, at }: Site): string {
  return `${kind} ${file} ${at}`;
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

function editsFor(site: Site): { start: number; end: number; text: string }[] {
  const { probe: place } = site;
  if (place === undefined) return [];
  const before = `globalThis.cameBy(${JSON.stringify(idOf(site))}, `;
  if (place.key === undefined)
    return [
      { start: place.start, end: place.start, text: before },
      { start: place.end, end: place.end, text: ')' },
    ];
  return [
    { start: place.key.start, end: place.key.start, text: 'get ' },
    { start: place.key.end, end: place.start, text: `() { return ${before}` },
    { start: place.end, end: place.end, text: '); }' },
  ];
}
