import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readSparkplug, type SparkplugErrorCode } from "./message.ts";
import { emptyMetric, type Metric, type MetricValue, type Payload } from "./payload.ts";
import { readPayload } from "./payload-reader.ts";
import { writePayload, writeRebirthRequest } from "./payload-writer.ts";
import { formatHostState, parseSparkplugTopic } from "./topic.ts";

/** Reads the section "Sparkplug B" of docs/protocols.md and holds the code to every example in it. */
const text = readFileSync(new URL("../../docs/protocols.md", import.meta.url), "utf8");

function examples(kind: string): string[] {
  const [, block = ""] = new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\``, "m").exec(text) ?? [];
  return block.split("\n").filter((line) => line !== "");
}

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));

/** A metric as the page writes it: what is absent is left out, 64-bit numbers are text. */
interface WrittenMetric extends Partial<Omit<Metric, "alias" | "value">> {
  readonly alias?: string;
  readonly integer?: string;
  readonly float?: number;
  readonly boolean?: boolean;
}

function payloadOf(json: string): Payload {
  const { seq, at, metrics }: { seq?: number; at: number; metrics: WrittenMetric[] } = JSON.parse(json);
  return { at, seq: seq === undefined ? null : BigInt(seq), metrics: metrics.map(metricOf) };
}

function metricOf({ alias, integer, float, boolean, ...rest }: WrittenMetric): Metric {
  const value: MetricValue | null =
    integer !== undefined
      ? { kind: "integer", bits: BigInt(integer) }
      : float !== undefined
        ? { kind: "float", number: float }
        : boolean !== undefined
          ? { kind: "boolean", is: boolean }
          : null;
  return { ...emptyMetric, ...rest, alias: alias === undefined ? null : BigInt(alias), value };
}

const parsed = examples("sparkplug parsed");
const pairs = parsed.flatMap((line, index) => {
  const [topic = "", hex = ""] = line.split(" ");
  return index % 2 === 0 ? [{ topic, hex, json: parsed[index + 1] ?? "" }] : [];
});

describe("payloads in docs/protocols.md", () => {
  test("there are some", () => {
    expect(pairs.map(({ topic }) => parseSparkplugTopic(topic)?.type)).toEqual([
      "NBIRTH",
      "DBIRTH",
      "DDATA",
      "NDEATH",
      "NCMD",
    ]);
  });

  test.each(pairs)("$topic means what the page says", ({ topic, hex, json }) => {
    expect(readPayload(bytesOf(hex))).toEqual({ ok: true, payload: payloadOf(json) });
    expect(readSparkplug(topic, bytesOf(hex), false).ok).toBe(!topic.includes("NCMD"));
  });

  test.each(pairs)("$topic is written so that it reads the same", ({ json }) => {
    const payload = payloadOf(json);
    expect(readPayload(writePayload(payload))).toEqual({ ok: true, payload });
  });

  test("the request for a birth is the page's, byte for byte", () => {
    const { hex } = pairs.find(({ topic }) => topic.includes("NCMD")) ?? { hex: "" };
    expect(Buffer.from(writeRebirthRequest(1_795_313_400_000)).toString("hex")).toBe(hex);
  });

  test("the host's state is the page's", () => {
    expect(text).toContain(`\`${formatHostState(true, 1_795_313_400_000)}\``);
  });
});

describe("refused messages in docs/protocols.md", () => {
  test.each(examples("sparkplug refused"))("%s", (example) => {
    const [code, ...rest] = example.split(" ");
    const retained = rest[0] === "retained";
    const [topic = "", hex = ""] = retained ? rest.slice(1) : rest;
    expect(readSparkplug(topic, bytesOf(hex), retained)).toEqual({ ok: false, code });
  });

  test("every refusal code has an example or its sentence", () => {
    const codes: Record<SparkplugErrorCode, true> = {
      "sparkplug.topic-unknown": true,
      "sparkplug.retained": true,
      "sparkplug.too-long": true,
      "sparkplug.not-protobuf": true,
      "sparkplug.too-many-metrics": true,
      "sparkplug.timestamp-missing": true,
      "sparkplug.timestamp-invalid": true,
      "sparkplug.seq-invalid": true,
      "sparkplug.bdseq-missing": true,
      "sparkplug.birth-invalid": true,
    };
    expect(Object.keys(codes).filter((code) => !text.includes(code))).toEqual([]);
  });
});
