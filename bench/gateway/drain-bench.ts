import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, startGatewayProcess } from "@coldkeep/gateway/rig/processes.ts";
import { serialDevice } from "@coldkeep/gateway/rig/serial-device.ts";
import { sleep } from "@coldkeep/core/time/clock.ts";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { startServer } from "../ingest/ingest-bench.ts";
import { fillBuffer, gatewayText, probes, siteText } from "./site.ts";

/** What the gateway's status page says that is of use here. */
interface Status {
  readonly buffer: { readonly heldReadings: number };
  readonly counters: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/**
 * A gateway process with a week of 64 probes in its buffer meets a server process at last; meanwhile its device measures at all probes once a second. A live
 * reading has arrived when the server has answered for it. Memory is the gateway's resident set.
 */
export async function benchDrain(): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "coldkeep-bench-"));
  writeFileSync(join(folder, "site.yaml"), siteText());
  const total = fillBuffer(join(folder, "gateway"), systemClock.epochMs());
  const [serverPort, statusPort] = [await freePort(), await freePort()];
  const device = serialDevice("d", () => systemClock.monotonicMs());
  const settings = join(folder, "gateway.yaml");
  const [url, listen] = [`http://127.0.0.1:${serverPort}`, `127.0.0.1:${statusPort}`];
  writeFileSync(settings, gatewayText(join(folder, "gateway"), device.line.path, url, listen));
  // The first start compiles; a box starts with what it compiled before.
  await (await startGatewayProcess(settings)).end("SIGTERM");
  const gateway = await startGatewayProcess(settings);
  const pid = gateway.process.pid ?? 0;
  const idle = await residentWhile(pid, () => sleep(systemClock, 15_000));

  const server = await startServer(folder, `127.0.0.1:${serverPort}`);
  const start = systemClock.monotonicMs();
  const live = liveReadings(device, `http://${listen}/status`);
  const during = await residentWhile(pid, () => live.until((held) => held < probes * 3));
  const tookMs = systemClock.monotonicMs() - start;
  const delays = await live.stop();
  const after = await residentWhile(pid, () => sleep(systemClock, 30_000));

  await gateway.end("SIGTERM");
  server.child.kill("SIGTERM");
  await new Promise((resolve) => server.child.once("exit", resolve));
  device.line.close();
  rmSync(folder, { recursive: true, force: true });
  const of = (share: number): string => (delays[Math.ceil(delays.length * share) - 1] ?? NaN).toFixed(0);
  return [
    `${total} readings (${probes} probes, 7 days) from gateway to server in ${(tookMs / 1_000).toFixed(1)} s`,
    `live readings meanwhile, ${delays.length} seconds of ${probes}: p50 ${of(0.5)} ms, p99 ${of(0.99)} ms, longest ${of(1)} ms`,
    `memory of the gateway: at rest ${idle.last} MB, draining at most ${during.most} MB, afterwards ${after.last} MB`,
  ];
}

/** Lets a device measure once a second until stopped, and takes how long each sample needs to be answered for. */
function liveReadings(device: ReturnType<typeof serialDevice>, status: string) {
  const sentAt: number[] = [];
  const delays: number[] = [];
  let held = Infinity;
  let before: number | null = null;
  const run = { isStopping: false };
  const look = async (): Promise<void> => {
    const { buffer, counters } = (await (await fetch(status)).json()) as Status;
    held = buffer.heldReadings;
    const sent = counters["uplink.readings"]?.["live"] ?? 0;
    before ??= sent;
    const now = systemClock.monotonicMs();
    while (delays.length < Math.floor((sent - before) / probes))
      delays.push(now - (sentAt[delays.length] ?? now));
  };
  const running = (async () => {
    await look();
    while (!run.isStopping || delays.length < sentAt.length) {
      if (!run.isStopping && systemClock.monotonicMs() - (sentAt.at(-1) ?? 0) >= 1_000) {
        sentAt.push(systemClock.monotonicMs());
        device.sample(Object.fromEntries(Array.from({ length: probes }, (_, n) => [`t${n}`, 4 + n / 100])));
      }
      await sleep(systemClock, 20);
      await look();
    }
  })();
  return {
    until: async (holds: (held: number) => boolean): Promise<void> => {
      while (!holds(held)) await sleep(systemClock, 20);
    },
    stop: async (): Promise<number[]> => {
      run.isStopping = true;
      await running;
      return delays.sort((a, b) => a - b);
    },
  };
}

/** The largest and the last resident set of a process during some work. MB. */
async function residentWhile(
  pid: number,
  work: () => Promise<void>,
): Promise<{ most: number; last: number }> {
  let [most, last] = [0, 0];
  const run = { isWorking: true };
  const done = work().finally(() => (run.isWorking = false));
  while (run.isWorking) {
    const kilobytes = Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
    last = Math.round(kilobytes / 1_000);
    most = Math.max(most, last);
    await sleep(systemClock, 50);
  }
  await done;
  return { most, last };
}
