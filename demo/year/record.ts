import type { Batch } from "@coldkeep/core/contract/batch.ts";
import { type EpochMs, parseInstant, secondMs } from "@coldkeep/core/time/millis.ts";
import type { VirtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import type { SeededRandom } from "@coldkeep/firmware-sim/random/random.ts";
import type { HeardServer, ServerLink } from "@coldkeep/gateway/uplink/server-link.ts";
import type { SendOutcome } from "@coldkeep/gateway/uplink/verdict.ts";

/** One reading as the server got it. */
export interface RecordedReading {
  readonly probe: string;
  readonly at: EpochMs;
  readonly celsius: number;
  readonly uncertaintyMs: number;
  readonly source: string;
}

/** A server that takes each batch once and writes down what was in it. */
export interface RecordServer {
  /** The way to it for one process of the gateway, which is told its `Date`. */
  readonly link: (heard: HeardServer, monotonicMs: () => number) => ServerLink;
  readonly setReachable: (isReachable: boolean) => void;
  readonly isReachable: () => boolean;
  /** What its `Date` says now: whole seconds. */
  readonly dateMs: () => EpochMs;
  readonly readings: readonly RecordedReading[];
  readonly events: readonly NonNullable<Batch["events"]>[number][];
  /** Batches that came again under their sequence, and those whose sequence had another content before. */
  readonly repeats: () => number;
  readonly contradictions: () => number;
}

/** How long an answer takes. Unit ms. */
const answerMs = { least: 20, spread: 300 };
/** Share of batches whose answer is lost after they were recorded, and of those that do not arrive. */
const answerLost = 0.01;
const unheard = 0.01;

/** Makes a server whose clock is right. */
export function recordServer(world: VirtualClock, random: SeededRandom): RecordServer {
  const readings: RecordedReading[] = [];
  const events: NonNullable<Batch["events"]>[number][] = [];
  const bodies = new Map<number, string>();
  let reachable = true;
  let repeats = 0;
  let contradictions = 0;
  const dateMs = (): EpochMs => Math.floor(world.epochMs() / secondMs) * secondMs;

  function record(body: string): string {
    const batch = JSON.parse(body) as Batch;
    const known = bodies.get(batch.sequence);
    if (known === undefined) {
      bodies.set(batch.sequence, body);
      for (const reading of batch.readings)
        readings.push({
          probe: reading.probe,
          at: parseInstant(reading.at) ?? Number.NaN,
          celsius: "celsius" in reading ? reading.celsius : Number.NaN,
          uncertaintyMs: reading.time?.uncertaintyMs ?? Number.NaN,
          source: reading.time?.source ?? "",
        });
      events.push(...(batch.events ?? []));
    } else if (known === body) repeats += 1;
    else contradictions += 1;
    return JSON.stringify({
      committed: batch.sequence,
      accepted: batch.readings.length,
      duplicates: 0,
      rejected: [],
      ...(batch.events === undefined
        ? {}
        : { events: { accepted: batch.events.length, duplicates: 0, rejected: [] } }),
    });
  }

  const none = (code: "uplink.timeout" | "uplink.unreachable"): SendOutcome => ({
    kind: "none",
    code,
    detail: "",
  });
  return {
    link: (heard, monotonicMs) => (body) =>
      new Promise((resolve) => {
        const sentMs = monotonicMs();
        const [there, back] = [random.below(answerMs.spread), random.below(answerMs.spread)];
        world.after(answerMs.least + there, () => {
          if (!reachable || random.next() < unheard) {
            resolve(none("uplink.unreachable"));
            return;
          }
          const sentAt = dateMs();
          const answer = record(body);
          const isLost = random.next() < answerLost;
          world.after(answerMs.least + back, () => {
            if (isLost) {
              resolve(none("uplink.timeout"));
              return;
            }
            heard(sentAt, sentMs, monotonicMs());
            resolve({ kind: "answer", status: 200, body: answer, retryAfterMs: null });
          });
        });
      }),
    setReachable: (is) => {
      reachable = is;
    },
    isReachable: () => reachable,
    dateMs,
    readings,
    events,
    repeats: () => repeats,
    contradictions: () => contradictions,
  };
}
