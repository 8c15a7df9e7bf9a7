import { afterEach, beforeEach, expect, test } from "vitest";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import type { People } from "../people/people.ts";
import { replay } from "../replay/replay.ts";
import { firstAdministrator, inviteAndSignIn, type SignedIn } from "../testing/signed-in.ts";
import { codeOf, testPassword } from "../testing/test-people.ts";
import { testServer, type TestServer, testStart } from "../testing/test-server.ts";

let served: TestServer;
let people: People;
let admin: SignedIn;
let quinn: SignedIn;
let excursion: string;

beforeEach(async () => {
  served = await testServer({ start: testStart + 60 * minuteMs });
  ({ people } = served.server.services);
  admin = await firstAdministrator(people, served.clock);
  quinn = await inviteAndSignIn(people, served.clock, admin, "quinn", "quality");
  await served.call("PUT", "/v1/units/A999926000001/E0398V00", {});
  const movement = { din: "A999926000001", productCode: "E0398V00", at: "2026-11-22T00:00:00Z" };
  await served.call("POST", "/v1/movements", { ...movement, appliance: "fridge-1", reason: "stored" });
  const warm = (minute: number) => minute >= 10 && minute < 30;
  await served.post(
    "p1",
    Array.from({ length: 55 }, (_, minute) => ({
      at: testStart + minute * minuteMs,
      celsius: warm(minute) ? 8 : 4,
    })),
  );
  const [found] = served.server.services.excursions.list({ limit: 5 }, served.clock.epochMs());
  if (found === undefined) throw new RangeError("no excursion");
  excursion = found.id;
});
afterEach(() => served.stop());

async function page(path = `/excursions/${excursion}`, who = quinn) {
  const { statusCode, body } = await served.server.web.inject({ url: path, headers: who.headers });
  return { status: statusCode, body };
}

/** The proof of a person: password and, with a second factor, a code that was not used yet. */
function proven(who: SignedIn): Record<string, string> {
  served.clock.advance(minuteMs);
  const code = who.secret === null ? {} : { code: codeOf(who.secret, served.clock.epochMs()) };
  return { password: testPassword, ...code };
}

async function sign(form: Readonly<Record<string, string>>, who = quinn) {
  const answer = await served.server.web.inject({
    method: "POST",
    url: `/excursions/${excursion}/sign`,
    headers: { ...who.headers, "content-type": "application/x-www-form-urlencoded" },
    payload: new URLSearchParams(form).toString(),
  });
  return { status: answer.statusCode, body: answer.body, to: answer.headers.location };
}

async function shownContent(): Promise<string> {
  const { body } = await page(`/excursions/${excursion}/sign`);
  return /name="content" value="([0-9a-f]{64})"/.exec(body)?.[1] ?? "";
}

/** Readings that were missing arrive: a revision follows. */
const late = () => served.post("p1", [{ at: testStart + 30 * minuteMs + 30_000, celsius: 9 }]);

test("a quality officer signs what the page shows, and page, list, report and call say so", async () => {
  expect((await page()).body).toContain("Nobody has signed it");
  const content = await shownContent();
  const answer = await sign({ content, reason: "Door left ajar; the units stay held", ...proven(quinn) });
  expect(answer).toMatchObject({ status: 303, to: `/excursions/${excursion}#signatures-title` });
  const { body } = await page();
  for (const words of ["Reviewed", "Door left ajar", "password and one-time code", "Europe/Brussels"])
    expect(body).toContain(words);
  expect(body).toContain(content.slice(0, 16));
  expect(body).not.toContain("Does not cover");
  expect((await page("/excursions")).body).toContain("Reviewed, signed");
  const listed = await served.call("GET", `/v1/signatures?subject=${excursion}`);
  expect(listed.json).toMatchObject({
    items: [{ login: "quinn", role: "quality", meaning: "review", contentHash: content, subject: excursion }],
    next: null,
  });
  expect(JSON.stringify(listed.json)).not.toContain(testPassword);
});

test("a later revision needs a new signature, and the old one says that it does not cover it", async () => {
  await sign({ content: await shownContent(), reason: "looked at it", ...proven(quinn) });
  await late();
  const { body } = await page();
  expect(body).toContain("Does not cover the present version");
  expect(body).toContain("needs a new signature");
  expect((await page("/excursions")).body).toContain("needs a new signature");
  await sign({ content: await shownContent(), reason: "looked again", ...proven(quinn) });
  expect((await page("/excursions")).body).toContain("Reviewed, signed");
  expect((await page()).body.match(/data-stands="(yes|no)"/g)).toEqual([
    'data-stands="no"',
    'data-stands="yes"',
  ]);
});

test("a unit that turns out to have been inside needs a new signature too", async () => {
  await sign({ content: await shownContent(), reason: "looked at it", ...proven(quinn) });
  await served.call("PUT", "/v1/units/A999926000002/E0398V00", {});
  const movement = { din: "A999926000002", productCode: "E0398V00", at: "2026-11-22T00:00:00Z" };
  await served.call("POST", "/v1/movements", { ...movement, appliance: "fridge-1", reason: "told late" });
  expect((await page()).body).toContain("Does not cover the present version");
});

test("nothing is signed without password, code, reason, the right or what was seen; nothing secret comes back", async () => {
  const content = await shownContent();
  const good = (): Record<string, string> => ({ content, reason: "why", ...proven(quinn) });
  const { password: _password, ...noPassword } = good();
  expect((await sign(noPassword)).status).toBe(422);
  const wrong = await sign({ ...good(), password: "hunter2 is not it" });
  expect(wrong.status).toBe(422);
  expect(wrong.body).toContain("Nothing was signed");
  expect(wrong.body).not.toContain("hunter2");
  const { code: _code, ...noCode } = good();
  expect((await sign(noCode)).status).toBe(422);
  expect((await sign({ ...good(), reason: "  " })).body).toContain("Say why you sign");
  await late();
  expect((await sign(good())).body).toContain("has changed since this page was made");
  const sam = await inviteAndSignIn(people, served.clock, admin, "sam", "storage");
  expect((await sign({ content, reason: "r", ...proven(sam) }, sam)).status).toBe(403);
  const machine = { authorization: "Bearer test-token", "content-type": "application/x-www-form-urlencoded" };
  const asMachine = await served.server.web.inject({
    method: "POST",
    url: `/excursions/${excursion}/sign`,
    headers: machine,
    payload: new URLSearchParams(good()).toString(),
  });
  expect(asMachine.statusCode).toBe(403);
  expect(served.server.services.signatures.list({ limit: 5 })).toEqual([]);
});

test("the journal gives the signatures again", async () => {
  await sign({ content: await shownContent(), reason: "looked at it", ...proven(quinn) });
  await late();
  await sign({ content: await shownContent(), reason: "looked again", ...proven(quinn) });
  expect(served.server.services.signatures.list({ limit: 5 })).toHaveLength(2);
  const result = replay(served.server.services.database, () => undefined);
  expect(result.differing).toEqual([]);
  expect(result.replayed.whole).toBe(result.live.whole);
});
