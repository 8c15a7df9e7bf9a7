import { type EpochMs, parseInstant } from "@coldkeep/core/time/millis.ts";
import { openEdgeRegister } from "../edge/edge-register.ts";
import type { NotificationView } from "../pages/views.ts";
import type { Database } from "../store/database.ts";

const aboutWords = { onset: "Called", again: "Called again", return: "Told that it is over" } as const;

/** The calls that gateways made about alarms while they were alone, as who was told reads it: one that only failed was not sent. */
export function edgeCalls(database: Database, alarms: readonly string[]): NotificationView[] {
  const register = openEdgeRegister(database);
  return alarms
    .flatMap((alarm) => register.standingFor(alarm))
    .flatMap(({ gateway, report }) =>
      report.calls.map((call): NotificationView => {
        const at: EpochMs = parseInstant(call.at) ?? 0;
        const isOut = call.outcome !== "failed";
        return {
          contact: call.to ?? "Siren",
          address: `${call.by} of gateway ${gateway}`,
          subject: `${aboutWords[call.about]} at the gateway (${call.outcome}): ${report.text ?? report.id}`,
          owedAt: at,
          sentAt: isOut ? at : null,
          attempts: 1,
          lastError: isOut ? null : "failed at the gateway",
          outcome: null,
          happened: [],
        };
      }),
    );
}
