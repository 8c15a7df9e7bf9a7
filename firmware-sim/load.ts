import * as fs from "node:fs";
import * as path from "node:path";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { parse } from "yaml";
import { checkScenario, checkStage, type Stage } from "./scenario/check.ts";
import type { ScenarioEvent } from "./scenario/event.ts";
import { type ApplianceSettings, checkConfig, resolveAppliance, type SimulatorConfig } from "./settings.ts";

/** All that the simulator is started with: folders absolute, defaults filled in, scenario read. */
export interface SimulatorSettings extends Omit<SimulatorConfig, "appliances" | "scenario"> {
  readonly appliances: readonly ApplianceSettings[];
  readonly scenario: readonly ScenarioEvent[];
}

/**
 * Reads the configuration: the YAML file (none: all defaults), then the environment. Paths in the file are relative to the file, those
 * in the environment to the working folder. Throws `settings.unreadable` and `settings.invalid`.
 *
 * Environment: COLDKEEP_SIM_SEED, _SPEED, _LINES, _STATE, _SCENARIO (a file), _MQTT_URL, _MQTT_USERNAME, _MQTT_PASSWORD.
 */
export function loadSettings(
  file: string | null,
  environment: Readonly<Record<string, string | undefined>>,
): SimulatorSettings {
  const source = file ?? "the default configuration";
  const content = file === null ? {} : (readYaml(file) ?? {});
  const config = checkConfig(override(content, environment), source);
  const base = file === null ? process.cwd() : path.dirname(path.resolve(file));
  const appliances = config.appliances.map((one) => resolveAppliance(one, config));
  const stage: Stage = new Map(appliances.map((one) => [one.id, one]));
  return {
    ...config,
    lines: path.resolve(base, config.lines),
    state: path.resolve(base, config.state),
    appliances,
    scenario: readScenario(config.scenario, stage, source, base),
  };
}

function readScenario(
  scenario: SimulatorConfig["scenario"],
  stage: Stage,
  source: string,
  base: string,
): readonly ScenarioEvent[] {
  if (typeof scenario !== "string") return checkStage(scenario, stage, `the scenario in ${source}`);
  const file = path.resolve(base, scenario);
  return checkScenario(readYaml(file), stage, file);
}

function readYaml(file: string): unknown {
  try {
    return parse(fs.readFileSync(file, "utf8")) as unknown;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CodedError("settings.unreadable", `${file} cannot be read as YAML: ${reason}`, {
      context: { file },
      cause,
    });
  }
}

function override(content: unknown, environment: Readonly<Record<string, string | undefined>>): unknown {
  if (typeof content !== "object" || content === null || Array.isArray(content)) return content;
  const given = (name: string): string | undefined => environment[`COLDKEEP_SIM_${name}`] || undefined;
  const absolute = (name: string): string | undefined => {
    const text = given(name);
    return text === undefined ? undefined : path.resolve(text);
  };
  const top = defined({
    seed: numeric(given("SEED")),
    speed: numeric(given("SPEED")),
    lines: absolute("LINES"),
    state: absolute("STATE"),
    scenario: absolute("SCENARIO"),
  });
  const broker = defined({
    url: given("MQTT_URL"),
    username: given("MQTT_USERNAME"),
    password: given("MQTT_PASSWORD"),
  });
  if (Object.keys(broker).length === 0) return { ...content, ...top };
  const mqtt = "mqtt" in content && typeof content.mqtt === "object" ? content.mqtt : {};
  return { ...content, ...top, mqtt: { url: "mqtt://127.0.0.1:1883", ...mqtt, ...broker } };
}

function numeric(text: string | undefined): number | string | undefined {
  return text === undefined || Number.isNaN(Number(text)) ? text : Number(text);
}

function defined(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
