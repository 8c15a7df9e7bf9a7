import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadSettings } from "./load.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "coldkeep-sim-settings-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const write = (name: string, text: string): string => {
  const file = path.join(folder, name);
  fs.writeFileSync(file, text);
  return file;
};

describe("the simulator's settings", () => {
  it("need no file: a hospital of nine on two serial lines and MQTT", () => {
    const { appliances, scenario, speed } = loadSettings(null, {});
    const count = (key: (one: (typeof appliances)[number]) => string, value: string): number =>
      appliances.filter((one) => key(one) === value).length;
    expect(appliances).toHaveLength(9);
    expect(count((one) => one.kind, "refrigerator")).toBe(4);
    expect(count((one) => one.kind, "plasma-freezer")).toBe(2);
    expect(count((one) => one.transport, "mqtt")).toBe(4);
    expect(new Set(appliances.map((one) => one.transport))).toEqual(new Set(["line-1", "line-2", "mqtt"]));
    expect(appliances[0]).toMatchObject({
      device: "ckt-fridge-1",
      channels: ["product", "air"],
      memory: "volatile",
    });
    expect({ scenario, speed }).toEqual({ scenario: [], speed: 1 });
  });

  it("come from file and scenario file, folders beside the file, the environment on top", () => {
    write("night.yaml", "- { at: 20s, appliance: f, event: door-open, for: 35s }\n");
    const file = write(
      "sim.yaml",
      "speed: 20\nlines: wires\nstate: memory\nscenario: night.yaml\nmqtt: { url: 'mqtt://a:1', username: me }\n" +
        "appliances: [{ id: f, kind: refrigerator, transport: mqtt, bags: 7, parameters: { coolingWatts: 99 } }]\n",
    );
    const plain = loadSettings(file, {});
    expect(plain.lines).toBe(path.join(folder, "wires"));
    expect(plain.scenario).toHaveLength(1);
    expect(plain.appliances[0]?.thermal).toMatchObject({ bags: 7, coolingWatts: 99, wallWattsPerKelvin: 2 });
    const changed = loadSettings(file, {
      COLDKEEP_SIM_MQTT_URL: "mqtt://b:2",
      COLDKEEP_SIM_LINES: "/tmp/elsewhere",
      COLDKEEP_SIM_SPEED: "5",
    });
    expect(changed.mqtt).toEqual({ url: "mqtt://b:2", username: "me" });
    expect(changed).toMatchObject({ lines: "/tmp/elsewhere", speed: 5, state: path.join(folder, "memory") });
  });

  it.each([
    ["sampleInterval: 2", "sampleInterval: "],
    ["speed: 0", "speed: "],
    ["colour: red", "(top level): "],
    ["appliances: [{ id: f, kind: toaster, transport: mqtt }]", "appliances[0].kind: "],
    [
      "appliances: [{ id: f, kind: refrigerator, transport: usb }]",
      "appliances[0].transport: expected `mqtt` or",
    ],
    [
      "appliances: [{ id: f, kind: refrigerator, transport: mqtt }, { id: f, kind: refrigerator, transport: mqtt }]",
      "appliances[1]: appliance f is there twice",
    ],
    [
      "appliances: [{ id: f, kind: refrigerator, transport: line-1, dialect: zigbee2mqtt }]",
      "appliances[0].dialect: zigbee2mqtt is spoken over mqtt only",
    ],
    [
      "appliances: [{ id: f, kind: refrigerator, transport: line-1, channels: [product, agitator] }]",
      "appliances[0].channels: an agitator is shown by",
    ],
    ["scenario: [{ at: 1s, appliance: g, event: reboot }]", "[0].appliance: expected one of fridge-1"],
  ])("with `%s` are refused, naming file and path", (text, expected) => {
    const file = write("bad.yaml", text);
    expect(() => loadSettings(file, {})).toThrow(expected);
    expect(() => loadSettings(file, {})).toThrow(file);
  });

  it("that are no YAML, or not there, are refused with the file's name", () => {
    expect(() => loadSettings(write("broken.yaml", "a: [1"), {})).toThrow(
      /broken\.yaml cannot be read as YAML/,
    );
    expect(() => loadSettings(path.join(folder, "none.yaml"), {})).toThrow(/none\.yaml cannot be read/);
  });
});
