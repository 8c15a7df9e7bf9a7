import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { parseSettings } from "./settings.ts";

const minimal = `
gateway: mechelen-1
server: { url: "http://127.0.0.1:8080" }
data: ./data
sources:
  - { kind: serial, id: line-1, path: /dev/ttyUSB0 }
  - { kind: mqtt, id: broker, url: "mqtt://127.0.0.1" }
probes: { ckt-fridge-1/product: fridge-1-product }
`;

function mistakeOf(text: string, environment: Record<string, string> = {}): string {
  try {
    parseSettings(text, "gateway.yaml", environment);
  } catch (error) {
    if (error instanceof CodedError) return error.message;
  }
  return "none";
}

describe("the settings file", () => {
  test("needs little; the rest has its default", () => {
    const settings = parseSettings(minimal, "gateway.yaml");
    expect(settings).toMatchObject({
      bufferReadingsMax: 36_864_000,
      batchReadingsMax: 5_000,
      commitWithin: 2,
      linger: 100,
      requestTimeout: 30_000,
      pauseMax: 30_000,
      compression: "zstd",
      resendTimeout: 2_000,
      resendAttempts: 3,
      driftMax: 10_000,
      futureMax: 300_000,
    });
    expect(settings.sources[0]).toMatchObject({ baudRate: 9_600 });
  });

  test.each([
    ["an unknown name", `${minimal}\nbatchReadingMax: 5`, "batchReadingMax"],
    ["a bare number for a duration", `${minimal}\nlinger: 100`, "linger"],
    ["a duration out of range", `${minimal}\nlinger: 2s`, "linger: expected a duration from 0 ms to 1 s"],
    ["a count out of range", `${minimal}\nbatchReadingsMax: 10001`, "batchReadingsMax"],
    ["an address without a scheme", minimal.replace("http://127.0.0.1:8080", "127.0.0.1:8080"), "server.url"],
    ["a kind that is none", minimal.replace("kind: serial", "kind: modem"), "sources[0].kind"],
    [
      "a mapping without a channel",
      minimal.replace("ckt-fridge-1/product", "ckt-fridge-1"),
      "probes.ckt-fridge-1",
    ],
    ["an id used twice", minimal.replace("id: broker", "id: line-1"), "sources[1].id"],
    [
      "a probe fed twice",
      minimal.replace("probes: {", "probes: { other/t: fridge-1-product,"),
      'probe "fridge-1-product" is already fed by other/t',
    ],
    ["text that is not YAML", "gateway: [", "is not YAML"],
    ["nothing", "", "(top level)"],
  ])("%s is named with file and path", (_, text, expected) => {
    const mistake = mistakeOf(text);
    expect(mistake).toContain("gateway.yaml");
    expect(mistake).toContain(expected);
  });
});

test("the example is good, and what it says of defaults is so", () => {
  const text = readFileSync(new URL("../gateway.example.yaml", import.meta.url), "utf8");
  const spelledOut = text.replaceAll(/^# (\w+: \S+ +#)/gm, "$1");
  expect(spelledOut).toContain("\nfutureMax: 5m");
  expect(parseSettings(spelledOut, "example")).toEqual(parseSettings(text, "example"));
});

describe("the environment", () => {
  test("overrides each setting", () => {
    const settings = parseSettings(minimal, "gateway.yaml", {
      COLDKEEP_GATEWAY: "other",
      COLDKEEP_GATEWAY_TOKEN: "12345",
      COLDKEEP_SERVER_URL: "https://example.test",
      COLDKEEP_DATA: "/var/lib/coldkeep",
      COLDKEEP_HEALTH_LISTEN: "127.0.0.1:8090",
      COLDKEEP_BATCH_READINGS_MAX: "77",
      COLDKEEP_REQUEST_TIMEOUT: "5s",
      COLDKEEP_SOURCE_LINE_1_PATH: "/dev/serial/by-id/x",
      COLDKEEP_SOURCE_LINE_1_BAUD_RATE: "19200",
      COLDKEEP_SOURCE_BROKER_PASSWORD: "007",
      COLDKEEP_PROBES: "{ a/t: p }",
    });
    expect(settings).toMatchObject({
      gateway: "other",
      server: { url: "https://example.test", token: "12345" },
      data: "/var/lib/coldkeep",
      health: { listen: "127.0.0.1:8090" },
      batchReadingsMax: 77,
      requestTimeout: 5_000,
      probes: { "a/t": "p" },
      sources: [{ path: "/dev/serial/by-id/x", baudRate: 19_200 }, { password: "007" }],
    });
  });

  test("the modem's PIN stays text, and a mistake does not show it", () => {
    const modem = `${minimal}\noutputs: { modem: { path: /dev/ttyUSB2, numbers: ["+32470123456"] } }`;
    const settings = parseSettings(modem, "test", { COLDKEEP_MODEM_PIN: "0042" });
    expect(settings.outputs.modem).toMatchObject({ pin: "0042", baudRate: 115_200, mode: "pdu" });
    const mistake = mistakeOf(modem, { COLDKEEP_MODEM_PIN: "s3cret" });
    expect(mistake).toContain("outputs.modem.pin");
    expect(mistake).not.toContain("s3cret");
  });

  test("a mistake in it names the variables, and never shows their values", () => {
    const mistake = mistakeOf(minimal, { COLDKEEP_LINGER: "9d", COLDKEEP_GATEWAY_TOKEN: "s3cret" });
    expect(mistake).toContain("COLDKEEP_LINGER");
    expect(mistake).toContain("COLDKEEP_GATEWAY_TOKEN");
    expect(mistake).not.toContain("s3cret");
  });
});
