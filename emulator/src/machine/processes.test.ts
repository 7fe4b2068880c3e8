import { expect, test } from 'vitest';
import { parseListeners } from './processes.ts';

test('reads the addresses of listening sockets', () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1 x 100 0 0 10 0
   1: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 112 1 x 100 0 0 10 0
   2: 0100007F:1F90 00000000:0000 01 00000000:00000000 00:00000000 00000000     0        0 113 1 x 100 0 0 10 0
   3: 0202117F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 999 1 x 100 0 0 10 0
`;
  expect(parseListeners(table, new Set(['111', '112', '113']))).toEqual([
    { address: '127.0.0.1', port: 3000 },
    { address: '0.0.0.0', port: 80 },
  ]);
  const six = `   0: 00000000000000000000000001000000:0BB8 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 7
   1: 00000000000000000000000000000000:0BB9 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 8
   2: 0000000000000000FFFF00000100007F:0BBA 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 9`;
  expect(parseListeners(six, new Set(['7', '8', '9']))).toEqual([
    { address: '::1', port: 3000 },
    { address: '0.0.0.0', port: 3001 },
    { address: '127.0.0.1', port: 3002 },
  ]);
});
