import type { Clock, Random } from "@coldkeep/core/time/clock.ts";
import { openSqliteBuffer } from "./buffer/sqlite-buffer.ts";
import { counters as makeCounters, type Counters } from "./health/counters.ts";
import type { Log } from "./health/log.ts";
import { statusOf } from "./health/status.ts";
import { statusServer, type StatusServer } from "./health/status-server.ts";
import { limitsOf } from "./intake/capacity.ts";
import { recorder as makeRecorder } from "./intake/recorder.ts";
import type { GatewaySettings } from "./settings/settings.ts";
import { openSource } from "./sources/open-source.ts";
import type { Source } from "./sources/source.ts";
import { httpServerLink } from "./uplink/server-link.ts";
import { uplink as makeUplink } from "./uplink/uplink.ts";

/** What a gateway takes from its process. */
export interface GatewayParts {
  readonly settings: GatewaySettings;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Put readings that the server refused back into line. */
  readonly requeueRefused?: boolean;
}

/** A running gateway. */
export interface Gateway {
  /** Where the status page listens, `host:port`, or null. */
  readonly statusAddress: string | null;
  readonly status: () => unknown;
  readonly counters: Counters;
  /** Ends cleanly: sources first, then what is pending is committed, then the uplink, then the file. */
  readonly stop: () => Promise<void>;
}

/** Composes and starts a gateway. Throws a CodedError where the buffer or the status page cannot be opened. */
export async function startGateway(parts: GatewayParts): Promise<Gateway> {
  const { settings, clock, random, log } = parts;
  const counters = makeCounters();
  const { buffer, damagedFile } = openSqliteBuffer(settings.data, clock.epochMs());
  if (damagedFile !== null) {
    counters.add("buffer.damaged", "buffer");
    log.error(
      { code: "buffer.damaged", damagedFile },
      "The buffer was damaged. It was set aside and a new one begun; readings in it that were not yet sent need salvage.",
    );
  }
  if (parts.requeueRefused === true)
    log.info({ readings: buffer.requeueRefused() }, "Refused readings are back in line.");

  const uplink = makeUplink({
    gateway: settings.gateway,
    buffer,
    link: httpServerLink({
      url: settings.server.url,
      token: settings.server.token,
      compression: settings.compression,
      requestTimeoutMs: settings.requestTimeout,
      clock,
    }),
    clock,
    random,
    counters,
    log,
    rules: {
      pauseMaxMs: settings.pauseMax,
      batchReadingsMax: settings.batchReadingsMax,
      lingerMs: settings.linger,
    },
  });
  const limits = limitsOf(settings);
  const recorder = makeRecorder({
    buffer,
    clock,
    counters,
    log,
    rules: {
      probes: new Map(Object.entries(settings.probes)),
      signals: new Map(Object.entries(settings.signals)),
      futureMaxMs: settings.futureMax,
      driftMaxMs: settings.driftMax,
    },
    commitWithinMs: settings.commitWithin,
    gateway: settings.gateway,
    limits,
    committed: uplink.wake,
  });
  const sources = settings.sources.map((source): Source =>
    openSource(source, { gateway: settings, recorder, clock, random, counters, log }),
  );
  const status = (): unknown =>
    statusOf({
      gateway: settings.gateway,
      limits,
      buffer,
      recorder,
      sources,
      uplink,
      counters,
      damagedFile,
    });
  const page = await openPage(settings.health?.listen, status, buffer.close);
  for (const source of sources) source.start();
  uplink.start();
  log.info(
    {
      gateway: settings.gateway,
      held: buffer.heldReadings(),
      sources: sources.length,
      status: page?.address,
    },
    `Gateway ${settings.gateway} runs.`,
  );
  return {
    statusAddress: page?.address ?? null,
    status,
    counters,
    stop: async () => {
      await Promise.all(sources.map((source) => source.stop()));
      recorder.flush();
      await uplink.stop();
      await page?.stop();
      buffer.close();
    },
  };
}

async function openPage(
  listen: string | undefined,
  status: () => unknown,
  giveUp: () => void,
): Promise<StatusServer | null> {
  if (listen === undefined) return null;
  try {
    return await statusServer(listen, status);
  } catch (error) {
    giveUp();
    throw error;
  }
}
