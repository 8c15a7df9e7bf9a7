import { checkSettings } from "@coldkeep/core/settings/settings.ts";
import * as z from "zod";
import { type ScenarioEvent, scenarioSchema } from "./event.ts";

/** What a scenario may speak of: each appliance's transport (`mqtt` or a line) and channels by the appliance's id. */
export type Stage = ReadonlyMap<string, { readonly transport: string; readonly channels: readonly string[] }>;

/**
 * Checks a scenario against the hospital that it plays in. Throws `settings.invalid` that names the source, the path and what was
 * expected.
 */
export function checkScenario(content: unknown, stage: Stage, source: string): readonly ScenarioEvent[] {
  const events = checkSettings(scenarioSchema, content ?? [], source);
  return checkSettings(stageSchema(stage), events, source);
}

/** Checks events that have been read already against the hospital. */
export function checkStage(
  events: readonly ScenarioEvent[],
  stage: Stage,
  source: string,
): readonly ScenarioEvent[] {
  return checkSettings(stageSchema(stage), events, source);
}

const stageSchema = (stage: Stage): z.ZodType<readonly ScenarioEvent[]> =>
  z.custom<readonly ScenarioEvent[]>().superRefine((events, context) => {
    for (const [index, event] of events.entries()) {
      const complain = (path: string, message: string): void =>
        context.addIssue({ code: "custom", path: [index, path], message });
      const target = stage.get(event.appliance);
      if (target === undefined) {
        complain("appliance", `expected one of ${[...stage.keys()].join(", ")}, got ${event.appliance}`);
        continue;
      }
      if (event.event === "clock-jump" && target.transport !== "mqtt") {
        complain("event", `${event.appliance} speaks serial and has no clock; expected an appliance on MQTT`);
      }
      if (event.event === "agitator-stopped" && !target.channels.includes("agitator")) {
        complain("event", `${event.appliance} shows no agitator; expected one with the channel agitator`);
      }
      if (event.channel !== undefined && !target.channels.includes(event.channel)) {
        complain("channel", `expected one of ${target.channels.join(", ")}, got ${event.channel}`);
      }
    }
  });
