import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { trackedFiles } from './tracked-files.ts';

// Written so that these lines do not find themselves.
const PLACES: readonly [RegExp, string][] = [
  [/(?<![\w.])\/(home|User[s])\/(?!node\b|linuxbrew\b)[\w.-]+\//, "a folder of somebody's home"],
  [/(?<![\w.])\/wor[k]\//, "a folder of somebody's machine"],
  [/\.\.\/share[d]\b/, 'a folder beside the repository'],
  [/(?<!\w)\.librar[y]\b/, 'a folder beside the repository'],
];
/** What a real server answered is kept as it was answered. */
const LEFT_OUT = /^contracts\/coolify\//;

/** A clone knows nothing of the machine it was written on: no path of it, in code or text. */
export function placeProblems(path: string, text: string): string[] {
  return text.split('\n').flatMap((row, index) =>
    PLACES.flatMap(([place, what]) => {
      const found = row.match(place);
      return found ? [`${path}:${index + 1}: ${found[0]} is ${what}; name things from the root of the repository`] : [];
    }),
  );
}

export function checkPlaces(root: string): string[] {
  return trackedFiles(root)
    .filter((path) => !LEFT_OUT.test(path))
    .flatMap((path) => [...placeProblems(path, path), ...placeProblems(path, readFileSync(join(root, path), 'utf8'))]);
}
