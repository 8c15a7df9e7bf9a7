import { PassThrough, type Readable } from "node:stream";
import type { Cancel, Clock } from "@coldkeep/core/time/clock.ts";
import { liveBacklogBytesMax, liveConnectionsMax, liveEveryMsMax, liveEveryMsMin } from "./limits.ts";

/** What happened to listeners at the limits; each is counted. */
export type LiveLoss = "live-refused" | "live-cut-off";

/** Tells listening pages that something changed. */
export interface LiveHub {
  /** Something changed. Listeners hear of it at once, or at the end of the shortest time between two events. */
  readonly changed: () => void;
  /**
   * A stream of server-sent events that begins with one; null where `liveConnectionsMax` already listen. It ends in the stead of the first event
   * at which `isWelcome` says no, so within `liveEveryMsMax`.
   */
  readonly connect: (isWelcome?: () => boolean) => Readable | null;
  /** Counts up with every event that went out: what was rendered before may be old. */
  readonly generation: () => number;
  /** Ends all streams and timers. */
  readonly stop: () => void;
}

/** Every event says the same: renew what you show. */
const refreshEvent = "event: refresh\ndata:\n\n";

/** Makes a hub. `lost` is called for each listener that was refused or cut off. */
export function liveHub(clock: Clock, lost: (loss: LiveLoss) => void): LiveHub {
  const listeners = new Map<PassThrough, () => boolean>();
  let generation = 0;
  let told = clock.monotonicMs() - liveEveryMsMin;
  let stopped = false;
  let owed: Cancel | null = null;
  let quiet: Cancel = clock.after(liveEveryMsMax, tell);

  function tell(): void {
    owed?.();
    owed = null;
    quiet();
    if (stopped) return;
    generation++;
    told = clock.monotonicMs();
    quiet = clock.after(liveEveryMsMax, tell);
    for (const [listener, isWelcome] of listeners) {
      if (isWelcome()) send(listener);
      else listener.end();
    }
  }

  function send(listener: PassThrough): void {
    if (listener.writableLength + listener.readableLength > liveBacklogBytesMax) {
      lost("live-cut-off");
      listeners.delete(listener);
      listener.destroy();
      return;
    }
    listener.write(refreshEvent);
  }

  return {
    changed: () => {
      if (stopped || owed) return;
      const wait = told + liveEveryMsMin - clock.monotonicMs();
      if (wait <= 0) tell();
      else owed = clock.after(Math.ceil(wait), tell);
    },
    connect: (isWelcome = () => true) => {
      if (stopped || listeners.size >= liveConnectionsMax) {
        lost("live-refused");
        return null;
      }
      const listener = new PassThrough();
      listeners.set(listener, isWelcome);
      listener.on("close", () => listeners.delete(listener));
      listener.on("error", () => listeners.delete(listener));
      send(listener);
      return listener;
    },
    generation: () => generation,
    stop: () => {
      stopped = true;
      owed?.();
      quiet();
      for (const listener of listeners.keys()) listener.end();
    },
  };
}
