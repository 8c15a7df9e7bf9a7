import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { decodeIncoming } from "@coldkeep/core/gsm/incoming.ts";
import { encodeSubmit } from "@coldkeep/core/gsm/submit.ts";
import { toUserData } from "@coldkeep/core/gsm/user-data.ts";
import { readSlaveText } from "@coldkeep/core/onewire/sensor-text.ts";
import { dayMs } from "@coldkeep/core/time/millis.ts";

const text = readFileSync(new URL("../../docs/protocols.md", import.meta.url), "utf8");

function examples(kind: string): string[] {
  const block = new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\``, "m").exec(text)?.[1] ?? "";
  return block.split("\n").filter((line) => line !== "");
}

test.each(examples("sms written"))("%s", (example) => {
  const [, report, to = "", said = "", pdu] = /^(report )?(\+\d+) (.*) = ([0-9A-F]+)$/.exec(example) ?? [];
  const [data, ...more] = toUserData(said, 0) ?? [];
  expect(more).toEqual([]);
  if (data === undefined) expect.fail("no part");
  const message = { to, data, validityMs: 4 * dayMs, report: report !== undefined };
  expect(encodeSubmit(message).pdu).toBe(pdu);
});

test.each(examples("sms read"))("%s", (example) => {
  const blank = example.lastIndexOf(" ");
  const incoming: unknown = JSON.parse(example.slice(0, blank));
  expect(decodeIncoming(example.slice(blank + 1))).toEqual({ ok: true, incoming });
});

test.each(examples("onewire examples"))("%s", (example) => {
  const [, told = "", file = ""] = /^(\S+) (.*)$/.exec(example) ?? [];
  const result = readSlaveText("28-000000b81c02", Buffer.from(file.replaceAll("\\n", "\n"), "latin1"));
  expect(result.ok ? String(result.value) : result.code).toBe(told);
});

test("each block has its examples", () => {
  const sizes = ["sms written", "sms read", "onewire examples"].map((kind) => examples(kind).length);
  expect(sizes).toEqual([3, 2, 5]);
});
