import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parse } from "yaml";
import { shelves } from "../blood-bank/stock.ts";
import { fillTemplate } from "./template.ts";
import { tokensOf } from "./tokens.ts";
import { readSite, readTemplate, writeHospital } from "./write-hospital.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "coldkeep-hospital-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Gateway {
  readonly sources: readonly { id: string; path?: string; url?: string }[];
  readonly probes: Record<string, string>;
  readonly signals: Record<string, { subject: string }>;
}
interface Simulator {
  readonly lines: string;
  readonly appliances: readonly { id: string; channels?: string[]; bags: number; transport: string }[];
  readonly scenario: readonly { appliance: string }[];
}
const gateway = parse(readTemplate("gateway.yaml")) as Gateway;
const simulator = parse(readTemplate("sim.yaml")) as Simulator;

test("the site file is a valid site with the limits of the law and two people to call", () => {
  const site = readSite();
  expect(site.profiles["red-cells-eu"]?.[0]).toMatchObject({
    low: 2,
    high: 6,
    maxGap: 180_000,
    alarmDelay: 8_000,
  });
  expect(site.contacts).toHaveLength(2);
});

test("every probe of the site is fed by exactly one channel that the simulator has, and the reverse", () => {
  const probes = readSite().appliances.flatMap((appliance) => appliance.probes.map(({ id }) => id));
  const channels = simulator.appliances.flatMap(({ id, channels }) =>
    (channels ?? ["product", "air"]).map((channel) => `ckt-${id}/${channel}`),
  );
  expect(Object.values(gateway.probes).sort()).toEqual(probes.sort());
  expect([...Object.keys(gateway.probes), ...Object.keys(gateway.signals)].sort()).toEqual(channels.sort());
  expect(Object.values(gateway.signals)).toMatchObject([{ subject: "incubator-1" }]);
});

test("site, simulator and blood bank speak of the same appliances and as many bags", () => {
  const names = readSite().appliances.map(({ id }) => id);
  expect(simulator.appliances.map(({ id }) => id)).toEqual(names);
  expect(simulator.appliances.map(({ id, bags }) => [id, bags])).toEqual(
    shelves.map(({ appliance, count }) => [appliance, count]),
  );
  for (const { appliance } of simulator.scenario) expect(names).toContain(appliance);
});

test("the files that are written are YAML that says what was meant, also with odd paths", () => {
  const odd = join(folder, 'a "b": #c');
  const files = writeHospital({
    dataFolder: odd,
    server: { host: "127.0.0.1", port: 8080 },
    gatewayHealth: { host: "127.0.0.1", port: 8090 },
    smtpPort: 2525,
    mqttPort: 1883,
  });
  const read = (path: string): unknown => parse(readFileSync(path, "utf8"));
  expect(read(files.server)).toMatchObject({
    data: join(odd, "server"),
    listen: "127.0.0.1:8080",
    site: join(odd, "site.yaml"),
    mail: { port: 2525 },
  });
  const lines = (read(files.simulator) as Simulator).lines;
  const sources = (read(files.gateway) as Gateway).sources;
  expect(sources.map(({ path, url }) => path ?? url)).toEqual([
    join(lines, "line-1"),
    join(lines, "line-2"),
    "mqtt://127.0.0.1:1883",
  ]);
});

test("a template that asks for what nobody gives is refused", () => {
  expect(() => fillTemplate('a: "${missing}"', {})).toThrow(/missing/);
});

test("a data folder has tokens of its own, kept, and readable by their owner alone", () => {
  const path = join(folder, "tokens.json");
  const tokens = tokensOf(path);
  expect(tokensOf(path)).toEqual(tokens);
  expect(tokensOf(join(folder, "other.json"))).not.toEqual(tokens);
  expect(tokens.api).not.toBe(tokens.gateway);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});
