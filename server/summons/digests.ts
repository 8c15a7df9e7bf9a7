import type { CallAbout } from "@coldkeep/core/alarms/lifecycle.ts";
import { type ChannelFact, waysTo } from "@coldkeep/core/duty/reach.ts";
import { nextTimeOfDay } from "@coldkeep/core/duty/time-of-day.ts";
import { type Policy, standardDeliverWithinMs } from "@coldkeep/core/summons/policy-section.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { GatheredAlarm } from "../alarms/gathered-alarm.ts";
import type { Commit } from "../journal/committer.ts";
import type { SiteBook } from "../site/site-book.ts";
import type { Database } from "../store/database.ts";
import { contactsCalled, everybody } from "./callees.ts";
import type { WriteCall } from "./call-writer.ts";
import type { DeliveryBook } from "./delivery-book.ts";
import { textFor } from "./text-for.ts";

/** Most alarms in one digest; the rest follows in the next message at the same time. */
export const digestAlarmsMax = 500;

/** What the digests work with. */
export interface DigestParts {
  readonly database: Database;
  readonly deliveries: DeliveryBook;
  readonly write: WriteCall;
  readonly channels: () => readonly ChannelFact[];
  readonly site: () => SiteBook;
}

/** What presses nobody, gathered into one message at a time of day. */
export interface Digests {
  readonly add: (commit: Commit, policy: Policy, alarms: readonly GatheredAlarm[]) => void;
  readonly dueAt: () => EpochMs | null;
  readonly tick: (commit: Commit) => void;
}

/** Digests of nothing: what would be gathered for a time of day is told to nobody. */
export const noDigests: Digests = {
  add: () => undefined,
  dueAt: () => null,
  tick: () => undefined,
};

/** Makes the digests on the records. */
export function makeDigests({ database, deliveries, write, channels, site }: DigestParts): Digests {
  const insert = database.prepare(
    "INSERT OR IGNORE INTO digest_items (policy, alarm, number, about, at) VALUES (?, ?, ?, ?, ?)",
  );
  const waiting = database.prepare(
    "SELECT policy, min(at) AS first FROM digest_items WHERE told_at IS NULL GROUP BY policy ORDER BY policy",
  );
  const items = database.prepare(
    "SELECT alarm, number, about FROM digest_items WHERE policy = ? AND told_at IS NULL ORDER BY at, alarm, number LIMIT ?",
  );
  const told = database.prepare(
    "UPDATE digest_items SET told_at = ? WHERE policy = ? AND alarm = ? AND number = ?",
  );

  const due = (): { policy: string; at: EpochMs }[] =>
    waiting.all().map((row) => {
      const policy = String(row["policy"]);
      const first = Number(row["first"]);
      const digestAt = policyNamed(policy)?.digestAt;
      return {
        policy,
        at: digestAt === undefined ? first : nextTimeOfDay(first, digestAt, site().site.timeZone),
      };
    });

  const policyNamed = (id: string): Policy | undefined =>
    site().site.policies?.find((policy) => policy.id === id);

  const tell = (commit: Commit, id: string): void => {
    const rows = items.all(id, digestAlarmsMax);
    const alarms = new Map(
      rows.map((row) => [
        String(row["alarm"]),
        { id: String(row["alarm"]), about: row["about"] as CallAbout },
      ]),
    );
    for (const row of rows) told.run(commit.at, id, String(row["alarm"]), Number(row["number"]));
    const written = write({ alarms: [...alarms.values()], causes: null, at: commit.at, isDigest: true });
    if (written === null) return;
    const [step] = policyNamed(id)?.steps ?? [];
    const people =
      step === undefined ? everybody(site().site) : contactsCalled(site().site, step.call, commit.at);
    const about = `digest-${id}-${commit.journalSeq}`;
    for (const person of people) {
      // Nobody is rung up for what presses nobody.
      const addresses = person.addresses.filter(({ medium }) => medium !== "voice");
      for (const way of waysTo(addresses, step?.by ?? null, channels())) {
        deliveries.owe(commit, {
          id: `${about}.1.${person.id}.${way.medium}`,
          about,
          contact: person.id,
          medium: way.medium,
          language: person.language,
          thread: null,
          address: way.address,
          ...textFor(written(person.language), way.medium),
          routes: way.routes,
          deliverWithinMs: standardDeliverWithinMs,
          summons: null,
        });
      }
    }
  };

  return {
    add: (commit, policy, alarms) => {
      for (const { alarm, call } of alarms)
        insert.run(policy.id, alarm.id, call.number, call.about, commit.at);
    },
    dueAt: () => {
      const times = due().map(({ at }) => at);
      return times.length === 0 ? null : Math.min(...times);
    },
    tick: (commit) => {
      for (const { policy, at } of due()) if (at <= commit.at) tell(commit, policy);
    },
  };
}
