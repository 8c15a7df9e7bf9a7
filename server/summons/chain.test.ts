/** The chain from an alarm to a person: steps, ways, answers and what is told where it breaks, on the real records under a virtual clock. */
import { afterEach, expect, test } from "vitest";
import { type DurationMs, minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import { replay } from "../replay/replay.ts";
import { type FakeChannel, fakeChannel } from "../testing/fake-channel.ts";
import { exampleSite, type TestServer, testServer } from "../testing/test-server.ts";

const site = `${exampleSite.slice(0, exampleSite.indexOf("contacts:"))}
contacts:
  - { id: an, name: An Peeters, email: an@example.org, phone: "+32470000001", by: [sms, email] }
  - { id: bo, name: Bo Claes, email: bo@example.org, phone: "+32470000002", by: [sms, email] }
  - { id: head, name: Head of ward, email: head@example.org }
policies:
  - id: quiet
    kinds: [door]
    severities: [advisory]
    steps: [ { call: [ { contact: head } ] } ]
    digestAt: "07:30"
  - id: standard
    steps:
      - { call: [ { contact: an } ], by: [sms] }
      - { after: 10m, call: [ { contact: bo } ], by: [sms] }
      - { after: 20m, call: [ { contact: head } ] }
    repeatEvery: 10m
    answerWithin: 15m
`;

let running: TestServer | null = null;
afterEach(async () => {
  await stop();
});

/** Stops the server, with time going on for what is in hand. */
async function stop(): Promise<void> {
  const stopping = running;
  running = null;
  if (stopping === null) return;
  expect(replay(stopping.server.services.database, () => undefined).differing).toEqual([]);
  const ended = { is: false };
  const stopped = stopping.stop().finally(() => {
    ended.is = true;
  });
  while (!ended.is) {
    stopping.clock.advance(secondMs);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await stopped;
}

interface Chain {
  readonly server: TestServer;
  readonly sms: FakeChannel;
  readonly modem: FakeChannel;
  readonly mail: FakeChannel;
}

async function start(given = site): Promise<Chain> {
  const sms = fakeChannel("sms-1", "sms");
  const modem = fakeChannel("modem", "sms");
  const mail = fakeChannel("mail", "email");
  const channels = [sms, modem, mail];
  const server = await testServer({ site: given, channels, publicUrl: "https://cold.example.org" });
  running = server;
  await server.server.start();
  return { server, sms, modem, mail };
}

/** Lets time pass, second by second, with a reading of the first refrigerator each minute. */
async function pass({ server }: Chain, length: DurationMs, celsius = 9): Promise<void> {
  for (let done = 0; done < length; done += secondMs) {
    if (done % minuteMs === 0) await server.post("p1", [{ at: server.clock.epochMs(), celsius }]);
    server.clock.advance(secondMs);
    await settle(server);
  }
}

/** Waits until what was begun in this moment is done. */
async function settle(server: TestServer): Promise<void> {
  for (let turn = 0; turn < 6; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    server.clock.advance(0);
  }
}

const names = (channel: FakeChannel): string[] => channel.sent.map(({ address }) => address.slice(-1));
const kinds = async ({ server }: Chain): Promise<string[]> => {
  const { json } = await server.call("GET", "/v1/alarms");
  return (json as { items: { kind: string }[] }).items.map(({ kind }) => kind).toSorted();
};

test("the steps are called in their order until somebody answers by SMS, and only then is it quiet until what was promised", async () => {
  const chain = await start();
  await pass(chain, 6 * minuteMs);
  expect(names(chain.sms)).toEqual(["1"]);
  await pass(chain, 10 * minuteMs);
  expect(names(chain.sms)).toEqual(["1", "2"]);
  const code = /Reply (\d{4})/.exec(chain.sms.sent[1]?.text ?? "")?.[1] ?? "";
  expect(code).toMatch(/^\d{4}$/);
  const reply = {
    channel: "sms-1",
    from: "+32 470 00 00 02",
    text: `${code} 20 moving the bags`,
    at: chain.server.clock.epochMs(),
    reference: "r1",
  };
  await chain.sms.events()?.reply(reply);
  await chain.sms.events()?.reply(reply);
  const [alarm] = (
    (await chain.server.call("GET", "/v1/alarms")).json as {
      items: { phase: string; acknowledgedBy: string; promise: { what: string } }[];
    }
  ).items;
  expect(alarm).toMatchObject({
    phase: "acknowledged",
    acknowledgedBy: "Bo Claes",
    promise: { what: "moving the bags" },
  });
  await pass(chain, 19 * minuteMs);
  // The one who answered hears what was noted, and the other that it is taken on: nobody else is told anything.
  expect(chain.sms.sent.slice(2).map(({ id, address }) => [id.split("-")[0], address.slice(-1)])).toEqual([
    ["reply", "2"],
    ["taken", "1"],
  ]);
  expect(chain.mail.sent).toHaveLength(0);
  await pass(chain, 2 * minuteMs);
  expect(names(chain.sms)).toEqual(["1", "2", "2", "1", "1"]);
  await pass(chain, 6 * minuteMs, 4);
  expect(
    chain.sms.sent.slice(5).map(({ subject, address }) => [subject.slice(0, 14), address.slice(-1)]),
  ).toEqual([
    ["Back to normal", "1"],
    ["Back to normal", "2"],
  ]);
});

test("nobody answers: the last step is repeated and the silence is an alarm that calls everybody, once", async () => {
  const chain = await start();
  await pass(chain, 60 * minuteMs);
  expect(await kinds(chain)).toEqual(["temperature-high", "unanswered"]);
  const told = chain.mail.sent.map(
    ({ address, subject }) => `${address.split("@")[0]} ${subject.slice(0, 40)}`,
  );
  expect(told.filter((each) => each.includes("nobody answers")).map((each) => each.slice(0, 2))).toEqual([
    "an",
    "bo",
    "he",
  ]);
  expect(told.filter((each) => each.startsWith("head") && each.includes("Red cells 1"))).not.toEqual([]);
});

test.each(["lose", "fail-report", "refuse", "fail", "unsure", "hang", "down"] as const)(
  "a provider that would %s is gone round by the next one, within the policy's time",
  async (treatment) => {
    const chain = await start();
    chain.sms.treat = () => treatment;
    await pass(chain, 9 * minuteMs);
    expect(names(chain.modem)[0]).toBe("1");
    // Where the person may have it all the same, what follows says that it is a repeat.
    expect(chain.modem.sent[0]?.isRepeat).toBe(["lose", "hang", "unsure"].includes(treatment));
    expect((await kinds(chain)).filter((kind) => kind === "person-unreached")).toEqual([]);
    const outcomes = chain.server.server.services.database.prepare("SELECT outcome FROM deliveries").all();
    expect(outcomes.map(({ outcome }) => outcome)).toContain("delivered");
  },
);

test.each(["lose", "fail-report", "refuse", "fail", "unsure", "hang", "down"] as const)(
  "where every provider of SMS would %s, the person's mail is tried; where that fails too the next step comes at once and it is an alarm",
  async (treatment) => {
    const chain = await start();
    chain.sms.treat = () => treatment;
    chain.modem.treat = () => treatment;
    await pass(chain, 12 * minuteMs);
    expect(chain.mail.sent.map(({ address }) => address)).toContain("an@example.org");
    await stop();
    const worse = await start();
    for (const channel of [worse.sms, worse.modem, worse.mail]) channel.treat = () => treatment;
    worse.mail.treat = () => (treatment === "lose" || treatment === "fail-report" ? "fail" : treatment);
    await pass(worse, 14 * minuteMs);
    expect(await kinds(worse)).toContain("person-unreached");
    expect(
      [...worse.sms.sent, ...worse.modem.sent, ...worse.mail.sent].some(({ address }) =>
        /2$|^bo@/.test(address),
      ),
    ).toBe(true);
  },
);

test.each(["lose", "fail-report", "refuse", "fail", "down"] as const)(
  "where every provider of SMS would %s and mail works, the people are reached: the providers are the alarm, told once",
  async (treatment) => {
    const twoSteps = site.replace("      - { after: 20m, call: [ { contact: head } ] }\n", "");
    const chain = await start(twoSteps.replaceAll("by: [sms] }", "by: [sms, email] }"));
    chain.sms.treat = () => treatment;
    chain.modem.treat = () => treatment;
    await pass(chain, 32 * minuteMs);
    expect(await kinds(chain)).toContain("notification-failing");
    expect(await kinds(chain)).not.toContain("person-unreached");
    const about = (word: string) => chain.mail.sent.filter(({ subject }) => subject.includes(word));
    expect(about("do not get through").length).toBeLessThanOrEqual(2 * 3);
    expect(chain.mail.sent.length).toBeLessThanOrEqual(20);
  },
);

test("a step whose people have only ways that no channel serves is not waited for, and is an alarm", async () => {
  const chain = await start(
    site
      .replace(
        "steps:\n      - { call: [ { contact: an } ], by: [sms] }",
        "steps:\n      - { call: [ { contact: mute } ] }",
      )
      .replace("policies:", '  - { id: mute, name: Mute, telegram: "12" }\npolicies:'),
  );
  await pass(chain, 7 * minuteMs);
  expect(names(chain.sms)).toContain("2");
  expect(await kinds(chain)).toContain("nobody-on-call");
});

const nightsOnly = site.replace(
  "policies:",
  `rotas:
  - id: late
    name: Late
    layers:
      - { id: l, start: "2026-01-01", cycleDays: 1, handOvers: [ { at: "00:00" } ], people: [bo], only: [ { from: "20:00", to: "23:00" } ] }
policies:`,
);

const standardAt = nightsOnly.indexOf("  - id: standard");

test.each([
  ["first", "call: [ { contact: an } ], by: [sms]", "call: [ { rota: late } ]", ["2"]],
  ["middle", "call: [ { contact: bo } ], by: [sms]", "call: [ { rota: late } ]", ["1"]],
  ["last", "call: [ { contact: head } ]", "call: [ { rota: late } ]", ["1", "2", "2"]],
])(
  "an hour for which a rota plans nobody is no alarm where another step reaches somebody: %s step",
  async (_which, step, instead, expected) => {
    const chain = await start(
      nightsOnly.slice(0, standardAt) + nightsOnly.slice(standardAt).replace(step, instead),
    );
    await pass(chain, 26 * minuteMs);
    expect(names(chain.sms)).toEqual(expected);
    expect(await kinds(chain)).toEqual(["temperature-high"]);
  },
);

test("where the whole policy reaches nobody everybody is called about it, and it is an alarm once", async () => {
  const empty = nightsOnly.slice(0, standardAt);
  const chain = await start(
    `${empty}  - { id: standard, steps: [ { call: [ { rota: late } ] }, { after: 10m, call: [ { rota: late } ] } ], repeatEvery: 10m }\n`,
  );
  await pass(chain, 7 * minuteMs);
  const told = chain.sms.sent.map(({ address, subject }) => `${address.slice(-1)} ${subject.slice(0, 30)}`);
  expect(told).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^1 .*Red cells 1/),
      expect.stringMatching(/^2 .*Red cells 1/),
    ]),
  );
  expect(
    chain.mail.sent.filter(
      ({ address, subject }) => address.startsWith("head") && subject.includes("Red cells 1"),
    ),
  ).toHaveLength(1);
  expect(await kinds(chain)).toEqual(["nobody-on-call", "temperature-high"]);
});

test("an answer by the link in the mail: opening it changes nothing, sending it takes all on, and it cannot be guessed", async () => {
  const chain = await start();
  chain.sms.treat = () => "refuse";
  chain.modem.treat = () => "refuse";
  await pass(chain, 7 * minuteMs);
  const [mail] = chain.mail.sent;
  const path = /https:\/\/cold\.example\.org(\/a\/\S+)/.exec(mail?.text ?? "")?.[1] ?? "";
  const { web } = chain.server.server;
  const page = await web.inject({ method: "GET", url: path });
  expect(page.payload).toContain("Red cells 1");
  expect(
    ((await chain.server.call("GET", "/v1/alarms")).json as { items: { phase: string }[] }).items[0]?.phase,
  ).toBe("unacknowledged");
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const wrong = await web.inject({
    method: "POST",
    url: `${path.slice(0, -1)}!`,
    headers: form,
    payload: "what=x&minutes=20",
  });
  expect(wrong.statusCode).toBe(410);
  const empty = await web.inject({ method: "POST", url: path, headers: form, payload: "what=&minutes=20" });
  expect(empty.statusCode).toBe(422);
  const taken = await web.inject({
    method: "POST",
    url: path,
    headers: form,
    payload: "what=moving+them&minutes=20",
  });
  expect(taken.statusCode).toBe(200);
  const [alarm] = ((await chain.server.call("GET", "/v1/alarms")).json as { items: object[] }).items;
  expect(alarm).toMatchObject({
    phase: "acknowledged",
    acknowledgedBy: "An Peeters",
    promise: { what: "moving them" },
  });
  const events = chain.server.server.services.database
    .prepare("SELECT actor, note FROM alarm_events WHERE event = 'acknowledged'")
    .all();
  expect(events).toEqual([
    { actor: "contact:an", note: expect.stringMatching(/^by link; moving them \(by 2026/) },
  ]);
  const secrets = chain.server.server.services.database
    .prepare("SELECT count(*) AS n FROM notifications WHERE instr(body, ?) > 0")
    .get(path.slice(3));
  expect(secrets).toEqual({ n: 0 });
});

test.each([
  ["+32470000009", "0000", "unknown-sender"],
  ["+32470000001", "what is this?", "not-understood"],
  ["+32470000001", "12", "not-understood"],
] as const)(
  "a reply from %s that says %j is kept as %s and takes nothing on",
  async (from, text, outcome) => {
    const chain = await start();
    await pass(chain, 6 * minuteMs);
    await chain.sms.events()?.reply({ channel: "sms-1", from, text, at: 0, reference: "r" });
    expect(
      chain.server.server.services.database.prepare("SELECT sender, text, outcome FROM replies").all(),
    ).toEqual([{ sender: from, text, outcome }]);
    expect(
      ((await chain.server.call("GET", "/v1/alarms")).json as { items: { phase: string }[] }).items[0]?.phase,
    ).toBe("unacknowledged");
  },
);

test("messages wait out a restart, and one that was in hand is sent again and says so", async () => {
  const chain = await start();
  chain.sms.treat = () => "fail";
  chain.modem.treat = () => "fail";
  await pass(chain, 5 * minuteMs + secondMs);
  const { database } = chain.server.server.services;
  const [owed] = database.prepare("SELECT id FROM deliveries").all();
  database
    .prepare("INSERT OR REPLACE INTO sends_in_hand (delivery, channel, started_at) VALUES (?, 'sms-1', 0)")
    .run(String(owed?.["id"]));
  chain.sms.treat = () => "accept";
  running = await chain.server.restart();
  await running.server.start();
  running.clock.advance(minuteMs);
  await settle(running);
  const repeats = chain.sms.sent.filter(({ isRepeat }) => isRepeat);
  expect(repeats).toHaveLength(1);
});
