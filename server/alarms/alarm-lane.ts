import { type DigestParts, type Digests, makeDigests } from "../summons/digests.ts";
import type { SummonsBook, SummonsEvents } from "../summons/summons-book.ts";
import { watchSummonses } from "../summons/chain-alarms.ts";
import type { Database } from "../store/database.ts";
import type { AlarmBook } from "./alarm-book.ts";
import { type AlarmRows, openAlarmRows } from "./alarm-rows.ts";
import { type CallRecords, openCallRecords } from "./call-records.ts";
import { describeProbe } from "./messages.ts";
import { type GatewayRegister, openGatewayRegister } from "./gateway-register.ts";
import { openServiceRegister, type ServiceRegister } from "./service-register.ts";

/**
 * Where an alarm book keeps its alarms and whom its silence concerns. The book of drills is the very same code in another lane: it knows no alarm in earnest, and the book in earnest knows none
 * of a drill (docs/decisions/0013-drills-have-a-lane-of-their-own.md).
 */
export interface AlarmLane {
  readonly isDrill: boolean;
  /** The drill that is under way; null in earnest. */
  readonly drill: () => string | null;
  readonly rows: AlarmRows;
  readonly calls: CallRecords;
  /** Through which gateway each probe was last heard. */
  readonly gateways: GatewayRegister;
  /** Which appliances are out of service: nobody is called about them. */
  readonly services: ServiceRegister;
  /** What presses nobody, told at a time of day. */
  readonly digests: (parts: DigestParts) => Digests;
  /** What an alarm about a probe says. */
  readonly describe: typeof describeProbe;
  /** Hears of calls that find nobody, that nobody answers, or that somebody has answered. */
  readonly watch: (summonses: SummonsBook, watching: Watching) => void;
}

/** What hearing of calls leads to. */
export interface Watching extends Pick<AlarmBook, "judge" | "find"> {
  readonly answered: SummonsEvents["answered"];
}

/** The lane in earnest. */
export function earnestLane({ database }: { readonly database: Database }): AlarmLane {
  const rows = openAlarmRows(database);
  return {
    isDrill: false,
    drill: () => null,
    rows,
    calls: openCallRecords(database),
    gateways: openGatewayRegister(database),
    services: openServiceRegister(database),
    digests: makeDigests,
    describe: describeProbe,
    watch: (summonses, watching) => watchSummonses(summonses, rows, watching),
  };
}
