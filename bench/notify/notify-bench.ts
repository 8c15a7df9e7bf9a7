import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sleep } from "@coldkeep/core/time/clock.ts";
import { formatInstant } from "@coldkeep/core/time/millis.ts";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { freePort, startGatewayProcess } from "@coldkeep/gateway/rig/processes.ts";
import { serialDevice } from "@coldkeep/gateway/rig/serial-device.ts";
import { SMTPServer } from "smtp-server";
import { probes, siteFile, startServer } from "../ingest/ingest-bench.ts";

/** Alarms that are timed on each of the two ways, and the pause between two: longer than calls of one cause are gathered. */
const alarms = 12;
const pauseMs = 10_500;

/** The load meanwhile: readings a second, in batches of so many. */
const readingsPerSecond = 1_000;
const batchSize = 200;

/**
 * From a reading beyond a limit without delay to its mail in a real SMTP server, under load: half of them posted, half sent by a device over a pseudo-terminal to a gateway process, as a
 * sample on the wire.
 */
export async function benchNotify(): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "coldkeep-bench-"));
  const site = JSON.parse(siteFile()) as { profiles: { cells: object } };
  const cells = { ...site.profiles.cells, alarmDelay: "0s" };
  const contacts = [{ id: "on-call", name: "On call", email: "on-call@example.org" }];
  writeFileSync(join(folder, "site.yaml"), JSON.stringify({ ...site, profiles: { cells }, contacts }));
  const arrivals = new Map<string, (at: number) => void>();
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData: (stream, _session, done) => {
      let mail = "";
      stream.on("data", (chunk: Buffer) => {
        mail += chunk.toString("latin1");
      });
      stream.on("end", () => {
        const appliance = /Appliance (\d+)/.exec(mail)?.[1] ?? "";
        arrivals.get(appliance)?.(systemClock.monotonicMs());
        done();
      });
    },
  });
  await new Promise<void>((resolve) => smtp.listen(0, "127.0.0.1", resolve));
  const address = smtp.server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const { child, url } = await startServer(folder, "127.0.0.1:0", {
    COLDKEEP_MAIL_HOST: "127.0.0.1",
    COLDKEEP_MAIL_PORT: String(port),
    COLDKEEP_MAIL_FROM: "coldkeep@example.org",
    COLDKEEP_MAIL_SECURITY: "none",
  });
  const wire = await startWire(folder, url);
  const load = startLoad(url);
  const took: number[] = [];
  const answered: number[] = [];
  const fromWire: number[] = [];
  for (let index = 0; index < 2 * alarms; index += 1) {
    const probe = probes - 1 - index;
    const arrived = new Promise<number>((resolve) => arrivals.set(String(probe), resolve));
    const begun = systemClock.monotonicMs();
    if (index % 2 === 0) {
      await postReadings(url, "bench-alarm", index + 1, [probe], 9);
      answered.push(systemClock.monotonicMs() - begun);
      took.push((await arrived) - begun);
    } else {
      wire.sample(index, 9);
      fromWire.push((await arrived) - begun);
    }
    await sleep(systemClock, pauseMs);
  }
  const sent = await load.stop();
  await wire.stop();
  child.kill("SIGTERM");
  await new Promise((resolve) => child.once("exit", resolve));
  await new Promise<void>((resolve) => smtp.close(() => resolve()));
  rmSync(folder, { recursive: true, force: true });
  const [mail, answer, sample] = [took, answered, fromWire].map((list) => list.toSorted((a, b) => a - b));
  const show = (list: readonly number[] = []): string =>
    `p50 ${(list[Math.floor(list.length / 2)] ?? 0).toFixed(0)} ms, longest of ${list.length} ${(list[list.length - 1] ?? 0).toFixed(0)} ms`;
  return [
    `sample on the wire to its mail in the SMTP server, gateway in between, at ${sent} readings/s: ${show(sample)}`,
    `reading posted to its mail in the SMTP server, at ${sent} readings/s: ${show(mail)}`,
    `the answer to the same call, in which the decision is on record: ${show(answer)}`,
  ];
}

/** A gateway process on a serial line, with a device that has a channel for each alarm. */
async function startWire(
  folder: string,
  url: string,
): Promise<{ sample: (index: number, celsius: number) => void; stop: () => Promise<void> }> {
  const device = serialDevice("d", () => systemClock.monotonicMs());
  const settings = join(folder, "gateway.yaml");
  const channels = Array.from({ length: 2 * alarms }, (_, index) => [
    `d/t${index}`,
    `p${probes - 1 - index}`,
  ]);
  writeFileSync(
    settings,
    JSON.stringify({
      gateway: "bench-wire",
      server: { url, token: "bench" },
      data: join(folder, "gateway"),
      health: { listen: `127.0.0.1:${await freePort()}` },
      sources: [{ kind: "serial", id: "line", path: device.line.path, baudRate: 115_200 }],
      probes: Object.fromEntries(channels),
    }),
  );
  const gateway = await startGatewayProcess(settings);
  while (device.acknowledged() < 0) {
    device.sample({ t1: 4 });
    await sleep(systemClock, 500);
  }
  return {
    sample: (index, celsius) => void device.sample({ [`t${index}`]: celsius }),
    stop: async () => {
      await gateway.end("SIGTERM");
      device.line.close();
    },
  };
}

/** Keeps readings coming until it is stopped; tells how many a second there were. */
function startLoad(url: string): { stop: () => Promise<number> } {
  const over = new AbortController();
  let sequence = 0;
  const begun = systemClock.monotonicMs();
  const run = (async () => {
    while (!over.signal.aborted) {
      const start = (sequence * batchSize) % (probes - 2 * alarms - batchSize);
      sequence += 1;
      const list = Array.from({ length: batchSize }, (_, index) => start + index);
      await postReadings(url, "bench-load", sequence, list, 4);
      const due = begun + (sequence * batchSize * 1_000) / readingsPerSecond;
      await sleep(systemClock, Math.max(0, due - systemClock.monotonicMs()));
    }
  })();
  return {
    stop: async () => {
      over.abort();
      await run;
      return Math.round((sequence * batchSize * 1_000) / (systemClock.monotonicMs() - begun));
    },
  };
}

async function postReadings(
  url: string,
  gateway: string,
  sequence: number,
  list: readonly number[],
  celsius: number,
): Promise<void> {
  const at = formatInstant(systemClock.epochMs());
  const readings = list.map((probe) => ({ probe: `p${probe}`, at, celsius }));
  const response = await fetch(`${url}/v1/batches`, {
    method: "POST",
    headers: { authorization: "Bearer bench", "content-type": "application/json" },
    body: JSON.stringify({ gateway, sequence, readings }),
  });
  if (!response.ok) throw new RangeError(`a batch was refused: ${await response.text()}`);
}
