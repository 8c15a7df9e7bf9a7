/**
 * The canary through real servers: its mail goes out by SMTP and is read again in a mailbox by IMAP. One that is lost calls people by the other mail server and silences the heartbeat until the
 * next one is in time.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import { SMTPServer } from "smtp-server";
import { afterEach, describe, expect, test } from "vitest";
import { makeServer } from "../app.ts";
import { replay } from "../replay/replay.ts";
import { makeLog } from "../security/log.ts";
import { readServerSettings } from "../settings/server-settings.ts";
import { isDovecotMissing, mailboxPassword, startMailStore } from "../testing/mail-store.ts";
import { cheapPasswords } from "../testing/test-people.ts";
import { testStart } from "../testing/test-server.ts";
import { newestBreaches } from "./canary-reads.ts";

const ends: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** A mail server that gives what it takes to `take`. */
async function mailServer(take: (to: string, mail: string) => void): Promise<number> {
  const server = new SMTPServer({
    disabledCommands: ["AUTH", "STARTTLS"],
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        take(session.envelope.rcptTo[0]?.address ?? "", Buffer.concat(chunks).toString("utf8"));
        done();
      });
    },
    closeTimeout: 100,
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ends.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return portOf(server.server.address());
}

/** Counts how often somebody says that they live. */
async function listener() {
  const heard = { count: 0 };
  const server = createServer((_request, response) => {
    heard.count += 1;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ends.push(() => new Promise((resolve) => server.close(resolve)));
  return { heard, port: portOf(server.address()) };
}

function portOf(address: ReturnType<ReturnType<typeof createServer>["address"]>): number {
  return typeof address === "object" && address !== null ? address.port : 0;
}

const site = `
site: mechelen
timeZone: Europe/Brussels
profiles:
  red-cells-eu: { low: 2, high: 6, deadband: 0.3, maxGap: 5m, excursionAfter: 10m, recoverAfter: 5m, unmonitoredAfter: 30m, alarmDelay: 5m }
appliances:
  - { id: fridge-1, name: Red cells 1, kind: refrigerator, profile: red-cells-eu, probes: [ { id: p1 } ] }
contacts:
  - { id: an, name: An Peeters, email: an@example.org }
canary: { email: canary@example.org, every: 1h, within: 20m }
`;

describe.skipIf(isDovecotMissing)(
  "a canary through SMTP and IMAP (skipped where dovecot is not installed)",
  () => {
    test(
      "comes in, is lost, is told by the other mail server, and comes in again",
      { timeout: 180_000 },
      async () => {
        const store = await startMailStore();
        ends.push(store.stop);
        const toOthers: string[] = [];
        const lost: string[] = [];
        const isLosing = { now: false };
        const first = await mailServer((to, mail) => {
          if (to !== "canary@example.org") toOthers.push(`first ${to}`);
          else if (isLosing.now) lost.push(mail);
          else store.drop(mail);
        });
        const second = await mailServer((to, mail) => {
          toOthers.push(`second ${to}`);
          lost.push(mail);
        });
        const { heard, port: beats } = await listener();
        const folder = mkdtempSync(join(tmpdir(), "coldkeep-canary-"));
        ends.push(async () => rmSync(folder, { recursive: true, force: true }));
        writeFileSync(join(folder, "site.yaml"), site);
        const { port, user, ca } = store.settings;
        const relay = { host: "127.0.0.1", from: "cold@example.org", security: "none" };
        const content = {
          data: join(folder, "data"),
          site: join(folder, "site.yaml"),
          listen: "127.0.0.1:0",
          publicUrl: "https://cold.example.org",
          mail: { ...relay, port: first },
          channels: [{ ...relay, id: "other-relay", kind: "smtp", port: second }],
          canary: { mailbox: { host: "127.0.0.1", port, user, ca, password: { env: "CANARY_PASSWORD" } } },
          heartbeat: { url: `http://127.0.0.1:${beats}/alive`, every: "30s" },
        };
        const clock = virtualClock(testStart);
        const settings = readServerSettings(content, "test", { CANARY_PASSWORD: mailboxPassword });
        const log = makeLog(process.env["TEST_LOG"] ?? "silent");
        const server = await makeServer(settings, { clock, logger: log, passwords: cheapPasswords });
        const { database, canary, alarms } = server.services;
        await server.start();
        const isStopped = { yet: false };
        ends.push(async () => {
          const stopping = server.stop().finally(() => {
            isStopped.yet = true;
          });
          while (!isStopped.yet) {
            clock.advance(secondMs);
            await pause(5);
          }
          await stopping;
        });

        /** Lets time pass, a second at a time and slowly enough for what is on real sockets, until something holds. */
        const until = async (what: () => boolean): Promise<void> => {
          while (!what()) {
            clock.advance(secondMs);
            await pause(20);
          }
        };
        const outcomes = (): unknown[] =>
          newestBreaches(database, 10)
            .toReversed()
            .map(({ outcome }) => outcome);

        await until(() => outcomes().at(-1) === "in-time");
        expect(newestBreaches(database, 1)[0]).toMatchObject({
          terms: { delayMs: 10 * secondMs },
          ways: [{ medium: "email", message: { channels: ["mail"] }, receipt: { way: "mailbox" } }],
        });
        await until(() => alarms.underWay().length === 0);
        const answered = database
          .prepare("SELECT actor, note FROM alarm_events WHERE event = 'acknowledged'")
          .all();
        expect(answered).toEqual([
          { actor: "contact:coldkeep-canary", note: expect.stringMatching(/^by link/) },
        ]);
        await until(() => heard.count > 0);

        isLosing.now = true;
        clock.advance(canary.state().nextAt - clock.epochMs());
        await until(() => lost.length === 1);
        clock.advance(20 * minuteMs);
        await until(() => toOthers.length > 0);
        expect(outcomes()).toEqual(["in-time", "late"]);
        expect(toOthers).toEqual(["second an@example.org"]);
        expect(alarms.underWay().map(({ kind }) => kind)).toEqual(["canary-late"]);
        const before = heard.count;
        clock.advance(5 * minuteMs);
        await pause(50);
        expect(heard.count).toBe(before);

        isLosing.now = false;
        await until(() => !canary.state().isLate);
        expect(outcomes()).toEqual(["in-time", "late", "in-time"]);
        expect(alarms.find(null, "canary-late", "canary")?.state.condition).toBe(false);
        await until(() => heard.count > before);
        expect(replay(database, () => undefined).differing).toEqual([]);
      },
    );
  },
);
