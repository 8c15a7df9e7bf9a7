import { describe, expect, it } from "vitest";
import { always } from "@coldkeep/core/site/dated.ts";
import { explainGap, type GapPlace } from "./explain-gap.ts";
import type { Interruption } from "./interruptions.ts";
import type { Gap } from "./probe-period.ts";

const gap: Gap = { from: 1_000, to: 2_000, faults: [], isMissing: true };
const place: GapPlace = {
  probe: "p1",
  appliance: "fridge-1",
  gateway: "g1",
  firstReadingAt: 0,
  channels: [always],
};
const power: Interruption = { kind: "power", subject: "fridge-1", from: 900, to: 1_400, said: null };

describe("a gap", () => {
  it("is unexplained where nothing is on record", () => {
    expect(explainGap(gap, place, [])).toEqual([{ cause: "nothing-known", ms: 1_000, about: "" }]);
    const elsewhere = [
      { ...power, subject: "fridge-2" },
      { ...power, from: 2_000, to: 3_000 },
    ];
    expect(explainGap(gap, place, elsewhere)).toEqual([{ cause: "nothing-known", ms: 1_000, about: "" }]);
  });

  it("is explained as far as the records go, each instant once, and the rest is said to be unexplained", () => {
    const silent: Interruption = {
      kind: "gateway-silent",
      subject: "g1",
      from: 1_300,
      to: 1_500,
      said: null,
    };
    expect(explainGap(gap, place, [power, silent])).toEqual([
      { cause: "power", ms: 400, about: "fridge-1" },
      { cause: "gateway-silent", ms: 200, about: "g1" },
      { cause: "nothing-known", ms: 500, about: "" },
    ]);
  });

  it("says who took the appliance out of service, what the sensor said, and what was not there yet", () => {
    const service: Interruption = {
      kind: "out-of-service",
      subject: "fridge-1",
      from: 0,
      to: null,
      said: "t. maes: defrosting",
    };
    expect(explainGap({ ...gap, faults: ["open"] }, place, [service])).toEqual([
      { cause: "out-of-service", ms: 1_000, about: "fridge-1, t. maes: defrosting" },
      { cause: "reading-fault", ms: 1_000, about: "open" },
    ]);
    expect(explainGap(gap, { ...place, firstReadingAt: 1_250 }, [])).toMatchObject([
      { cause: "before-first-reading", ms: 250 },
      { cause: "nothing-known", ms: 750 },
    ]);
    expect(explainGap(gap, { ...place, firstReadingAt: null }, [])).toMatchObject([
      { cause: "before-first-reading", ms: 1_000 },
    ]);
    const channels = [{ from: 1_600, to: always.to }];
    expect(explainGap(gap, { ...place, channels }, [])).toMatchObject([
      { cause: "no-channel", ms: 600 },
      { cause: "nothing-known", ms: 400 },
    ]);
  });
});
