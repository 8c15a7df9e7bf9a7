import { afterEach, beforeEach, expect, test } from "vitest";
import { siteSchema } from "@coldkeep/core/site/site.ts";
import { parse } from "yaml";
import {
  type SampleMasterData,
  sampleMasterData,
  samplePerson,
  sampleServer,
} from "../master-data/sample-master-data.ts";
import { replay } from "../replay/replay.ts";
import { visitPages } from "../testing/visit-pages.ts";

const sara = samplePerson("sara", "Sara Claes", "storage");
const olle = samplePerson("olle", "Olle Berg", "on-call");

const content = {
  ...(parse(sampleMasterData) as object),
  contacts: [
    { id: "ann", name: "Ann", email: "ann@example.org", phone: "+32470123456" },
    { id: "bob", name: "Bob", email: "bob@example.org" },
    { id: "cid", name: "Cid", email: "cid@example.org" },
  ],
  teams: [{ id: "lab", name: "Laboratory", members: ["bob", "ann"] }],
  rotas: [
    {
      id: "nights",
      name: "Nights",
      layers: [
        { id: "l", start: "2026-11-02", cycleDays: 7, handOvers: [{ at: "08:00" }], people: ["ann", "bob"] },
      ],
      overrides: [
        { id: "o-1", from: "2026-11-10T08:00:00Z", to: "2026-11-11T08:00:00Z", who: "cid", reason: "Ill" },
      ],
    },
  ],
  policies: [
    { id: "all", steps: [{ call: [{ rota: "nights" }] }, { after: "10m", call: [{ team: "lab" }] }] },
  ],
};

let sample: SampleMasterData;
let pages: ReturnType<typeof visitPages>;
beforeEach(async () => {
  sample = await sampleServer();
  pages = visitPages(sample.running.server.web);
  sample.running.server.services.applySite(siteSchema.parse(content), "command");
  sample.visit(sara);
});
afterEach(() => sample.running.stop());

const site = () => {
  const found = sample.running.server.services.site();
  if (found === null) throw new RangeError("no site");
  return found.site;
};

test("a contact says by what they want to be told, in which order and language", async () => {
  const path = "/site/edit/contact/ann";
  const fields = await pages.fieldsOf(path);
  expect(fields).toMatchObject({ name: "Ann", phone: "+32470123456", "by-0": "", language: "" });
  const chosen = { ...fields, "by-0": "voice", "by-2": "email", language: "nl", reason: "As she asked" };
  const wrong = await pages.post(path, { ...chosen, "by-2": "matrix" });
  expect(wrong.status).toBe(422);
  expect(wrong.text).toContain(`href="#field-by-2"`);
  expect(wrong.text).toContain("No address to reach them by matrix");
  expect(await pages.post(path, chosen)).toMatchObject({ status: 303, location: "/on-duty/plan" });
  expect(site().contacts[0]).toEqual({
    id: "ann",
    name: "Ann",
    email: "ann@example.org",
    phone: "+32470123456",
    language: "nl",
    by: ["voice", "email"],
  });
  const { text } = await pages.get("/on-duty/plan");
  expect(text).toContain("call +32470123456 (no channel that works), then e-mail ann@example.org");
  expect(replay(sample.running.server.services.database, () => undefined).differing).toEqual([]);
});

test("whoever is named somewhere is not taken away, and it is said where; what is over does not count", async () => {
  const refused = await pages.post("/site/edit/remove-contact/bob", { reason: "Left" });
  expect(refused.status).toBe(422);
  expect(refused.text).toContain("Bob is named in team Laboratory, l of rota Nights. Change that first.");
  expect((await pages.post("/site/edit/remove-team/lab", { reason: "x" })).text).toContain(
    "step 2 of policy all",
  );
  expect(await pages.post("/site/edit/remove-contact/cid", { reason: "Left" })).toMatchObject({
    status: 303,
  });
  expect(site().contacts.map(({ id }) => id)).toEqual(["ann", "bob"]);
  expect(site().rotas?.[0]?.overrides).toBeUndefined();
});

test("a team keeps the order of those who stay; one of nobody is refused at its field", async () => {
  const path = "/site/edit/team/lab";
  const sent = {
    name: "Laboratory",
    "member-ann": "yes",
    "member-cid": "yes",
    "member-bob": "yes",
    reason: "x",
  };
  expect((await pages.post(path, { name: "Laboratory", reason: "x" })).text).toContain(
    `href="#field-members"`,
  );
  expect(await pages.post(path, sent)).toMatchObject({ status: 303 });
  expect(site().teams).toEqual([{ id: "lab", name: "Laboratory", members: ["bob", "ann", "cid"] }]);
  await pages.post("/site/edit/new-team", { ...sent, id: "night", name: "Night" });
  expect(site().teams?.[1]).toEqual({ id: "night", name: "Night", members: ["ann", "bob", "cid"] });
  expect((await pages.post("/site/edit/new-team", { ...sent, id: "night" })).text).toContain(
    `href="#field-id"`,
  );
  expect(await pages.post("/site/edit/remove-team/night", { reason: "x" })).toMatchObject({ status: 303 });
  expect(site().teams).toHaveLength(1);
});

test("holidays are written one a line, and a line that says none is named", async () => {
  const path = "/site/edit/holidays";
  const put = (holidays: string) => pages.post(path, { holidays, reason: "The list of 2026" });
  expect((await put("2026-12-25 Christmas\n26 December")).text).toContain("Line 2, &#34;26 December&#34;");
  expect((await put("2026-02-30 Carnival")).text).toContain("there is no such day");
  expect((await put("2026-12-25 Christmas\n2026-12-25 Xmas")).text).toContain("twice");
  expect(await put("2026-12-25 Christmas\n\n2026-07-21 National day")).toMatchObject({ status: 303 });
  expect(site().holidays).toEqual({ "2026-12-25": "Christmas", "2026-07-21": "National day" });
  expect((await pages.fieldsOf(path))["holidays"]).toBe("2026-07-21 National day\n2026-12-25 Christmas");
  expect(await put("")).toMatchObject({ status: 303 });
  expect(site().holidays).toBeUndefined();
});

test("who may not draft sees the plan and changes nothing", async () => {
  sample.visit(olle);
  const { status, text } = await pages.get("/on-duty/plan");
  expect(status).toBe(200);
  expect(text).toContain("after 10 min: team Laboratory");
  expect(text).toContain("a turn changes every week on Monday 08:00");
  expect(text).not.toContain("/site/edit/");
  expect((await pages.get("/site/edit/contact/ann")).status).toBe(403);
});
