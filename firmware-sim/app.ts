import { counterMax } from "@coldkeep/core/readings/sample.ts";
import { type Clock, sleep } from "@coldkeep/core/time/clock.ts";
import { secondMs } from "@coldkeep/core/time/millis.ts";
import type { Appliance } from "./hospital/appliance.ts";
import { applianceWithPast } from "./hospital/history.ts";
import { type Happening, hospital } from "./hospital/hospital.ts";
import { runHospital } from "./hospital/runner.ts";
import { loadState, saveState } from "./hospital/state-file.ts";
import { serialLine } from "./lines/line.ts";
import { type LinePort, linePort } from "./lines/port.ts";
import type { SimulatorSettings } from "./load.ts";
import { rtuLine } from "./modbus/rtu-line.ts";
import { type Slave, slave } from "./modbus/slave.ts";
import { tcpPort } from "./modbus/tcp-port.ts";
import { type Radio, radio } from "./radio/radio.ts";
import { seededRandom } from "./random/random.ts";
import { lasts } from "./scenario/conditions.ts";
import type { Turn } from "./scenario/timeline.ts";
import { turnLine, wallTime } from "./scenario/words.ts";
import { saveEveryMs } from "./settings.ts";

/** What the simulator needs from its process. */
export interface SimulatorPorts {
  readonly clock: Clock;
  /** Takes the lines meant for a person, and first of all the ready line (JSON). */
  readonly say: (line: string) => void;
  /** IANA name of the zone in which the lines tell the time. */
  readonly timeZone: string;
}

/** A running hospital. */
export interface Simulator {
  /** Resolves once every line is open and every radio connected, or `connectMsMax` later; radios go on trying by themselves. */
  readonly start: () => Promise<void>;
  /** Closes lines and connections and writes what the devices remember. */
  readonly stop: () => Promise<void>;
}

/** How long the ready line waits for the broker, ms. */
export const connectMsMax = 5 * secondMs;

/** Composes a simulated hospital with its serial lines and radios. */
export function simulator(settings: SimulatorSettings, ports: SimulatorPorts): Simulator {
  const cleanups: (() => Promise<void> | void)[] = [];
  return {
    start: async () => {
      const { clock, say } = ports;
      const appliances = wake(settings, clock);
      const remember = (): void =>
        saveState(settings.state, new Map(appliances.map((one) => [one.settings.device, one.remember()])));
      remember();
      cleanups.push(remember);
      const lines = plugLines(appliances, settings, ports, cleanups);
      const radios = startRadios(appliances, settings, clock, cleanups);
      await untilConnected([...radios.values()], clock);
      say(readyLine(settings, lines, radios));
      const { speed, sampleInterval: sampleIntervalMs, scenario } = settings;
      const living = hospital(appliances, { startAt: clock.epochMs(), speed, sampleIntervalMs, scenario });
      const warn = (line: string): void => say(`${wallTime(clock.epochMs(), ports.timeZone)} ${line}`);
      const happen = (happening: Happening): void => {
        const port = lines.get(happening.appliance.settings.transport);
        carry(happening, port, radios.get(happening.appliance));
        if (happening.kind === "sample") return;
        const place = port?.name ?? "MQTT";
        say(turnLine(happening.turn, place, happening.at, ports.timeZone));
        remember();
      };
      const runner = runHospital(living, { clock, happen, warn });
      cleanups.push(() => runner.stop(), every(clock, saveEveryMs, remember));
    },
    stop: async () => {
      for (let cleanup = cleanups.pop(); cleanup !== undefined; cleanup = cleanups.pop()) await cleanup();
    },
  };
}

function wake(settings: SimulatorSettings, clock: Clock): readonly Appliance[] {
  const remembered = loadState(settings.state);
  const now = clock.epochMs();
  const past = { historyMs: settings.history, historyIntervalMs: settings.historyInterval };
  return settings.appliances.map((one) =>
    applianceWithPast(one, settings.seed, now, remembered.get(one.device) ?? null, past),
  );
}

type Cleanups = (() => Promise<void> | void)[];

function plugLines(
  appliances: readonly Appliance[],
  settings: SimulatorSettings,
  ports: SimulatorPorts,
  cleanups: Cleanups,
): ReadonlyMap<string, LinePort> {
  const transports = appliances.map((one) => one.settings.transport);
  const names = new Set(transports.filter((transport) => transport !== "mqtt"));
  const made = new Map<string, LinePort>();
  for (const name of [...names].sort()) {
    const sharers = appliances.filter((one) => one.settings.transport === name);
    const port = openPort(name, sharers, settings, ports);
    cleanups.push(() => port.stop());
    port.plugIn();
    made.set(name, port);
  }
  return made;
}

function openPort(
  name: string,
  sharers: readonly Appliance[],
  settings: SimulatorSettings,
  { clock, say }: SimulatorPorts,
): LinePort {
  if (name === "modbus-tcp") return tcpPort(settings.modbus.listen, slavesOf(sharers), say);
  const line = name.startsWith("modbus-")
    ? rtuLine(slavesOf(sharers))
    : serialLine(sharers, settings.baudRate, seededRandom(settings.seed, `${name}/garbage`));
  return linePort(name, settings.lines, line, clock);
}

function slavesOf(appliances: readonly Appliance[]): readonly Slave[] {
  return appliances.map((one, index) => slave(one, one.settings.unit ?? index + 1));
}

function startRadios(
  appliances: readonly Appliance[],
  settings: SimulatorSettings,
  clock: Clock,
  cleanups: Cleanups,
): ReadonlyMap<Appliance, Radio> {
  const speakers = appliances.filter((one) => one.settings.transport === "mqtt");
  const radios = new Map(
    speakers.map((one) => {
      const random = seededRandom(settings.seed, `${one.settings.device}/radio`);
      return [one, radio(one, settings.mqtt, clock, random)] as const;
    }),
  );
  cleanups.push(async () => void (await Promise.all([...radios.values()].map((one) => one.stop()))));
  for (const one of radios.values()) one.kick();
  return radios;
}

/** Brings a happening to the wire on which its device speaks. */
function carry(happening: Happening, port: LinePort | undefined, air: Radio | undefined): void {
  const { appliance } = happening;
  if (happening.kind === "sample") {
    port?.line.offer(appliance, happening.sample);
    air?.offer(happening.sample);
    return;
  }
  const { turn } = happening;
  if (turn.event.event === "reboot") air?.cut();
  air?.kick();
  if (port !== undefined) carryToLine(turn, appliance, port);
}

function carryToLine({ event, phase }: Turn, appliance: Appliance, port: LinePort): void {
  if (event.event === "cable-pulled") {
    if (lasts(appliance.conditions(), "cable-pulled")) port.pull();
    else port.plugIn();
  }
  if (event.event === "offline" && phase === "end") sendAll(appliance);
}

/** A serial device that is back tells by itself all that nobody has acknowledged. */
function sendAll(appliance: Appliance): void {
  const { device, ring } = appliance.firmware();
  for (const boot of new Set(ring.map((sample) => sample.boot))) {
    appliance.feed({ kind: "frame", frame: { kind: "resend", device, boot, first: 0, last: counterMax } });
  }
}

async function untilConnected(radios: readonly Radio[], clock: Clock): Promise<void> {
  const untilMs = clock.monotonicMs() + connectMsMax;
  while (clock.monotonicMs() < untilMs && radios.some((one) => !one.isConnected())) await sleep(clock, 20);
}

function readyLine(
  settings: SimulatorSettings,
  lines: ReadonlyMap<string, LinePort>,
  radios: ReadonlyMap<Appliance, Radio>,
): string {
  return JSON.stringify({
    ready: true,
    seed: settings.seed,
    devices: settings.appliances.map((one) => one.device),
    lines: [...lines.keys()].flatMap((name) => (name === "modbus-tcp" ? [] : [`${settings.lines}/${name}`])),
    modbus: lines.has("modbus-tcp") ? settings.modbus.listen : null,
    mqtt: {
      broker: radios.size === 0 ? null : new URL(settings.mqtt.url).host,
      connected: [...radios.values()].filter((one) => one.isConnected()).length,
      of: radios.size,
    },
  });
}

function every(clock: Clock, intervalMs: number, call: () => void): () => void {
  let cancel = clock.after(intervalMs, again);
  function again(): void {
    call();
    cancel = clock.after(intervalMs, again);
  }
  return () => cancel();
}
