import type { ChannelValue } from "@coldkeep/core/readings/sample.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Recorder } from "../intake/recorder.ts";

/** Most channels of which the latest value is remembered; of further ones none is, and they are counted. */
export const latestChannelsMax = 10_000;

/** What a channel of a device showed last. */
export interface LatestValue {
  readonly source: string;
  readonly device: string;
  readonly channel: string;
  readonly value: ChannelValue;
  /** The time it is of, as well as is known before it is recorded. */
  readonly at: EpochMs;
}

/** The latest value of each channel, in memory only: what a person at the box wants to see. */
export interface LatestValues {
  readonly hear: (
    from: Pick<LatestValue, "source" | "device" | "at">,
    channels: Readonly<Record<string, ChannelValue>>,
  ) => void;
  /** In the order in which they were first heard. */
  readonly all: () => readonly LatestValue[];
  /** Values of channels beyond `latestChannelsMax`. */
  readonly passedOver: () => number;
}

/** Makes an empty memory. An older value never replaces a newer one. */
export function latestValues(): LatestValues {
  const values = new Map<string, LatestValue>();
  let passedOver = 0;
  return {
    hear: ({ source, device, at }, channels) => {
      for (const [channel, value] of Object.entries(channels)) {
        const key = `${device}/${channel}`;
        const known = values.get(key);
        if (known === undefined && values.size >= latestChannelsMax) passedOver += 1;
        else if (known === undefined || known.at <= at)
          values.set(key, { source, device, channel, value, at });
      }
    },
    all: () => [...values.values()],
    passedOver: () => passedOver,
  };
}

/** The recorder, with what is live noted as it is handed in. What was asked for again is of the past and is not. */
export function noting(recorder: Recorder, latest: LatestValues): Recorder {
  return {
    ...recorder,
    sample: (arrival, live, done) => {
      const { source, sample, at, arrivedAt } = arrival;
      if (live) latest.hear({ source, device: sample.device, at: at ?? arrivedAt }, sample.channels);
      recorder.sample(arrival, live, done);
    },
    observe: (observation, done) => {
      const { source, device, stamp, channels } = observation;
      latest.hear({ source, device, at: stamp.at }, channels);
      recorder.observe(observation, done);
    },
  };
}
