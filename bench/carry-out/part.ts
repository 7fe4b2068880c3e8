import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { newPlace } from '../../test/postgres/place.ts';
import { compared, median, ms, type Part } from '../figures.ts';

const RUNS = 60;
const ROUNDS = 3;

/** What it costs to carry out a plan so that it survives. */
export async function carryOut(): Promise<Part> {
  await using place = await newPlace();
  const [own, bareUrl] = [await place.database(), await place.database()];
  const times = { inline: [] as number[], dbos: [] as number[], bare: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    const runs = String(RUNS / ROUNDS);
    times.bare.push(...(await timesOf('bare.ts', [runs, bareUrl])));
    times.dbos.push(...(await timesOf('ours.ts', ['dbos', join(place.folder, 'own'), runs, own])));
    times.inline.push(...(await timesOf('ours.ts', ['inline', join(place.folder, 'own'), runs])));
  }
  const [inline, dbos, bare] = [median(times.inline), median(times.dbos), median(times.bare)];
  const peer = 'bare DBOS: a workflow of three steps';
  return {
    title: 'Carrying out three steps that do nothing',
    how: `Medians of ${RUNS} runs each, one client, one run after the other, on one embedded PostgreSQL; with journal, ownership and end.`,
    figures: [
      compared('on DBOS', [dbos, bare], ms, peer, 2),
      compared('inline, journal in files, each event on the disk before the next', [inline, bare], ms, peer, 2),
    ],
  };
}

async function timesOf(program: string, args: string[]): Promise<number[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    join(import.meta.dirname, program),
    ...args,
  ]);
  return JSON.parse(stdout) as number[];
}
