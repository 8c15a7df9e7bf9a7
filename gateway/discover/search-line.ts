import type { ChannelValue } from "@coldkeep/core/readings/sample.ts";
import { parseLine } from "@coldkeep/core/serial/frame.ts";
import { lineSplitter } from "@coldkeep/core/serial/line-splitter.ts";
import { sleep } from "@coldkeep/core/time/clock.ts";
import type { DurationMs } from "@coldkeep/core/time/millis.ts";
import type { CommandIo } from "../command/command-io.ts";
import { adviceFor } from "../health/advice.ts";
import { rtuCarrier } from "../modbus/rtu-carrier.ts";
import type { CharacterFrame, OpenLine } from "../serial/serial-line.ts";
import { openAsker } from "./asker.ts";
import { type Discovered, type DiscoveredSource, nothingFound } from "./discovered.ts";
import { modbusDevices } from "./modbus-devices.ts";
import { searchModbus } from "./search-modbus.ts";

/** How a line is searched. */
export interface LineSearch {
  readonly baudRates: readonly number[];
  readonly parities: readonly CharacterFrame["parity"][];
  /** Modbus addresses to ask; none for a line on which nothing may be sent. */
  readonly units: readonly number[];
  readonly timeoutMs: DurationMs;
  /** How long a line is listened to before anything is sent on it. */
  readonly listenMs: DurationMs;
  /** What the names of its Modbus devices begin with; other for each line. */
  readonly stem: string;
}

/** How long a port rests between closing and opening, until the system has let go of it. Unit ms. */
const reopenMs: DurationMs = 300;

/** Silence between an answer and the next question. Unit ms. */
const pauseMs: DurationMs = 20;

/**
 * Searches one serial line: listens for the own dialect first; a line that is silent is asked for Modbus devices. Nothing is sent on a line
 * that speaks by itself.
 */
export async function searchLine(
  path: string,
  search: LineSearch,
  openLine: OpenLine,
  io: CommandIo,
): Promise<Discovered> {
  const { clock, progress, stop } = io;
  let spoke = false;
  for (const baudRate of search.baudRates) {
    progress(`${path}: listens at ${baudRate} baud for ${search.listenMs / 1_000} s`);
    const heard = await hearLine(path, baudRate, search.listenMs, openLine, io);
    await sleep(clock, reopenMs);
    if (heard.trouble !== null)
      return nothingFound(
        path,
        `cannot be opened: ${heard.trouble}. ${adviceFor(heard.trouble) ?? ""}`.trim(),
      );
    if (heard.devices.size > 0) return ownDialect(path, baudRate, heard.devices);
    if (stop.aborted) return nothingFound(path, "not searched to the end");
    if (heard.bytes === 0) break;
    spoke = true;
  }
  if (spoke)
    return nothingFound(
      path,
      "something speaks here by itself that is not the own dialect, or at another speed (--baud); nothing was asked",
    );
  return search.units.length === 0
    ? nothingFound(path, `nothing was heard within ${search.listenMs / 1_000} s`)
    : askLine(path, search, openLine, io);
}

/** What a line says by itself. */
interface HeardLine {
  readonly devices: ReadonlyMap<string, Readonly<Record<string, ChannelValue>>>;
  readonly bytes: number;
  /** Why it could not be opened, or null. */
  readonly trouble: string | null;
}

async function hearLine(
  path: string,
  baudRate: number,
  listenMs: DurationMs,
  openLine: OpenLine,
  io: CommandIo,
): Promise<HeardLine> {
  const devices = new Map<string, Readonly<Record<string, ChannelValue>>>();
  const splitter = lineSplitter();
  const closed = new AbortController();
  let bytes = 0;
  let trouble: string | null = null;
  const line = openLine(path, baudRate, {
    opened: () => {},
    data: (chunk) => {
      bytes += chunk.byteLength;
      for (const text of splitter.push(chunk).lines) {
        const parsed = parseLine(text);
        if (!parsed.ok || parsed.frame.kind !== "sample") continue;
        const { device, channels } = parsed.frame.sample;
        devices.set(device, { ...devices.get(device), ...channels });
      }
    },
    closed: (reason) => {
      if (!closed.signal.aborted) trouble = reason;
      closed.abort();
    },
  });
  await sleep(io.clock, listenMs, AbortSignal.any([closed.signal, io.stop]));
  closed.abort();
  line.close("the search is over");
  return { devices, bytes, trouble };
}

function ownDialect(path: string, baudRate: number, devices: HeardLine["devices"]): Discovered {
  const heard = [...devices].flatMap(([device, channels]) =>
    Object.entries(channels).map(([channel, value]) => ({ device, channel, value })),
  );
  const settings = { kind: "serial", path, baudRate };
  return { place: path, sources: [{ settings, stem: "line", heard, notes: [] }], remarks: [] };
}

async function askLine(
  path: string,
  search: LineSearch,
  openLine: OpenLine,
  io: CommandIo,
): Promise<Discovered> {
  const { clock, progress, stop } = io;
  const { units, timeoutMs } = search;
  let disturbed = 0;
  for (const baudRate of search.baudRates) {
    for (const parity of search.parities) {
      if (stop.aborted) return nothingFound(path, "not searched to the end");
      progress(`${path}: asks ${units.length} Modbus addresses at ${baudRate} baud, parity ${parity}`);
      const frame: CharacterFrame = { parity, stopBits: 1 };
      const asker = await openAsker(
        (events) => rtuCarrier({ path, baudRate, frame, pauseMs, openLine, clock }, events),
        clock,
      );
      const result = await searchModbus(asker, units, timeoutMs, stop);
      const trouble = asker.trouble();
      asker.close();
      await sleep(clock, reopenMs);
      if (result.found.length > 0) {
        const { devices, heard, notes } = modbusDevices(result.found, search.stem);
        const settings = { kind: "modbus-rtu", path, baudRate, parity, devices };
        const source: DiscoveredSource = { settings, stem: "bus", heard, notes };
        return {
          place: path,
          sources: devices.length === 0 ? [] : [source],
          remarks: devices.length === 0 ? notes : [],
        };
      }
      if (trouble !== null) return nothingFound(path, `closed while it was asked: ${trouble}`);
      disturbed += result.disturbed;
    }
  }
  return nothingFound(
    path,
    disturbed > 0
      ? `${disturbed} answers could not be read: another speed or parity (--baud, --parity), or two devices with one address`
      : "silent: nothing speaks by itself, and no Modbus device answers (--units, --baud, --parity widen the search)",
  );
}
