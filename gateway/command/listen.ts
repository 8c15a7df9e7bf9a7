import { type Cancel, sleep } from "@coldkeep/core/time/clock.ts";
import type { DurationMs } from "@coldkeep/core/time/millis.ts";
import { counters } from "../health/counters.ts";
import { silentLog } from "../health/log.ts";
import type { GatewaySettings } from "../settings/settings.ts";
import { openSource } from "../sources/open-source.ts";
import type { SourceStatus } from "../sources/source.ts";
import type { SourceSettings } from "../sources/source-settings.ts";
import { type CommandIo, visitorId } from "./command-io.ts";
import { ear, type Heard, type Unread } from "./ear.ts";

/** How often Modbus devices are asked at the least while somebody waits for them. Unit ms. */
const askEveryMaxMs: DurationMs = 10_000;

/** How often it is looked whether enough was heard. Unit ms. */
const lookEveryMs: DurationMs = 250;

/** How long sources may take to close before they are left alone. Unit ms. */
const closingMaxMs: DurationMs = 3_000;

/** What listening to sources brought. */
export interface Listened {
  readonly heard: readonly Heard[];
  readonly unread: readonly Unread[];
  readonly sources: readonly SourceStatus[];
}

/**
 * Opens sources as a gateway would and listens, for `forMs` or until `enough` says so. Nothing is stored and nothing that a running gateway
 * needs is taken: brokers see a visitor with a clean session, serial devices are told nothing, no Sparkplug host id is used.
 */
export async function listen(
  io: CommandIo,
  gateway: GatewaySettings,
  sources: readonly SourceSettings[],
  forMs: DurationMs,
  enough: (listened: Listened) => boolean,
): Promise<Listened> {
  const { clock, random } = io;
  const over = new AbortController();
  let cancelLook: Cancel = () => {};
  const listener = ear();
  const opened = await Promise.all(
    sources.map((settings, index) =>
      openSource(asVisitor(settings, visitorId(String(index), random)), {
        gateway,
        recorder: listener.recorder,
        clock,
        random,
        counters: counters(),
        log: silentLog,
        leavesNothing: true,
      }),
    ),
  );
  const listened = (): Listened => ({
    heard: listener.heard(),
    unread: listener.unread(),
    sources: opened.map((source) => source.status()),
  });
  const look = (): void => {
    if (enough(listened())) over.abort();
    else cancelLook = clock.after(lookEveryMs, look);
  };
  for (const source of opened) source.start();
  look();
  await sleep(clock, forMs, AbortSignal.any([over.signal, io.stop]));
  cancelLook();
  const result = listened();
  await Promise.race([Promise.all(opened.map((source) => source.stop())), sleep(clock, closingMaxMs)]);
  return result;
}

/** A source's settings for somebody who only listens. */
export function asVisitor(settings: SourceSettings, clientId: string): SourceSettings {
  switch (settings.kind) {
    case "mqtt":
      return settings.dialect === "coldkeep"
        ? { ...settings, clientId }
        : { ...settings, clientId, session: "clean" };
    case "sparkplug":
      return { ...settings, clientId, primaryHostId: undefined };
    case "modbus-rtu":
    case "modbus-tcp":
      return {
        ...settings,
        devices: settings.devices.map((one) => ({
          ...one,
          interval: Math.min(one.interval, askEveryMaxMs),
        })),
      };
    default:
      return settings;
  }
}
