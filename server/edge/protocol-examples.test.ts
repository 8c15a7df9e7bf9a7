import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { isAlarmIdentity } from "@coldkeep/core/alarms/identity.ts";
import { edgeReportSchema } from "@coldkeep/core/contract/edge.ts";
import { parseInstant } from "@coldkeep/core/time/millis.ts";

const page = readFileSync(new URL("../../docs/protocols.md", import.meta.url), "utf8");

test("the report in the protocols is one, and its id follows the rule", () => {
  const [, example = ""] = /```edge report\n(.+)\n```/.exec(page) ?? [];
  const { alarms } = edgeReportSchema.parse(JSON.parse(example));
  expect(alarms).toHaveLength(1);
  for (const { id, kind, subject, raisedAt } of alarms)
    expect(isAlarmIdentity(id, kind, subject, parseInstant(raisedAt) ?? 0)).toBe(true);
});
