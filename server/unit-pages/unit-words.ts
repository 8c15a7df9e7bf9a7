import type { ExposureKind } from "@coldkeep/core/exposure/exposure.ts";
import type { Verdict } from "@coldkeep/core/exposure/requirement.ts";
import { showDin } from "@coldkeep/core/numbering/numbering.ts";
import type { Services } from "../http/services.ts";
import type { UnitKey } from "../units/unit-feed.ts";
import type { UnitStatus } from "../units/unit-reads.ts";

/** Where a unit stands, in words. */
export const unitStatusWords: Readonly<Record<UnitStatus, string>> = {
  available: "Available",
  held: "Held",
  issued: "Out of every appliance",
  released: "Released",
  discarded: "Discarded",
  "other-use": "Other use",
};

/** Kinds of exposure in words. */
export const exposureWords: Readonly<Record<ExposureKind, string>> = {
  equipment: "In an appliance, during an excursion",
  "out-of-storage": "Out of every appliance, and back",
  transport: "In a transport box",
  "no-agitation": "Without agitation",
};

/** What must be known to read the figures of a kind of exposure. */
export const exposureNotes: Readonly<Partial<Record<ExposureKind, string>>> = {
  transport:
    "In a transport box: all the time in it; out is what was beyond the limits of the box, unknown what nobody measured.",
  "no-agitation":
    "Without agitation: in appliances by what the agitator told, elsewhere all the time; unknown where it told nothing, the mains were lost or nothing was heard. Such time may stand under another kind too.",
};

/** What a rule says, in words. */
export const verdictWords: Readonly<Record<Verdict, string>> = {
  within: "Within",
  exceeded: "Exceeded",
  "cannot-tell": "Cannot tell",
};

/** The address of a unit's page. */
export function unitPath({ din, productCode }: UnitKey): string {
  return `/units/${encodeURIComponent(din)}/${encodeURIComponent(productCode)}`;
}

/** A unit's number as its label prints it. */
export function shownDin({ unitSettings }: Pick<Services, "unitSettings">, din: string): string {
  return showDin(unitSettings.numbering, din);
}

/** An appliance by its name, or by its id where the site does not have it any more. */
export function applianceName({ site }: Pick<Services, "site">, id: string): string {
  return site()?.appliances.get(id)?.name ?? id;
}
