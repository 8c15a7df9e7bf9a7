import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ModemFault } from "@coldkeep/core/gsm-sim/simulated-modem.ts";
import { type DurationMs, type EpochMs, minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import { type VirtualClock, virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import type { Channel } from "../channels/channel.ts";
import { openChannels } from "../channels/open-channel.ts";
import { isMessageText } from "../modem/modem-world.ts";
import { replay } from "../replay/replay.ts";
import { readServerSettings } from "../settings/server-settings.ts";
import type { Database } from "../store/database.ts";
import { type MailBehaviour, type RudeMailServer, rudeMailServer } from "./rude-mail-server.ts";
import { type SteppedModem, steppedModem } from "./stepped-modem.ts";
import { steppedTime } from "./stepped-time.ts";
import { exampleSite, type TestServer, testServer, testStart } from "./test-server.ts";

/**
 * How a modem behaves once an alarm is there. `late`: messages arrive after `lateSmsMs`; `lose`: the network takes messages, and they neither arrive nor are reported on; `fail-report`: the
 * network says that they will not arrive; `gone`: somebody has pulled it out.
 */
export const modemBehaviours = [
  "fine",
  "late",
  "lose",
  "fail-report",
  "refuse",
  "not-now",
  "no-network",
  "hang",
  "gone",
] as const;
/** One of them. */
export type ModemBehaviour = (typeof modemBehaviours)[number];

/** When a late message arrives: long after the next way was tried. */
export const lateSmsMs: DurationMs = 3 * minuteMs;

/** How long a message takes otherwise. */
const smsMs: DurationMs = 3 * secondMs;

/** Longer than any story. */
const foreverMs: DurationMs = 24 * 60 * minuteMs;

/** Where records cost no waiting for a disk: many stories are played. */
const inMemory = "/dev/shm";

const site = `${exampleSite.slice(0, exampleSite.indexOf("contacts:"))}
contacts:
  - { id: an, name: An Peeters, email: an@example.org, phone: "+32470000001", language: en }
  - { id: bo, name: Bo Claes, email: bo@example.org, phone: "+32470000002", language: en }
policies:
  - id: standard
    steps:
      - { call: [ { contact: an } ], by: [sms, email] }
      - { after: 5m, call: [ { contact: bo } ], by: [sms, email] }
    repeatEvery: 10m
    answerWithin: 5m
    deliverWithin: 1m
`;

/** When the second step comes at the latest, after a call began: as the policy says. */
export const secondStepMs: DurationMs = 5 * minuteMs;
/** When silence is an alarm at the latest. */
export const unansweredMs: DurationMs = secondStepMs + 5 * minuteMs;
/** How long a story goes on after that. */
const tailMs: DurationMs = 3 * minuteMs;

/** A message that reached a person's device. */
export interface Arrival {
  readonly person: "an" | "bo";
  /** What came, so that the same one can be told. */
  readonly what: string;
  readonly isMarked: boolean;
  readonly afterMs: DurationMs;
}

/** What became of one alarm that nobody answered. All times are since the call about it began. */
export interface FaultStory {
  readonly arrivals: readonly Arrival[];
  /** Alarms about calling, and when each was first on the board. */
  readonly alarms: Readonly<Record<string, DurationMs>>;
  /** When the second person was called about the alarm; null where not. */
  readonly secondCalledMs: DurationMs | null;
  /** How many messages were owed, and how many of them are neither over nor still being tried. */
  readonly owed: number;
  readonly forgotten: number;
  /** When each message became one of which the records say that the person's device has it. */
  readonly deliveredMs: readonly DurationMs[];
  /** What a replay of the journal makes of it differently. */
  readonly differing: readonly string[];
}

const faultOf = (behaviour: ModemBehaviour): ModemFault | null => {
  switch (behaviour) {
    case "lose":
      return { kind: "no-report" };
    case "refuse":
      return { kind: "refuse", line: "+CMS ERROR: 21" };
    case "not-now":
      return { kind: "refuse", line: "+CMS ERROR: 38" };
    case "hang":
      return { kind: "hang", forMs: foreverMs };
    default:
      return null;
  }
};

/** Plays one alarm that nobody answers, with a real mail server and a modem on a real pseudo-terminal that fail from the moment before it. */
export async function playFaults(mailIs: MailBehaviour, modemIs: ModemBehaviour): Promise<FaultStory> {
  const clock = virtualClock(testStart);
  const mail = await rudeMailServer(clock, mailIs);
  let hasBegun = false;
  const line = steppedModem({
    clock,
    deliveryMs: modemIs === "late" ? lateSmsMs : smsMs,
    ...(modemIs === "fail-report" ? { status: 0x46 } : {}),
    fault: (_, text) => {
      if (hasBegun && modemIs === "no-network") return { kind: "no-network", forMs: foreverMs };
      return isMessageText(text) ? faultOf(modemIs) : null;
    },
  });
  const given = { mail: mail.settings, channels: [{ id: "modem", kind: "gsm-modem", path: line.path }] };
  const [smtp, modem] = openChannels(readServerSettings(given, "test", {}), {
    clock,
    openLine: line.openLine,
  });
  if (smtp === undefined || modem === undefined) throw new RangeError("a channel is missing");
  let mailsInHand = 0;
  const watched: Channel = {
    ...smtp,
    send: async (message, signal) => {
      mailsInHand += 1;
      try {
        return await smtp.send(message, signal);
      } finally {
        mailsInHand -= 1;
        mail.letGo(message.id);
      }
    },
  };
  const time = steppedTime(clock, () => line.isQuiet() && mailsInHand <= mail.holding());
  const folder = mkdtempSync(join(existsSync(inMemory) ? inMemory : tmpdir(), "coldkeep-faults-"));
  const server = await testServer({ site, clock, folder, channels: [watched, modem] });
  await server.server.start();
  await time.advance(minuteMs);
  hasBegun = true;
  if (modemIs === "gone") line.unplug();
  const { database } = server.server.services;
  const beganAt = (): EpochMs | null => numberOf(database, "SELECT min(opened_at) FROM summonses");
  for (;;) {
    const at = beganAt();
    if (at !== null && clock.epochMs() - at > unansweredMs + tailMs) break;
    await server.post("p1", [{ at: clock.epochMs(), celsius: 9 }]);
    await time.advance(minuteMs);
  }
  const story = storyOf(database, beganAt() ?? 0, mail, modemIs === "lose" ? [] : arrivedSms(line, modemIs));
  await stop(server, clock);
  line.close();
  await mail.close();
  return story;
}

/** What lies in telephones. Times are instants. */
function arrivedSms({ modem }: SteppedModem, modemIs: ModemBehaviour): Arrival[] {
  return modem.arrived.map(({ to, text, partOf, at }) => ({
    person: to.endsWith("1") ? "an" : "bo",
    what: `${to} ${partOf?.part ?? 1} ${text}`,
    isMarked: text.startsWith("[2] ") || (partOf?.part ?? 1) > 1,
    afterMs: testStart + at + (modemIs === "late" ? lateSmsMs : smsMs),
  }));
}

const chainKinds = ["person-unreached", "unanswered", "notification-failing", "nobody-on-call"];

function storyOf(
  database: Database,
  began: EpochMs,
  mail: RudeMailServer,
  sms: readonly Arrival[],
): FaultStory {
  const arrivals: Arrival[] = [
    ...sms,
    ...mail.arrived.map(({ id, to, isMarked, at }): Arrival => {
      return { person: to.startsWith("an") ? "an" : "bo", what: id, isMarked, afterMs: at };
    }),
  ];
  const secondCalled = numberOf(
    database,
    "SELECT min(owed_at) FROM notifications JOIN deliveries USING (id, contact) WHERE contact = 'bo' AND summons LIKE 'temperature-high%'",
  );
  const raised = database
    .prepare(
      "SELECT kind, min(alarm_events.at) AS at FROM alarms JOIN alarm_events ON alarm_events.alarm = alarms.id GROUP BY kind",
    )
    .all()
    .map((row): [string, DurationMs] => [String(row["kind"]), Number(row["at"]) - began]);
  const delivered = database
    .prepare("SELECT at FROM delivery_events WHERE event = 'ended' AND detail = 'delivered' ORDER BY number")
    .all();
  return {
    arrivals: arrivals
      .map((each) => ({ ...each, afterMs: each.afterMs - began }))
      .toSorted((one, other) => one.afterMs - other.afterMs),
    alarms: Object.fromEntries(raised.filter(([kind]) => chainKinds.includes(kind))),
    secondCalledMs: secondCalled === null ? null : secondCalled - began,
    owed: numberOf(database, "SELECT count(*) FROM deliveries") ?? 0,
    forgotten:
      numberOf(database, "SELECT count(*) FROM deliveries WHERE outcome IS NULL AND due_at IS NULL") ?? 0,
    deliveredMs: delivered.map((row) => Number(row["at"]) - began),
    differing: replay(database, () => undefined).differing,
  };
}

function numberOf(database: Database, question: string): number | null {
  const [value] = Object.values(database.prepare(question).get() ?? {});
  return typeof value === "number" ? value : null;
}

/** Stops the server, with time going on for what is in hand. */
async function stop(server: TestServer, clock: VirtualClock): Promise<void> {
  const state = { hasStopped: false };
  const stopping = server.stop().finally(() => {
    state.hasStopped = true;
  });
  while (!state.hasStopped) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(secondMs);
  }
  await stopping;
}
