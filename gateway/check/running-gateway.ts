import * as z from "zod";
import { faultWords } from "@coldkeep/core/readings/reading.ts";
import { parseInstant, secondMs } from "@coldkeep/core/time/millis.ts";
import type { CommandIo } from "../command/command-io.ts";
import type { Heard } from "../command/ear.ts";
import type { Listened } from "../command/listen.ts";
import type { GatewaySettings } from "../settings/settings.ts";

/** How long a status page on this box may take to answer. Unit ms. */
const answerMaxMs = 3 * secondMs;

/** What is read of the status of a gateway that runs. */
const statusSchema = z.object({
  gateway: z.string(),
  sources: z.array(
    z.object({
      id: z.string(),
      state: z.enum(["connecting", "open", "waiting", "stopped"]),
      devices: z
        .array(
          z.object({
            device: z.string(),
            lastHeardAt: z.number().nullable(),
            trouble: z.string().nullable(),
          }),
        )
        .optional(),
    }),
  ),
  values: z.array(
    z.object({
      source: z.string(),
      channel: z.string(),
      value: z.union([z.number(), z.enum(faultWords)]),
      at: z.string().nullable(),
    }),
  ),
});

/** What a gateway that runs on this box says of itself. */
export type RunningGateway = z.output<typeof statusSchema>;

/** Asks the status page of the settings' own gateway; null where none runs, or another. */
export async function askRunning(
  settings: Pick<GatewaySettings, "gateway" | "health">,
  { clock, stop }: Pick<CommandIo, "clock" | "stop">,
): Promise<RunningGateway | null> {
  if (settings.health === undefined) return null;
  const deadline = new AbortController();
  const cancel = clock.after(answerMaxMs, () => deadline.abort());
  try {
    const signal = AbortSignal.any([deadline.signal, stop]);
    const response = await fetch(`http://${settings.health.listen}/status`, { signal, redirect: "error" });
    const status = statusSchema.safeParse(await response.json());
    return status.success && status.data.gateway === settings.gateway ? status.data : null;
  } catch {
    return null;
  } finally {
    cancel();
  }
}

/** What a line says that another program has open. */
const busy = /cannot lock port|EBUSY|temporarily unavailable|resource busy/i;

/** What was listened to, where lines that the running gateway has open are told as it tells them. */
export function withRunning(listened: Listened, running: RunningGateway | null): Listened {
  if (running === null) return listened;
  const taken = new Map(
    running.sources.flatMap((source) => (source.state === "open" ? [[source.id, source] as const] : [])),
  );
  const isTaken = ({ id, trouble }: Listened["sources"][number]): boolean =>
    trouble !== null && busy.test(trouble) && taken.has(id);
  const told = new Set(listened.sources.filter(isTaken).map(({ id }) => id));
  return {
    ...listened,
    heard: [...listened.heard, ...running.values.filter(({ source }) => told.has(source)).map(asHeard)],
    sources: listened.sources.map((source) => {
      const devices = taken.get(source.id)?.devices;
      return told.has(source.id)
        ? { ...source, state: "open", trouble: null, ...(devices === undefined ? {} : { devices }) }
        : source;
    }),
  };
}

function asHeard({ source, channel, value, at }: RunningGateway["values"][number]): Heard {
  const slash = channel.lastIndexOf("/");
  return {
    source,
    device: channel.slice(0, slash),
    channel: channel.slice(slash + 1),
    value,
    at: parseInstant(at ?? "") ?? 0,
  };
}
