import type { DutyWindow, Layer } from "@coldkeep/core/duty/duty-section.ts";
import { weekdays } from "@coldkeep/core/duty/duty-section.ts";
import type { Site } from "@coldkeep/core/site/site.ts";
import { dayText } from "../pages/site-time.ts";
import { nameOf, weekdayWords } from "./duty-words.ts";

/** A layer of a rota in one sentence. */
export function layerWords(site: Pick<Site, "contacts">, layer: Layer): string {
  const { people, start, until, only } = layer;
  const order = people
    .map((turn) =>
      [turn]
        .flat()
        .map((id) => nameOf(site, id))
        .join(" with "),
    )
    .join(", then ");
  return [
    `${layer.name === undefined ? "" : `${layer.name}: `}${order}`,
    turnWords(layer),
    ...(only === undefined ? [] : [`only ${only.map(windowWords).join("; and ")}`]),
    `from ${dayText(start)}${until === undefined ? "" : ` to ${dayText(until)}`}`,
  ].join("; ");
}

/** When turns change, in words. */
export function turnWords({
  cycleDays,
  handOvers,
  start,
}: Pick<Layer, "cycleDays" | "handOvers" | "start">): string {
  if (cycleDays === 1) return `a turn changes every day at ${handOvers.map(({ at }) => at).join(", ")}`;
  const first = Temporal.PlainDate.from(start).dayOfWeek - 1;
  if (cycleDays === 7) {
    const times = handOvers.map(
      ({ day, at }) => `${weekdayWords[weekdays[(first + day) % 7] ?? "mon"]} ${at}`,
    );
    return `a turn changes every week on ${times.join(" and ")}`;
  }
  const times = handOvers.map(({ day, at }) => `day ${day + 1} at ${at}`);
  return `a turn changes every ${cycleDays} days on ${times.join(" and ")}`;
}

/** A window in words. */
export function windowWords({ weekdays: days, from, to, holidays }: DutyWindow): string {
  const on = days === undefined ? "every day" : days.map((day) => weekdayWords[day]).join(", ");
  const about = { yes: "", no: " (not on holidays)", only: " (on holidays alone)" }[holidays];
  return `${on} ${from} to ${to}${about}`;
}
