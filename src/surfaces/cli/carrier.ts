import type { Reply, Request } from '../../gateway/gateway.ts';
import type { Operation } from '../../operations/operation.ts';
import { type Journal, runState } from '../../storage/journal.ts';
import type { Exit } from './exit.ts';
import { tellHowToGoOn } from './leaving.ts';
import { type Parts, TO_THE_END_MS } from './parts.ts';
import type { Screen } from './screen.ts';

/** Who carries out what a command asks for: this process, or a server. */
export interface Carrier {
  /** Stays with a change to its end. Throws what the gateway throws. */
  call(request: Omit<Request, 'waitMs'>): Promise<Reply>;
  /** Tells a person who waits no longer what becomes of what was begun since then (milliseconds since 1970). */
  tellLeft(operation: Operation, since: number, screen: Screen): Promise<Exit>;
}

export function here({ gateway, admitted, durable }: Parts): Carrier {
  return {
    call: (request) => gateway.call({ ...request, waitMs: TO_THE_END_MS }, admitted),
    async tellLeft(operation, since, screen) {
      const journals = await durable.list(20);
      const begun = ({ header }: Journal) => header.operation === operation.name && header.startedAt >= since;
      const left = journals.filter((journal) => begun(journal) && !runState(journal).ended);
      return tellHowToGoOn(
        left.map(({ header }) => header.id),
        screen,
      );
    },
  };
}
