import { describe, expect, it } from 'vitest';
import { type Server, serverDefaults } from '../state/server.ts';
import { isLeftAlone } from './reachability.ts';

describe('a server that stays away', () => {
  it('is looked at each minute at first, then ever more seldom', () => {
    const looks = (unreachable_count: number) => {
      const server = { ...serverDefaults(''), id: 0, unreachable_count } as Server;
      const minutes = Array.from({ length: 60 }, (_, minute) => Date.UTC(2026, 10, 21, 8, minute));
      return minutes.filter((minute) => !isLeftAlone(server, minute)).length;
    };
    expect([0, 2, 3, 5, 6, 11, 12, 500].map(looks)).toEqual([60, 60, 20, 20, 10, 10, 5, 5]);
  });
});
