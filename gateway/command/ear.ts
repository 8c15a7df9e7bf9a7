import type { ChannelValue } from "@coldkeep/core/readings/sample.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Outcome, Recorder } from "../intake/recorder.ts";

/** Most channels that an ear remembers, and most codes; what is beyond is passed over. */
export const earChannelsMax = 10_000;

/** What was heard of one channel last. */
export interface Heard {
  readonly source: string;
  readonly device: string;
  readonly channel: string;
  readonly value: ChannelValue;
  /** The time it is of: the device's own where it has one. */
  readonly at: EpochMs;
}

/** What a source could not read. */
export interface Unread {
  readonly source: string;
  readonly code: string;
  readonly count: number;
  /** The first bytes of the first. */
  readonly excerpt: string;
}

/**
 * A recorder that keeps nothing and promises nothing: sources can be listened to as they are. Samples are told as `refused`, so that no device
 * on a serial line is told that we have them, or asked for more.
 */
export interface Ear {
  readonly recorder: Recorder;
  readonly heard: () => readonly Heard[];
  readonly unread: () => readonly Unread[];
}

/** Most characters of an excerpt. */
const excerptCharacters = 60;

/** Makes an ear. */
export function ear(): Ear {
  const values = new Map<string, Heard>();
  const unread = new Map<string, Unread>();

  function hear(
    from: Omit<Heard, "channel" | "value">,
    channels: Readonly<Record<string, ChannelValue>>,
  ): void {
    for (const [channel, value] of Object.entries(channels)) {
      const key = JSON.stringify([from.source, from.device, channel]);
      const known = values.get(key);
      if (known === undefined ? values.size < earChannelsMax : known.at <= from.at)
        values.set(key, { ...from, channel, value });
    }
  }

  const later = (done: (outcome: Outcome) => void): void => queueMicrotask(() => done("refused"));
  return {
    heard: () => [...values.values()],
    unread: () => [...unread.values()],
    recorder: {
      sample: ({ source, sample, at, arrivedAt }, _live, done) => {
        hear({ source, device: sample.device, at: at ?? arrivedAt }, sample.channels);
        later(done);
      },
      observe: ({ source, device, stamp, channels }, done) => {
        hear({ source, device, at: stamp.at }, channels);
        later(done);
      },
      event: () => {},
      refuse: (source, code, raw, done = () => {}) => {
        const key = `${source} ${code}`;
        const known = unread.get(key);
        const excerpt = known?.excerpt ?? Buffer.from(raw).toString("latin1").slice(0, excerptCharacters);
        if (known !== undefined || unread.size < earChannelsMax)
          unread.set(key, { source, code, count: (known?.count ?? 0) + 1, excerpt });
        queueMicrotask(done);
      },
      lose: (_device, _boot, _range, done) => queueMicrotask(done),
      ledger: () => undefined,
      ledgers: () => [],
      stage: () => "open",
      flush: () => {},
    },
  };
}
