import { planReads, readChannels } from "@coldkeep/core/modbus/plan.ts";
import type { ModbusProfile } from "@coldkeep/core/modbus/profile.ts";
import { namedProfile, type ProfileName, profileNames } from "@coldkeep/core/modbus/profiles.ts";
import type { ReadAnswer, ReadRequest } from "@coldkeep/core/modbus/read-request.ts";
import type { ChannelValue } from "@coldkeep/core/readings/sample.ts";

/** The range in which a temperature is taken for one where blood is kept, or in the room around it. Unit degrees Celsius. */
export const celsiusLikely = { min: -100, max: 60 } as const;

/** What a device shows when it is read as a profile says. */
export interface ProfileReading {
  readonly profile: ProfileName;
  readonly channels: Readonly<Record<string, ChannelValue>>;
  /** How likely it is this profile; only to be compared. */
  readonly score: number;
}

/** One question, answered or not. */
export type AskOne = (request: Omit<ReadRequest, "unit">) => Promise<ReadAnswer | null>;

/** Reads a device as each known profile says and returns those that give a likely temperature, the likeliest first. */
export async function recognise(askOne: AskOne): Promise<ProfileReading[]> {
  const asked = new Map<string, ReadAnswer | null>();
  const ask: AskOne = async (request) => {
    const key = `${request.function} ${request.address} ${request.count}`;
    const known = asked.get(key);
    if (known !== undefined) return known;
    const answer = await askOne(request);
    asked.set(key, answer);
    return answer;
  };
  const readings: ProfileReading[] = [];
  for (const name of profileNames) {
    const profile = namedProfile(name);
    const channels: Record<string, ChannelValue> = {};
    for (const read of planReads(profile)) {
      const answer = await ask(read.request);
      if (answer !== null) Object.assign(channels, readChannels(read, answer));
    }
    readings.push({ profile: name, channels, score: scoreOf(profile, channels) });
  }
  return readings.filter(({ score }) => score > 0).toSorted((a, b) => b.score - a.score);
}

/**
 * How well a profile fits what came. Pure. A likely temperature says most; 0 says little, since registers that are not used are 0; a
 * float that is likely by chance is rare. A value that cannot be tells against the profile, so does a channel without an answer.
 */
export function scoreOf(profile: ModbusProfile, channels: Readonly<Record<string, ChannelValue>>): number {
  let score = 0;
  for (const [name, channel] of Object.entries(profile.channels)) {
    const value = channels[name];
    if (value === undefined) score -= 1;
    else if (channel.unit === "number" || channel.function <= 2) score += 0.5;
    else if (typeof value !== "number") score += sensorFaults.has(value) ? 0.25 : -2;
    else if (value < celsiusLikely.min || value > celsiusLikely.max) score -= 2;
    else if (Math.abs(value) < 0.01) score += 0.25;
    else score += channel.type === "float32" ? 3 : channel.status === undefined ? 2 : 2.5;
  }
  return score;
}

/** Faults that a device tells of its sensor on purpose. */
const sensorFaults: ReadonlySet<ChannelValue> = new Set(["open", "short", "disconnected", "power-on"]);
