import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DurationMs, formatInstant } from "@coldkeep/core/time/millis.ts";
import { type VirtualClock, virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import type { Reading } from "@coldkeep/core/readings/reading.ts";
import type { InfluxSettings } from "../influx/influx-settings.ts";
import { makePasswords } from "../people/passwords.ts";
import { makeServer, type Server } from "../app.ts";
import { makeLog } from "../security/log.ts";
import type { RateLimits } from "../security/security-settings.ts";
import type { HeadSettings } from "../heads/head-settings.ts";
import { readServerSettings } from "../settings/server-settings.ts";
import type { Channel } from "../channels/channel.ts";
import type { Mailbox } from "../mailbox/mailbox.ts";
import type { Mail } from "../notify/dispatcher.ts";

/** The profile of design.md section 5's worked example, as a site file has it. */
export const exampleProfile =
  "{ low: 2, high: 6, criticalLow: 0, criticalHigh: 12, deadband: 0.3, maxGap: 5m, excursionAfter: 10m, recoverAfter: 5m, unmonitoredAfter: 30m, alarmDelay: 5m }";

/** A site with two refrigerators of one probe each. */
export const exampleSite = `
site: mechelen
timeZone: Europe/Brussels
profiles:
  red-cells-eu: ${exampleProfile}
appliances:
  - { id: fridge-1, name: Red cells 1, kind: refrigerator, profile: red-cells-eu, probes: [ { id: p1 } ] }
  - { id: fridge-2, name: Red cells 2, kind: refrigerator, profile: red-cells-eu, probes: [ { id: p2 } ] }
contacts:
  - { id: on-call, name: On call, email: on-call@example.org }
`;

/** A server on records of its own under a virtual clock, spoken to without a socket. */
export interface TestServer {
  readonly server: Server;
  readonly clock: VirtualClock;
  /** Its data folder. */
  readonly data: string;
  readonly mails: readonly Mail[];
  /** Calls with the token of all roles. */
  readonly call: (
    method: "GET" | "POST" | "PUT",
    url: string,
    body?: unknown,
  ) => Promise<{ status: number; json: unknown; text: string }>;
  /** Posts readings of one probe as the next batch. */
  readonly post: (probe: string, readings: readonly Reading[]) => Promise<{ status: number; json: unknown }>;
  /** Stops it and starts another on the same records. */
  readonly restart: (changes?: {
    readonly site?: string;
    readonly downFor?: DurationMs;
  }) => Promise<TestServer>;
  readonly stop: () => Promise<void>;
}

/** Where the virtual clock of a test stands at first: 2026-11-22T00:00:00Z. */
export const testStart = 1_795_305_600_000;

/** Starts a test server. */
export async function testServer(
  options: {
    site?: string;
    start?: number;
    /** Stands in for one of its own. */
    clock?: VirtualClock;
    folder?: string;
    sequence?: number;
    influx?: InfluxSettings;
    /** What is younger is read from the records, in ms. */
    hotMs?: number;
    rateLimits?: Partial<RateLimits>;
    /** Hears each line of the log. */
    log?: (line: string) => void;
    /** `people` in the settings. */
    people?: unknown;
    publicUrl?: string;
    /** Stand in for the mailer. */
    channels?: readonly Channel[];
    mailbox?: Mailbox;
    heads?: HeadSettings;
  } = {},
): Promise<TestServer> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), "coldkeep-server-"));
  const site = join(folder, "site.yaml");
  writeFileSync(site, options.site ?? exampleSite);
  const clock = options.clock ?? virtualClock(options.start ?? testStart);
  const environment = { COLDKEEP_API_TOKEN: "test-token" };
  // A virtual clock may stand still through thousands of calls.
  const many = 10_000_000;
  const {
    rateLimits = { signIn: many, signing: many, person: many, machine: many },
    people,
    publicUrl,
  } = options;
  const content = {
    data: join(folder, "data"),
    listen: "127.0.0.1:0",
    site,
    logLevel: "silent",
    rateLimits,
    people,
    publicUrl,
  };
  const read = readServerSettings(content, "test", environment);
  const { influx, heads } = options;
  const settings = {
    ...read,
    ...(influx === undefined ? {} : { influx }),
    ...(heads === undefined ? {} : { heads }),
  };
  const mails: Mail[] = [];
  const mailer = { send: async (mail: Mail) => void mails.push(mail), close: () => undefined };
  const server = await makeServer(settings, {
    clock,
    logger:
      options.log === undefined
        ? makeLog(process.env["TEST_LOG"] ?? "silent")
        : makeLog("debug", { write: options.log }),
    mailer,
    ...(options.channels === undefined ? {} : { channels: options.channels }),
    ...(options.mailbox === undefined ? {} : { mailbox: options.mailbox }),
    passwords: makePasswords({ memoryKiB: 8, passes: 1, lanes: 1 }),
    ...(options.hotMs === undefined ? {} : { hotMs: options.hotMs }),
  });
  let sequence = options.sequence ?? 0;
  const call: TestServer["call"] = async (method, url, body) => {
    const response = await server.web.inject({
      method,
      url,
      headers: { authorization: "Bearer test-token" },
      ...(body === undefined ? {} : { payload: body as object }),
    });
    const isJson = String(response.headers["content-type"]).includes("json");
    return { status: response.statusCode, json: isJson ? response.json() : null, text: response.payload };
  };
  const stop = async (): Promise<void> => {
    await server.stop();
  };
  return {
    server,
    clock,
    data: settings.data,
    mails,
    call,
    post: (probe, readings) => {
      sequence += 1;
      const wire = readings.map(({ at, ...value }) => ({ probe, at: formatInstant(at), ...value }));
      return call("POST", "/v1/batches", { gateway: "g1", sequence, readings: wire });
    },
    restart: async ({ downFor = 0, ...changes } = {}) => {
      await stop();
      return testServer({ ...options, ...changes, folder, start: clock.epochMs() + downFor, sequence });
    },
    stop: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
