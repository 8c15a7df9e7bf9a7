import { afterEach, beforeEach, expect, test } from "vitest";
import { dayMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import { replay } from "../replay/replay.ts";
import { firstAdministrator, inviteAndSignIn, type SignedIn } from "../testing/signed-in.ts";
import { codeOf, testPassword } from "../testing/test-people.ts";
import { testServer, type TestServer } from "../testing/test-server.ts";
import { trailReviews } from "./trail-reviews.ts";
import { checkStretch } from "./trail-stretch.ts";

let served: TestServer;
let quinn: SignedIn;
let auditor: SignedIn;

beforeEach(async () => {
  served = await testServer();
  const { people } = served.server.services;
  const admin = await firstAdministrator(people, served.clock);
  quinn = await inviteAndSignIn(people, served.clock, admin, "quinn", "quality");
  auditor = await inviteAndSignIn(people, served.clock, admin, "eva", "auditor");
});
afterEach(() => served.stop());

async function get(url: string, who = quinn) {
  const { statusCode, body } = await served.server.web.inject({ url, headers: who.headers });
  return { status: statusCode, body };
}

async function shown(): Promise<Record<string, string>> {
  const { body } = await get("/trail/reviews/new");
  const fields = [...body.matchAll(/type="hidden" name="(from|to|hash)" value="([^"]*)"/g)];
  return Object.fromEntries(fields.map(([, name, value]) => [name, value]));
}

async function sign(form: Readonly<Record<string, string>>, who = quinn) {
  served.clock.advance(minuteMs);
  const code = who.secret === null ? {} : { code: codeOf(who.secret, served.clock.epochMs()) };
  const answer = await served.server.web.inject({
    method: "POST",
    url: "/trail/reviews/new",
    headers: { ...who.headers, "content-type": "application/x-www-form-urlencoded" },
    payload: new URLSearchParams({ password: testPassword, ...code, ...form }).toString(),
  });
  return { status: answer.statusCode, body: answer.body };
}

const rows = () =>
  served.server.services.database.prepare("SELECT * FROM trail_reviews ORDER BY number").all();

test("a review shows what calls for a look first, is signed, and the next goes on where it ended", async () => {
  const { body } = await get("/trail/reviews/new");
  expect(body.indexOf("Account made")).toBeGreaterThan(0);
  expect(body.indexOf("Account made")).toBeLessThan(body.indexOf("Entries of each kind"));
  const first = await shown();
  expect(first["from"]).toBe("1");
  expect((await sign({ ...first, reason: "monthly review; nothing odd" })).status).toBe(303);
  const list = (await get("/trail/reviews", auditor)).body;
  for (const words of [
    "monthly review; nothing odd",
    "Name of quinn",
    "the entries are those that were signed",
  ])
    expect(list).toContain(words);
  expect(list).not.toContain("/trail/reviews/new");
  const second = await shown();
  expect(Number(second["from"])).toBe(Number(first["to"]) + 1);
  expect((await sign({ ...second, reason: "again" })).status).toBe(303);
  expect(rows().map((row) => [row["from_seq"], row["to_seq"]])).toEqual([
    [Number(first["from"]), Number(first["to"])],
    [Number(second["from"]), Number(second["to"])],
  ]);
  expect(replay(served.server.services.database, () => undefined).differing).toEqual([]);
});

test("nothing is signed that was not shown, by who may not, or without a proof", async () => {
  const given = { ...(await shown()), reason: "r" };
  expect((await sign(given, auditor)).status).toBe(403);
  expect((await get("/trail/reviews/new", auditor)).status).toBe(403);
  expect((await sign({ ...given, hash: "0".repeat(64) })).body).toContain("has reviewed a part of this");
  expect((await sign({ ...given, from: "2" })).body).toContain("has reviewed a part of this");
  expect((await sign({ ...given, to: "1000000" })).body).toContain("has reviewed a part of this");
  expect((await sign({ ...given, to: "NaN" })).body).toContain("has reviewed a part of this");
  expect((await sign({ ...given, reason: "" })).body).toContain("Say why you sign");
  expect((await sign({ ...given, password: "wrong" })).status).toBe(422);
  expect(rows()).toEqual([]);
  expect((await sign({ ...given, ...(await shown()) })).status).toBe(303);
  expect((await sign(given)).body).toContain("has reviewed a part of this");
  expect(rows()).toHaveLength(1);
});

test("a stretch that no longer hashes the same shows it, whatever of it was changed", async () => {
  await sign({ ...(await shown()), reason: "r" });
  const { services } = served.server;
  const { database } = services;
  const isShownGood = async (): Promise<boolean> => {
    const [review] = trailReviews(services, 1);
    if (review === undefined) throw new RangeError("no review");
    return review.signature !== null && (await checkStretch(database, review)).isSame;
  };
  expect(await isShownGood()).toBe(true);
  for (const table of ["audit", "trail_reviews"])
    for (const kind of ["no_update", "no_delete"]) database.prepare(`DROP TRIGGER ${table}_${kind}`).run();
  for (const change of [
    "UPDATE audit SET detail = '{}' WHERE seq = 2",
    "UPDATE audit SET actor = 'person:nobody' WHERE seq = 1",
    "UPDATE audit SET hash = previous WHERE seq = 2",
    "DELETE FROM audit WHERE seq = 3",
    `UPDATE trail_reviews SET counts = '{"unit.moved":1}'`,
    `UPDATE trail_reviews SET to_hash = '${"0".repeat(64)}'`,
    "UPDATE trail_reviews SET from_seq = 2",
    "UPDATE trail_reviews SET signature = 7",
  ]) {
    database.prepare("SAVEPOINT before_change").run();
    database.prepare(change).run();
    expect([change, await isShownGood()]).toEqual([change, false]);
    database.prepare("ROLLBACK TO before_change").run();
    database.prepare("RELEASE before_change").run();
  }
  expect(await isShownGood()).toBe(true);
  database.prepare("UPDATE audit SET detail = '{}' WHERE seq = 2").run();
  expect((await get("/trail/reviews")).body).toContain("entry 2 is not what it was");
});

test("what nobody has looked at for longer than the settings say is overdue, on the trail and on the reviews", async () => {
  for (const url of ["/trail", "/trail/reviews"]) expect((await get(url)).body).not.toContain("is overdue");
  await sign({ ...(await shown()), reason: "r" });
  served.clock.advance(32 * dayMs);
  const { people } = served.server.services;
  const begun = await people.signIn("eva", testPassword, { address: "192.0.2.9", agent: "test" });
  const eva = { ...auditor, headers: { ...auditor.headers, cookie: `coldkeep=${begun.token}` } };
  for (const url of ["/trail", "/trail/reviews"]) expect((await get(url, eva)).body).toContain("is overdue");
});
