import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { batchSchema } from "@coldkeep/core/contract/batch.ts";
import { type MessageErrorCode, parseMessage } from "@coldkeep/core/mqtt/message.ts";
import { formatLine, type FrameErrorCode, parseLine } from "@coldkeep/core/serial/frame.ts";

/** Reads docs/protocols.md and holds the code to every example in it. */
const text = readFileSync(new URL("../docs/protocols.md", import.meta.url), "utf8");

function examples(kind: string): string[] {
  const blocks = [...text.matchAll(new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\``, "gm"))];
  return blocks.flatMap((block) => (block[1] ?? "").split("\n").filter((line) => line !== ""));
}

const firstWord = (line: string): [string, string] => {
  const blank = line.indexOf(" ");
  return [line.slice(0, blank), line.slice(blank + 1)];
};

function message(line: string): ReturnType<typeof parseMessage> {
  const retained = line.startsWith("retained ");
  const [topic, payload] = firstWord(retained ? line.slice("retained ".length) : line);
  return parseMessage(topic, Buffer.from(payload), retained);
}

describe("serial lines in docs/protocols.md", () => {
  test.each(examples("serial accepted"))("%s is taken and written the same", (line) => {
    const parsed = parseLine(line);
    expect(parsed.ok && formatLine(parsed.frame)).toBe(line);
  });

  test.each(examples("serial refused"))("%s", (example) => {
    const [code, line] = firstWord(example);
    expect(parseLine(line)).toEqual({ ok: false, code });
  });

  test("the parsed example means what the page says", () => {
    const [line = "", json = ""] = examples("serial parsed");
    expect(parseLine(line)).toEqual({ ok: true, frame: { kind: "sample", sample: JSON.parse(json) } });
  });

  test("every refusal code has an example or its sentence", () => {
    const codes: Record<FrameErrorCode, true> = {
      "serial.no-start": true,
      "serial.no-crc": true,
      "serial.crc-wrong": true,
      "serial.too-long": true,
      "serial.kind-unknown": true,
      "serial.field-count": true,
      "serial.device-invalid": true,
      "serial.number-invalid": true,
      "serial.channel-invalid": true,
    };
    expect(Object.keys(codes).filter((code) => !text.includes(code))).toEqual([]);
    expect(parseLine(`$${"x".repeat(1_024)}`)).toEqual({ ok: false, code: "serial.too-long" });
  });
});

describe("MQTT messages in docs/protocols.md", () => {
  test.each(examples("mqtt accepted"))("%s is taken", (example) => {
    const [, payload] = firstWord(example);
    const parsed = message(example);
    const { boot, sequence, uptimeMs, channels, at } = JSON.parse(payload);
    expect(parsed).toEqual({
      ok: true,
      sample: {
        device: "ckt-fridge-3",
        boot,
        sequence,
        uptimeMs,
        channels,
        at: at === undefined ? null : Temporal.Instant.from(at).epochMilliseconds,
      },
    });
  });

  test.each(examples("mqtt refused"))("%s", (example) => {
    const [code, rest] = firstWord(example);
    expect(message(rest)).toEqual({ ok: false, code });
  });

  test("every refusal code has an example or its sentence", () => {
    const codes: Record<MessageErrorCode, true> = {
      "mqtt.topic-unknown": true,
      "mqtt.too-long": true,
      "mqtt.not-json": true,
      "mqtt.shape-invalid": true,
      "mqtt.at-invalid": true,
      "mqtt.channel-invalid": true,
      "mqtt.retained": true,
    };
    expect(Object.keys(codes).filter((code) => !text.includes(code))).toEqual([]);
    const long = parseMessage("coldkeep/v1/a/readings", new Uint8Array(16_385), false);
    expect(long).toEqual({ ok: false, code: "mqtt.too-long" });
  });
});

test.each(examples("batch accepted"))("the batch in docs/protocols.md is of the contract: %s", (line) => {
  expect(batchSchema.safeParse(JSON.parse(line)).success).toBe(true);
});
