/**
 * A mail comes back, through a real server process, a real SMTP server and a real mailbox: the person is called by another way or it is an alarm, and whoever looks at the excursion's page sees
 * that the mail came back and why.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatInstant, minuteMs } from "@coldkeep/core/time/millis.ts";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { SMTPServer } from "smtp-server";
import { afterEach, describe, expect, test } from "vitest";
import { isDovecotMissing, mailboxPassword, type MailStore, startMailStore } from "../testing/mail-store.ts";
import { type ServerProcess, startServerProcess } from "../testing/server-process.ts";
import { wakeBell } from "../testing/wake-bell.ts";

const ends: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

interface SentMail {
  readonly to: string;
  readonly text: string;
}

/** A mail server that takes all that it is given and offers reports. */
async function mailServer() {
  const bell = wakeBell();
  const mails: SentMail[] = [];
  const server = new SMTPServer({
    disabledCommands: ["AUTH", "STARTTLS"],
    hideDSN: false,
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const to = session.envelope.rcptTo[0]?.address ?? "";
        mails.push({ to, text: Buffer.concat(chunks).toString("utf8") });
        bell.ring();
        done();
      });
    },
    closeTimeout: 100,
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ends.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const address = server.server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const to = (who: string): SentMail[] => mails.filter((mail) => mail.to === who);
  return { port, to, until: bell.until };
}

/** What a mail server answers to a mail of ours that it cannot deliver. */
function bounceOf({ to, text }: SentMail): string {
  const headers = text.slice(0, text.search(/\r?\n\r?\n/)).replaceAll("\r\n", "\n");
  return `From: Mail Delivery System <MAILER-DAEMON@relay.example.org>
To: cold@example.org
Subject: Undelivered Mail Returned to Sender
Message-ID: <report-${to}@relay.example.org>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="cut"

--cut
Content-Type: text/plain; charset=utf-8

This is the mail system at relay.example.org.
--cut
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example.org

Final-Recipient: rfc822; ${to}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--cut
Content-Type: text/rfc822-headers

${headers}

--cut--
`.replaceAll("\n", "\r\n");
}

const site = `
site: mechelen
timeZone: Europe/Brussels
profiles:
  red-cells-eu: { low: 2, high: 6, criticalLow: 0, criticalHigh: 12, deadband: 0.3, maxGap: 5m, excursionAfter: 10m, recoverAfter: 5m, unmonitoredAfter: 30m, alarmDelay: 5m }
appliances:
  - { id: fridge-1, name: Red cells 1, kind: refrigerator, profile: red-cells-eu, probes: [ { id: p1 } ] }
contacts:
  - { id: an, name: An Peeters, email: an@example.org }
  - { id: bo, name: Bo Claes, email: bo@example.org }
policies:
  - id: standard
    kinds: [ temperature-high ]
    steps: [ { call: [ { contact: an } ] }, { after: 8h, call: [ { contact: bo } ] } ]
    repeatEvery: 8h
    answerWithin: 8h
`;

async function startServer(smtpPort: number, store: MailStore): Promise<ServerProcess> {
  const folder = mkdtempSync(join(tmpdir(), "coldkeep-bounced-"));
  ends.push(async () => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "site.yaml"), site);
  const { settings } = store;
  const config = join(folder, "server.yaml");
  writeFileSync(
    config,
    `
data: ${join(folder, "data")}
site: ${join(folder, "site.yaml")}
openBoard: true
mail:
  host: 127.0.0.1
  port: ${smtpPort}
  from: cold@example.org
  security: none
  bounces: { host: 127.0.0.1, port: ${settings.port}, user: ${settings.user}, password: { env: MAILBOX_PASSWORD }, ca: ${settings.ca ?? ""} }
`,
  );
  const server = await startServerProcess(
    { COLDKEEP_API_TOKEN: "token", MAILBOX_PASSWORD: mailboxPassword },
    config,
  );
  ends.push(server.stop);
  return server;
}

async function call(server: ServerProcess, path: string, body?: unknown): Promise<string> {
  const response = await fetch(`${server.url}${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: "Bearer token", "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return await response.text();
}

async function warm(server: ServerProcess): Promise<void> {
  const now = systemClock.epochMs();
  const readings = Array.from({ length: 25 }, (_, index) => ({
    probe: "p1",
    at: formatInstant(now - (24 - index) * minuteMs),
    celsius: index < 5 ? 4 : 14,
  }));
  await call(server, "/v1/batches", { gateway: "g1", sequence: 1, readings });
}

describe.skipIf(isDovecotMissing)("a mail that comes back", () => {
  test("is an alarm that says why, and the next step is called at once", async () => {
    const [mail, store] = [await mailServer(), await startMailStore()];
    ends.push(store.stop);
    const server = await startServer(mail.port, store);
    await warm(server);
    await mail.until(() => mail.to("an@example.org").length > 0);
    const [sent] = mail.to("an@example.org");
    if (sent === undefined) throw new RangeError("no mail");
    expect(sent.text).toMatch(/^Importance: high\r?$/m);
    expect(mail.to("bo@example.org")).toEqual([]);
    store.drop("From: shop@example.com\r\nTo: cold@example.org\r\nSubject: Sale\r\n\r\nBuy\r\n");
    store.drop(bounceOf(sent));
    // Bo is called about the refrigerator and about An, who is not reachable.
    const told = (what: RegExp): boolean => mail.to("bo@example.org").some(({ text }) => what.test(text));
    await mail.until(() => told(/Red[ _]cells/) && told(/reachable/));
    const alarms = await call(server, "/v1/alarms");
    expect(alarms).toContain("An Peeters cannot be reached");
    expect(alarms).toContain("550 5.1.1 User unknown");
    const { items } = JSON.parse(await call(server, "/v1/excursions")) as { items: { id: string }[] };
    const page = await call(server, `/excursions/${encodeURIComponent(items[0]?.id ?? "")}`);
    expect(page).toMatch(/the mail came back: an@example\.org: 550 5\.1\.1 User unknown \(mail\)/);
    const metrics = await call(server, "/metrics");
    expect(metrics).toMatch(/^coldkeep_mails_returned 1$/m);
    expect(metrics).toMatch(/^coldkeep_mails_not_ours 1$/m);
    expect(metrics).toMatch(/^coldkeep_mailboxes_unread 0$/m);
  });
});
