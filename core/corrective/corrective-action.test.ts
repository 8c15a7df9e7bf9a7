import { expect, test } from "vitest";
import { parseInstant } from "../time/millis.ts";
import { correctiveState, dayIn } from "./corrective-action.ts";

test("the day is that of the site's clocks", () => {
  const at = parseInstant("2026-11-22T23:30:00Z") ?? 0;
  expect(dayIn("Europe/Brussels", at)).toBe("2026-11-23");
  expect(dayIn("America/New_York", at)).toBe("2026-11-22");
});

test("an action is overdue from the day after the one by which it was to be done, and never once it has ended", () => {
  const open = { due: "2026-11-22", outcome: null };
  expect(correctiveState(open, "2026-11-22")).toBe("open");
  expect(correctiveState(open, "2026-11-23")).toBe("overdue");
  expect(correctiveState({ ...open, outcome: "done" }, "2026-12-23")).toBe("done");
  expect(correctiveState({ ...open, outcome: "cancelled" }, "2026-12-23")).toBe("cancelled");
});
