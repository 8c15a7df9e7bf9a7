import type { Site } from "@coldkeep/core/site/site.ts";
import { cancelPlanned, planDrill } from "../drills/drill-acts.ts";
import { planAction } from "../corrective/corrective-acts.ts";
import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isBrowserMissing, startBrowser } from "../testing/browser.ts";
import { startJourney } from "../testing/journey.ts";
import { firstAdministrator, inviteAndSignIn, type SignedIn } from "../testing/signed-in.ts";
import { sendExcursion } from "../testing/warm-refrigerator.ts";

/** Addresses that answer no page of ours, or lead on at once. */
const noPages: readonly string[] = [
  "/*",
  "/excursions/:id/report.pdf",
  "/reports/:name",
  "/sign-in/single-sign-on",
  "/sign-in/single-sign-on/anew",
  "/sign-in/single-sign-on/callback",
  "/site/site.yaml",
  "/trail.csv",
  "/trail.jsonl",
  "/units/import/:id/report.csv",
];

/** Pages that need more before they are there; the journeys come by them, and look in the same way. */
const elsewhere: readonly string[] = [
  "/sign-in/code",
  "/sign-in/password",
  "/sign-in/second-factor",
  "/site/proposals/:id",
  "/units/import/:id",
  "/work/decisions/:id",
];

/** A rota with gaps, and a policy that calls it. */
const duties: Pick<Site, "teams" | "rotas" | "policies" | "holidays" | "canary"> = {
  teams: [{ id: "cellar", name: "Cellar", members: ["on-call"] }],
  holidays: { "2025-12-25": "Christmas" },
  rotas: [
    {
      id: "nights",
      name: "Nights",
      layers: [
        {
          id: "l",
          start: "2025-12-01",
          cycleDays: 7,
          handOvers: [{ day: 0, at: "08:00" }],
          people: ["on-call"],
          only: [{ weekdays: ["mon", "tue"], from: "22:00", to: "06:00", holidays: "yes" }],
        },
      ],
    },
  ],
  canary: { email: "canary@example.org", every: 3_600_000, within: 60_000, alarmDelay: 10_000 },
  policies: [{ id: "all", deliverWithin: 60_000, steps: [{ after: 0, call: [{ rota: "nights" }] }] }],
};

/** Of each route the addresses that are looked at, by who may see them. */
function visits(excursion: string, invitation: string, first: string, answer: string) {
  const unit = "/units/A999926000001/E0398V00";
  const edits = [
    "facts",
    "holidays",
    "new-appliance",
    "new-channel",
    "new-contact",
    "new-policy",
    "new-profile",
    "new-rota",
    "new-team",
  ];
  const kept = [
    "appliance/fridge-1",
    "remove-appliance/fridge-2",
    "new-probe/fridge-1",
    "probe/p1",
    "remove-probe/p1",
    "contact/on-call",
    "remove-contact/on-call",
    "team/cellar",
    "remove-team/cellar",
    "policy/all",
    "remove-policy/all",
    "rota/nights",
    "remove-rota/nights",
  ];
  return {
    nobody: {
      "/a/:token": [answer],
      "/sign-in": ["/sign-in"],
      "/first-administrator/:token": [first],
      "/invitation/:token": [invitation],
    },
    quality: {
      "/": ["/"],
      "/account": ["/account"],
      "/actions": ["/actions", "/actions?ended=yes"],
      "/actions/:number/end": ["/actions/1/end"],
      "/appliances/:id": ["/appliances/fridge-1"],
      "/drills": ["/drills"],
      "/drills/new": ["/drills/new"],
      "/drills/:id": ["/drills/drill-1", "/drills/drill-2"],
      "/drills/:id/review": ["/drills/drill-1/review"],
      "/canary": ["/canary"],
      "/excursions": ["/excursions"],
      "/excursions/:id": [`/excursions/${excursion}`],
      "/excursions/:id/actions/new": [`/excursions/${excursion}/actions/new`],
      "/excursions/:id/sign": [`/excursions/${excursion}/sign`],
      "/on-duty": ["/on-duty"],
      "/on-duty/contacts/:contact": ["/on-duty/contacts/on-call"],
      "/on-duty/calendar": ["/on-duty/calendar"],
      "/on-duty/plan": ["/on-duty/plan"],
      "/on-duty/:rota/override": ["/on-duty/nights/override"],
      "/reports": ["/reports"],
      "/site": ["/site"],
      "/site/edit/:what": edits.map((what) => `/site/edit/${what}`),
      "/site/edit/:what/:id": [...kept, "calibration/p1", "profile/red-cells-eu"].map(
        (what) => `/site/edit/${what}`,
      ),
      "/site/history/:what/:id": ["/site/history/probe/p1", "/site/history/profile/red-cells-eu"],
      "/site/proposals": ["/site/proposals"],
      "/site/upload": ["/site/upload"],
      "/trail": ["/trail"],
      "/trail/reviews": ["/trail/reviews"],
      "/trail/reviews/new": ["/trail/reviews/new"],
      "/units": ["/units", "/units?status=held"],
      "/units/:din/:productCode": [unit],
      "/units/import": ["/units/import"],
      "/work": ["/work"],
      "/work/lists": ["/work/lists"],
      "/work/:id": [`/work/${excursion}`],
    },
    administrator: {
      "/people": ["/people"],
      "/people/accounts/:login": ["/people/accounts/quinn"],
      "/people/new": ["/people/new"],
      "/people/review": ["/people/review"],
      "/people/sessions": ["/people/sessions"],
      "/people/tokens": ["/people/tokens"],
    },
  } as const;
}

/** A drill that is over, and one that is planned. */
async function holdDrills({ server, clock }: Awaited<ReturnType<typeof startJourney>>): Promise<void> {
  const { services } = server;
  const plan = {
    probe: "p2",
    appliance: "fridge-2",
    trace: { kind: "scenario", scenario: "door-open" },
    goalMs: 600_000,
    repeatDays: 90,
    isAnnounced: false,
    reason: "Quarterly alarm test",
    plannedBy: { actor: "person:quinn", name: "Quinn Quist", role: "quality" },
  } as const;
  const first = planDrill(services, "person:quinn", { ...plan, startAt: clock.epochMs() });
  cancelPlanned(services, "person:quinn", first, plan.plannedBy, "The wrong refrigerator");
  planDrill(services, "person:quinn", { ...plan, startAt: clock.epochMs() + 86_400_000 });
}

/** The addresses that answer pages, by the table of all routes. */
function pageRoutes(): string[] {
  const table = readFileSync("docs/roles.md", "utf8");
  const paths = [...table.matchAll(/^\| `GET (\/[^`]*)`/gm)].map(([, path = ""]) => path);
  const machines = /^\/(v1|fhir|assets|health|metrics|openapi\.json|live)(\/|$)/;
  return paths.filter((path) => !machines.test(path) && !noPages.includes(path));
}

describe.skipIf(isBrowserMissing)("every page (skipped where /usr/bin/chromium is not installed)", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());

  it("is one of which axe finds nothing serious and the browser complains of nothing, at a desk and on a phone", async () => {
    const journey = await startJourney(browser);
    const { people, excursions } = journey.server.services;
    const first = people.firstAdministrator.issue()?.path ?? "";
    const early = await journey.sitDown("mouse");
    await early.goTo(first);
    await early.standUp();
    const admin = await firstAdministrator(people, journey.clock);
    const quinn = await inviteAndSignIn(people, journey.clock, admin, "quinn", "quality");
    const nora = { login: "nora", name: "Nora Novak", email: "nora@example.org", role: "storage" as const };
    const invitation = people.accounts.invite(admin.person, nora, "new here")?.path ?? "";
    await sendExcursion(journey);
    const { answerKey, database } = journey.server.services;
    const called = database.prepare("SELECT number FROM deliveries WHERE summons IS NOT NULL LIMIT 1").get();
    const answer = `/a/${answerKey.tokenOf(Number(called?.["number"]))}`;
    const site = journey.server.services.site()?.site;
    if (site !== undefined) journey.server.services.applySite({ ...site, ...duties }, "command");
    // Nothing receives the canary here: one is late by the time that somebody looks.
    for (let second = 0; second < 90; second += 1) {
      journey.clock.advance(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const [excursion] = excursions.list({ limit: 1 }, journey.clock.epochMs());
    await holdDrills(journey);
    planAction(journey.server.services, "person:quinn", {
      who: { actor: "person:quinn", name: quinn.person.name, role: "quality" },
      action: {
        excursion: excursion?.id ?? "",
        what: "Replace the gasket of the door",
        owner: { login: null, name: "Technical service" },
        due: "2026-01-31",
        cause: "Door left open",
      },
    });
    const all = visits(excursion?.id ?? "", invitation, first, answer);
    const covered = [...Object.values(all).flatMap((pages) => Object.keys(pages)), ...elsewhere];
    expect(pageRoutes().filter((path) => !covered.includes(path))).toEqual([]);
    const { "/first-administrator/:token": _looked, ...nobody } = all.nobody;
    const look = async (
      who: SignedIn | null,
      pages: Readonly<Record<string, readonly string[]>>,
    ): Promise<void> => {
      for (const viewport of [
        { width: 1280, height: 900 },
        { width: 390, height: 844 },
      ]) {
        const seat = await journey.sitDown("mouse", { viewport });
        const value = who?.headers["cookie"]?.replace("coldkeep=", "");
        if (value !== undefined)
          await seat.page.context().addCookies([{ name: "coldkeep", value, url: journey.url }]);
        for (const path of Object.values(pages).flat()) {
          const answered = seat.page.waitForResponse((response) => response.request().isNavigationRequest());
          await seat.goTo(path);
          expect([path, (await answered).status()]).toEqual([path, 200]);
          const isWide = await seat.page.evaluate("document.documentElement.scrollWidth > window.innerWidth");
          expect([path, viewport.width, isWide]).toEqual([path, viewport.width, false]);
        }
        await seat.standUp();
      }
    };
    await look(null, nobody);
    await look(quinn, all.quality);
    await look(admin, all.administrator);
    expect(journey.findings()).toEqual([]);
    await journey.stop();
  });
});
