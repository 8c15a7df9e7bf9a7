import type { CommandIo } from "../command/command-io.ts";
import { adviceFor } from "../health/advice.ts";
import { tcpCarrier } from "../modbus/tcp-carrier.ts";
import type { OpenLink } from "../modbus/tcp-link.ts";
import { openAsker } from "./asker.ts";
import { type Discovered, nothingFound } from "./discovered.ts";
import { modbusDevices } from "./modbus-devices.ts";
import type { LineSearch } from "./search-line.ts";
import { searchModbus } from "./search-modbus.ts";

/** The port of Modbus TCP. */
export const modbusPort = 502;

/** A device with an address of its own answers to this unit, whatever its number. */
const wholeDeviceUnit = 255;

/** Asks a Modbus TCP host, or what stands behind it, for devices. `place` is `host` or `host:port`. */
export async function searchHost(
  place: string,
  { units, timeoutMs, stem }: Pick<LineSearch, "units" | "timeoutMs" | "stem">,
  openLink: OpenLink,
  io: CommandIo,
): Promise<Discovered> {
  const { clock, progress, stop } = io;
  const [, host = place, portText] = /^(.+?)(?::(\d{1,5}))?$/.exec(place) ?? [];
  const port = portText === undefined ? modbusPort : Number(portText);
  progress(`${place}: asks ${units.length} Modbus addresses over TCP`);
  const asker = await openAsker((events) => tcpCarrier({ host, port, openLink, clock }, events), clock);
  const trouble = asker.trouble();
  if (trouble !== null)
    return nothingFound(place, `cannot be reached: ${trouble}. ${adviceFor(trouble) ?? ""}`.trim());
  const inLine = await searchModbus(asker, units, timeoutMs, stop);
  const { found } =
    inLine.found.length > 0 ? inLine : await searchModbus(asker, [wholeDeviceUnit], timeoutMs, stop);
  asker.close();
  if (found.length === 0)
    return nothingFound(place, "answers, but no Modbus device does (--units widens the search)");
  const { devices, heard, notes } = modbusDevices(found, stem);
  if (devices.length === 0) return nothingFound(place, ...notes);
  const settings = { kind: "modbus-tcp", host, port, devices };
  return { place, sources: [{ settings, stem: "tcp", heard, notes }], remarks: [] };
}
