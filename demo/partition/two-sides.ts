import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import { type DurationMs, type EpochMs, minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import { type Gateway, startGateway } from "@coldkeep/gateway/app.ts";
import type { CallOutcome, CallOutput, LocalCall } from "@coldkeep/gateway/calls/call-output.ts";
import { silentLog } from "@coldkeep/gateway/health/log.ts";
import { parseSettings } from "@coldkeep/gateway/settings/settings.ts";
import { type TestServer, testServer } from "@coldkeep/server/testing/test-server.ts";
import { type CutNetwork, cutNetwork } from "./cut-network.ts";

/** What the modem of the gateway was asked. */
export interface AskedMessage {
  readonly at: EpochMs;
  readonly text: string;
}

/** A real gateway and a real server under one virtual clock, with a network between them that can be cut, and two sensors that are files. */
export interface TwoSides {
  readonly server: TestServer;
  readonly network: CutNetwork;
  readonly gateway: () => Gateway;
  readonly messages: readonly AskedMessage[];
  /** Lets minutes pass in which the refrigerator's probe has this temperature; the freezer stays as it is. */
  readonly minutes: (many: number, celsius: number) => Promise<void>;
  /** Stops the gateway and starts it again on the same disk. */
  readonly restart: () => Promise<void>;
  readonly phase: () => string;
  readonly stop: () => Promise<void>;
}

const sensors = { p1: "28-0316a2794f5d", p2: "28-000000b81c02" };

/** Starts both sides. `outcome` is what becomes of a message at the modem. */
export async function twoSides(outcome: "delivered" | "failed" = "delivered"): Promise<TwoSides> {
  const folder = mkdtempSync(join(tmpdir(), "coldkeep-partition-"));
  const bus = join(folder, "bus");
  const server = await testServer();
  const { clock } = server;
  const network = await cutNetwork(server.server.web);
  const messages: AskedMessage[] = [];
  const modem: CallOutput = {
    id: "modem",
    call: ({ text, to }: LocalCall, tell: (outcome: CallOutcome, to: string) => void) => {
      messages.push({ at: clock.epochMs(), text });
      const at = clock.epochMs();
      const final: CallOutcome =
        outcome === "delivered"
          ? { kind: "delivered", at }
          : { kind: "failed", at, code: "modem.no-network" };
      for (const number of to) tell(final, number);
    },
    withdraw: () => {},
    status: () => ({ id: "modem", kind: "modem", ready: true, trouble: null, waiting: 0, details: {} }),
    start: () => {},
    stop: async () => {},
  };
  const settings = parseSettings(
    JSON.stringify({
      gateway: "g1",
      server: { url: network.url, token: "test-token" },
      data: join(folder, "gateway"),
      sources: [{ kind: "onewire", id: "bus", root: bus, timeout: `${readWithinMs}ms` }],
      probes: { [`${sensors.p1}/temperature`]: "p1", [`${sensors.p2}/temperature`]: "p2" },
      pauseMax: "5s",
      requestTimeout: `${answerWithinMs}ms`,
      compression: "none",
    }),
    "test",
  );
  /** What the gateway waits for is under way as long as the timer that would cut it short. */
  const underWay = new Set<object>();
  const watched: Clock = {
    ...clock,
    after: (delayMs, call) => {
      if (delayMs !== readWithinMs && delayMs !== answerWithinMs) return clock.after(delayMs, call);
      const wait = {};
      underWay.add(wait);
      const cancel = clock.after(delayMs, () => {
        underWay.delete(wait);
        call();
      });
      return () => {
        underWay.delete(wait);
        cancel();
      };
    },
  };
  const show = (sensor: string, celsius: number): void => {
    mkdirSync(join(bus, sensor), { recursive: true });
    writeFileSync(join(bus, sensor, "temperature"), `${celsius * 1_000}\n`);
  };
  const start = (): Promise<Gateway> =>
    startGateway({
      settings,
      clock: watched,
      random: () => 0.5,
      log: silentLog,
      outputs: [{ way: "sms", recipients: ["+3215000000"], output: modem }],
    });

  /** Until nothing is under way. What is may itself wait for a moment of the virtual time. */
  const quiet = async (): Promise<void> => {
    let busy = 0;
    for (let still = 0; still < quietTurns; still = underWay.size > 0 ? 0 : still + 1) {
      await new Promise(setImmediate);
      busy += 1;
      if (busy % busyTurns === 0) clock.advance(1);
    }
  };
  const pass = async (length: DurationMs): Promise<void> => {
    for (let passed = 0; passed < length; passed += secondMs) {
      clock.advance(secondMs);
      server.server.ticker.tick();
      await quiet();
    }
  };
  show(sensors.p1, 4);
  show(sensors.p2, 4);
  let gateway = await start();
  await pass(5 * secondMs);
  return {
    server,
    network,
    gateway: () => gateway,
    messages,
    minutes: async (many, celsius) => {
      show(sensors.p1, celsius);
      await pass(many * minuteMs);
    },
    restart: async () => {
      await gateway.stop();
      gateway = await start();
      await quiet();
    },
    phase: () => (gateway.status() as { watch: { phase: string } }).watch.phase,
    stop: async () => {
      await gateway.stop();
      await network.stop();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Turns of the event loop without anything under way after which nothing more comes of itself. */
const quietTurns = 3;

/** Turns after which the virtual time moves on by a millisecond. */
const busyTurns = 20;

/** How long a file and an answer may take, in lengths that nothing else waits for. Unit ms. */
const readWithinMs = 59_001;
const answerWithinMs = 29_001;
