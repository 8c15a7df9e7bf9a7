import { outOfServiceMaxMs } from "@coldkeep/core/alarms/alarm-state.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { formatDuration, formatInstant } from "@coldkeep/core/time/millis.ts";
import { changeDetail, inRole } from "../audit/detail.ts";
import type { Services } from "../http/services.ts";
import type { ServiceAct } from "./alarm-book.ts";
import { makeUnitsInside } from "./units-inside.ts";

type Parts = Pick<Services, "committer" | "alarms" | "site">;

/**
 * Takes an appliance out of service or puts it back, journaled whole and audited. Alarms about it then call nobody; the record, the excursions and the holds go on.
 * Throws `appliance.unknown`, and `appliance.in-service` where there is nothing to put back.
 */
export function serveAppliance(services: Parts, source: string, act: ServiceAct): void {
  const { appliance, until } = act;
  if (services.site()?.appliances.get(appliance) === undefined)
    throw new CodedError("appliance.unknown", `There is no appliance "${appliance}" at this site.`);
  const body = new TextEncoder().encode(JSON.stringify(act));
  const kind = until === null ? "return-to-service" : "out-of-service";
  services.committer.commit({ kind, source, encoding: "identity", body }, (commit) => {
    if (until === null && services.alarms.outOfService(appliance, commit.at) === null)
      throw new CodedError("appliance.in-service", `Appliance "${appliance}" is in service already.`);
    const { by, reason } = act;
    const action = until === null ? "appliance.returned-to-service" : "appliance.removed-from-service";
    const standing = services.alarms.outOfService(appliance, commit.at);
    const from = standing === null ? "in service" : `out of service until ${formatInstant(standing.until)}`;
    const to = until === null ? "in service" : `out of service until ${formatInstant(until)}`;
    const acting = inRole(commit, by, act.role ?? null);
    acting.audit({ actor: by, action, subject: appliance, detail: changeDetail({ why: reason, from, to }) });
    services.alarms.serve(acting, act);
  });
}

/**
 * Checks a taking out of service before it is taken: its end lies ahead and not too far (`appliance.until-invalid`), and nothing is inside unless that is meant
 * (`appliance.not-empty`): blood was lost in refrigerators that were silenced for a repair with the stock left inside.
 */
export function checkRemoval(
  services: Pick<Services, "database" | "clock">,
  appliance: string,
  until: number,
  unitsRemain: boolean,
): void {
  const ahead = until - services.clock.epochMs();
  if (ahead <= 0 || ahead > outOfServiceMaxMs) {
    throw new CodedError(
      "appliance.until-invalid",
      `until must lie ahead, at most ${formatDuration(outOfServiceMaxMs)}: out of service always ends by itself.`,
    );
  }
  const units = makeUnitsInside(services.database)([appliance]);
  if (units > 0 && !unitsRemain) {
    throw new CodedError(
      "appliance.not-empty",
      `${units} units are in "${appliance}". Move them first, or say "unitsRemain": true: nobody would be called about them.`,
    );
  }
}
