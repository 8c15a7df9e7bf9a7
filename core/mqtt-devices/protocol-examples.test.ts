import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { formatInstant } from "../time/millis.ts";
import type { DeviceDialect, DeviceMessageErrorCode, DeviceMessageResult } from "./device-message.ts";
import { dialects } from "./example-dialects.ts";

/** Reads docs/protocols.md and holds the parsers to every example in it. */
const text = readFileSync(new URL("../../docs/protocols.md", import.meta.url), "utf8");

interface Example {
  readonly topic: string;
  readonly payload: string;
  readonly meaning: string;
}

function examples(dialect: string): Example[] {
  const block = new RegExp(`^\`\`\`mqtt-device ${dialect}\\n([\\s\\S]*?)^\`\`\``, "m").exec(text)?.[1] ?? "";
  return block.split("\n\n").map((group) => {
    const [topic = "", payload = "", meaning = ""] = group.split("\n");
    return { topic, payload, meaning };
  });
}

/** A result as the page writes it. */
function told(result: DeviceMessageResult): unknown {
  if (!result.ok) return `refused ${result.code}`;
  const [observation] = result.observations;
  const [presence] = result.presence;
  if (observation !== undefined)
    return { ...observation, at: observation.at === null ? null : formatInstant(observation.at) };
  return presence ?? "nothing";
}

const read = (dialect: DeviceDialect, { topic, payload }: Example): unknown =>
  told(dialect.parse(topic, Buffer.from(payload)));

describe.each(Object.entries(dialects))("%s in docs/protocols.md", (name, dialect) => {
  test.each(examples(name))("$topic $payload", (example) => {
    const meaning: unknown = example.meaning.startsWith("{") ? JSON.parse(example.meaning) : example.meaning;
    expect(read(dialect, example)).toEqual(meaning);
  });
});

test("every refusal code has an example or its sentence", () => {
  const codes: Record<DeviceMessageErrorCode, true> = {
    "mqtt.topic-unknown": true,
    "mqtt.too-long": true,
    "mqtt.not-json": true,
    "mqtt.shape-invalid": true,
    "mqtt.at-invalid": true,
    "mqtt.channel-invalid": true,
    "mqtt.device-invalid": true,
    "mqtt.value-invalid": true,
  };
  expect(Object.keys(codes).filter((code) => !text.includes(code))).toEqual([]);
});
