import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { rotaSchema } from "@coldkeep/core/duty/duty-section.ts";
import { siteSchema } from "@coldkeep/core/site/site.ts";
import { parse } from "yaml";
import type { FileThing } from "../master-data/draft-file.ts";
import {
  type SampleMasterData,
  sampleMasterData,
  samplePerson,
  sampleServer,
} from "../master-data/sample-master-data.ts";
import { replay } from "../replay/replay.ts";
import { sentFields, visitPages } from "../testing/visit-pages.ts";
import { draftOfRota, rotaFrom, rotaValues } from "./rota-draft.ts";
import { layerFile } from "./rota-file.ts";

const sara = samplePerson("sara", "Sara Claes", "storage");

// The server's time is 22 November 2026, 05:00 in Brussels, a Sunday.
const nights = {
  id: "nights",
  name: "Nights",
  layers: [
    { id: "l", start: "2026-11-02", cycleDays: 7, handOvers: [{ at: "08:00" }], people: ["ann", "bob"] },
  ],
  overrides: [
    { id: "o-1", from: "2026-12-10T08:00:00Z", to: "2026-12-11T08:00:00Z", who: "cid", reason: "Ill" },
  ],
};
const content = {
  ...(parse(sampleMasterData) as object),
  contacts: ["ann", "bob", "cid"].map((id) => ({
    id,
    name: `${id[0]?.toUpperCase()}${id.slice(1)}`,
    email: `${id}@example.org`,
  })),
  rotas: [nights],
  policies: [{ id: "all", steps: [{ call: [{ rota: "nights" }] }] }],
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

const rotas = () => sample.running.server.services.site()?.site.rotas ?? [];
const path = "/site/edit/rota/nights";

test("before a rota is changed it is shown who would be on duty instead of whom, and then it is changed", async () => {
  const fields = await pages.fieldsOf(path);
  expect(fields).toMatchObject({
    "l0-pattern": "week",
    "l0-weekday": "mon",
    "l0-at": "08:00",
    "l0-t1-0": "bob",
  });
  expect((await pages.get(path)).text).toContain("Nothing in them would be different");
  const changed = { ...fields, "l0-weekday": "fri", "l0-at": "18:00", mustBeFilled: "yes" };
  const looked = await pages.post(path, { ...changed, act: "preview" });
  expect(looked.status).toBe(200);
  // The first turn begins on Friday, 6 November: until the 27th it is Ann's again, whose turn had been Ann's until Monday.
  expect(looked.text).toContain("Mon 23 Nov, 08:00 to Fri 27 Nov, 18:00: <b>Ann</b> instead of Bob");
  expect(looked.text).toContain('<td data-label="Note">changed</td>');
  expect(rotas()[0]?.layers[0]?.handOvers).toEqual([{ day: 0, at: "08:00" }]);
  expect((await pages.post(path, changed)).text).toContain("Say why.");
  expect(await pages.post(path, { ...changed, reason: "Fridays suit all" })).toMatchObject({ status: 303 });
  expect(rotas()[0]?.layers).toEqual([
    {
      id: "l",
      start: "2026-11-02",
      cycleDays: 7,
      handOvers: [{ day: 4, at: "18:00" }],
      people: ["ann", "bob"],
    },
  ]);
  expect(rotas()[0]).toMatchObject({ mustBeFilled: true, overrides: [{ id: "o-1" }] });
  const { database } = sample.running.server.services;
  expect(replay(database, () => undefined).differing).toEqual([]);
});

test("times at which nobody is on duty stand out, and the gaps of policies that come of it are named as new", async () => {
  const fields = await pages.fieldsOf(path);
  const added = await pages.post(path, { ...fields, act: "window:0" });
  expect(added.status).toBe(200);
  expect(added.text).toMatch(/id="field-l0-w0-from"[^>]*autofocus/);
  const looked = await pages.post(path, { ...sentFields(added.text), act: "preview" });
  expect(looked.text).toContain('<tr data-nobody="yes">');
  expect(looked.text).toContain("Nobody can be reached by policy all from 22 Nov 2026, 05:00");
  expect(looked.text).toContain("New gaps of policies");
});

test("rows are added, moved and taken out without anything being lost or taken", async () => {
  let fields: Record<string, string> = { ...(await pages.fieldsOf(path)), reason: "A third" };
  const press = async (act: string): Promise<void> => {
    const { status, text } = await pages.post(path, { ...fields, act });
    expect(status).toBe(200);
    fields = { reason: "", ...sentFields(text) };
  };
  await press("turn:0");
  fields["l0-t2-0"] = "cid";
  await press("turn-up:0:2");
  await press("with:0:0");
  fields["l0-t0-1"] = "bob";
  await press("layer-copy:0");
  await press("layer");
  await press("turn-out:2:1");
  await press("layer-out:1");
  expect(fields["reason"]).toBe("A third");
  fields["l1-t0-0"] = "ann";
  fields["l1-pattern"] = "day";
  fields["l1-times"] = "07:00, 19:00";
  expect(await pages.post(path, fields)).toMatchObject({ status: 303 });
  expect(rotas()[0]?.layers).toEqual([
    {
      id: "l",
      start: "2026-11-02",
      cycleDays: 7,
      handOvers: [{ day: 0, at: "08:00" }],
      people: [["ann", "bob"], "cid", "bob"],
    },
    {
      id: "layer-2",
      start: "2026-11-22",
      cycleDays: 1,
      handOvers: [
        { day: 0, at: "07:00" },
        { day: 0, at: "19:00" },
      ],
      people: ["ann"],
    },
  ]);
  expect((await pages.post(path, { ...fields, act: "turn-up:9:1" })).status).toBe(404);
});

test("what is wrong stands at the field that it is about", async () => {
  const fields = await pages.fieldsOf(path);
  const wrong = async (
    change: Readonly<Record<string, string>>,
    field: string,
    text: string,
  ): Promise<void> => {
    const answer = await pages.post(path, { ...fields, ...change, reason: "x" });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain(`href="#field-${field}"`);
    expect(answer.text).toContain(text);
  };
  await wrong({ "l0-at": "8 o'clock" }, "l0-at", "Expected a time of day such as 08:00");
  await wrong({ "l0-t0-0": "", "l0-t1-0": "" }, "l0-t0-0", "Choose who takes turns.");
  await wrong(
    { "l0-pattern": "day", "l0-times": "20:00 08:00" },
    "l0-times",
    "Expected hand-overs in order of time",
  );
  await wrong(
    { "l0-pattern": "other", "l0-cycleDays": "7", "l0-handOvers": "08:00" },
    "l0-handOvers",
    "such as mon 08:00",
  );
  await wrong(
    { "l0-pattern": "other", "l0-cycleDays": "x", "l0-handOvers": "1 08:00" },
    "l0-cycleDays",
    "Say a number of days.",
  );
  await wrong({ "l0-until": "2026-11-01" }, "l0-until", "Expected a day after start");
  await wrong({ "l0-start": "" }, "l0-start", "Expected a day such as 2026-12-25.");
  await wrong({ name: "" }, "name", "This must not be empty.");
  await wrong({ timeZone: "Mars" }, "timeZone", "IANA");
});

test("a rota is added and taken away; one that a policy calls stays", async () => {
  const form = "/site/edit/new-rota";
  const fields = await pages.fieldsOf(form);
  const sent = { ...fields, id: "days", name: "Days", "l0-t0-0": "cid", reason: "New" };
  expect((await pages.post(form, { ...sent, act: "preview" })).text).toContain("Cid");
  expect(await pages.post(form, sent)).toMatchObject({ status: 303 });
  expect((await pages.post(form, sent)).text).toContain(`href="#field-id"`);
  expect(rotas().map(({ id }) => id)).toEqual(["nights", "days"]);
  expect((await pages.post("/site/edit/remove-rota/nights", { reason: "x" })).text).toContain(
    "step 1 of policy all",
  );
  expect(await pages.post("/site/edit/remove-rota/days", { reason: "x" })).toMatchObject({ status: 303 });
  expect(rotas()).toHaveLength(1);
});

test("whatever a rota says, its form says the same when nothing is changed in it", () => {
  const day = fc
    .integer({ min: 0, max: 400 })
    .map((days) => Temporal.PlainDate.from("2026-01-01").add({ days }).toString());
  const time = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map(([hour, minute]) => `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`);
  const person = fc.constantFrom("ann", "bob", "cid");
  const window = fc.record({
    weekdays: fc.subarray(["mon", "tue", "wed", "thu", "fri", "sat"], { minLength: 1 }),
    from: time,
    to: time,
    holidays: fc.constantFrom("yes", "no", "only"),
  });
  const layer = fc
    .record({
      start: day,
      cycleDays: fc.constantFrom(1, 7, 14, 28),
      name: fc.constantFrom(undefined, "Weeks"),
      at: fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 27 }), time), {
        minLength: 1,
        maxLength: 4,
        selector: String,
      }),
      people: fc.array(fc.oneof(person, fc.uniqueArray(person, { minLength: 2, maxLength: 3 })), {
        minLength: 1,
        maxLength: 4,
      }),
      only: fc.option(fc.array(window, { minLength: 1, maxLength: 3 }), { nil: undefined }),
    })
    .map(({ at, ...rest }) => {
      const handOvers = at
        .map(([each, clock]) => ({ day: each % rest.cycleDays, at: clock }))
        .toSorted((a, b) => a.day - b.day || a.at.localeCompare(b.at))
        .filter((each, index, all) => each.day !== all[index - 1]?.day || each.at !== all[index - 1]?.at);
      return { id: "l", ...rest, handOvers };
    });
  fc.assert(
    fc.property(layer, (given) => {
      const rota = rotaSchema.parse({ id: "r", name: "R", layers: [given] });
      const file: FileThing = { ...rota };
      const draft = draftOfRota(file);
      const again = rotaFrom(rotaValues(draft));
      expect(again).toEqual(draft);
      const layers = again.layers.map((each) => layerFile(each).entry);
      expect(rotaSchema.parse({ id: "r", name: "R", layers })).toEqual(rota);
    }),
  );
});
