import type { AlarmKind, AlarmSeverity } from "./alarm.ts";
import type { Urgency } from "./gathering.ts";
import type { CallAbout } from "./lifecycle.ts";

/** Where something stands in the house, as far as that is known: what it shares with others may be why both fail. */
export interface Surroundings {
  readonly appliance: string | null;
  readonly gateway: string | null;
  readonly circuit: string | null;
  readonly room: string | null;
}

/** Kinds of common cause, in the words that a cause begins with. */
export const causeKinds = ["appliance", "gateway", "circuit", "room", "kind"] as const;

/** One of the kinds of common cause. */
export type CauseKind = (typeof causeKinds)[number];

/** One cause in parts. */
export function causeOf(text: string): { readonly kind: CauseKind; readonly name: string } {
  const colon = text.indexOf(":");
  const kind = causeKinds.find((each) => each === text.slice(0, colon)) ?? "kind";
  return { kind, name: text.slice(colon + 1) };
}

const throughGateway: ReadonlySet<AlarmKind> = new Set([
  "probe-silent",
  "probe-fault",
  "gateway-silent",
  "late-excursion",
]);

/** What may be the common cause of an alarm and others, the narrowest and likeliest first; never empty. */
export function causesOf(kind: AlarmKind, { appliance, gateway, circuit, room }: Surroundings): string[] {
  const named: readonly (readonly [CauseKind, string | null])[] = [
    ["appliance", appliance],
    ["gateway", throughGateway.has(kind) ? gateway : null],
    ["circuit", circuit],
    ["room", room],
  ];
  const causes = named.flatMap(([what, name]) => (name === null ? [] : [`${what}:${name}`]));
  return causes.length === 0 ? [`kind:${kind}`] : causes;
}

/** How long a call about an alarm may wait for others of its cause. */
export function urgencyOf(
  { kind, severity }: { readonly kind: AlarmKind; readonly severity: AlarmSeverity },
  about: CallAbout,
): Urgency {
  if (about === "return") return "later";
  if (severity === "critical") return "now";
  return kind === "temperature-high" || kind === "temperature-low" ? "soon" : "later";
}
