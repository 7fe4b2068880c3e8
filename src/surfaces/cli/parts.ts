import type { Durable } from '../../engine/durable/port.ts';
import type { Admitted } from '../../engine/run.ts';
import type { Gateway } from '../../gateway/gateway.ts';

/** What a command needs to be carried out. Opened only then, so that help and a mistyped flag need no configuration. */
export interface Parts {
  gateway: Gateway;
  admitted: Admitted;
  durable: Durable;
  /** Takes known secrets out of what leaves without having gone through the gateway. */
  strikeDeep<T>(value: T): T;
}

/** Longer than any run, and as long as a timer can be. */
export const TO_THE_END_MS = 2 ** 31 - 1;
