import { expect, test } from "vitest";
import { namedIn, type NamingSite } from "./named-in.ts";

const site: NamingSite = {
  teams: [{ id: "laboratory", name: "Laboratory", members: ["ann", "bob"] }],
  rotas: [
    {
      id: "nights",
      name: "Nights",
      layers: [
        {
          id: "week",
          name: "Weeks",
          start: "2026-01-05",
          cycleDays: 7,
          handOvers: [{ day: 0, at: "08:00" }],
          people: [["bob", "cid"]],
        },
      ],
      overrides: [
        { id: "o-1", from: 0, to: 1_000, who: "ann", reason: "ill" },
        { id: "o-2", from: 0, to: 1_001, who: "cid", instead: "ann", reason: "ill" },
      ],
    },
  ],
  policies: [
    {
      id: "standard",
      deliverWithin: 60_000,
      steps: [
        { after: 0, call: [{ rota: "nights" }] },
        { after: 60_000, call: [{ team: "laboratory" }, { contact: "ann" }] },
      ],
    },
  ],
};

test("a contact is found in teams, layers, overrides that are not over, and steps", () => {
  expect(namedIn(site, { contact: "ann" }, 1_000)).toEqual([
    "team Laboratory",
    "override o-2 of rota Nights",
    "step 2 of policy standard",
  ]);
  expect(namedIn(site, { contact: "bob" }, 1_000)).toEqual(["team Laboratory", "Weeks of rota Nights"]);
  expect(namedIn(site, { contact: "dan" }, 1_000)).toEqual([]);
});

test("teams and rotas are found in steps; what has the same id and is something else is not", () => {
  expect(namedIn(site, { team: "laboratory" }, 0)).toEqual(["step 2 of policy standard"]);
  expect(namedIn(site, { rota: "nights" }, 0)).toEqual(["step 1 of policy standard"]);
  expect(namedIn(site, { team: "nights" }, 0)).toEqual([]);
});
