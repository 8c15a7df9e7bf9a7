import { hourMs } from "@coldkeep/core/time/millis.ts";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sampleApp, sampleViews } from "./sample-app.ts";
import {
  sampleAppliancePage,
  sampleExcursion,
  sampleExcursionPage,
  sampleOpenExcursion,
  sampleUnit,
  sampleCurve,
} from "./sample-excursions.ts";
import {
  sampleAlarm,
  sampleAppliance,
  sampleBoard,
  sampleNow,
  sampleProbe,
  sampleReadings,
  sampleSite,
} from "./sample-views.ts";
import type { PageViews, Standing } from "./views.ts";
import { standingWords, statusWords } from "./words.ts";

const html = { accept: "text/html" };

async function get(url: string, views: Partial<PageViews> = {}): Promise<string> {
  const { app } = await sampleApp({ views: sampleViews(views), acknowledge: () => true });
  const answer = await app.inject({ url, headers: html });
  await app.close();
  expect(answer.headers["content-type"]).toBe("text/html; charset=utf-8");
  return answer.body;
}

describe("the board", () => {
  it("says every state in a word, with a shape of its own", async () => {
    const shapes = new Set<string>();
    for (const standing of Object.keys(standingWords) as Standing[]) {
      const probes = [sampleProbe("p", standing, sampleReadings(sampleNow - hourMs, sampleNow, 4))];
      const page = await get("/", {
        board: () => sampleBoard({ alarms: [], appliances: [sampleAppliance({ probes })] }),
      });
      const tile = /<li class="tile"[^]*?<\/p>/.exec(page)?.[0] ?? "";
      expect(tile).toContain(`<span>${standingWords[standing]}</span>`);
      shapes.add(/<svg[^]*?<\/svg>/.exec(tile)?.[0] ?? "");
    }
    expect(shapes.size).toBe(Object.keys(standingWords).length);
  });

  it("puts the worst appliances first and keeps the given order among equals", async () => {
    const make = (id: string, standing: Standing, openExcursions: string[] = []) =>
      sampleAppliance({ id, name: id, openExcursions, probes: [sampleProbe(id, standing, [])] });
    const appliances = [
      make("a", "in"),
      make("b", "unknown"),
      make("c", "high"),
      make("d", "in", ["x"]),
      make("e", "low", ["y"]),
      make("f", "in"),
    ];
    const page = await get("/", { board: () => sampleBoard({ appliances }) });
    expect([...page.matchAll(/id="tile-(\w)"/g)].map(([, id]) => id).join("")).toBe("ecbdaf");
  });

  it("breaks a sparkline where there is a gap", async () => {
    const readings = sampleReadings(sampleNow - hourMs, sampleNow, 4).filter(
      (_, index) => index < 20 || index > 40,
    );
    const page = await get("/", {
      board: () =>
        sampleBoard({ appliances: [sampleAppliance({ probes: [sampleProbe("p", "in", readings)] })] }),
    });
    const line = /<path\s+class="line"\s+d="([^"]*)"/.exec(page)?.[1] ?? "";
    expect(line.match(/M/g)).toHaveLength(2);
  });

  it("says what it means where there is nothing", async () => {
    const page = await get("/", { board: () => sampleBoard({ alarms: [], appliances: [] }) });
    expect(page).toContain("Nothing calls for anybody");
    expect(page).toContain("This site has no appliances yet");
  });

  it("says in its title how many alarms wait", async () => {
    expect(await get("/")).toContain("<title>2 alarms waiting · Board · mechelen · Coldkeep</title>");
    expect(await get("/", { board: () => sampleBoard({ alarms: [] }) })).toContain("<title>Board · mechelen");
  });

  it("offers acknowledgement only where the server takes it, and only for what waits", async () => {
    expect((await get("/")).match(/action="\/alarms\//g)).toHaveLength(2);
    const { app } = await sampleApp();
    expect((await app.inject({ url: "/", headers: html })).body).not.toContain('action="/alarms/');
    expect((await app.inject({ method: "POST", url: "/alarms/alarm-1/acknowledge" })).statusCode).toBe(404);
    await app.close();
  });
});

describe("the page of an appliance", () => {
  it("shows the asked window and marks its button", async () => {
    const asked: number[] = [];
    const views = {
      appliance: (_id: string, from: number, to: number) => {
        asked.push(to - from);
        return sampleAppliancePage();
      },
    };
    expect(await get("/appliances/fridge-3?hours=0.25", views)).toMatch(/hours=0.25"\s+aria-current="true"/);
    await get("/appliances/fridge-3?hours=99999", views);
    await get("/appliances/fridge-3?hours=<b>", views);
    expect(asked).toEqual([0.25 * hourMs, 6 * hourMs, 6 * hourMs]);
  });

  it("can be read without scripts: the curve is drawn, gaps are hatched", async () => {
    const page = await get("/appliances/fridge-3");
    expect(page).toMatch(/<svg class="curve"[^]*url\(#hatch\)[^]*class="line"/);
    expect(page).toContain("1 gap");
  });
});

describe("the pages of excursions", () => {
  it("say of an open one that it is open, and until when it was looked at", async () => {
    const page = await get("/excursions/exc-open");
    expect(page).toContain("still open at 22 Nov 2026, 09:30:00");
    expect(page).toContain("Not yet");
    expect(page).toContain(statusWords.open);
  });

  it("give the time out as a range where time is unknown, and as one length where none is", async () => {
    expect(await get("/excursions/exc-20261122-0001")).toContain("52 min 14 s to 1 h 14 min 14 s");
    const excursion = sampleExcursion({ unknownMs: 0 });
    expect(await get("/excursions/x", { excursion: () => sampleExcursionPage({ excursion }) })).toContain(
      "<b>52 min 14 s</b>",
    );
  });

  it("lists units that left apart, to be recalled", async () => {
    const page = await get("/excursions/exc-20261122-0001");
    expect(page).toContain("Recall list: 1 unit no longer in an appliance");
    const none = await get("/excursions/x", {
      excursion: () => sampleExcursionPage({ units: [sampleUnit(1)] }),
    });
    expect(none).not.toContain("Recall list");
  });

  it("shows who is still owed a message, and why it failed", async () => {
    const page = await get("/excursions/exc-20261122-0001");
    expect(page).toContain("Not sent");
    expect(page).toContain("4 attempts: mail server refused the connection");
  });

  it("hands out the report as PDF", async () => {
    const { app } = await sampleApp();
    const answer = await app.inject({ url: "/excursions/exc-20261122-0001/report.pdf" });
    expect(answer.headers["content-type"]).toBe("application/pdf");
    expect(answer.body).toBe("%PDF-sample");
    await app.close();
  });

  it("are made also where the window of the curve was cut at a fraction of a millisecond", async () => {
    const curve = sampleCurve({ from: sampleNow - 6 * hourMs + 0.25, to: sampleNow - 0.5 });
    const page = await get("/excursions/x", { excursion: () => sampleExcursionPage({ curve }) });
    expect(page).toContain('class="line"');
  });

  it("says what it means where there is none", async () => {
    const page = await get("/excursions", {
      excursions: () => ({ site: sampleSite, at: sampleNow, excursions: [] }),
    });
    expect(page).toContain("No appliance was ever out of range");
  });

  it("writes every time in the site's zone, also where the clock was put back", async () => {
    const start = Temporal.Instant.from("2026-10-25T00:30:00Z").epochMilliseconds;
    const excursion = sampleOpenExcursion({ start, provenGoodBefore: start });
    const page = await get("/excursions/x", { excursion: () => sampleExcursionPage({ excursion }) });
    expect(page).toContain("25 Oct 2026, 02:30:00 (UTC+2)");
    expect(page).toContain("Times are those of Europe/Brussels (UTC+1).");
  });
});

describe("texts from outside", () => {
  const free = new Set(
    "id name applianceName appliance probe text acknowledgedBy reason change contact address subject lastError din productCode now profile profileSource hash openExcursions".split(
      " ",
    ),
  );
  function replace<T>(value: T, evil: string, key = ""): T {
    if (typeof value === "string") return (free.has(key) ? evil : value) as T;
    if (Array.isArray(value)) return value.map((each: unknown) => replace(each, evil, key)) as T;
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, replace<unknown>(each, evil, name)]),
    ) as T;
  }

  it("never reach a page as markup", async () => {
    let evil = "";
    const { app } = await sampleApp({
      acknowledge: () => true,
      views: {
        board: () => replace(sampleBoard({ alarms: [sampleAlarm()] }), evil),
        appliance: () => replace(sampleAppliancePage(), evil),
        excursions: () => replace({ site: sampleSite, at: sampleNow, excursions: [sampleExcursion()] }, evil),
        excursion: () => replace(sampleExcursionPage(), evil),
      },
    });
    const noise = fc.string({
      unit: fc.constantFrom("<", ">", '"', "'", "&", "=", "!", "$", "{", "`", "/", " ", "é", "\0"),
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(noise, noise, async (before, after) => {
        evil = `${before}<zq a=1>"zq'zq${after}`;
        for (const url of ["/", "/appliances/x", "/excursions", "/excursions/x"]) {
          const { body, statusCode } = await app.inject({ url, headers: html });
          expect(statusCode).toBe(200);
          expect(body).not.toContain("<zq");
          expect(body).not.toContain('"zq');
          expect(body).not.toContain("'zq");
          expect(body).toContain("zq");
        }
      }),
      { numRuns: 15 },
    );
    await app.close();
  });
});
