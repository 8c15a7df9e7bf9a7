import type { ReadRequest } from "@coldkeep/core/modbus/read-request.ts";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import type { DurationMs } from "@coldkeep/core/time/millis.ts";
import type { Exchange, OpenCarrier } from "../modbus/carrier.ts";

/** How long an opening may take. Unit ms. */
export const openingMaxMs: DurationMs = 5_000;

/** Asks Modbus devices one question after another. */
export interface Asker {
  /** Null where the line or connection is closed. */
  readonly ask: (request: ReadRequest, timeoutMs: DurationMs) => Promise<Exchange | null>;
  /** Why it is closed, or null. */
  readonly trouble: () => string | null;
  readonly close: () => void;
}

/** Opens a line or connection to ask over; `trouble` says at once where it could not be opened. */
export function openAsker(open: OpenCarrier, clock: Clock): Promise<Asker> {
  return new Promise((resolve) => {
    let trouble: string | null = null;
    let waiting: ((exchange: null) => void) | null = null;
    const cancel = clock.after(openingMaxMs, () => carrier.close("opening hangs"));
    const settle = (): void => {
      cancel();
      resolve(asker);
    };
    const carrier = open({
      opened: settle,
      closed: (reason) => {
        trouble = reason;
        waiting?.(null);
        settle();
      },
      unasked: () => {},
      broken: () => {},
    });
    const asker: Asker = {
      ask: (request, timeoutMs) =>
        new Promise((answered) => {
          if (trouble !== null) {
            answered(null);
            return;
          }
          waiting = answered;
          carrier.ask(request, timeoutMs, (exchange) => {
            waiting = null;
            answered(exchange);
          });
        }),
      trouble: () => trouble,
      close: () => carrier.close("the search is over"),
    };
  });
}
