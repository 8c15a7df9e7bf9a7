import { outcomeWords, readBatchAnswer } from "@coldkeep/core/fhir/hold-answer.ts";
import { entriesPerUnit, type UnitDetails, writeHoldBatch } from "@coldkeep/core/fhir/write-hold.ts";
import type { HoldMessage } from "@coldkeep/core/contract/hold-feed.ts";
import { parseInstant } from "@coldkeep/core/time/millis.ts";
import type { Services } from "../http/services.ts";
import { type BloodBankLink, httpBloodBank, postTo, type Told } from "./blood-bank-link.ts";
import type { HoldFeedSettings } from "./hold-feed-settings.ts";

/** Longest answer of a FHIR server that is read, in characters: a thousand entries with an outcome each. */
const fhirAnswerCharactersMax = 4 * 1024 * 1024;

/** What a FHIR server is told beside how units stand. */
export interface FhirParts {
  /** Facility in the MPHO identifiers, 5 characters; null where none is known. */
  readonly facility: string | null;
  readonly details: (unit: HoldMessage) => UnitDetails;
}

/** Tells a FHIR server: a batch at its base address. Confirmed is a unit of which it has taken both the product and the message. */
export function fhirBloodBank(
  settings: Pick<HoldFeedSettings, "url" | "token">,
  { facility, details }: FhirParts,
): BloodBankLink {
  const base = settings.url.replace(/\/+$/, "");
  const headers = {
    "content-type": "application/fhir+json",
    accept: "application/fhir+json",
    prefer: "return=minimal",
  };
  return async (site, units, stop) => {
    const told = units.map((message) => ({ message, ...details(message) }));
    const body = JSON.stringify(writeHoldBatch(site, facility, base, told));
    const answer = await postTo({ ...settings, url: base }, body, headers, fhirAnswerCharactersMax, stop);
    if (!answer.ok) return answer;
    const value = parsed(answer.text);
    if (answer.status < 200 || answer.status > 299) {
      const why = outcomeWords(value);
      return { ok: false, reason: `it answered ${answer.status}${why === null ? "" : `: ${why}`}` };
    }
    return readAnswer(value, units);
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function readAnswer(value: unknown, units: readonly HoldMessage[]): Told {
  const answer = readBatchAnswer(value, units.length * entriesPerUnit);
  if (!answer.ok) return { ok: false, reason: answer.why };
  const ofUnit = (index: number) =>
    answer.entries.slice(index * entriesPerUnit, (index + 1) * entriesPerUnit);
  const confirmed = units
    .filter((_, index) => ofUnit(index).every(({ isTaken }) => isTaken))
    .map(({ din, productCode, sequence }) => ({ din, productCode, sequence }));
  return { ok: true, confirmed, why: answer.entries.find(({ isTaken }) => !isTaken)?.why ?? null };
}

/** The link that the settings name. */
export function bloodBankLink(
  settings: HoldFeedSettings,
  { feed, unitSettings }: Pick<Services, "feed" | "unitSettings">,
): BloodBankLink {
  if (settings.format === "json") return httpBloodBank(settings);
  const details = (unit: HoldMessage): UnitDetails => {
    const known = feed.details(unit);
    const expires = known?.expires ?? null;
    return {
      description: known?.description ?? null,
      expires: expires === null ? null : parseInstant(expires),
    };
  };
  return fhirBloodBank(settings, { facility: unitSettings.fhir.facility, details });
}
