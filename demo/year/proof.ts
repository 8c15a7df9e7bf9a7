import { type DurationMs, type EpochMs, formatInstant, minuteMs } from "@coldkeep/core/time/millis.ts";
import { sizeOf } from "@coldkeep/gateway/intake/ranges.ts";
import { gatewayId } from "./box.ts";
import type { TrueSample } from "./books.ts";
import type { Fault } from "./faults.ts";
import type { RecordedReading } from "./record.ts";
import type { Year } from "./year.ts";

/** What a year came to. */
export interface Proof {
  /** What is not as it was promised; empty where all is. */
  readonly findings: readonly string[];
  readonly figures: YearFigures;
}

/** What happened in a year. */
export interface YearFigures {
  readonly samples: number;
  readonly delivered: number;
  /** Overwritten or wiped before anybody had them. */
  readonly dropped: number;
  /** Of these the gateway knows that they were. */
  readonly knownLost: number;
  readonly repeatedBatches: number;
  readonly disturbedTexts: number;
  readonly unseenByCrc: number;
  readonly clockJumps: number;
  readonly clockEvents: number;
  readonly uncertaintyMs: Spread;
  readonly errorMs: Spread;
  /** Of the gateway's counters. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Half of the values lie below the first, and so on; all up to the last. */
export interface Spread {
  readonly median: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly most: number;
}

/** So long a device and its gateway must have been able to talk before a sample that the device then drops counts as fetchable. Unit ms. */
export const talkMs: DurationMs = 30 * minuteMs;

/** Most findings of one kind that are told. */
const findingsMax = 20;

/** Compares what the server has with what the devices took, kept and dropped. */
export function proveYear(year: Year): Proof {
  const { books, server, box, medium } = year;
  const findings: string[] = [];
  const find = (kind: string, what: readonly string[]): void => {
    if (what.length > 0)
      findings.push(`${kind}: ${what.length}`, ...what.slice(0, findingsMax).map((one) => `  ${one}`));
  };
  const there = new Map<TrueSample, RecordedReading>();
  const unknown: string[] = [];
  const doubled: string[] = [];
  const misplaced: string[] = [];
  const untrue: string[] = [];
  for (const reading of server.readings) {
    const sample = books.find(reading.celsius);
    if (sample === undefined) {
      unknown.push(JSON.stringify(reading));
      continue;
    }
    if (there.has(sample)) doubled.push(text(sample));
    there.set(sample, reading);
    if (reading.probe !== `${sample.device}-t`) misplaced.push(text(sample));
    const offMs = Math.abs(reading.at - sample.at);
    if (!(offMs <= reading.uncertaintyMs))
      untrue.push(
        `${text(sample)} is off by ${Math.round(reading.at - sample.at)} ms, said ${reading.uncertaintyMs} (${reading.source})`,
      );
  }
  const talks = talkSpans(year);
  const missing = books.samples.filter((sample) => !there.has(sample));
  const neverDropped = missing.filter(({ droppedAt }) => droppedAt === null);
  const fetchable = missing.filter(
    ({ at, droppedAt }) => droppedAt !== null && couldTalk(talks, at, droppedAt),
  );
  const { unresolved, lost, miscounted } = compareLedgers(year, there);
  find("readings that no device took", unknown);
  find("readings that came twice", doubled);
  find("readings under another probe", misplaced);
  find("readings whose time is off by more than was said", untrue);
  find("samples that were acknowledged or kept, and are not there", neverDropped.map(text));
  find("samples that could have been fetched before the device dropped them", fetchable.map(text));
  find("holes that are neither filled nor counted as lost", unresolved);
  find("ledgers that do not say what is there", miscounted);
  find(
    "jumps of the clock that went unnoticed",
    year.jumps.filter((jump) => !jump.isNoticed).map((jump) => JSON.stringify(jump)),
  );
  if (server.contradictions() > 0)
    findings.push(`batches that changed under their sequence: ${server.contradictions()}`);
  if (box.heldReadings() !== 0) findings.push(`still held in the end: ${box.heldReadings()}`);
  const clockEvents = server.events.filter(({ subject, kind }) => subject === gatewayId && kind === "clock");
  if (clockEvents.at(-1)?.active !== false)
    findings.push("the last word about the gateway's clock is not that it is right");
  return {
    findings,
    figures: {
      samples: books.samples.length,
      delivered: there.size,
      dropped: missing.length - neverDropped.length,
      knownLost: lost,
      repeatedBatches: server.repeats(),
      disturbedTexts: medium.disturbed(),
      unseenByCrc: medium.unseen(),
      clockJumps: year.jumps.length,
      clockEvents: clockEvents.length,
      uncertaintyMs: spread([...there.values()].map((one) => one.uncertaintyMs)),
      errorMs: spread([...there].map(([sample, one]) => Math.abs(one.at - sample.at))),
      counts: Object.fromEntries(countsTold.map((code) => [code, box.count(code)])),
    },
  };
}

const countsTold = [
  "sample.kept",
  "sample.duplicate",
  "sample.lost",
  "sample.failed",
  "sample.clock-drift",
  "clock.jumped",
  "clock.moved",
  "buffer.write-failed",
  "serial.crc-wrong",
  "serial.resend-requested",
  "source.opened",
];

const text = ({ device, boot, sequence, at, droppedAt }: TrueSample): string =>
  `${device} ${boot}/${sequence} of ${formatInstant(Math.round(at))}${droppedAt === null ? "" : ` dropped ${formatInstant(Math.round(droppedAt))}`}`;

function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0);
  return { median: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), most: at(1) };
}

/** What keeps a gateway and its devices from talking. */
const silencers: ReadonlySet<Fault["kind"]> = new Set([
  "adapter-out",
  "wires-cut",
  "noise",
  "disk-full",
  "gateway-kill",
  "gateway-restart",
  "box-power-cut",
]);

type Span = readonly [from: EpochMs, until: EpochMs];

function talkSpans({ faults, startAt, endAt }: Year): readonly Span[] {
  const spans: Span[] = [];
  let from = startAt;
  for (const fault of faults.filter(({ kind }) => silencers.has(kind))) {
    if (fault.fromAt - from >= talkMs) spans.push([from, fault.fromAt]);
    from = Math.max(from, fault.untilAt);
  }
  return [...spans, [from, endAt]];
}

function couldTalk(spans: readonly Span[], from: EpochMs, until: EpochMs): boolean {
  return spans.some(([begin, end]) => Math.min(end, until) - Math.max(begin, from) >= talkMs);
}

function compareLedgers({ books, box, medium }: Year, there: ReadonlyMap<TrueSample, unknown>) {
  const unresolved: string[] = [];
  const miscounted: string[] = [];
  let lost = 0;
  const highest = new Map<string, number>();
  const delivered = new Map<string, number>();
  for (const sample of books.samples) {
    const boot = `${sample.device}/${sample.boot}`;
    if (!there.has(sample)) continue;
    highest.set(boot, Math.max(highest.get(boot) ?? -1, sample.sequence));
    delivered.set(boot, (delivered.get(boot) ?? 0) + 1);
  }
  for (const ledger of box.ledgers()) {
    const boot = `${ledger.device}/${ledger.boot}`;
    const [kept, gone] = [sizeOf(ledger.kept), sizeOf(ledger.lost)];
    lost += gone;
    if (medium.isAsked && kept + gone !== (highest.get(boot) ?? -1) + 1)
      unresolved.push(`${boot}: ${JSON.stringify(ledger)}`);
    if (kept !== (delivered.get(boot) ?? 0))
      miscounted.push(`${boot}: ${kept} kept, ${delivered.get(boot)} there`);
  }
  return { unresolved, lost, miscounted };
}
