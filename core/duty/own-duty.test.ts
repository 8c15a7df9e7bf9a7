import { expect, test } from "vitest";
import { type Site, siteSchema } from "../site/site.ts";
import { isOwnDuty } from "./own-duty.ts";

const override = { from: "2026-11-24T20:00:00Z", to: "2026-11-25T05:00:00Z", reason: "I can" };

function site(overrides: readonly object[], change: object = {}): Site {
  return siteSchema.parse({
    site: "s",
    timeZone: "UTC",
    profiles: {
      a: {
        low: 2,
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
      { id: "olle", name: "Olle", email: "olle@example.org", login: "olle" },
    ],
    rotas: [
      {
        id: "r",
        name: "R",
        layers: [
          { id: "l", start: "2026-01-01", cycleDays: 1, handOvers: [{ at: "08:00" }], people: ["ann"] },
        ],
        overrides,
      },
    ],
    ...change,
  });
}

const first = { ...override, id: "o-1", who: "ann" };
const own = { ...override, id: "o-2", who: "olle" };

test.each([
  ["an override by oneself", site([first, own]), true],
  ["instead of somebody", site([first, { ...own, instead: "ann" }]), true],
  ["by somebody else", site([first, { ...own, who: "ann" }]), false],
  ["that takes somebody away", site([first, { ...own, who: undefined, instead: "ann" }]), false],
  ["in the place of another", site([own]), false],
  ["before another", site([own, first]), false],
  ["with another change", site([first, own], { timeZone: "Europe/Brussels" }), false],
  ["with another rota", site([first, own], { rotas: [] }), false],
])("%s: %#", (_what, after, isOwn) => {
  expect(isOwnDuty(site([first]), after, "olle")).toBe(isOwn);
  expect(isOwnDuty(site([first]), after, "eve")).toBe(false);
});
