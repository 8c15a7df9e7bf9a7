import { expect, test } from "vitest";
import { minuteMs } from "../time/millis.ts";
import { standardTerms } from "./alarm-state.ts";
import { raiseAlarm, stepAlarm } from "./lifecycle.ts";
import { toldSeverity } from "./told-severity.ts";

const { state: raised } = raiseAlarm(0, {
  ...standardTerms,
  offDelay: minuteMs,
  realarmAfter: 20 * minuteMs,
});

test("an alarm that lasts becomes critical only with a step that says so", () => {
  const clearing = stepAlarm(raised, { kind: "clear" }, minuteMs).state;
  const silent = stepAlarm(clearing, { kind: "onset" }, minuteMs + 1);
  expect(silent.effects).toEqual([]);
  expect(toldSeverity("warning", "critical", clearing, silent)).toBe("warning");
  const worse = stepAlarm(silent.state, { kind: "worsen" }, minuteMs + 1);
  expect(toldSeverity("warning", "critical", silent.state, worse)).toBe("critical");
  const again = stepAlarm(raised, { kind: "onset" }, 20 * minuteMs);
  expect(toldSeverity("warning", "critical", raised, again)).toBe("critical");
});

test("what comes on anew or gets better is what it is described as", () => {
  const over = stepAlarm(
    stepAlarm(raised, { kind: "clear" }, minuteMs).state,
    { kind: "tick" },
    2 * minuteMs,
  );
  const back = stepAlarm(over.state, { kind: "onset" }, 3 * minuteMs);
  expect(toldSeverity("warning", "critical", over.state, back)).toBe("critical");
  expect(toldSeverity("critical", "warning", raised, stepAlarm(raised, { kind: "tick" }, 1))).toBe("warning");
});
