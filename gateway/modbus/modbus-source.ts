import { type PlannedRead, planReads, readChannels } from "@coldkeep/core/modbus/plan.ts";
import type { AnswerErrorCode } from "@coldkeep/core/modbus/read-request.ts";
import { timeQuality } from "@coldkeep/core/readings/stamp.ts";
import type { Cancel, Clock, Random } from "@coldkeep/core/time/clock.ts";
import type { DurationMs, EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Counters } from "../health/counters.ts";
import type { Log } from "../health/log.ts";
import type { Recorder } from "../intake/recorder.ts";
import { type Connection, keepOpen } from "../sources/keep-open.ts";
import type { Source, SourceStatus } from "../sources/source.ts";
import type { Exchange, OpenCarrier } from "./carrier.ts";
import type { ModbusDevice } from "./modbus-settings.ts";
import { firstTurns, nextDueMs, type PollInput, stepPolls } from "./polling.ts";

/** How long an opening may take. Unit ms. */
export const openingMaxMs = 10_000;

/** How often a line is looked after: hung, silent, or its path leading elsewhere. Unit ms. */
export const checkMs = 2_000;

/** What a Modbus source is made of. */
export interface ModbusSourceParts {
  readonly settings: {
    readonly id: string;
    readonly kind: "modbus-rtu" | "modbus-tcp";
    readonly timeout: DurationMs;
    readonly devices: readonly ModbusDevice[];
  };
  readonly rules: {
    /** A line or connection on which nothing answers for so long is opened anew. Unit ms, default 10 min. */
    readonly silenceMaxMs: DurationMs;
    readonly pauseMaxMs: DurationMs;
  };
  readonly openCarrier: OpenCarrier;
  /** True where the settings say what a channel, `<device>/<channel>`, is for. */
  readonly isMapped: (channel: string) => boolean;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly random: Random;
  readonly counters: Counters;
  readonly log: Log;
}

/** Exceptions of a gateway that could not reach the device: path unavailable, device failed to respond. */
const unreachedExceptions: readonly number[] = [0x0a, 0x0b];

/** A device with its questions, and how it stands. */
interface PolledDevice {
  readonly device: string;
  readonly unit: number;
  readonly intervalMs: DurationMs;
  readonly plan: readonly PlannedRead[];
  lastHeardAt: EpochMs | null;
  trouble: AnswerErrorCode | null;
}

/** Devices that are asked over Modbus, one after another. See docs/protocols.md, "Modbus". */
export function modbusSource(parts: ModbusSourceParts): Source {
  const { settings, recorder, clock, counters, log } = parts;
  const devices = settings.devices.map((one) => polledDevice(one, parts.isMapped));
  const polled = devices.map(({ unit, intervalMs, plan }) => ({ unit, intervalMs, reads: plan.length }));
  let polls = firstTurns(polled, clock.monotonicMs());
  const kept = keepOpen({
    id: settings.id,
    clock,
    random: parts.random,
    log,
    counters,
    pauseMaxMs: parts.rules.pauseMaxMs,
    connect,
  });

  function connect(opened: () => void, closed: (trouble: string) => void): Connection {
    let open = false;
    let ended = false;
    let activeMs = clock.monotonicMs();
    let cancelWake: Cancel = () => {};
    let cancelCheck: Cancel = () => {};
    const carrier = parts.openCarrier({
      opened: () => {
        open = true;
        activeMs = clock.monotonicMs();
        opened();
        advance({ kind: "wake" });
      },
      closed: (reason) => {
        ended = true;
        cancelWake();
        cancelCheck();
        polls = stepPolls(polled, settings.timeout, polls, { kind: "closed" }, clock.monotonicMs()).state;
        closed(reason);
      },
      unasked: (raw, unit) => {
        recorder.refuse(settings.id, "modbus.unasked", raw);
        if (unit !== null) advance({ kind: "unasked", unit });
      },
      broken: (raw) => recorder.refuse(settings.id, "modbus.protocol-wrong", raw),
    });
    watch();

    function watch(): void {
      if (ended) return;
      cancelCheck = clock.after(checkMs, () => {
        const quietMs = clock.monotonicMs() - activeMs;
        if (!open && quietMs > openingMaxMs) carrier.close("opening hangs");
        else if (open && quietMs > parts.rules.silenceMaxMs)
          carrier.close(`nothing has answered for ${Math.round(quietMs / 1_000)} s`);
        else carrier.check();
        watch();
      });
    }

    function advance(input: PollInput): void {
      if (ended || !open) return;
      const { state, ask } = stepPolls(polled, settings.timeout, polls, input, clock.monotonicMs());
      polls = state;
      cancelWake();
      const device = ask === null ? undefined : devices[ask.device];
      const read = device?.plan[ask?.read ?? 0];
      if (device !== undefined && read !== undefined) {
        const onProbation = (polls.turns[ask?.device ?? 0]?.probation ?? 1) > 0;
        carrier.ask({ unit: device.unit, ...read.request }, settings.timeout, (exchange) => {
          if (exchange.ok) {
            activeMs = clock.monotonicMs();
            kept.useful();
          }
          advance({ kind: take(device, read, exchange, onProbation) });
        });
      } else if (polls.asking === null) {
        const waitMs = Math.max(1, Math.ceil(nextDueMs(polls) - clock.monotonicMs()));
        cancelWake = clock.after(waitMs, () => advance({ kind: "wake" }));
      }
    }

    return { close: () => carrier.close("the gateway stops") };
  }

  function take(
    device: PolledDevice,
    read: PlannedRead,
    exchange: Exchange,
    onProbation: boolean,
  ): "answered" | "silent" {
    if (!exchange.ok) {
      failed(device, exchange.code, exchange.raw);
      return "silent";
    }
    const { answer } = exchange;
    if (answer.kind === "exception" && unreachedExceptions.includes(answer.exception)) {
      failed(device, "modbus.exception", exchange.raw);
      return "silent";
    }
    if (onProbation) counters.add("modbus.probation", settings.id);
    else observe(device, read, exchange);
    return "answered";
  }

  function observe(device: PolledDevice, read: PlannedRead, exchange: Extract<Exchange, { ok: true }>): void {
    const channels = readChannels(read, exchange.answer);
    if (exchange.answer.kind === "exception" && Object.keys(channels).length < read.channels.length)
      failed(device, "modbus.exception", exchange.raw);
    else recovered(device);
    if (Object.keys(channels).length === 0) return;
    device.lastHeardAt = exchange.answeredAt;
    const filterMs = Math.max(...read.channels.map(({ channel }) => channel.filter));
    const half = exchange.roundTripMs / 2;
    recorder.observe(
      {
        source: settings.id,
        device: device.device,
        stamp: { at: Math.round(exchange.answeredAt - half), time: timeQuality("poll", half + filterMs) },
        arrivedAt: exchange.answeredAt,
        channels,
        raw: exchange.raw,
        keeps: false,
      },
      () => {},
    );
  }

  /** Evidence and a line in the log are for the first of a row; the rest is counted. */
  function failed(device: PolledDevice, code: AnswerErrorCode, raw: Uint8Array): void {
    if (device.trouble === code) {
      counters.add(code, settings.id);
      return;
    }
    if (device.trouble === null)
      log.warn(
        { source: settings.id, device: device.device, unit: device.unit, code },
        `${device.device} gives no reading.`,
      );
    device.trouble = code;
    recorder.refuse(settings.id, code, raw);
  }

  function recovered(device: PolledDevice): void {
    if (device.trouble !== null)
      log.info({ source: settings.id, device: device.device }, `${device.device} answers again.`);
    device.trouble = null;
  }

  return {
    start: kept.start,
    stop: kept.stop,
    status: (): SourceStatus => {
      const heard = devices.flatMap(({ lastHeardAt }) => (lastHeardAt === null ? [] : [lastHeardAt]));
      return {
        id: settings.id,
        kind: settings.kind,
        lastHeardAt: heard.length === 0 ? null : Math.max(...heard),
        devices: devices.map(({ device, lastHeardAt, trouble }) => ({ device, lastHeardAt, trouble })),
        ...kept.state(),
      };
    },
  };
}

/** Channels that are for nothing are not asked for; of a device with none that is for something all are, so that it is told what is missing. */
function polledDevice(
  { device, unit, interval, profile, channels: chosen }: ModbusDevice,
  isMapped: (channel: string) => boolean,
): PolledDevice {
  const names = Object.keys(profile.channels);
  const mapped = names.filter((name) => isMapped(`${device}/${name}`));
  const wanted = chosen ?? (mapped.length > 0 ? mapped : names);
  const channels = Object.fromEntries(
    Object.entries(profile.channels).filter(([name]) => wanted.includes(name)),
  );
  return {
    device,
    unit,
    intervalMs: interval,
    plan: planReads({ ...profile, channels }),
    lastHeardAt: null,
    trouble: null,
  };
}
