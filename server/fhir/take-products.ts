import { feedUnitSchema } from "@coldkeep/core/contract/units.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { FhirSettings, FhirUnit } from "@coldkeep/core/fhir/read-product.ts";
import { formatInstant } from "@coldkeep/core/time/millis.ts";
import { makeWallClock } from "@coldkeep/core/time/wall-time.ts";
import type { Services } from "../http/services.ts";
import { takeFeed } from "../units/take-feed.ts";

/** How products are read at this site. Throws `site.missing`. */
export function fhirSettingsOf({
  site,
  unitSettings,
}: Pick<Services, "site" | "unitSettings">): FhirSettings {
  const book = site();
  if (book === null) throw new CodedError("site.missing", "No site is in force yet.");
  const clock = makeWallClock(book.site.timeZone);
  return { numberings: unitSettings.numbering, clock, dinSystems: unitSettings.fhir.dinSystems };
}

/** Takes units in one transaction. What a product leaves out stays as it is known. Throws `request.invalid`, and takes none, where one is not what the feed takes. */
export function takeProducts(services: Services, actor: string, units: readonly FhirUnit[]): void {
  const entries = units.map(({ din, productCode, description, expires }) => {
    const known = services.feed.details({ din, productCode });
    const words = description ?? known?.description ?? null;
    const end = expires === null ? (known?.expires ?? null) : formatInstant(expires);
    return {
      din,
      productCode,
      ...(words === null ? {} : { description: words }),
      ...(end === null ? {} : { expires: end }),
    };
  });
  for (const entry of entries) {
    const parsed = feedUnitSchema.safeParse(entry);
    if (!parsed.success)
      throw new CodedError(
        "request.invalid",
        `${entry.din}: ${parsed.error.issues[0]?.message ?? "not valid"}`,
      );
  }
  takeFeed(services, actor, { units: entries, movements: [] });
}
