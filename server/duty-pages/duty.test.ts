import { afterEach, beforeEach, expect, test } from "vitest";
import type { ChannelFact } from "@coldkeep/core/duty/reach.ts";
import { siteSchema } from "@coldkeep/core/site/site.ts";
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
  sample.running.clock.advance(firstLookMs);
  expect(gaps()).toEqual([
    [
      "ahead:all",
      "Nobody can be reached by policy all from 24 Nov 2026, 08:00 to 25 Nov 2026, 05:01: nobody is on duty",
    ],
  ]);
  sample.visit(olle);
  await post(override, { ...during, who: "olle" });
  sample.running.clock.advance(lookEveryMs);
  watch.stop();
  expect(gaps()).toEqual([]);
  expect(errors).toEqual([]);
  expect(replay(services.database, () => undefined).differing).toEqual([]);
});
