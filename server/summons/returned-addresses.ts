import { dayMs, type DurationMs, type EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Database } from "../store/database.ts";

/** How long a message that only was handed over proves nothing for an address from which one came back. */
export const returnCountsMs: DurationMs = dayMs;

/** How long it is told of an address that a message came back from it. */
export const returnShownMs: DurationMs = 30 * dayMs;

/** An address from which a message came back, and when that was last. */
export interface ReturnedAddress {
  readonly contact: string;
  readonly address: string;
  readonly at: EpochMs;
}

/** Keeps that a message to somebody came back. */
export function rememberReturn(database: Database, { contact, address, at }: ReturnedAddress): void {
  database
    .prepare(
      "INSERT INTO returned_addresses (contact, address, at) VALUES (?, ?, ?) ON CONFLICT (contact, address) DO UPDATE SET at = excluded.at",
    )
    .run(contact, address, at);
}

/** The addresses from which messages came back since an instant. */
export function returnedAddresses(database: Database, since: EpochMs): ReturnedAddress[] {
  return database
    .prepare("SELECT contact, address, at FROM returned_addresses WHERE at > ? ORDER BY contact, address")
    .all(since)
    .map((row) => ({
      contact: String(row["contact"]),
      address: String(row["address"]),
      at: Number(row["at"]),
    }));
}
