import type { Clock, Random } from "@coldkeep/core/time/clock.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { openSqliteBuffer } from "./buffer/sqlite-buffer.ts";
import { openOutputs } from "./calls/open-outputs.ts";
import { counters as makeCounters, type Counters } from "./health/counters.ts";
import { latestValues, noting } from "./health/latest.ts";
import type { Log } from "./health/log.ts";
import { statusPage } from "./health/status-page.ts";
import { channelPurposes, type GatewayStatus, statusOf } from "./health/status.ts";
import { type StatusCall, statusServer, type StatusServer } from "./health/status-server.ts";
import { limitsOf } from "./intake/capacity.ts";
import { recorder as makeRecorder } from "./intake/recorder.ts";
import type { GatewaySettings } from "./settings/settings.ts";
import { openSource } from "./sources/open-source.ts";
import type { Source } from "./sources/source.ts";
import { newestKnown } from "./time/newest-known.ts";
import { steadyClock } from "./time/steady-clock.ts";
import { tellClock } from "./time/tell-clock.ts";
import { synchronizedAt } from "./time/time-server.ts";
import { firstContact, httpServerLink, httpWatchLink, type ServerLinkParts } from "./uplink/server-link.ts";
import { uplink as makeUplink, type Uplink } from "./uplink/uplink.ts";
import type { LocalOutput } from "./watch/edge-caller.ts";
import { acknowledgeCall } from "./watch/acknowledge-call.ts";
import { openWatch } from "./watch/open-watch.ts";

/** What a gateway takes from its process. */
export interface GatewayParts {
  readonly settings: GatewaySettings;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Asks the operating system when a time server last set its clock; default: systemd's mark. */
  readonly synchronizedAt?: () => EpochMs | null;
  /** Put readings that the server refused back into line. */
  readonly requeueRefused?: boolean;
  /** Through what people are called while the server is out of reach, in place of the settings' own outputs. */
  readonly outputs?: readonly LocalOutput[];
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
  const { settings, random, log } = parts;
  const counters = makeCounters();
  const { buffer, damagedFile, salvaged } = openSqliteBuffer(settings.data, parts.clock.epochMs());
  const clock = steadyClock(parts.clock, newestKnown(buffer), parts.synchronizedAt ?? synchronizedAt);
  if (damagedFile !== null) {
    counters.add("buffer.damaged", "buffer");
    counters.add("buffer.salvaged", "buffer", (salvaged?.entries ?? 0) + (salvaged?.refused ?? 0));
    log.error(
      { code: "buffer.damaged", damagedFile, ...salvaged },
      "The buffer was damaged. It was set aside and a new one begun with what could still be read of it. Keep the damaged file until a person has looked at it.",
    );
  }
  if (parts.requeueRefused === true)
    log.info({ readings: buffer.requeueRefused() }, "Refused readings are back in line.");

  const server: ServerLinkParts = {
    url: settings.server.url,
    token: settings.server.token,
    ca: settings.server.ca,
    compression: settings.compression,
    requestTimeoutMs: settings.requestTimeout,
    clock,
    heard: clock.heardServer,
  };
  const outputs =
    parts.outputs ??
    (await openOutputs(settings.outputs, { pauseMaxMs: settings.pauseMax, clock, random, counters, log }));
  const batches = httpServerLink(server);
  const watch = orClose(buffer.close, () =>
    openWatch(settings, {
      buffer,
      link: httpWatchLink({ ...server, gateway: settings.gateway }),
      outputs,
      clock,
      counters,
      log,
      isTroubled: () => uplink.status().some(({ failures, trouble }) => failures > 0 || trouble !== null),
    }),
  );
  const uplink: Uplink = makeUplink({
    gateway: settings.gateway,
    buffer,
    link: async (body, stop) => (await watch.clearWay(stop)) ?? batches(body, stop),
    clock,
    random,
    counters,
    log,
    delivered: watch.delivered,
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
    ownTime: () => ({ errorMs: clock.errorMs(), isConfirmed: clock.isConfirmed() }),
    commitWithinMs: settings.commitWithin,
    gateway: settings.gateway,
    limits,
    committed: (entries) => {
      watch.committed(entries);
      uplink.wake();
    },
  });
  const latest = latestValues();
  const heard = noting(recorder, latest);
  const sources: readonly Source[] = await Promise.all(
    settings.sources.map((source) =>
      openSource(source, { gateway: settings, recorder: heard, clock, random, counters, log }),
    ),
  );
  const channels = channelPurposes(settings);
  const status = (): GatewayStatus =>
    statusOf({
      gateway: settings.gateway,
      channels,
      latest,
      limits,
      clock,
      buffer,
      recorder,
      sources,
      uplink,
      watch,
      counters,
      damagedFile,
    });
  const acknowledge = acknowledgeCall(settings.server.token, watch.acknowledge);
  const page = await openPage(settings.health?.listen, status, [acknowledge], async () => {
    await watch.stop();
    buffer.close();
  });
  await firstContact(server);
  const stopWatching = clock.watch(
    tellClock({
      gateway: settings.gateway,
      buffer,
      recorder,
      counters,
      log,
      futureMaxMs: settings.futureMax,
      now: clock.epochMs,
      requeued: uplink.wake,
    }),
  );
  for (const { output } of outputs) output.start();
  watch.start();
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
      stopWatching();
      await Promise.all(sources.map((source) => source.stop()));
      recorder.flush();
      await uplink.stop();
      await Promise.all(outputs.map(({ output }) => output.stop()));
      await watch.stop();
      await page?.stop();
      buffer.close();
    },
  };
}

async function openPage(
  listen: string | undefined,
  status: () => GatewayStatus,
  calls: readonly StatusCall[],
  giveUp: () => Promise<void>,
): Promise<StatusServer | null> {
  if (listen === undefined) return null;
  try {
    return await statusServer(listen, status, calls, () => statusPage(status()));
  } catch (error) {
    await giveUp();
    throw error;
  }
}

function orClose<Result>(close: () => void, open: () => Result): Result {
  try {
    return open();
  } catch (error) {
    close();
    throw error;
  }
}
