import { parseSite } from "../site/read-site-file.ts";
import { type DurationMs, formatInstant, secondMs } from "@coldkeep/core/time/millis.ts";
import { replay } from "../replay/replay.ts";
import { type FakeChannel, fakeChannel } from "./fake-channel.ts";
import { exampleProfile, type TestServer, testServer } from "./test-server.ts";

/** A site of four refrigerators, and the providers by which its people are called. */
export interface CalledSite {
  server: TestServer;
  readonly sms: FakeChannel;
  readonly mail: FakeChannel;
  /** Sends one batch: temperatures by probe, and appliances whose mains are lost or back. */
  readonly send: (
    celsius: Readonly<Record<string, number>>,
    power?: Readonly<Record<string, boolean>>,
  ) => Promise<number>;
  /** Lets time pass, second by second or in longer strides, with what is begun in each ended in it. */
  readonly pass: (length: DurationMs, stride?: DurationMs) => Promise<void>;
  /** All that was sent: to whom, by what, and how it begins. */
  readonly told: () => string[];
  /** The alarms that are not over. */
  readonly alarms: () => Promise<CalledAlarm[]>;
  /** Puts another version of the site in force. */
  readonly apply: (site: string) => Promise<void>;
  /** Stops the server and starts it again on the same records after a while. */
  readonly restart: (downFor: DurationMs) => Promise<void>;
  /** Stops it, after a replay of its journal has come to the same state; where `isReplayed` is false, without. */
  readonly stop: (isReplayed?: boolean) => Promise<void>;
}

/** An alarm as the calls answer it. */
export interface CalledAlarm {
  readonly id: string;
  readonly kind: string;
  readonly phase: string;
  readonly severity: string;
  readonly subject: string;
  readonly appliance: string | null;
  readonly acknowledgedBy: string | null;
  readonly promise: { readonly what: string } | null;
}

const fourAppliances = `appliances:
  - { id: fridge-1, name: Red cells 1, kind: refrigerator, profile: red-cells-eu, circuit: north, probes: [ { id: p1 } ] }
  - { id: fridge-2, name: Red cells 2, kind: refrigerator, profile: red-cells-eu, circuit: north, probes: [ { id: p2 } ] }
  - { id: fridge-3, name: Red cells 3, kind: refrigerator, profile: red-cells-eu, circuit: north, probes: [ { id: p3 } ] }
  - { id: fridge-4, name: Red cells 4, kind: refrigerator, profile: red-cells-eu, circuit: north, probes: [ { id: p4 } ] }`;

/** The site file, with contacts and all that follows as a test says; with other appliances where they are given. */
export function calledSiteFile(people: string, appliances: readonly object[] | null = null): string {
  return `
site: mechelen
timeZone: Europe/Brussels
profiles:
  red-cells-eu: ${exampleProfile}
${appliances === null ? fourAppliances : `appliances: ${JSON.stringify(appliances)}`}
${people}`;
}

/** Starts it with one provider of SMS and one of mail. */
export async function calledSite(
  people: string,
  appliances: readonly object[] | null = null,
  start?: number,
): Promise<CalledSite> {
  const sms = fakeChannel("sms-1", "sms");
  const mail = fakeChannel("mail", "email");
  const server = await testServer({
    site: calledSiteFile(people, appliances),
    channels: [sms, mail],
    publicUrl: "https://cold.example.org",
    ...(start === undefined ? {} : { start }),
  });
  await server.server.start();
  let sequence = 0;
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 6; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      site.server.clock.advance(0);
    }
  };
  const site: CalledSite = {
    server,
    sms,
    mail,
    send: async (celsius, power = {}) => {
      sequence += 1;
      const at = formatInstant(site.server.clock.epochMs());
      const { status } = await site.server.call("POST", "/v1/batches", {
        gateway: "g1",
        sequence,
        readings: Object.entries(celsius).map(([probe, value]) => ({ probe, at, celsius: value })),
        events: Object.entries(power).map(([subject, active]) => ({ subject, kind: "power", active, at })),
      });
      await settle();
      return status;
    },
    pass: async (length, stride = secondMs) => {
      for (let done = 0; done < length; done += stride) {
        site.server.clock.advance(stride);
        await settle();
      }
    },
    told: () =>
      [sms, mail].flatMap(({ id, sent }) => sent.map((each) => `${each.address} ${id} ${each.subject}`)),
    alarms: async () => {
      const { json } = await site.server.call("GET", "/v1/alarms");
      return (json as { items: CalledAlarm[] }).items;
    },
    apply: async (file) => {
      site.server.server.services.applySite(parseSite(file, "the test"), "test");
      await settle();
    },
    restart: async (downFor) => {
      const server = site.server;
      const next = await ended(server, server.restart({ downFor }));
      site.server = next;
      await next.server.start();
      await settle();
    },
    stop: async (isReplayed = true) => {
      const { database } = site.server.server.services;
      const differing = isReplayed ? replay(database, () => undefined).differing : [];
      await ended(site.server, site.server.stop());
      if (differing.length > 0) throw new Error(`a replay differs in ${differing.join(", ")}`);
    },
  };
  return site;
}

/** What ends only while time goes on for what is in hand. */
async function ended<Result>({ clock }: TestServer, ending: Promise<Result>): Promise<Result> {
  const is = { over: false };
  const watched = ending.finally(() => {
    is.over = true;
  });
  while (!is.over) {
    clock.advance(secondMs);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return watched;
}
