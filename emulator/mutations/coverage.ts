import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Site } from './sites.ts';

/** What one run reached, by file: V8's ranges, which name offsets of the source as it was written. */
export type Reached = Map<string, FunctionCoverage[]>;

interface FunctionCoverage {
  ranges: { startOffset: number; endOffset: number; count: number }[];
}

/** Reads what `NODE_V8_COVERAGE` left in a folder. */
export function readCoverage(folder: string): Reached {
  const reached: Reached = new Map();
  for (const name of readdirSync(folder)) {
    const { result } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as {
      result: { url: string; functions: FunctionCoverage[] }[];
    };
    for (const { url, functions } of result) if (url.startsWith('file:')) reached.set(fileURLToPath(url), functions);
  }
  return reached;
}

/** Whether the run came by: the narrowest range around the place `at` was executed; for a table of a file, any function of it. */
export function touches(reached: Reached, site: Site, at: number): boolean {
  const functions = reached.get(site.file);
  if (functions === undefined) return false;
  // The first function is the file itself, which runs as soon as it is imported.
  if (site.atTop) return functions.length === 1 || functions.slice(1).some(({ ranges }) => (ranges[0]?.count ?? 0) > 0);
  const around = functions
    .flatMap(({ ranges }) => ranges)
    .filter(({ startOffset, endOffset }) => startOffset <= at && at < endOffset)
    .sort((a, b) => a.endOffset - a.startOffset - (b.endOffset - b.startOffset));
  return (around[0]?.count ?? 0) > 0;
}
