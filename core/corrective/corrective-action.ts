import type { EpochMs } from "../time/millis.ts";

/** How a corrective action can end. `done` says by whom, when and with what result; `cancelled` says why it is not done. */
export const correctiveOutcomes = ["done", "cancelled"] as const;

/** How a corrective action ended. */
export type CorrectiveOutcome = (typeof correctiveOutcomes)[number];

/** How a corrective action stands. `overdue`: open, and the day by which it was to be done is over. */
export type CorrectiveState = "open" | "overdue" | CorrectiveOutcome;

/** The states as people read them. */
export const correctiveWords: Readonly<Record<CorrectiveState, string>> = {
  open: "Open",
  overdue: "Overdue",
  done: "Done",
  cancelled: "Cancelled",
};

/** Longest text of what is to be done, of a result and of a reason, in characters. */
export const correctiveCharactersMax = 1_000;

/** Longest name of an owner or of who did it, in characters. */
export const ownerCharactersMax = 100;

/** Longest cause, in characters: as in the site's list. */
export const causeCharactersMax = 100;

/** Most corrective actions of one excursion. */
export const correctivePerExcursionMax = 100;

/** The day of an instant in a time zone (an IANA name): `2026-11-22`. */
export function dayIn(timeZone: string, at: EpochMs): string {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).toPlainDate().toString();
}

/** How an action stands on a day (`2026-11-22`). It may still be done on the day of `due` itself. */
export function correctiveState(
  { due, outcome }: { readonly due: string; readonly outcome: CorrectiveOutcome | null },
  today: string,
): CorrectiveState {
  return outcome ?? (due < today ? "overdue" : "open");
}
