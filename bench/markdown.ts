import type { Figure, Part } from './figures.ts';

export function inMarkdown({ title, how, figures }: Part): string {
  const head = ['| figure | ours | beside it | ratio | to reach | |', '|---|---|---|---|---|---|'];
  return [`## ${title}`, how, [...head, ...figures.map(row)].join('\n')].join('\n\n');
}

const row = ({ what, ours, peer = '', ratio, goal }: Figure): string =>
  `| ${what} | ${ours} | ${peer} | ${ratio?.toFixed(2) ?? ''} | ${goal?.words ?? ''} | ${goal ? (goal.reached ? 'reached' : '**missed**') : ''} |`;
