import {
  type CanaryEffect,
  type CanaryInput,
  type CanaryRun,
  type CanaryState,
  noCanary,
  stepCanary,
} from "@coldkeep/core/canary/canary-run.ts";
import { canaryMedia } from "@coldkeep/core/canary/canary-section.ts";
import type { Medium } from "@coldkeep/core/duty/media.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { AlarmBook } from "../alarms/alarm-book.ts";
import type { Commit, Committer } from "../journal/committer.ts";
import { draftMap } from "../journal/draft-map.ts";
import type { SiteBook } from "../site/site-book.ts";
import type { Database } from "../store/database.ts";
import { lateFacts } from "./late-facts.ts";

/** How a message of the canary came in: in the mailbox, as a short message to one of our channels, or by an answer of whoever has it. */
export type ReceivedBy = "mailbox" | "reply" | "answer";

/** That a message of the canary came in. */
export interface CanaryReceipt {
  readonly delivery: string;
  readonly medium: Medium;
  readonly way: ReceivedBy;
  /** When the mail server had it, by its own clock; null where nobody says. */
  readonly arrivedAt: EpochMs | null;
}

/** What happens to the canary: an input like any other. */
export type CanaryNews =
  | { readonly kind: "begin" | "tick" | "interrupt" | "stop" }
  | ({ readonly kind: "received" } & CanaryReceipt);

/** The canary on the records. */
export interface CanaryBook {
  readonly state: () => CanaryState;
  /** Takes news, journaled. */
  readonly take: (news: CanaryNews) => void;
  /** Takes a receipt within another commit. */
  readonly receive: (commit: Commit, receipt: CanaryReceipt) => void;
}

/** What the book works with. */
export interface CanaryBookParts {
  readonly database: Database;
  readonly committer: Committer;
  readonly alarms: AlarmBook;
  readonly site: () => SiteBook | null;
}

/** Subject of the alarm that the canary is late. */
export const canaryLateSubject = "canary";

/** Opens the canary on the records. */
export function openCanaryBook({ database, committer, alarms, site }: CanaryBookParts): CanaryBook {
  const save = database.prepare(
    "INSERT INTO canary_state (one, state) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET state = excluded.state",
  );
  const insertRun = database.prepare(
    "INSERT INTO canary_runs (number, sample_at, terms, journal_seq) VALUES (?, ?, ?, ?)",
  );
  const endRun = database.prepare("UPDATE canary_runs SET outcome = ?, ended_at = ? WHERE number = ?");
  const insertReceipt = database.prepare(
    "INSERT INTO canary_receipts (run, medium, delivery, way, arrived_at, seen_at, journal_seq) VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  const runOf = database.prepare(
    `SELECT number FROM canary_runs WHERE sample_at <= (SELECT owed_at FROM notifications WHERE id = ?) ORDER BY number DESC LIMIT 1`,
  );
  const stored = database.prepare("SELECT state FROM canary_state WHERE one = 1").get();
  const states = draftMap<1, CanaryState>([
    [1, stored === undefined ? noCanary : (JSON.parse(String(stored["state"])) as CanaryState)],
  ]);

  const step = (commit: Commit, input: CanaryInput, receipt: CanaryReceipt | null = null): void => {
    const before = states.get(commit, 1) ?? noCanary;
    const { state, effects } = stepCanary(before, input, commit.at);
    if (state === before) return;
    states.set(commit, 1, state);
    save.run(JSON.stringify(state));
    for (const effect of effects) follow(commit, effect, receipt);
  };

  const follow = (commit: Commit, effect: CanaryEffect, receipt: CanaryReceipt | null): void => {
    switch (effect.kind) {
      case "began": {
        const { number, sampleAt, terms } = effect.run;
        insertRun.run(number, sampleAt, JSON.stringify(terms), commit.journalSeq);
        return;
      }
      case "received":
        if (receipt !== null)
          insertReceipt.run(
            effect.run,
            effect.medium,
            receipt.delivery,
            receipt.way,
            receipt.arrivedAt,
            commit.at,
            commit.journalSeq,
          );
        return;
      case "ended":
        endRun.run(effect.outcome, commit.at, effect.run.number);
        return;
      case "late":
        judgeLate(commit, effect.run, effect.waits);
        return;
      case "good-again":
        alarms.judge(commit, "canary-late", "off", noFacts, canaryLateSubject);
    }
  };

  const judgeLate = (commit: Commit, run: CanaryRun, waits: readonly Medium[]): void => {
    const timeZone = site()?.site.timeZone ?? "UTC";
    const facts = () => ({ subject: canaryLateSubject, ...lateFacts(database, run, waits, timeZone) });
    alarms.judge(commit, "canary-late", "on", facts, canaryLateSubject);
  };

  const receive = (commit: Commit, receipt: CanaryReceipt): void => {
    const run = runOf.get(receipt.delivery)?.["number"];
    if (typeof run === "number") step(commit, { kind: "received", run, medium: receipt.medium }, receipt);
  };

  return {
    state: () => states.get(null, 1) ?? noCanary,
    receive,
    take: (news) => {
      const body = new TextEncoder().encode(JSON.stringify(news));
      committer.commit({ kind: "canary", source: "canary", encoding: "identity", body }, (commit) => {
        if (news.kind === "received") receive(commit, news);
        else if (news.kind !== "begin") step(commit, { kind: news.kind });
        else {
          const section = site()?.site.canary;
          if (section === undefined) return;
          const { every, within, alarmDelay } = section;
          const terms = {
            everyMs: every,
            withinMs: within,
            delayMs: alarmDelay,
            media: canaryMedia(section),
          };
          step(commit, { kind: "begin", terms });
        }
      });
    },
  };
}

/** An alarm that goes says what it said. */
function noFacts(): never {
  throw new RangeError("an alarm that goes is not described anew");
}
