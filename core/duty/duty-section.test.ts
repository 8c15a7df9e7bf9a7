import { expect, test } from "vitest";
import { touchesLimits } from "../site/limits-part.ts";
import { siteFile } from "../site/site-text.ts";
import { siteSchema } from "../site/site.ts";
import { contactsOf } from "./people-of.ts";

const layer = {
  id: "week",
  start: "2026-01-05",
  cycleDays: 7,
  handOvers: [{ at: "08:00" }],
  people: ["ann"],
};
const override = {
  id: "o",
  from: "2026-11-24T20:00:00.000Z",
  to: "2026-11-25T05:00:00.000Z",
  who: "bob",
  reason: "ill",
};
const rota = { id: "nights", name: "Nights", layers: [layer], overrides: [override] };
const file = {
  site: "s",
  timeZone: "Europe/Brussels",
  profiles: {
    a: {
      low: 2,
      high: 6,
      maxGap: "5m",
      excursionAfter: "10m",
      recoverAfter: "5m",
      unmonitoredAfter: "30m",
      alarmDelay: "5m",
    },
  },
  appliances: [{ id: "f", name: "F", kind: "refrigerator", profile: "a", probes: [{ id: "p" }] }],
  contacts: [
    { id: "ann", name: "Ann", email: "ann@example.org" },
    { id: "bob", name: "Bob", phone: "+32470123456", by: ["voice"] },
  ],
  teams: [{ id: "lab", name: "Laboratory", members: ["ann", "bob"] }],
  rotas: [rota],
  holidays: { "2026-12-25": "Christmas" },
};
const parsed = (content: unknown) => siteSchema.parse(content);

test("what a file says about people comes out of the file that is written of it", () => {
  const site = parsed(file);
  expect(parsed(siteFile(site))).toEqual(site);
  expect(siteFile(site)["rotas"]).toEqual(
    file.rotas.map((each) => ({ ...each, layers: [{ ...layer, handOvers: [{ day: 0, at: "08:00" }] }] })),
  );
});

test("people, teams, rotas and holidays touch no limits", () => {
  const { teams: _teams, rotas: _rotas, holidays: _holidays, ...plain } = file;
  expect(touchesLimits(parsed(plain), parsed(file))).toBe(false);
});

test("a call of a contact, a team and a rota reaches those who are meant", () => {
  const site = parsed(file);
  const at = (text: string): number => Temporal.Instant.from(text).epochMilliseconds;
  const ids = (call: Parameters<typeof contactsOf>[1], text: string) =>
    contactsOf(site, call, at(text)).map(({ id }) => id);
  expect(ids({ contact: "bob" }, override.from)).toEqual(["bob"]);
  expect(ids({ team: "lab" }, override.from)).toEqual(["ann", "bob"]);
  expect(ids({ rota: "nights" }, override.from)).toEqual(["bob"]);
  expect(ids({ rota: "nights" }, override.to)).toEqual(["ann"]);
  expect(ids({ rota: "nights" }, "2026-01-05T06:59:59Z")).toEqual([]);
});

test.each([
  ["a team of strangers", { teams: [{ id: "t", name: "T", members: ["eve"] }] }, "teams.0.members.0"],
  [
    "a turn of a stranger",
    { rotas: [{ ...rota, layers: [{ ...layer, people: [["ann", "eve"]] }] }] },
    "rotas.0.layers.0.people.0",
  ],
  [
    "an override by a stranger",
    { rotas: [{ ...rota, overrides: [{ ...override, who: "eve" }] }] },
    "rotas.0.overrides.0.who",
  ],
  [
    "an override that ends before it begins",
    { rotas: [{ ...rota, overrides: [{ ...override, to: override.from }] }] },
    "rotas.0.overrides.0.to",
  ],
  [
    "an override of nobody by nobody",
    { rotas: [{ ...rota, overrides: [{ ...override, who: undefined }] }] },
    "rotas.0.overrides.0.who",
  ],
  ["two layers of one id", { rotas: [{ ...rota, layers: [layer, layer] }] }, "rotas.0.layers.1.id"],
  [
    "a hand-over beyond the cycle",
    { rotas: [{ ...rota, layers: [{ ...layer, handOvers: [{ day: 7, at: "08:00" }] }] }] },
    "rotas.0.layers.0.handOvers.0",
  ],
  [
    "hand-overs out of order",
    { rotas: [{ ...rota, layers: [{ ...layer, handOvers: [{ day: 1, at: "08:00" }, { at: "09:00" }] }] }] },
    "rotas.0.layers.0.handOvers.1",
  ],
  ["no address at all", { contacts: [...file.contacts, { id: "cid", name: "Cid" }] }, "contacts.2.email"],
  [
    "a way without an address",
    { contacts: [{ ...file.contacts[0], by: ["sms"] }, file.contacts[1]] },
    "contacts.0.by.0",
  ],
])("%s is refused where it stands", (_what, change, path) => {
  const checked = siteSchema.safeParse({ ...file, ...change });
  expect(checked.error?.issues.map((issue) => issue.path.join("."))).toEqual([path]);
});
