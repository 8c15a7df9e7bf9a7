import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { messageSplitter } from "@coldkeep/core/modbus/mbap.ts";
import { planReads, readChannels } from "@coldkeep/core/modbus/plan.ts";
import { namedProfile, profileNames } from "@coldkeep/core/modbus/profiles.ts";
import {
  type AnswerErrorCode,
  parseAnswerPdu,
  type ReadRequest,
  requestPdu,
} from "@coldkeep/core/modbus/read-request.ts";
import { findAnswer, rtuRequest, whyUnanswered } from "@coldkeep/core/modbus/rtu.ts";
import { sourceSchema } from "../sources/source-settings.ts";

/** Reads docs/protocols.md, "Modbus", and holds the code to every example in it. */
const text = readFileSync(new URL("../../docs/protocols.md", import.meta.url), "utf8");

function block(kind: string): string {
  return new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\``, "m").exec(text)?.[1] ?? "";
}

const lines = (kind: string): string[] =>
  block(kind)
    .split("\n")
    .filter((line) => line !== "");

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));
const spaced = (frame: Uint8Array): string =>
  Buffer.from(frame)
    .toString("hex")
    .toUpperCase()
    .replace(/..(?=.)/g, "$& ");

const firstQuestion: ReadRequest = { unit: 1, function: 3, address: 0, count: 1 };

describe("Modbus in docs/protocols.md", () => {
  test.each(lines("modbus exchange"))("%s", (line) => {
    const [, profile = "", question = "", answer = "", meaning = ""] =
      /^(\S+) (.*) > (.*) = (.*)$/.exec(line) ?? [];
    const name = profileNames.find((one) => one === profile);
    const reads = name === undefined ? [] : planReads(namedProfile(name));
    const read = reads.find(({ request }) => spaced(rtuRequest({ unit: 1, ...request })) === question);
    const found = read && findAnswer({ unit: 1, ...read.request }, bytes(answer));
    expect(read && found?.found && readChannels(read, found.answer)).toEqual(JSON.parse(meaning));
  });

  test.each(lines("modbus refused"))("%s", (line) => {
    const [, code, question, heard = ""] = /^(\S+) (.*?) >\s?(.*)$/.exec(line) ?? [];
    expect(spaced(rtuRequest(firstQuestion))).toBe(question);
    expect(findAnswer(firstQuestion, bytes(heard))).toEqual({ found: false });
    expect(whyUnanswered(firstQuestion, bytes(heard))).toBe(code);
  });

  test.each(lines("modbus tcp"))("%s", (line) => {
    const [question = "", answer = ""] = line.split(" > ");
    const [asked] = messageSplitter().push(bytes(question)).messages;
    const [told] = messageSplitter().push(bytes(answer)).messages;
    expect(asked).toEqual({ transaction: 0x1501, unit: 1, pdu: requestPdu(firstQuestion) });
    expect(told && parseAnswerPdu(firstQuestion, told.pdu)).toEqual({
      ok: true,
      answer: { kind: "values", values: [41] },
    });
  });

  test("the settings are taken", () => {
    const sources = (parse(block("yaml modbus sources")) as unknown[]).map((one) => sourceSchema.parse(one));
    expect(sources.map((one) => one.kind)).toEqual(["modbus-rtu", "modbus-tcp"]);
  });

  test("every ready-made profile has its row and every code its sentence", () => {
    const codes: Record<AnswerErrorCode, true> = {
      "modbus.crc-wrong": true,
      "modbus.unit-wrong": true,
      "modbus.function-wrong": true,
      "modbus.length-wrong": true,
      "modbus.ambiguous": true,
      "modbus.unasked": true,
      "modbus.protocol-wrong": true,
      "modbus.timeout": true,
      "modbus.exception": true,
      "modbus.probation": true,
    };
    const errors = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");
    expect(Object.keys(codes).filter((code) => !errors.includes(`\`${code}\``))).toEqual([]);
    const named = (name: string): boolean => text.includes(`| \`${name.replace(/-float$/, "-tenths")}\``);
    expect(profileNames.filter((name) => !named(name))).toEqual([]);
  });

  test.each([
    [{ devices: [{ device: "a", unit: 0, profile: "int16-tenths" }] }, "devices.0.unit"],
    [{ devices: [{ device: "a", unit: 1, profile: "int16-tenths", interval: "2h" }] }, "devices.0.interval"],
    [
      { devices: [{ device: "a", unit: 1, profile: "int16-tenths", channels: ["air"] }] },
      "devices.0.channels.0",
    ],
    [{ devices: [1, 2].map((unit) => ({ device: "a", unit, profile: "int16-tenths" })) }, "devices.1.device"],
    [
      { devices: [{ device: "a", unit: 1, profile: { channels: { t: { register: -1 } } } }] },
      "devices.0.profile.channels.t.register",
    ],
  ])("settings with %j are refused at their place", (wrong, place) => {
    const parsed = sourceSchema.safeParse({ kind: "modbus-rtu", id: "l", path: "/dev/l", ...wrong });
    expect(parsed.error?.issues.map((issue) => issue.path.join("."))).toContain(place);
  });
});
