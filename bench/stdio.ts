import { setTimeout as sleep } from 'node:timers/promises';
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { compared, median, mib, ms, type Part } from './figures.ts';
import { PEER, SERVERS } from './servers.ts';

const ROUNDS = 15;
/** Nothing listens there: neither server asks Coolify anything before its first call. */
const NOWHERE = 'http://127.0.0.1:9';
const TOKEN = '1|0123456789abcdefghijklmnopqrstuvwxyzABCD';

/** Start and memory of the built packages, and what their list of tools costs a conversation. */
export async function stdio(): Promise<Part> {
  const seen = {
    ours: { start: [] as number[], rss: [] as number[] },
    peer: { start: [] as number[], rss: [] as number[] },
  };
  const tokens = { ours: 0, peer: 0 };
  let tools = 0;
  for (let round = 0; round <= ROUNDS; round++) {
    for (const who of ['peer', 'ours'] as const) {
      await using server = await SERVERS[who](NOWHERE, TOKEN);
      const list = await server.ask('tools/list');
      await sleep(500);
      // The first round fills the caches of the disk.
      if (round === 0) {
        tokens[who] = encode(JSON.stringify(list.tools)).length;
        if (who === 'ours') tools = (list.tools as unknown[]).length;
        continue;
      }
      seen[who].start.push(server.startedIn);
      seen[who].rss.push(server.rss());
    }
  }
  const both = (what: 'start' | 'rss') => [median(seen.ours[what]), median(seen.peer[what])] as const;
  return {
    title: 'Over stdio',
    how: `Medians of ${ROUNDS} starts each, by turns; memory half a second after \`tools/list\`; tokens of the list by o200k.`,
    figures: [
      compared('start to the answer of `initialize`', both('start'), ms, PEER, 0.8),
      compared('memory (RSS) after `tools/list`', both('rss'), mib, PEER, 0.85),
      {
        what: `\`tools/list\`, ${tools} tools, all inputs described, output schemas on all`,
        ours: `${tokens.ours.toLocaleString('en')} tokens`,
        peer: `${tokens.peer.toLocaleString('en')} tokens (${PEER})`,
        ratio: tokens.ours / tokens.peer,
        goal: { words: '≤ 8,000 tokens', reached: tokens.ours <= 8000 },
      },
    ],
  };
}
