import { formatLine, parseLine } from "@coldkeep/core/serial/frame.ts";
import { lineSplitter } from "@coldkeep/core/serial/line-splitter.ts";
import type { DeviceSample } from "@coldkeep/core/readings/sample.ts";
import type { Cancel, Clock, Random } from "@coldkeep/core/time/clock.ts";
import type { DurationMs } from "@coldkeep/core/time/millis.ts";
import type { Counters } from "../health/counters.ts";
import type { Log } from "../health/log.ts";
import type { Arrival } from "../intake/admit.ts";
import type { BootLedger } from "../intake/ledger.ts";
import type { Outcome, Recorder } from "../intake/recorder.ts";
import { type ZeroEstimate, zeroOfUnheard } from "../intake/unheard-boot.ts";
import { type Connection, keepOpen } from "../sources/keep-open.ts";
import type { Source } from "../sources/source.ts";
import type { OpenLine, SerialLine } from "./serial-line.ts";
import { awaitedAs, isHeldBack, nextTickMs, noSession, stepSession, unheardSamplesMax } from "./session.ts";
import type { KnownDevice, SessionEffect, SessionInput, SessionRules } from "./session-state.ts";

/** How long an opening may take, and how long a line may refuse to take bytes. Unit ms. */
export const lineHangMaxMs = 10_000;

/** How often a line is looked after: hung, silent, or its path leading elsewhere. Unit ms. */
export const lineCheckMs = 2_000;

/** What a serial source is made of. */
export interface SerialSourceParts {
  readonly settings: { readonly id: string; readonly path: string; readonly baudRate: number };
  readonly rules: SessionRules & {
    /** A line that says nothing for so long is opened anew. Unit ms, default 10 min. */
    readonly silenceMaxMs: DurationMs;
    readonly pauseMaxMs: DurationMs;
    /** As in the recorder's rules. */
    readonly driftMaxMs: DurationMs;
  };
  readonly openLine: OpenLine;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly random: Random;
  readonly counters: Counters;
  readonly log: Log;
}

/** A serial line with devices of the own dialect. See docs/protocols.md, "Serial". */
export function serialSource(parts: SerialSourceParts): Source {
  const { settings, clock } = parts;
  let lastHeardAt: number | null = null;
  const kept = keepOpen({
    id: settings.id,
    clock,
    random: parts.random,
    log: parts.log,
    counters: parts.counters,
    pauseMaxMs: parts.rules.pauseMaxMs,
    connect: (opened, closed) =>
      connectLine(parts, opened, closed, () => {
        lastHeardAt = clock.epochMs();
        kept.useful();
      }),
  });
  return {
    start: kept.start,
    stop: kept.stop,
    status: () => ({ id: settings.id, kind: "serial", lastHeardAt, ...kept.state() }),
  };
}

function connectLine(
  parts: SerialSourceParts,
  opened: () => void,
  closed: (trouble: string) => void,
  useful: () => void,
): Connection {
  const { settings, rules, recorder, clock, counters } = parts;
  const splitter = lineSplitter();
  const acknowledgements = new Map<string, Extract<SessionEffect, { kind: "acknowledge" }>>();
  /** Samples of holes that are not whole yet, by device. */
  const held = new Map<string, readonly Arrival[]>();
  let session = noSession;
  let open = false;
  let ended = false;
  let activeMs = clock.monotonicMs();
  let cancelTick: Cancel | null = null;
  let cancelCheck: Cancel | null = null;
  let refusedWriteMs: number | null = null;

  const line: SerialLine = parts.openLine(settings.path, settings.baudRate, {
    opened: () => {
      open = true;
      activeMs = clock.monotonicMs();
      opened();
      advance({ kind: "opened", known: knownDevices(recorder, settings.id) });
    },
    data: receive,
    closed: (reason) => {
      ended = true;
      cancelTick?.();
      cancelCheck?.();
      closed(reason);
    },
  });
  watch();

  function watch(): void {
    if (ended) return;
    cancelCheck = clock.after(lineCheckMs, () => {
      const now = clock.monotonicMs();
      if (!open && now - activeMs > lineHangMaxMs) line.close("opening the line hangs");
      else if (refusedWriteMs !== null && now - refusedWriteMs > lineHangMaxMs)
        line.close("the line takes no bytes");
      else if (open && now - activeMs > rules.silenceMaxMs)
        line.close(`nothing was heard for ${Math.round((now - activeMs) / 1000)} s`);
      else line.check();
      watch();
    });
  }

  function receive(chunk: Uint8Array): void {
    const { lines, overlong } = splitter.push(chunk);
    if (overlong > 0) recorder.refuse(settings.id, "serial.too-long", chunk);
    for (const text of lines) {
      const parsed = parseLine(text);
      if (!parsed.ok) {
        recorder.refuse(settings.id, parsed.code, Buffer.from(text, "latin1"));
        advance({ kind: "garbled" });
      } else if (parsed.frame.kind === "sample") hear(parsed.frame.sample, text);
      // Our own words come back on a line that echoes or that several listen to.
      else counters.add("serial.not-a-sample", settings.id);
    }
  }

  function hear(sample: DeviceSample, text: string): void {
    activeMs = clock.monotonicMs();
    useful();
    const { device, boot, sequence } = sample;
    const awaited = awaitedAs(session, device, boot, sequence);
    const arrival = {
      source: settings.id,
      sample,
      at: null,
      arrivedAt: clock.epochMs(),
      raw: Buffer.from(text, "latin1"),
    };
    if (isHeldBack(awaited, recorder.ledger, device, boot)) {
      held.set(device, [...(held.get(device) ?? []), arrival].slice(-unheardSamplesMax));
      advance({ kind: "held", device, boot, sequence });
    } else recorder.sample(arrival, awaited === null, (outcome) => recorded(sample, outcome));
  }

  function release(device: string): void {
    const arrivals = held.get(device) ?? [];
    held.delete(device);
    const zero = zeroOf(arrivals);
    for (const arrival of arrivals.map((one) => ({ ...one, zero })))
      recorder.sample(arrival, false, (outcome) => recorded(arrival.sample, outcome));
  }

  /** Of a boot that was never heard while it ran. */
  function zeroOf(arrivals: readonly Arrival[]): ZeroEstimate | null {
    const [first] = arrivals;
    if (first === undefined) return null;
    const { device, boot } = first.sample;
    if (recorder.ledger(device, boot) !== undefined) return null;
    const longestUptimeMs = Math.max(...arrivals.map(({ sample }) => sample.uptimeMs));
    return zeroOfUnheard(recorder.ledgers(), device, boot, longestUptimeMs, rules.driftMaxMs);
  }

  function recorded(sample: DeviceSample, outcome: Outcome): void {
    const { device, boot, sequence } = sample;
    if (outcome === "kept" || outcome === "duplicate") advance({ kind: "heard", device, boot, sequence });
    else if (outcome !== "refused") advance({ kind: "untaken", device });
  }

  function advance(input: SessionInput): void {
    if (ended) return;
    const step = stepSession(rules, session, recorder.ledger, input, clock.monotonicMs());
    session = step.state;
    for (const effect of step.effects) perform(effect);
    cancelTick?.();
    const tickMs = nextTickMs(session);
    cancelTick =
      tickMs === null
        ? null
        : clock.after(Math.max(1, Math.ceil(tickMs - clock.monotonicMs())), () => advance({ kind: "tick" }));
  }

  function perform(effect: SessionEffect): void {
    if (effect.kind === "lose") {
      const { device, boot, range } = effect;
      recorder.lose(device, boot, range, () => advance({ kind: "lost", device }));
      return;
    }
    if (effect.kind === "release") {
      release(effect.device);
      return;
    }
    if (effect.kind === "acknowledge") {
      // A commit settles many samples; the last word about each boot says it all.
      if (acknowledgements.size === 0) queueMicrotask(acknowledge);
      acknowledgements.set(`${effect.device}/${effect.boot}`, effect);
      return;
    }
    counters.add("serial.resend-requested", settings.id);
    write(effect);
  }

  function acknowledge(): void {
    const effects = [...acknowledgements.values()];
    acknowledgements.clear();
    for (const effect of effects) {
      counters.add("serial.acknowledged", settings.id);
      write(effect);
    }
  }

  function write(effect: Exclude<SessionEffect, { kind: "lose" | "release" }>): void {
    if (line.write(`${formatLine(effect)}\r\n`)) refusedWriteMs = null;
    else {
      counters.add("serial.write-refused", settings.id);
      refusedWriteMs ??= clock.monotonicMs();
    }
  }

  return { close: () => line.close("the gateway stops") };
}

/** The devices last heard on a line, each with its boots, the one that began last first. */
function knownDevices(recorder: Recorder, source: string): readonly KnownDevice[] {
  const began = (ledger: BootLedger): number => ledger.anchors.at(-1)?.zeroAt ?? ledger.lastHeardAt;
  const byDevice = Map.groupBy(
    recorder.ledgers().toSorted((a, b) => began(b) - began(a)),
    ({ device }) => device,
  );
  return [...byDevice]
    .filter(([, ledgers]) => ledgers[0]?.source === source)
    .map(([device, ledgers]) => ({ device, boots: ledgers.map(({ boot }) => boot) }));
}
