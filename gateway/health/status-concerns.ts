import { formatDuration, minuteMs, parseInstant } from "@coldkeep/core/time/millis.ts";
import { adviceFor } from "./advice.ts";
import type { GatewayStatus } from "./status.ts";

/** Something that a person should look at, with what to do where that is known. */
export interface Concern {
  readonly what: string;
  readonly advice: string | null;
}

/** A probe of which nothing came for so long is named. A contact may be silent for as long as nothing moves. Unit ms. */
export const quietAfterMs = 10 * minuteMs;

/** What calls for a person's hand at the gateway, in the order in which to look. */
export function concernsOf(status: GatewayStatus): Concern[] {
  const { buffer, clock, uplink, sources, values, neverHeard, watch } = status;
  const troubles = uplink.flatMap(({ trouble }) => (trouble === null ? [] : [trouble]));
  return [
    ...[...new Set(troubles)].map((trouble) => concern(`The server: ${trouble}`, adviceFor(trouble))),
    ...(buffer.stage === "open" ? [] : [concern(`The buffer is filling up (${buffer.stage})`, fullAdvice)]),
    ...(buffer.damagedFile === null
      ? []
      : [concern("The buffer was damaged", `it was set aside as ${buffer.damagedFile}; docs/errors.md`)]),
    ...(clock.machineIsOffByMs === 0
      ? []
      : [concern("This machine's clock is wrong", "set it, or let a time server do so (docs/gateway.md)")]),
    ...sources.flatMap(({ id, state, trouble, devices = [] }) => [
      ...(trouble === null
        ? state === "open"
          ? []
          : [concern(`${id} is not open`, null)]
        : [concern(`${id}: ${trouble}`, adviceFor(trouble))]),
      ...devices.flatMap((one) =>
        one.trouble === null
          ? []
          : [concern(`${one.device} on ${id}: ${one.trouble}`, adviceFor(one.trouble))],
      ),
    ]),
    ...neverHeard.map(({ channel, of }) =>
      concern(
        `${channel} was not heard since the start`,
        `${of} has no reading: look at the device, and at its name and channel in the settings`,
      ),
    ),
    ...values.flatMap(({ channel, isProbe, at }) => {
      const quietMs = instantOf(clock.now) - instantOf(at);
      return isProbe && quietMs > quietAfterMs
        ? [
            concern(
              `${channel} has not been heard for ${formatDuration(quietMs)}`,
              "look at the device and how it is connected",
            ),
          ]
        : [];
    }),
    ...values.flatMap(({ channel, value }) =>
      typeof value === "number"
        ? []
        : [concern(`${channel} says "${value}"`, "look at the sensor and its wires")],
    ),
    ...(watch.phase === "alone"
      ? [concern("The gateway keeps watch by itself", "the server has been out of reach for too long")]
      : []),
    ...watch.outputs.flatMap(({ id, ready, trouble }) =>
      ready ? [] : [concern(`${id} is not ready to call`, trouble === null ? null : adviceFor(trouble))],
    ),
  ];
}

const fullAdvice =
  "bring the server or the network back, so that what is held can leave; or let bufferReadingsMax, bufferBytesMax or the disk be larger";

const concern = (what: string, advice: string | null): Concern => ({ what, advice });

const instantOf = (text: string | null): number => parseInstant(text ?? "") ?? 0;
