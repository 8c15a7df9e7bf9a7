/**
 * Goal: a scenario's text is read as docs/scenarios.md says, and whatever is wrong with one is told with file, line and what was expected. Method: small texts, the
 * page's own example, and properties over texts made of the format's words.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CodedError } from "../errors/coded-error.ts";
import { formatInstant, minuteMs } from "../time/millis.ts";
import { parseScenario } from "./parse.ts";
import { runScenario } from "./run.ts";
import { defaultStart } from "./times.ts";

const profile =
  "profile p low 2 high 6 maxGap 5m excursionAfter 10m recoverAfter 5m unmonitoredAfter 30m alarmDelay 5m";
const wrap = (lines: string): string => `${profile}\n${lines}\nat end expect no low excursion`;
const readingsOf = (series: string) =>
  parseScenario("a", wrap(series)).sent.map(({ sentAt, reading }) => [
    (sentAt - defaultStart) / minuteMs,
    "celsius" in reading ? reading.celsius : reading.fault,
    (reading.at - sentAt) / minuteMs,
  ]);

function mistake(text: string): string {
  try {
    parseScenario("door.scenario", text);
  } catch (error) {
    if (error instanceof CodedError && error.code === "scenario.invalid") return error.message;
    throw error;
  }
  return "no mistake";
}

describe("series", () => {
  it("repeats, leaves gaps, ramps and knows faults", () => {
    expect(readingsOf("series f every 1m from -1m: 4x2 gap 10m open ramp 4..5 over 2m")).toEqual([
      [-1, 4, 0],
      [0, 4, 0],
      [10, "open", 0],
      [11, 4, 0],
      [12, 4.5, 0],
      [13, 5, 0],
    ]);
  });

  it("changes its pace after the reading before, and its clock for the readings after", () => {
    expect(readingsOf("series f every 1m from 0m: 4 every 5m 5 clock +2h 6 clock 0 openx2")).toEqual([
      [0, 4, 0],
      [5, 5, 0],
      [10, 6, 120],
      [15, "open", 0],
      [20, "open", 0],
    ]);
  });

  it("goes on over indented lines, and ends where a comment begins", () => {
    expect(readingsOf("series f every 1m from 0m: # a door\n  4 # closed\n\n\t5")).toHaveLength(2);
  });
});

describe("times", () => {
  const startOf = (head: string): string =>
    formatInstant(parseScenario("a", `${head}\n${wrap("reading f at 0m: 4")}`).frame.start);

  it("reads local clocks on both sides of the change of the clocks", () => {
    expect(startOf("start 2026-10-25 02:30 Europe/Brussels first")).toBe("2026-10-25T00:30:00.000Z");
    expect(startOf("start 2026-10-25 02:30 Europe/Brussels second")).toBe("2026-10-25T01:30:00.000Z");
    expect(startOf("zone Europe/Brussels\nstart 2026-03-29 03:00")).toBe("2026-03-29T01:00:00.000Z");
    expect(startOf("start 2026-03-29T01:00:00+02:00")).toBe("2026-03-28T23:00:00.000Z");
  });

  it.each([
    ["start 2026-10-25 02:30 Europe/Brussels", "comes twice that night"],
    ["start 2026-03-29 02:30 Europe/Brussels", "the clocks go forward"],
    ["start 2026-02-30 02:30 Europe/Brussels", "date, clock time and time zone that exist"],
    ["start 2026-10-25 02:30", "a time zone such as Europe/Brussels"],
    ["zone Europe/Atlantis", "a time zone such as Europe/Brussels"],
  ])("refuses %s", (line, what) => expect(mistake(line)).toContain(what));
});

describe("mistakes", () => {
  it.each([
    [`${profile}\nseries f every 1m: 4`, 'door.scenario:2: expected "from", found ":"'],
    [`${profile}\n\nserie f`, "door.scenario:3: expected the beginning of a statement"],
    [wrap("series f every 1m from 0m: 4 fourx2"), 'found "fourx2"'],
    [wrap("series f every 1m from 0m: 4x20001"), "at most 20000 readings"],
    [wrap("series f every 1m from 0m: ramp 4..5 over 90s"), "a whole number of the series' steps"],
    [wrap("series f every 1m from 0m: 4\nat 5m expect high excursion begin 3m"), 'found "begin"'],
    [wrap("series f every 1m from 0m: 4\nat 5m expect"), "the line ends here"],
    [wrap("series f every 1m from 0m: 4\nunit A in g from 0m"), "appliances that a probe watches"],
    [wrap("series f every 1m from 0m: 4\nat 5m expect unit A held"), "puts somewhere"],
    [wrap("probe f profile p\nseries g every 1m from 0m: 4"), "a line `probe ...` above names"],
    [wrap("series f every 1m from 0m: 4\nat end expect g 1 excursion"), "the name of a probe"],
    [wrap("reading f at 0m: 4\nreading g at 0m: 4\nat end expect high excursion"), "there are several"],
    [wrap("reading f at 0m: 4\nprofile p high 1"), '"from" and a time'],
    [wrap("reading f at 0m: 4\nprofile p from 1h high 1"), "expected high to be above low"],
    [profile.replace("maxGap 5m", "maxGap 5"), "a duration with its unit"],
    [profile.replace("alarmDelay 5m", ""), "expected alarmDelay and its value"],
    [profile, "a line `series ...` with readings"],
    ["  indented", "a statement at the margin"],
  ])("%j", (text, what) => expect(mistake(text)).toContain(what));

  it("tells all of them at once, by line", () => {
    const lines = mistake("profil\nzone x\nat 3 expect").split("\n");
    expect(lines.map((line) => line.slice(0, 16))).toEqual([1, 2, 3].map((line) => `door.scenario:${line}:`));
  });
});

const folder = join(import.meta.dirname, "../../scenarios");
const library = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
const vocabulary = [...new Set(library.flatMap((text) => text.split(/[^\S\n]+/)))];

/** Texts of the format's own words, in any order and over any lines. */
const wordy = fc
  .array(fc.tuple(fc.constantFrom(...vocabulary), fc.constantFrom(" ", " ", " ", "\n", "\n  ")))
  .map((words) => words.flat().join(""));

/** A scenario of the library of which some words were replaced, left out or doubled. */
const damaged = fc
  .tuple(
    fc.constantFrom(...library),
    fc.array(fc.tuple(fc.nat(), fc.constantFrom(...vocabulary, "", "-", "9999999", "\u0000")), {
      maxLength: 4,
    }),
  )
  .map(([text, changes]) => {
    const words = text.split(/(\s+)/);
    for (const [index, word] of changes) words[index % words.length] = word;
    return words.join("");
  });

describe("any text", () => {
  it("is a scenario or told as a mistake, and what is a scenario can be run", () => {
    let scenarios = 0;
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), wordy, damaged), (text) => {
        const scenario = tryParse(text);
        if (scenario === null || scenario.sent.length > 1_000) return;
        scenarios += 1;
        expect(runScenario(scenario).checks.length).toBeGreaterThan(0);
      }),
      { numRuns: Number(process.env["RUNS"] ?? 500) },
    );
    expect(scenarios).toBeGreaterThan(0);
  });
});

function tryParse(text: string) {
  try {
    return parseScenario("any.scenario", text);
  } catch (error) {
    expect(error).toBeInstanceOf(CodedError);
    expect(error).toMatchObject({ code: "scenario.invalid" });
    return null;
  }
}
