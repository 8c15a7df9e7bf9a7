import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { CommandIo } from "../command/command-io.ts";
import { textTable } from "../command/text-table.ts";
import { openTcpLink } from "../modbus/tcp-link.ts";
import { sensorFiles } from "../onewire/sensor-files.ts";
import { openSerialLine } from "../serial/serial-line.ts";
import { listSerialPorts } from "../serial/serial-ports.ts";
import { parseSettings } from "../settings/settings.ts";
import { type DiscoverPlan, readArguments } from "./arguments.ts";
import type { Discovered } from "./discovered.ts";
import { searchHost } from "./search-host.ts";
import { searchLine } from "./search-line.ts";
import { brokerTries, onewireMs, onewireTry, searchSources } from "./search-sources.ts";
import { searchTopics } from "./search-topics.ts";
import { startingSettings } from "./starting-settings.ts";
import { refuseExisting, writeSettingsFile } from "./settings-file.ts";

/**
 * Looks for devices on serial lines, Modbus TCP hosts, brokers and 1-Wire, says what was heard, and writes settings to begin with. Ends with 0
 * where anything was found, else 1. Throws `arguments.invalid`, `settings.exists` and `settings.unwritable`.
 */
export async function discoverCommand(args: readonly string[], outer: CommandIo): Promise<number> {
  const plan = readArguments(args);
  if (plan.write !== null) refuseExisting(plan.write, plan.force);
  const limit = new AbortController();
  const cancel = outer.clock.after(plan.limitMs, () => limit.abort());
  const io = { ...outer, stop: AbortSignal.any([outer.stop, limit.signal]) };
  const found = await searchAll(plan, io);
  cancel();
  if (io.stop.aborted) io.progress("The search was ended early; this is what was found by then.");
  say(found, io);
  const sources = found.flatMap((one) => one.sources);
  if (sources.length === 0) {
    io.print("Nothing was found that could be a source.");
    return 1;
  }
  const text = startingSettings(plan.beginning, sources);
  // What is written passes the check of the settings; anything else is a defect here.
  parseSettings(text, "what was found");
  if (plan.write === null) {
    io.print("Settings to begin with (--write gateway.yaml writes them):\n");
    io.print(text);
  } else {
    writeSettingsFile(plan.write, text, plan.force);
    io.print(`Written to ${plan.write}: put the names of your site file into probes, then`);
    io.print(`  npx coldkeep-gateway check --config ${plan.write}`);
  }
  return 0;
}

async function searchAll(plan: DiscoverPlan, io: CommandIo): Promise<Discovered[]> {
  const listed = plan.allPorts ? await listSerialPorts() : [];
  for (const { path, about } of listed) io.progress(`${path}${about === "" ? "" : `: ${about}`}`);
  const ports = [...plan.ports, ...listed.map(({ path }) => path)];
  if (ports.length === 0 && plan.allPorts)
    io.progress("This machine tells of no serial port; --port names one.");
  for (const { url } of plan.brokers)
    io.progress(`${url}: listens for ${plan.forMs / 1_000} s; Ctrl-C ends it with what was heard`);
  const password = io.environment["COLDKEEP_BROKER_PASSWORD"];
  const brokers = plan.brokers.map(async (broker) => {
    const search = searchSources(broker.url, brokerTries(broker), plan.forMs, io, password);
    const topics = searchTopics(broker, plan.forMs, io, password).catch(() => []);
    const found = await search.catch(explained);
    return { ...found, remarks: [...found.remarks, ...(await topics)] };
  });
  const onewire = searchOnewire(plan.onewire, io);
  const stems = (stem: string, index: number, many: number): string =>
    many === 1 ? stem : `${stem}-${index + 1}`;
  const lines = ports.map((path, index) =>
    searchLine(path, { ...plan.line, stem: stems("modbus", index, ports.length) }, openSerialLine, io),
  );
  const hosts = plan.hosts.map((host, index) =>
    searchHost(host, { ...plan.line, stem: stems("tcp", index, plan.hosts.length) }, openTcpLink, io),
  );
  return [...(await Promise.all([...lines, ...hosts, ...brokers])), ...(await onewire)];
}

/** A machine without 1-Wire has no such folder; one with it names each sensor there, and the bus itself. */
async function searchOnewire(root: string, io: CommandIo): Promise<Discovered[]> {
  const names = await sensorFiles(root)
    .list()
    .catch(() => []);
  if (names.length === 0) return [];
  io.progress(`${root}: reads ${names.length} names of 1-Wire`);
  return [await searchSources(root, [onewireTry(root)], onewireMs, io)];
}

/** A broker's address that is none is a mistake in the arguments. */
function explained(error: unknown): never {
  if (error instanceof CodedError && error.code === "settings.invalid")
    throw new CodedError("arguments.invalid", error.message, { cause: error });
  throw error;
}

function say(found: readonly Discovered[], io: CommandIo): void {
  const rows = found.flatMap(({ place, sources, remarks }) => [
    ...sources.flatMap(({ settings, heard }) =>
      heard.map(({ device, channel, value }) => [
        place,
        spoken(settings),
        `${device}/${channel}`,
        String(value),
      ]),
    ),
    ...remarks.map((remark) => [place, "", "", remark]),
  ]);
  if (rows.length > 0)
    for (const line of textTable(["where", "speaks", "channel", "heard"], rows)) io.print(line);
  io.print("");
}

function spoken(settings: Readonly<Record<string, unknown>>): string {
  const { kind, dialect, baudRate, parity } = settings;
  if (kind === "mqtt") return String(dialect);
  if (kind === "modbus-rtu") return `Modbus, ${String(baudRate)} ${String(parity)}`;
  return kind === "serial" ? `own dialect, ${String(baudRate)}` : String(kind);
}
