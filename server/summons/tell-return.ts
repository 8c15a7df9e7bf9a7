import type { Language, Medium } from "@coldkeep/core/duty/media.ts";
import { type ChannelFact, routesBy, waysTo } from "@coldkeep/core/duty/reach.ts";
import { standardDeliverWithinMs } from "@coldkeep/core/summons/policy-section.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { AlarmRows } from "../alarms/alarm-rows.ts";
import { policyOf } from "../alarms/policy-of.ts";
import type { SiteBook } from "../site/site-book.ts";
import { contactsCalled, everybody } from "./callees.ts";
import type { Commit } from "../journal/committer.ts";
import type { Database } from "../store/database.ts";
import type { WriteCall } from "./call-writer.ts";
import type { DeliveryBook } from "./delivery-book.ts";
import type { NewSummons } from "./summons-book.ts";
import { textFor } from "./text-for.ts";

/** What the teller works with. */
export interface ReturnParts {
  readonly database: Database;
  readonly rows: AlarmRows;
  readonly site: () => SiteBook;
  readonly deliveries: DeliveryBook;
  readonly write: WriteCall;
  readonly channels: () => readonly ChannelFact[];
}

interface Recipient {
  readonly contact: string;
  readonly medium: Medium;
  readonly language: Language;
  readonly thread: string | null;
  readonly address: string;
}

/** Tells those who were told of alarms that these are back to normal, by the ways by which they were told; nobody is rung up for good news. */
export function makeReturnTeller({ database, rows, site, deliveries, write, channels }: ReturnParts) {
  const summonsesOf = database.prepare("SELECT summons FROM summons_alarms WHERE alarm = ? ORDER BY summons");

  const atGateway = database.prepare("SELECT 1 FROM edge_alarms WHERE alarm = ?");
  const addressOf = database.prepare("SELECT address FROM notifications WHERE id = ?");

  /** What somebody took on before anybody was called about it has an end that is no news to anybody. */
  const isNewsOf = (alarm: string): boolean =>
    rows.find(alarm)?.state.acknowledged !== true || atGateway.get(alarm) !== undefined;

  /** Alarms that only gateways called about, or that went before it was their turn to be called about: whom the first step would call. */
  const firstCalled = (alarms: readonly string[], at: EpochMs): Recipient[] => {
    const people = alarms.flatMap((id) => {
      const alarm = rows.find(id);
      const policy = alarm === null ? null : policyOf(site().site, alarm);
      const [step] = policy?.steps ?? [];
      return step === undefined ? everybody(site().site) : contactsCalled(site().site, step.call, at);
    });
    const ways = people.flatMap(({ id, language, addresses }) =>
      waysTo(addresses, null, channels()).map(({ medium, address }): [string, Recipient] => [
        `${id} ${medium}`,
        { contact: id, medium, language, thread: null, address },
      ]),
    );
    return [...new Map(ways).values()].filter(({ medium }) => medium !== "voice");
  };

  const toldOf = (alarms: readonly string[], at: EpochMs): Recipient[] => {
    const summonses = new Set<string>();
    const uncalled: string[] = [];
    for (const alarm of alarms) {
      const ids = summonsesOf.all(alarm).map((row) => String(row["summons"]));
      if (ids.length === 0) uncalled.push(alarm);
      for (const id of ids) summonses.add(id);
    }
    const told = new Map<string, Recipient>();
    for (const summons of summonses) {
      for (const { id, contact, medium, language, thread, state } of deliveries.ofSummons(summons)) {
        if (medium === "voice" || state.outcome === "withdrawn") continue;
        const address = String(addressOf.get(id)?.["address"]);
        told.set(`${contact} ${medium}`, { contact, medium, language, thread, address });
      }
    }
    for (const each of firstCalled(uncalled.filter(isNewsOf), at)) {
      const key = `${each.contact} ${each.medium}`;
      if (!told.has(key)) told.set(key, each);
    }
    return [...told.values()];
  };

  return {
    tell: (commit: Commit, { call, alarms, causes }: Omit<NewSummons, "policy">): void => {
      const told = toldOf(
        alarms.map(({ id }) => id),
        commit.at,
      );
      if (told.length === 0) return;
      const written = write({ alarms, causes, at: commit.at });
      if (written === null) return;
      for (const { contact, medium, language, thread, address } of told) {
        const suffix = medium === "email" ? "" : `~${medium}`;
        deliveries.owe(commit, {
          id: `${call.about}.${call.number}.${contact}${suffix}`,
          about: call.about,
          contact,
          medium,
          language,
          thread: thread ?? call.about,
          address,
          ...textFor(written(language), medium),
          routes: routesBy({ medium, address }, channels()),
          deliverWithinMs: standardDeliverWithinMs,
          summons: null,
        });
      }
    },
  };
}
