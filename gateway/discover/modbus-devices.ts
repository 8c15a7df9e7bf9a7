import type { DiscoveredSource } from "./discovered.ts";
import type { FoundUnit } from "./search-modbus.ts";

/** Devices as they would stand in the settings, with what they showed. A device of no known profile is a note alone. */
export function modbusDevices(
  found: readonly FoundUnit[],
  stem: string,
): { readonly devices: readonly object[] } & Pick<DiscoveredSource, "heard" | "notes"> {
  const devices: object[] = [];
  const heard: DiscoveredSource["heard"][number][] = [];
  const notes: string[] = [];
  for (const { unit, readings } of found) {
    const [best, ...others] = readings;
    if (best === undefined) {
      notes.push(
        `address ${unit} answers, but no known profile gives a likely temperature: write one from its manual (docs/protocols.md, "Modbus")`,
      );
      continue;
    }
    const device = `${stem}-${unit}`;
    devices.push({ device, unit, profile: best.profile });
    for (const [channel, value] of Object.entries(best.channels)) heard.push({ device, channel, value });
    const likely = others.filter(({ score }) => score >= best.score / 2).map(({ profile }) => profile);
    if (likely.length > 0)
      notes.push(
        `${device} fits ${best.profile} best; also ${likely.join(", ")}: look which it is, they differ in what they say of a broken sensor`,
      );
  }
  return { devices, heard, notes };
}
