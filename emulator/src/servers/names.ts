import { randomInt } from 'node:crypto';
import { publicId } from '../ids.ts';

const pairs = [
  'able-antelope',
  'brave-bison',
  'calm-crane',
  'deft-dolphin',
  'eager-egret',
  'fair-falcon',
  'gentle-gull',
];

/** What Coolify calls a thing that nobody named: two words of one letter and an id. */
export function randomName(): string {
  return `${pairs[randomInt(pairs.length)]}-${publicId()}`;
}
