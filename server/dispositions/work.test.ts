import { afterEach, beforeEach, expect, test } from "vitest";
import { formatInstant, minuteMs } from "@coldkeep/core/time/millis.ts";
import { verifyReport } from "../reports/verify-report.ts";
import { replay } from "../replay/replay.ts";
import { firstAdministrator, inviteAndSignIn, type SignedIn } from "../testing/signed-in.ts";
import { codeOf, testPassword } from "../testing/test-people.ts";
import { testServer, type TestServer, testStart } from "../testing/test-server.ts";

let served: TestServer;
let quinn: SignedIn;
let quirin: SignedIn;
let sam: SignedIn;
let excursion: string;

const din = (index: number): string => `A99992600000${index}`;
const keyOf = (index: number): string => `${din(index)} E0398V00`;
const at = (minute: number): string => formatInstant(testStart + minute * minuteMs);
const readings = (from: number, to: number, celsius: number) =>
  Array.from({ length: to - from }, (_, index) => ({ at: testStart + (from + index) * minuteMs, celsius }));

beforeEach(async () => {
  served = await testServer({ start: testStart + 60 * minuteMs });
  const { people } = served.server.services;
  const admin = await firstAdministrator(people, served.clock);
  quinn = await inviteAndSignIn(people, served.clock, admin, "quinn", "quality");
  quirin = await inviteAndSignIn(people, served.clock, admin, "quirin", "quality");
  sam = await inviteAndSignIn(people, served.clock, admin, "sam", "storage");
  const units = [1, 2, 3].map((index) => ({ din: din(index), productCode: "E0398V00" }));
  const movements = units.map((unit) => ({ ...unit, at: at(0), appliance: "fridge-1" }));
  await served.call("POST", "/v1/units/feed", { units, movements });
  await served.post("p1", [...readings(0, 10, 4), ...readings(10, 30, 8)]);
  const [found] = served.server.services.excursions.list({ limit: 5 }, served.clock.epochMs());
  excursion = found?.id ?? "";
});
afterEach(() => served.stop());

const end = () => served.post("p1", readings(30, 55, 4));

async function page(path: string, who = quinn) {
  const { statusCode, body } = await served.server.web.inject({ url: path, headers: who.headers });
  return { status: statusCode, body };
}

function proven(who: SignedIn): [string, string][] {
  served.clock.advance(minuteMs);
  const code: [string, string][] =
    who.secret === null ? [] : [["code", codeOf(who.secret, served.clock.epochMs())]];
  return [["password", testPassword], ...code];
}

async function send(path: string, who: SignedIn, fields: readonly (readonly [string, string])[]) {
  const answer = await served.server.web.inject({
    method: "POST",
    url: path,
    headers: { ...who.headers, "content-type": "application/x-www-form-urlencoded" },
    payload: new URLSearchParams(fields.map(([name, value]) => [name, value])).toString(),
  });
  return { status: answer.statusCode, body: answer.body };
}

async function seen(who = quinn): Promise<string> {
  const { body } = await page(`/work/${excursion}`, who);
  return /name="seen" value="([0-9a-f]{64})"/.exec(body)?.[1] ?? "";
}

async function decide(
  decision: string,
  units: readonly number[],
  options: { readonly who?: SignedIn; readonly seen?: string; readonly reason?: string } = {},
) {
  const { who = quinn, reason = "core stayed below 10" } = options;
  const shown = options.seen ?? (await seen(who));
  const ticked = units.map((index) => ["unit", keyOf(index)] as const);
  const cause = ["cause", "Door left open"] as const;
  const fields = [["seen", shown], ["decision", decision], ["reason", reason], cause, ...ticked] as const;
  return send(`/work/${excursion}`, who, [...fields, ...proven(who)]);
}

async function statusOf(index: number): Promise<string> {
  const { json } = await served.call("GET", `/v1/units/${din(index)}/E0398V00`);
  return (json as { status: string }).status;
}

test("one signature covers many units; what was decided stands on the page and in the trail", async () => {
  await end();
  expect((await page("/work")).body).toContain("Too warm");
  const { body } = await page(`/work/${excursion}`);
  expect(body).toContain("3 units to decide");
  expect(body).toContain("Red cells never colder than 0 degrees");
  expect((await decide("release", [1, 2])).status).toBe(303);
  expect((await decide("discard", [3])).status).toBe(303);
  expect([await statusOf(1), await statusOf(2), await statusOf(3)]).toEqual([
    "released",
    "released",
    "discarded",
  ]);
  const after = (await page(`/work/${excursion}`)).body;
  expect(after).toContain("Every unit that it holds has been decided about");
  expect(after).toContain("core stayed below 10");
  expect(after).toContain("Door left open");
  expect((await page("/work")).body).toContain("No unit waits for a decision");
  const { database, signatures } = served.server.services;
  expect(signatures.list({ limit: 5 }).map(({ meaning, login }) => [meaning, login])).toEqual([
    ["disposition", "quinn"],
    ["disposition", "quinn"],
  ]);
  const trail = database.prepare("SELECT detail FROM audit WHERE action = 'unit.release' ORDER BY seq").all();
  expect(trail.map((row) => JSON.parse(String(row["detail"])) as unknown)).toEqual([
    expect.objectContaining({
      why: "Other: core stayed below 10",
      from: "held",
      to: "release",
      role: "quality",
    }),
    expect.objectContaining({ cause: "Door left open" }),
  ]);
  expect(replay(database, () => undefined).differing).toEqual([]);
  expect((await page(`/excursions/${excursion}`)).body).toContain("Discard by ");
  const report = await served.server.web.inject({
    url: `/excursions/${excursion}/report.pdf`,
    headers: quinn.headers,
  });
  const { wrong, data } = await verifyReport(report.rawPayload);
  expect(wrong).toEqual([]);
  expect(data?.decisions.map(({ decision, units, cause }) => [decision, units.length, cause])).toEqual([
    ["release", 2, "Door left open"],
    ["discard", 1, "Door left open"],
  ]);
});

test("reasons and causes are chosen from lists that a quality officer changes, or said in one's own words", async () => {
  await end();
  const with_ = async (fields: Readonly<Record<string, string>>, unit: number) => {
    const all = { seen: await seen(), unit: keyOf(unit), ...fields };
    return send(`/work/${excursion}`, quinn, [...Object.entries(all), ...proven(quinn)]);
  };
  const wrong = { decision: "discard", listed: "release: Shown not exposed" };
  expect((await with_(wrong, 1)).body).toContain("Choose a reason of those for discard");
  const first = {
    decision: "release",
    listed: "release: Shown not exposed",
    causeText: "a mouse in the fan",
  };
  expect((await with_(first, 1)).status).toBe(303);
  const change = (fields: Readonly<Record<string, string>>, who = quinn) =>
    send("/work/lists", who, Object.entries(fields));
  const was = "Quality control\nResearch or validation\nTraining";
  const list = { list: "other-use", was, entries: "Reagents\r\nTraining", why: "we make reagents now" };
  expect((await change(list, sam)).status).toBe(403);
  expect((await change({ ...list, why: "" })).body).toContain("Say why it is changed");
  expect((await change({ ...list, entries: "a\na" })).body).toContain("stands there twice");
  expect((await change({ ...list, entries: was })).body).toContain("Nothing of it was changed");
  expect((await change(list)).status).toBe(303);
  expect((await change(list)).body).toContain("Somebody has changed this list");
  expect((await page("/work/lists")).body).toContain("Reagents");
  const gone = { decision: "other-use", listed: "other-use: Quality control" };
  expect((await with_(gone, 2)).status).toBe(422);
  const added = { decision: "other-use", listed: "other-use: Reagents", reason: "group A1", cause: "Other" };
  expect((await with_(added, 2)).status).toBe(303);
  const { database } = served.server.services;
  expect(
    database
      .prepare("SELECT reason, json_extract(content, '$.cause') AS cause FROM decisions ORDER BY number")
      .all(),
  ).toEqual([
    { reason: "Shown not exposed", cause: "Other: a mouse in the fan" },
    { reason: "Reagents: group A1", cause: "Other" },
  ]);
  const trail = database.prepare("SELECT subject, detail FROM audit WHERE action = 'choices.changed'").all();
  expect(trail.map(({ subject, detail }) => [subject, JSON.parse(String(detail)) as unknown])).toEqual([
    [
      "other-use",
      { why: "we make reagents now", from: was.split("\n"), to: ["Reagents", "Training"], role: "quality" },
    ],
  ]);
  expect(replay(database, () => undefined).differing).toEqual([]);
});

test("all that is listed is decided about by one tick", async () => {
  await end();
  const fields = [
    ["seen", await seen()],
    ["decision", "discard"],
    ["reason", "thawed"],
    ["all", "yes"],
  ] as const;
  expect((await send(`/work/${excursion}`, quinn, [...fields, ...proven(quinn)])).status).toBe(303);
  expect([await statusOf(1), await statusOf(2), await statusOf(3)]).toEqual([
    "discarded",
    "discarded",
    "discarded",
  ]);
});

test("a concession releases nothing before another person has agreed", async () => {
  await end();
  expect((await decide("concession", [1])).status).toBe(303);
  expect(await statusOf(1)).toBe("held");
  const own = await page("/work/decisions/1");
  expect(own.body).toContain("somebody else must answer it");
  const answer = (who: SignedIn) =>
    send("/work/decisions/1", who, [["verdict", "agreed"], ["reason", "I agree"], ...proven(who)]);
  expect((await answer(quinn)).body).toContain("takes two persons");
  expect(await statusOf(1)).toBe("held");
  expect((await page("/work", quirin)).body).toContain("wait for a second person");
  expect((await answer(quirin)).status).toBe(303);
  expect(await statusOf(1)).toBe("released");
  expect((await answer(quirin)).body).toContain("has agreed already");
  expect(replay(served.server.services.database, () => undefined).differing).toEqual([]);
});

test("a concession that is declined, or whose excursion has changed, leaves the units held", async () => {
  await end();
  await decide("concession", [1]);
  await decide("concession", [2]);
  await send("/work/decisions/1", quirin, [
    ["verdict", "declined"],
    ["reason", "too warm"],
    ...proven(quirin),
  ]);
  await served.post("p1", [{ at: testStart + 30 * minuteMs + 30_000, celsius: 9 }]);
  const late = await send("/work/decisions/2", quirin, [
    ["verdict", "agreed"],
    ["reason", "I agree"],
    ...proven(quirin),
  ]);
  expect(late.body).toContain("has changed since this page was made");
  expect([await statusOf(1), await statusOf(2)]).toEqual(["held", "held"]);
});

test("while the excursion lasts units can be discarded and not given back", async () => {
  expect((await page(`/work/${excursion}`)).body).toContain("The excursion is not over");
  expect((await decide("release", [1])).body).toContain("which is not over");
  expect((await decide("discard", [2])).status).toBe(303);
  expect([await statusOf(1), await statusOf(2)]).toEqual(["held", "discarded"]);
});

test("nothing is decided without password, reason, units, the right or what was seen", async () => {
  await end();
  const shown = await seen();
  const units = [["unit", keyOf(1)]] as const;
  const bare = [["seen", shown], ["decision", "release"], ["reason", "why"], ...units] as const;
  expect((await send(`/work/${excursion}`, quinn, bare)).status).toBe(422);
  expect((await decide("release", [])).body).toContain("Tick the units");
  expect((await decide("release", [9])).body).toContain("Tick the units");
  expect((await decide("give away", [1])).body).toContain("Choose a decision");
  expect((await decide("release", [1], { reason: "  " })).body).toContain("Say why you sign");
  expect((await decide("release", [1], { seen: "0".repeat(64) })).body).toContain("has changed since");
  expect((await decide("release", [1], { who: sam, seen: shown })).status).toBe(403);
  expect((await page("/work", sam)).status).toBe(403);
  const asPerson = await served.server.web.inject({
    method: "POST",
    url: `/v1/units/${din(1)}/E0398V00/disposition`,
    headers: quinn.headers,
    payload: { decision: "release", by: "Quinn", reason: "unsigned" },
  });
  expect(asPerson.json()).toMatchObject({ code: "unit.signature-needed" });
  expect(await statusOf(1)).toBe("held");
  expect(served.server.services.signatures.list({ limit: 5 })).toEqual([]);
});
