/** One night through the whole chain, as each person would get it: it stands in docs/alerts.md. WRITE_MESSAGES=true writes it anew. */
import { readFileSync, writeFileSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import { type DurationMs, minuteMs, parseInstant } from "@coldkeep/core/time/millis.ts";
import { calledSite, type CalledSite } from "../testing/called-site.ts";

const file = new URL("../../docs/alerts.md", import.meta.url);
const mark = "<!-- Written by server/summons/night.test.ts with WRITE_MESSAGES=true. -->\n\n";

const people = `
contacts:
  - { id: an, name: An Peeters, phone: "+32470000001", email: an@example.org, by: [sms, email] }
  - { id: bo, name: Bo Claes, phone: "+32470000002", email: bo@example.org, by: [sms, email] }
  - { id: chief, name: The chief, phone: "+32470000003", email: chief@example.org, by: [sms, email] }
policies:
  - id: nights
    severities: [critical, warning]
    steps:
      - { call: [ { contact: an } ], by: [sms] }
      - { after: 10m, call: [ { contact: bo } ], by: [sms] }
      - { after: 30m, call: [ { contact: chief } ], by: [sms, email] }
    repeatEvery: 10m
    deliverWithin: 3m
`;

let running: CalledSite | null = null;
afterEach(async () => {
  const stopping = running;
  running = null;
  await stopping?.stop();
});

/** All messages and acts of the night, in order. */
class Night {
  readonly site: CalledSite;
  readonly lines: string[] = [];
  constructor(site: CalledSite) {
    this.site = site;
  }

  time(): string {
    const zoned = Temporal.Instant.fromEpochMilliseconds(this.site.server.clock.epochMs());
    return zoned.toZonedDateTimeISO("Europe/Brussels").toPlainTime().toString({ smallestUnit: "minute" });
  }

  say(what: string): void {
    this.lines.push(`**${this.time()}** ${what}`);
  }

  /** Lets minutes pass, each with a reading; what is sent in each is noted. */
  async pass(length: DurationMs, celsius: (minute: number) => number): Promise<void> {
    for (let minute = 0; minute * minuteMs < length; minute += 1) {
      await this.site.send({ p1: celsius(minute) });
      await this.site.pass(minuteMs);
      this.#note();
    }
  }

  #note(): void {
    const { sms, mail } = this.site;
    const all = [
      ...sms.sent.map((each) => ["SMS", each] as const),
      ...mail.sent.map((each) => ["mail", each] as const),
    ];
    // What comes by SMS and by mail was counted together, so each is noted once.
    const fresh = all.filter(([, { id }]) => !this.#seen.has(id));
    for (const [by, message] of fresh) {
      this.#seen.add(message.id);
      const who = names[message.address] ?? message.address;
      const off = by === "SMS" && message.address === anPhone ? " (the phone is off)" : "";
      this.say(`${by} to ${who}${off}:`);
      const text = by === "SMS" ? message.text : message.subject;
      this.lines.push(["```text", hidden(text), "```"].join("\n"));
    }
  }

  readonly #seen = new Set<string>();
}

const anPhone = "+32470000001";
const names: Readonly<Record<string, string>> = {
  [anPhone]: "An",
  "+32470000002": "Bo",
  "+32470000003": "the chief",
  "an@example.org": "An",
  "bo@example.org": "Bo",
  "chief@example.org": "the chief",
};

/** Links and codes are others each time. */
function hidden(text: string): string {
  return text
    .replaceAll(/https:\S+\/a\/\S+/g, "https://cold.example.org/a/...")
    .replaceAll(/Reply \d{4}/g, "Reply 4711");
}

test("a night is told in docs/alerts.md as it was", { timeout: 120_000 }, async () => {
  const site = await calledSite(people, null, parseInstant("2026-11-24T01:55:00Z") ?? 0);
  running = site;
  site.sms.treat = ({ address }) => (address === anPhone ? "lose" : "accept");
  const night = new Night(site);
  await night.pass(5 * minuteMs, () => 4);
  night.say("The compressor of Red cells 1 stops.");
  await night.pass(26 * minuteMs, (minute) => 4 + minute * 0.35);
  night.say("Bo sees the message.");
  const code = /Reply (\d{4})/.exec(
    site.sms.sent.findLast(({ address }) => address.endsWith("2"))?.text ?? "",
  )?.[1];
  await site.sms.events()?.reply({
    channel: "sms-1",
    from: "+32470000002",
    text: `${code ?? ""} 20 moving the bags to Red cells 2`,
    at: site.server.clock.epochMs(),
    reference: "r1",
  });
  night.say("Bo answers by SMS: `4711 20 moving the bags to Red cells 2`.");
  await night.pass(21 * minuteMs, () => 12.4);
  night.say("The bags are away, the refrigerator runs again.");
  await night.pass(14 * minuteMs, (minute) => Math.max(4, 12 - minute));
  // Nobody was called about who could not be reached: the next step was, and what followed asked for no answer.
  expect((await site.alarms()).map(({ kind }) => kind)).toEqual(["temperature-high"]);
  const text = `${night.lines.join("\n\n")}\n`;
  const [prose = ""] = readFileSync(file, "utf8").split(mark);
  if (process.env["WRITE_MESSAGES"] === "true") writeFileSync(file, `${prose}${mark}${text}`);
  expect(readFileSync(file, "utf8")).toBe(`${prose}${mark}${text}`);
});
