import type { DurationMs } from "@coldkeep/core/time/millis.ts";
import type { CommandIo } from "../command/command-io.ts";
import type { Heard } from "../command/ear.ts";
import { listen } from "../command/listen.ts";
import { parseSettings } from "../settings/settings.ts";
import type { Discovered, DiscoveredSource } from "./discovered.ts";

/** A source to listen to, as it would stand in the settings. */
export interface SourceTry {
  readonly stem: string;
  readonly settings: DiscoveredSource["settings"];
}

/** How a broker is reached, as in the settings. */
export interface BrokerPlace {
  readonly url: string;
  readonly username?: string;
  readonly ca?: string;
}

/** Everything that a gateway understands of a broker without being told more. */
const dialects = ["coldkeep", "zigbee2mqtt", "tasmota", "shelly", "esphome"] as const;

/** The sources that a broker may be: each dialect, and Sparkplug. */
export function brokerTries(broker: BrokerPlace): SourceTry[] {
  return [
    ...dialects.map((dialect) => ({ stem: dialect, settings: { kind: "mqtt", ...broker, dialect } })),
    { stem: "sparkplug", settings: { kind: "sparkplug", ...broker } },
  ];
}

/** How long 1-Wire sensors may take to be read once, all of them. Unit ms. */
export const onewireMs: DurationMs = 8_000;

/** The kernel's 1-Wire sensors. */
export const onewireTry = (root: string): SourceTry => ({
  stem: "onewire",
  settings: { kind: "onewire", root },
});

/** Opens sources as a gateway would and tells those of which anything was heard. `password` goes to brokers and nowhere else. */
export async function searchSources(
  place: string,
  tries: readonly SourceTry[],
  forMs: DurationMs,
  io: CommandIo,
  password?: string,
): Promise<Discovered> {
  const sources = tries.map(({ stem, settings }) => ({
    ...settings,
    id: stem,
    ...(password === undefined || settings.kind === "onewire" ? {} : { password }),
  }));
  const settings = parseSettings(
    JSON.stringify({
      gateway: "discover",
      server: { url: "http://127.0.0.1" },
      data: ".",
      sources,
      probes: {},
    }),
    place,
  );
  const listened = await listen(io, settings, settings.sources, forMs, () => false);
  const troubles = new Set(listened.sources.flatMap(({ trouble }) => (trouble === null ? [] : [trouble])));
  return {
    place,
    sources: tries.flatMap(({ stem, settings: fields }): DiscoveredSource[] => {
      const heard = listened.heard.filter(({ source }) => source === stem).map(plain);
      return heard.length === 0 ? [] : [{ settings: fields, stem, heard, notes: [] }];
    }),
    remarks: [
      ...[...troubles].map((trouble) => `cannot be opened: ${trouble}`),
      ...(listened.heard.length === 0 && troubles.size === 0
        ? [`nothing that is understood was said within ${Math.round(forMs / 1_000)} s (--for listens longer)`]
        : []),
    ],
  };
}

const plain = ({ device, channel, value }: Heard): DiscoveredSource["heard"][number] => ({
  device,
  channel,
  value,
});
