import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ago, exactly, siteTime } from "./site-time.ts";

const at = (text: string): number => Temporal.Instant.from(text).epochMilliseconds;

describe("times at a site", () => {
  const brussels = siteTime("Europe/Brussels");

  it("are written in the site's zone", () => {
    expect(brussels.full(at("2026-07-01T22:05:09Z"))).toBe("2 Jul 2026, 00:05:09");
    expect(brussels.short(at("2026-11-22T08:30:00Z"))).toBe("22 Nov, 09:30");
    expect(brussels.zone(at("2026-07-01T00:00:00Z"))).toBe("Europe/Brussels (UTC+2)");
    expect(siteTime("America/St_Johns").zone(at("2026-01-01T00:00:00Z"))).toBe("America/St_Johns (UTC−3:30)");
    expect(siteTime("UTC").zone(0)).toBe("UTC (UTC)");
  });

  it("say the offset where the clock was put back and an hour came twice", () => {
    expect(brussels.clock(at("2026-10-25T00:30:00Z"))).toBe("02:30 (UTC+2)");
    expect(brussels.clock(at("2026-10-25T01:30:00Z"))).toBe("02:30 (UTC+1)");
    expect(brussels.clock(at("2026-10-25T02:30:00Z"))).toBe("03:30");
  });

  it("tell any two instants of one second apart from each other", () => {
    const second = fc.integer({
      min: at("2026-10-24T22:00:00Z") / 1_000,
      max: at("2026-10-25T04:00:00Z") / 1_000,
    });
    fc.assert(
      fc.property(second, second, (a, b) => {
        fc.pre(a !== b);
        expect(brussels.full(a * 1_000)).not.toBe(brussels.full(b * 1_000));
      }),
    );
  });

  it("leave the date out only where it is the first one's", () => {
    const first = at("2026-11-22T08:30:00Z");
    expect(brussels.fullAfter(first, first + 60_000)).toBe("09:31:00");
    expect(brussels.fullAfter(first, first + 86_400_000)).toBe("23 Nov 2026, 09:30:00");
  });
});

describe("lengths of time", () => {
  it("say every second of a length: what is read back is the length", () => {
    const sizes: Record<string, number> = { d: 86_400, h: 3_600, min: 60, s: 1 };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), (length) => {
        const read = (text: string): number =>
          [...text.matchAll(/(\d+) (d|h|min|s)/g)].reduce(
            (sum, [, many, unit]) => sum + Number(many) * (sizes[unit ?? ""] ?? 0),
            0,
          );
        expect(read(exactly(length))).toBe(Math.floor(length / 1_000));
        expect(read(exactly(length, "up"))).toBe(Math.ceil(length / 1_000));
      }),
    );
  });

  it("read as people write them", () => {
    expect(exactly(45_999)).toBe("45 s");
    expect(exactly(720_000)).toBe("12 min");
    expect(exactly(3_909_000)).toBe("1 h 05 min 09 s");
    expect(ago(400)).toBe("just now");
    expect(ago(59_999)).toBe("59 s ago");
    expect(ago(47 * 3_600_000)).toBe("47 h ago");
    expect(ago(49 * 3_600_000)).toBe("2 d ago");
  });
});
