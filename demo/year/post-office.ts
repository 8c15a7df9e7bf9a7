import type { VirtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import type { BrokerMessage, ConnectBroker } from "@coldkeep/gateway/mqtt/broker-connection.ts";

/** A broker that keeps the gateway's session from its first connection on, and hands out its messages in order. */
export interface PostOffice {
  readonly connect: ConnectBroker;
  /** Takes a message; false where nobody reaches the broker. */
  readonly publish: (topic: string, payload: string) => boolean;
  readonly setOpen: (isOpen: boolean) => void;
  readonly abandon: () => void;
}

/** Messages that are on their way without an acknowledgement, as Mosquitto has it by default. */
const inFlightMax = 20;
/** How long a message, and an acknowledgement, is under way. Unit ms. */
const travelMs = 15;
const connectMs = 40;
/** The gateway's keepalive. Unit ms. */
const pingEveryMs = 30_000;

/** Makes a broker; messages are only kept once the gateway has been there. */
export function makePostOffice(world: VirtualClock): PostOffice {
  const queue: BrokerMessage[] = [];
  let isOpen = true;
  let hasSession = false;
  let end: ((reason: string) => void) | null = null;
  let deliver: () => void = () => {};

  const connect: ConnectBroker = (parts) => {
    let inFlight = 0;
    const close = (reason: string): void => {
      if (end !== close) return;
      end = null;
      deliver = () => {};
      parts.closed(reason);
    };
    const isUp = (): boolean => end === close;
    const pump = (): void => {
      while (isUp() && inFlight < Math.min(inFlightMax, queue.length)) {
        const message = queue[inFlight];
        if (message === undefined) return;
        inFlight += 1;
        world.after(travelMs, () => hand(message));
      }
    };
    const hand = (message: BrokerMessage): void => {
      if (!isUp()) return;
      parts.alive?.();
      parts.receive(message, (isTaken) => {
        if (!isUp()) return;
        if (!isTaken) {
          close("the buffer takes nothing");
          return;
        }
        world.after(travelMs, () => {
          if (!isUp()) return;
          queue.splice(queue.indexOf(message), 1);
          inFlight -= 1;
          pump();
        });
      });
    };
    const ping = (): void => {
      if (!isUp()) return;
      parts.alive?.();
      world.after(pingEveryMs, ping);
    };
    end = close;
    world.after(connectMs, () => {
      if (!isUp()) return;
      if (!isOpen) {
        close("connection refused");
        return;
      }
      parts.connected?.(hasSession);
      hasSession = true;
      deliver = pump;
      pump();
      parts.opened(() => {});
      world.after(pingEveryMs, ping);
    });
    return { close: () => close("the gateway stops") };
  };

  return {
    connect,
    publish: (topic, payload) => {
      if (!isOpen) return false;
      if (!hasSession) return true;
      queue.push({ topic, payload: Buffer.from(payload), retained: false });
      deliver();
      return true;
    },
    setOpen: (open) => {
      isOpen = open;
      if (!isOpen) end?.("the broker is away");
    },
    abandon: () => {
      end = null;
      deliver = () => {};
    },
  };
}
