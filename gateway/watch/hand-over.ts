import type { EdgeAnswer, EdgeReport } from "@coldkeep/core/contract/edge.ts";
import type { WatchLink } from "../uplink/server-link.ts";
import type { EdgeAlarm } from "./alarm-set.ts";
import { judgeReport } from "./edge-report.ts";

/** How often a server may say that it will not have the report before readings are sent without it. */
export const refusalsMax = 3;

/** How often it may answer otherwise than by taking it, such as with an error of its own, before that. */
export const answersMax = 20;

/** Answers so far that were not the right one. */
export interface HandTries {
  readonly refused: number;
  readonly answered: number;
}

/** Before the first try. */
export const noTries: HandTries = { refused: 0, answered: 0 };

/** What came of telling the server about the time alone. `given-up`: it will not have it, and readings must not wait for ever. */
export type HandOver =
  | { readonly kind: "taken"; readonly answer: EdgeAnswer }
  | { readonly kind: "given-up"; readonly detail: string }
  | { readonly kind: "not-yet"; readonly detail: string; readonly tries: HandTries };

/** Tells the server, report by report. The same again changes nothing there, so after a failure all of them are told again. */
export async function handOver(
  link: WatchLink,
  reports: readonly EdgeReport[],
  tries: HandTries,
  stop: AbortSignal,
): Promise<HandOver> {
  const answers: EdgeAnswer[] = [];
  for (const report of reports) {
    const verdict = judgeReport(await link.report(JSON.stringify(report), stop));
    if (verdict.kind === "taken") {
      answers.push(verdict.answer);
      continue;
    }
    const { detail } = verdict;
    const next: HandTries =
      verdict.kind === "refused"
        ? { ...tries, refused: tries.refused + 1 }
        : { ...tries, answered: tries.answered + (verdict.wasAnswered ? 1 : 0) };
    const isOver = next.refused >= refusalsMax || next.answered >= answersMax;
    return isOver ? { kind: "given-up", detail } : { kind: "not-yet", detail, tries: next };
  }
  const answer = {
    alarms: answers.flatMap(({ alarms }) => alarms),
    rejected: answers.flatMap(({ rejected }) => rejected),
  };
  return { kind: "taken", answer };
}

/** The alarms as the server has them now: under the ids that rule, without those that are over there. */
export function followFates(
  alarms: ReadonlyMap<string, EdgeAlarm>,
  fates: EdgeAnswer["alarms"],
): ReadonlyMap<string, EdgeAlarm> {
  const byId = new Map(fates.map((fate) => [fate.id, fate]));
  return new Map(
    [...alarms.values()].flatMap((alarm): [string, EdgeAlarm][] => {
      const fate = byId.get(alarm.id);
      if (fate?.phase === "normal") return [];
      const id = fate?.alarm ?? alarm.id;
      return [[id, { ...alarm, id }]];
    }),
  );
}
