import { checkSettings } from "@coldkeep/core/settings/settings.ts";
import { type Site, siteSchema } from "@coldkeep/core/site/site.ts";
import { type EpochMs, formatInstant } from "@coldkeep/core/time/millis.ts";
import { parse } from "yaml";
import { readTemplate } from "../hospital/write-hospital.ts";

/** What the demo shortens, as a real site has it. */
const realTimings = {
  maxGap: "5m",
  excursionAfter: "10m",
  recoverAfter: "5m",
  unmonitoredAfter: "30m",
  alarmDelay: "5m",
};

/** What the quality unit changes for red cells in mid-month. */
const stricter = { high: 5.5, excursionAfter: "8m", deadband: 0.2 };

type Profile = Readonly<Record<string, unknown>>;

/** The demo's site with the timings of a real one. */
export function monthSite(): Site {
  return siteOf((profile) => profile);
}

/** The same site with a second version of the red cells' profile from an instant on. */
export function stricterSite(from: EpochMs): Site {
  return siteOf((profile, name) =>
    name === "red-cells-eu" ? [profile, { ...profile, ...stricter, from: formatInstant(from) }] : profile,
  );
}

function siteOf(versions: (profile: Profile, name: string) => unknown): Site {
  const file = parse(readTemplate("site.yaml")) as { profiles: Readonly<Record<string, Profile>> };
  const profiles = Object.entries(file.profiles).map(([name, profile]) => [
    name,
    versions({ ...profile, ...realTimings }, name),
  ]);
  return checkSettings(
    siteSchema,
    { ...file, profiles: Object.fromEntries(profiles) },
    "demo/hospital/site.yaml",
  );
}
