import { afterEach, beforeEach, expect, test } from "vitest";
import type { ChannelFact } from "@coldkeep/core/duty/reach.ts";
import { siteSchema } from "@coldkeep/core/site/site.ts";
import { hourMs } from "@coldkeep/core/time/millis.ts";
import { parse } from "yaml";
import {
  type SampleMasterData,
  sampleMasterData,
  samplePerson,
  sampleServer,
} from "../master-data/sample-master-data.ts";
import { replay } from "../replay/replay.ts";
import { firstLookMs, lookEveryMs, watchDuty } from "./duty-alarm.ts";

const sara = samplePerson("sara", "Sara Claes", "storage");
const olle = samplePerson("olle", "Olle Berg", "on-call");
const aude = samplePerson("aude", "Aude Roy", "auditor");
const mail: ChannelFact = { id: "mail", medium: "email", proves: "acceptance" };

const content = {
  ...(parse(sampleMasterData) as object),
  contacts: [
    { id: "ann", name: "Ann", email: "ann@example.org" },
    { id: "olle", name: "Olle Berg", email: "olle@example.org", login: "olle" },
  ],
  rotas: [
    {
      id: "nights",
      name: "Nights",
      layers: [
        {
          id: "l",
          start: "2026-11-01",
          until: "2026-11-24",
          cycleDays: 7,
          handOvers: [{ at: "08:00" }],
          people: ["ann"],
        },
      ],
    },
  ],
  policies: [{ id: "all", steps: [{ call: [{ rota: "nights" }] }] }],
};

let sample: SampleMasterData;
beforeEach(async () => {
  sample = await sampleServer();
  sample.running.server.services.applySite(siteSchema.parse(content), "command");
});
afterEach(() => sample.running.stop());

async function get(path: string) {
  const answer = await sample.running.server.web.inject({
    method: "GET",
    url: path,
    headers: { accept: "text/html" },
  });
  return { status: answer.statusCode, text: answer.payload.replaceAll(/\s+/g, " ").replaceAll(" >", ">") };
}

async function post(path: string, fields: Readonly<Record<string, string>>) {
  const answer = await sample.running.server.web.inject({
    method: "POST",
    url: path,
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "sec-fetch-site": "same-origin",
      accept: "text/html",
    },
    payload: new URLSearchParams(fields).toString(),
  });
  return { status: answer.statusCode, text: answer.payload };
}

const during = { from: "2026-11-24T08:00", to: "2026-12-24T08:00", instead: "", reason: "The rota ends" };
const override = "/on-duty/nights/override";

test("the page says who is on duty, and from when on nobody is", async () => {
  sample.visit(aude);
  const { status, text } = await get("/on-duty");
  expect(status).toBe(200);
  expect(text).toContain("Now: <b>Ann</b>, until 24 Nov 2026, 08:00");
  expect(text).toContain("Nobody can be reached by policy all from 24 Nov 2026, 08:00 to 6 Dec 2026, 05:00");
  expect(text).not.toContain("Step 1");
  expect(text).not.toContain("/override");
  expect((await get(override)).status).toBe(403);
});

test("whoever is on call takes duties on themselves alone; storage staff change them all", async () => {
  sample.visit(olle);
  expect((await get("/on-duty")).text).toContain("I take this");
  expect((await post(override, { ...during, who: "ann" })).status).toBe(403);
  expect((await post(override, { ...during, who: "" })).status).toBe(403);
  expect((await post(override, { ...during, who: "olle", to: during.from })).status).toBe(422);
  expect((await post(override, { ...during, who: "olle" })).status).toBe(303);
  expect((await get("/on-duty")).text).toContain("24 Dec 2026, 08:00: Olle Berg alone (The rota ends)");
  sample.visit(sara);
  const away = { ...during, who: "", instead: "olle", from: "2026-11-25T08:00" };
  expect((await post(override, away)).status).toBe(303);
  const { json } = await sample.running.call("GET", "/v1/on-duty?at=2026-11-24T12:00:00Z");
  expect(json).toEqual({
    at: "2026-11-24T12:00:00.000Z",
    rotas: [
      {
        id: "nights",
        name: "Nights",
        people: [{ id: "olle", name: "Olle Berg" }],
        until: "2026-11-25T07:00:00.000Z",
      },
    ],
  });
});

test("a gap within the next hours is told at once, one that another step fills only where the rota must be filled", async () => {
  const { services } = sample.running.server;
  const [nights] = content.rotas;
  const [layer] = nights?.layers ?? [];
  const soon = { ...nights, layers: [{ ...layer, until: "2026-11-22" }] };
  const steps = [{ call: [{ rota: "nights" }] }, { after: "10m", call: [{ contact: "olle" }] }];
  const gapsWith = (rota: object, given: object[]): string[] => {
    services.applySite(
      siteSchema.parse({ ...content, rotas: [rota], policies: [{ id: "all", steps: given }] }),
      "command",
    );
    const watch = watchDuty(services, () => [mail], { error: (error: unknown) => expect(error).toBeNull() });
    watch.start();
    sample.running.clock.advance(firstLookMs);
    watch.stop();
    return services.alarms
      .underWay()
      .filter(({ kind, state }) => kind === "nobody-on-call" && state.condition)
      .map(({ subject }) => subject);
  };
  expect(gapsWith(soon, steps)).toEqual([]);
  sample.visit(aude);
  expect((await get("/on-duty")).text).toContain("the next step is called at once in its place");
  expect(gapsWith(soon, steps.slice(0, 1))).toEqual(["ahead:all"]);
  expect(gapsWith({ ...soon, mustBeFilled: true }, steps)).toEqual(["ahead:rota/nights"]);
  expect((await get("/on-duty")).text).toContain("Nobody is on duty in Nights, which must be filled");
  expect(replay(services.database, () => undefined).differing).toEqual([]);
});

test("a gap that begins within three days is an alarm, and is none any more once somebody takes it", async () => {
  const { services } = sample.running.server;
  const gaps = () =>
    services.alarms
      .underWay()
      .filter(({ kind, state }) => kind === "nobody-on-call" && state.condition)
      .map(({ subject, text }) => [subject, text]);
  const errors: unknown[] = [];
  const watch = watchDuty(services, () => [mail], { error: (error: unknown) => void errors.push(error) });
  watch.start();
  sample.running.clock.advance(firstLookMs + 2 * hourMs);
  // It is not eight yet: nobody is woken for a gap of the day after tomorrow.
  expect(gaps()).toEqual([]);
  sample.running.clock.advance(hourMs);
  expect(gaps()).toEqual([
    [
      "ahead:all",
      "Nobody can be reached by policy all from 24 Nov 2026, 08:00 to 25 Nov 2026, 08:01: nobody is on duty",
    ],
  ]);
  const told = services.database.prepare(
    "SELECT subject FROM notifications WHERE alarm LIKE 'nobody-on-call%'",
  );
  expect(told.all()).toEqual(
    content.contacts.map(() => ({ subject: "Alarm: all: nobody on call from 24 Nov 08:00 to 25 Nov 08:01" })),
  );
  sample.visit(olle);
  await post(override, { ...during, who: "olle" });
  sample.running.clock.advance(lookEveryMs);
  watch.stop();
  expect(gaps()).toEqual([]);
  expect(errors).toEqual([]);
  expect(replay(services.database, () => undefined).differing).toEqual([]);
});

test("how far ahead gaps are an alarm is said by the site, and changed by two people without a back-test", async () => {
  const { services } = sample.running.server;
  sample.visit(sara);
  const facts = { timeZone: "Europe/Brussels", gapsAhead: "20d", reason: "Weekends are planned late" };
  expect((await post("/site/edit/facts", facts)).text).toContain("Expected between 1h and 14d");
  expect((await post("/site/edit/facts", { ...facts, gapsAhead: "24h" })).status).toBe(303);
  const [proposal] = services.proposals.list(1);
  const change = services.proposals.change(proposal?.id ?? "");
  expect([change.touchesLimits, change.needsBacktest]).toEqual([true, false]);
  expect(change.site?.gapsAhead).toBe(24 * hourMs);
  expect((await get(`/site/proposals/${proposal?.id}`)).text).toContain("Gaps on duty are an alarm ahead by");
  services.applySite(siteSchema.parse({ ...content, gapsAhead: "24h" }), "command");
  const watch = watchDuty(services, () => [mail], { error: () => undefined });
  watch.start();
  // By day, two days before the gap: with 72 hours it would be an alarm.
  sample.running.clock.advance(firstLookMs + 4 * hourMs);
  watch.stop();
  expect(services.alarms.underWay().filter(({ kind }) => kind === "nobody-on-call")).toEqual([]);
});

test("the calendar shows a month day by day, with each change of turn and the days of nobody", async () => {
  sample.visit(aude);
  const { status, text } = await get("/on-duty/calendar");
  expect(status).toBe(200);
  expect(text).toContain("<h1>Nov 2026</h1>");
  const dayOf = (page: string, day: string): string =>
    new RegExp(`datetime="2026-${day}"[\\s\\S]*?</li>`).exec(page)?.[0] ?? "";
  // The first turn begins at 08:00 on the first, the layer ends at 08:00 on the 24th.
  expect(dayOf(text, "11-01")).toMatch(/data-nobody="yes">Nobody<.*<b>08:00<\/b> Ann</);
  expect(dayOf(text, "11-10")).toContain(">Ann<");
  expect(dayOf(text, "11-24")).toMatch(/>Ann<.*data-nobody="yes"><b>08:00<\/b> Nobody</);
  expect(text).toMatch(/aria-current="date"> <h2> <time datetime="2026-11-22"/);
  const next = await get("/on-duty/calendar?month=2026-12");
  expect(dayOf(next.text, "12-31")).toContain("Nobody");
  expect((await get("/on-duty/calendar?month=x")).text).toContain("<h1>Nov 2026</h1>");
});
