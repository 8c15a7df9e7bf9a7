import { afterEach, beforeEach, expect, test } from "vitest";
import { dayMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import { replay } from "../replay/replay.ts";
import { filesIn } from "../reports/files-in-pdf.ts";
import { verifyReport } from "../reports/verify-report.ts";
import { firstAdministrator, inviteAndSignIn, type SignedIn } from "../testing/signed-in.ts";
import { testServer, type TestServer, testStart } from "../testing/test-server.ts";
import { correctivePerExcursionMax, dayIn } from "@coldkeep/core/corrective/corrective-action.ts";

let served: TestServer;
let quinn: SignedIn;
let sam: SignedIn;
let excursion: string;

const readings = (from: number, to: number, celsius: number) =>
  Array.from({ length: to - from }, (_, index) => ({ at: testStart + (from + index) * minuteMs, celsius }));

beforeEach(async () => {
  served = await testServer({ start: testStart + 60 * minuteMs });
  const { people } = served.server.services;
  const admin = await firstAdministrator(people, served.clock);
  quinn = await inviteAndSignIn(people, served.clock, admin, "quinn", "quality");
  sam = await inviteAndSignIn(people, served.clock, admin, "sam", "storage");
  await served.post("p1", [...readings(0, 10, 4), ...readings(10, 30, 8), ...readings(30, 55, 4)]);
  const [found] = served.server.services.excursions.list({ limit: 5 }, served.clock.epochMs());
  excursion = found?.id ?? "";
});
afterEach(() => served.stop());

const today = (days = 0): string =>
  dayIn(served.server.services.site()?.site.timeZone ?? "", served.clock.epochMs() + days * dayMs);

async function page(path: string, who = quinn) {
  const { statusCode, body } = await served.server.web.inject({ url: path, headers: who.headers });
  return { status: statusCode, body };
}

async function send(path: string, fields: Readonly<Record<string, string>>, who = quinn) {
  const answer = await served.server.web.inject({
    method: "POST",
    url: path,
    headers: { ...who.headers, "content-type": "application/x-www-form-urlencoded" },
    payload: new URLSearchParams(fields).toString(),
  });
  return { status: answer.statusCode, body: answer.body };
}

const plan = (change: Readonly<Record<string, string>> = {}, who = quinn) =>
  send(
    `/excursions/${excursion}/actions/new`,
    {
      what: "Replace the gasket",
      owner: "sam",
      ownerName: "",
      due: today(3),
      cause: "Door left open",
      ...change,
    },
    who,
  );

test("an action is planned, listed with overdue ones first, done, and stands in page, report, trail and replay", async () => {
  expect((await plan()).status).toBe(303);
  expect(
    (await plan({ what: "Call the maker", owner: "", ownerName: "Fixit Ltd", due: today(-1), cause: "" }))
      .status,
  ).toBe(303);
  const open = (await page("/actions", sam)).body;
  expect(open.indexOf("Call the maker")).toBeLessThan(open.indexOf("Replace the gasket"));
  expect(open).toContain("1 is overdue");
  expect(open).not.toContain("Done or cancelled");
  expect((await page("/actions")).body).toContain("1 is overdue");
  expect((await page(`/excursions/${excursion}`)).body).toContain("Fixit Ltd");
  expect((await page(`/work/${excursion}`)).body).toContain("Plan a corrective action");
  const done = { outcome: "done", note: "New gasket; door shuts", doneBy: "Sam", doneOn: today() };
  expect((await send("/actions/1/end", done)).status).toBe(303);
  expect((await page("/actions?ended=yes")).body).toContain("New gasket; door shuts");
  const report = await served.server.web.inject({
    url: `/excursions/${excursion}/report.pdf`,
    headers: quinn.headers,
  });
  const { wrong, data, held } = await verifyReport(report.rawPayload);
  expect(wrong).toEqual([]);
  expect(held).toContain("actions.csv is the file that it names");
  expect(data?.actions.map(({ what, state, owner, end }) => [what, state, owner, end?.doneBy])).toEqual([
    ["Replace the gasket", "done", "Name of sam", "Sam"],
    ["Call the maker", "overdue", "Fixit Ltd", undefined],
  ]);
  const csv = new TextDecoder().decode((await filesIn(report.rawPayload))?.get("actions.csv"));
  expect(csv.split("\r\n")).toHaveLength(4);
  expect(csv).toContain(`1,Replace the gasket,Name of sam,`);
  const { database } = served.server.services;
  const trail = database
    .prepare("SELECT action, detail FROM audit WHERE action LIKE 'corrective.%' ORDER BY seq")
    .all();
  expect(trail.map(({ action }) => action)).toEqual([
    "corrective.planned",
    "corrective.planned",
    "corrective.done",
  ]);
  expect(JSON.parse(String(trail[2]?.["detail"]))).toMatchObject({
    why: "New gasket; door shuts",
    from: "open",
    to: "done",
    role: "quality",
    excursion,
    done: { by: "Sam", on: today() },
  });
  expect(replay(database, () => undefined).differing).toEqual([]);
  expect(() => database.prepare("UPDATE corrective_actions SET what = 'x'").run()).toThrow(/append-only/);
  expect(() => database.prepare("DELETE FROM corrective_ends").run()).toThrow(/append-only/);
});

test("what is missing, wrong, ended already or not allowed changes nothing and says so", async () => {
  expect((await plan({ what: " " })).body).toContain("Say what is to be done");
  expect((await plan({ owner: "" })).body).toContain("Say who sees to it");
  expect((await plan({ owner: "nobody-here" })).status).toBe(422);
  expect((await plan({ due: "2026-02-30" })).body).toContain("Give the day by which");
  expect((await plan({}, sam)).status).toBe(403);
  expect((await page(`/excursions/x-99/actions/new`)).status).toBe(404);
  expect((await page("/actions/1/end")).status).toBe(404);
  await plan();
  const end = (change: Readonly<Record<string, string>>, who = quinn) =>
    send(
      "/actions/1/end",
      { outcome: "done", note: "shuts", doneBy: "Sam", doneOn: today(), ...change },
      who,
    );
  expect((await end({ outcome: "" })).body).toContain("Choose whether it is done");
  expect((await end({ doneOn: "" })).body).toContain("Give the day on which it was done");
  expect((await end({ doneOn: today(1) })).body).toContain("has not come yet");
  expect((await end({}, sam)).status).toBe(403);
  expect(
    (await end({ outcome: "cancelled", note: "door was replaced", doneBy: "", doneOn: "" })).status,
  ).toBe(303);
  expect((await end({})).body).toContain("Corrective action 1 is cancelled");
  const { database } = served.server.services;
  expect(database.prepare("SELECT count(*) AS n FROM corrective_ends").get()).toEqual({ n: 1 });
});

test("programs plan, list and end actions, for whom they say", async () => {
  const path = `/v1/excursions/${excursion}/actions`;
  const body = { what: "Calibrate", owner: { login: "sam" }, due: today(5), by: "LIMS" };
  const made = await served.call("POST", path, body);
  expect(made).toMatchObject({
    status: 201,
    json: {
      number: 1,
      state: "open",
      owner: { login: "sam", name: "Name of sam" },
      cause: null,
      plannedBy: "LIMS",
      end: null,
    },
  });
  expect(await served.call("GET", path)).toMatchObject({ json: { items: [{ number: 1 }] } });
  expect(await served.call("GET", "/v1/actions")).toMatchObject({ json: { items: [{ number: 1 }] } });
  const refused = [
    await served.call("POST", path, { ...body, due: "soon" }),
    await served.call("POST", "/v1/excursions/x-99/actions", body),
    await served.call("POST", path, { ...body, owner: { login: "nobody-here" } }),
    await served.call("POST", "/v1/actions/9/end", { outcome: "cancelled", note: "n" }),
  ];
  expect(refused.map(({ status, json }) => [status, (json as { code: string }).code])).toEqual([
    [400, "request.invalid"],
    [404, "excursion.unknown"],
    [404, "account.unknown"],
    [404, "corrective.unknown"],
  ]);
  const ended = await served.call("POST", "/v1/actions/1/end", { outcome: "cancelled", note: "not needed" });
  expect(ended).toMatchObject({
    status: 200,
    json: { state: "cancelled", end: { doneBy: null, note: "not needed" } },
  });
  const again = await served.call("POST", "/v1/actions/1/end", { outcome: "cancelled", note: "again" });
  expect(again).toMatchObject({ status: 409, json: { code: "corrective.ended" } });
  expect(await served.call("GET", "/v1/actions?state=ended")).toMatchObject({
    json: { items: [{ number: 1 }] },
  });
  for (let count = 1; count < correctivePerExcursionMax; count++) await served.call("POST", path, body);
  expect(await served.call("POST", path, body)).toMatchObject({
    status: 409,
    json: { code: "corrective.too-many" },
  });
});
