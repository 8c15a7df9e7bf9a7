import { afterAll, beforeAll, expect, test } from "vitest";
import type { PersonRole } from "@coldkeep/core/people/roles.ts";
import { firstAdministrator, inviteAndSignIn, type SignedIn } from "../testing/signed-in.ts";
import { busyServer } from "../testing/busy-server.ts";
import type { TestServer } from "../testing/test-server.ts";

let served: TestServer;
const who: Partial<Record<PersonRole, SignedIn>> = {};

beforeAll(async () => {
  served = await busyServer();
  const { people } = served.server.services;
  const admin = await firstAdministrator(people, served.clock);
  who.administrator = admin;
  for (const role of ["quality", "auditor", "storage"] as const)
    who[role] = await inviteAndSignIn(people, served.clock, admin, `some-${role}`, role);
});
afterAll(() => served.stop());

async function get(url: string, role: PersonRole = "auditor") {
  const { statusCode, body, headers } = await served.server.web.inject({
    url,
    headers: who[role]?.headers ?? {},
  });
  return { status: statusCode, body, type: String(headers["content-type"]) };
}

test("who may read the trail sees it, who may not does not, not even in the head of the page", async () => {
  for (const url of ["/trail", "/trail.csv", "/trail.jsonl", "/v1/audit"]) {
    for (const role of ["quality", "auditor", "administrator"] as const)
      expect([url, role, (await get(url, role)).status]).toEqual([url, role, 200]);
    expect([url, (await get(url, "storage")).status]).toEqual([url, 403]);
  }
  expect((await get("/", "auditor")).body).toContain('href="/trail"');
  expect((await get("/", "storage")).body).not.toContain('href="/trail"');
});

test("entries read in words: who, in which role, when with its zone, what, and why", async () => {
  const { body } = await get("/trail?group=account");
  for (const words of ["Account made", "some-storage", "Administrator", "“new here”", "Europe/Brussels"])
    expect(body).toContain(words);
  expect(body).not.toContain("Unit moved");
  expect((await get("/trail?group=excursion")).body).toMatch(/<a href="\/excursions\/[^"]+">/);
});

test("what cannot be read is said beside its field, and searches nothing", async () => {
  const { body } = await get("/trail?from=yesterday");
  expect(body).toContain("is no time such as");
  expect(body).not.toContain('id="entry-');
  expect((await get("/v1/audit?from=yesterday")).status).toBe(400);
  expect((await get("/trail.csv?to=soon")).status).toBe(400);
});

test("earlier pages go on where the one before ended, down to the first entry", async () => {
  const seen: number[] = [];
  let url: string | null = "/trail";
  while (url !== null) {
    const { body } = await get(url);
    seen.push(...[...body.matchAll(/id="entry-(\d+)"/g)].map((match) => Number(match[1])));
    const plain = body.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
    url = /href="(\/trail\?[^"]*before=\d+)" rel="next"/.exec(plain)?.[1] ?? null;
  }
  expect(seen.length).toBeGreaterThan(100);
  expect(seen).toEqual(Array.from({ length: seen.length }, (_, index) => seen.length - index));
});

test("the call gives the same entries as JSON, page by page", async () => {
  const first = JSON.parse((await get("/v1/audit?limit=3&people=yes")).body) as {
    items: { seq: number; actor: string }[];
    next: string;
  };
  expect(first.items).toHaveLength(3);
  for (const { actor } of first.items) expect(actor).toMatch(/^person:/);
  const next = JSON.parse(
    (await get(`/v1/audit?limit=3&people=yes&cursor=${first.next}`)).body,
  ) as typeof first;
  expect(next.items[0]?.seq).toBeLessThan(first.items[2]?.seq ?? 0);
});

test("what somebody wrote never becomes markup", async () => {
  const evil = `<script>alert(1)</script>`;
  await served.call("PUT", `/v1/units/A999926000009/E0398V00`, { description: evil });
  const { body } = await get("/trail?group=unit");
  expect(body).not.toContain(evil);
  expect(body).toContain("&#60;script&#62;");
  expect((await get(`/trail?text=${encodeURIComponent(evil)}`)).body).not.toContain(evil);
});
