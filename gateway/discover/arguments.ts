import { hostname } from "node:os";
import { parseArgs } from "node:util";
import { deviceSubject } from "@coldkeep/core/contract/ids.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { type DurationMs, parseDuration, secondMs } from "@coldkeep/core/time/millis.ts";
import type { LineSearch } from "./search-line.ts";
import type { BrokerPlace } from "./search-sources.ts";
import type { Beginning } from "./starting-settings.ts";

/** The arguments of `discover`. */
export const discoverUsage = [
  "discover [--port path]... [--no-ports] [--host host[:port]]... [--broker mqtt://host:port]... [--write gateway.yaml [--force]]",
  "      [--for 60s] [--limit 15m] [--listen 15s] [--units 1-16] [--no-modbus] [--baud 9600,19200] [--parity none,even] [--timeout 300ms]",
  "      [--username name] [--ca file] [--onewire folder] [--gateway name] [--server url] [--data folder] [--health host:port]",
].join("\n");

/** What is searched, and how. */
export interface DiscoverPlan {
  /** Ports named by the caller. */
  readonly ports: readonly string[];
  /** Whether the machine's ports are searched as well. */
  readonly allPorts: boolean;
  readonly hosts: readonly string[];
  readonly brokers: readonly BrokerPlace[];
  readonly onewire: string;
  readonly line: Omit<LineSearch, "stem">;
  /** How long brokers are listened to. */
  readonly forMs: DurationMs;
  /** How long it may take in all. */
  readonly limitMs: DurationMs;
  readonly write: string | null;
  readonly force: boolean;
  readonly beginning: Beginning;
}

/** Most addresses of a line. */
const unitMax = 247;

/** Reads the arguments. Throws `arguments.invalid`. */
export function readArguments(args: readonly string[]): DiscoverPlan {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: "string", multiple: true, default: [] },
      "no-ports": { type: "boolean", default: false },
      host: { type: "string", multiple: true, default: [] },
      broker: { type: "string", multiple: true, default: [] },
      username: { type: "string" },
      ca: { type: "string" },
      onewire: { type: "string", default: "/sys/bus/w1/devices" },
      units: { type: "string", default: "1-16" },
      "no-modbus": { type: "boolean", default: false },
      baud: { type: "string", default: "9600,19200" },
      parity: { type: "string", default: "none,even" },
      timeout: { type: "string", default: "300ms" },
      listen: { type: "string", default: "15s" },
      for: { type: "string", default: "60s" },
      limit: { type: "string", default: "15m" },
      write: { type: "string" },
      force: { type: "boolean", default: false },
      gateway: { type: "string" },
      server: { type: "string", default: "http://127.0.0.1:8080" },
      data: { type: "string", default: "/var/lib/coldkeep" },
      health: { type: "string", default: "127.0.0.1:8090" },
    },
  });
  const reach = {
    ...(values.username === undefined ? {} : { username: values.username }),
    ...(values.ca === undefined ? {} : { ca: values.ca }),
  };
  return {
    ports: values.port,
    allPorts: !values["no-ports"] && values.port.length === 0,
    hosts: values.host,
    brokers: values.broker.map((url) => ({ url, ...reach })),
    onewire: values.onewire,
    line: {
      units: values["no-modbus"] ? [] : unitsOf(values.units),
      baudRates: values.baud.split(",").map(baudRate),
      parities: values.parity.split(",").map(parity),
      timeoutMs: duration("--timeout", values.timeout, 50, 10 * secondMs),
      listenMs: duration("--listen", values.listen, secondMs, 3_600 * secondMs),
    },
    forMs: duration("--for", values.for, secondMs, 24 * 3_600 * secondMs),
    limitMs: duration("--limit", values.limit, secondMs, 48 * 3_600 * secondMs),
    write: values.write ?? null,
    force: values.force,
    beginning: {
      gateway: values.gateway ?? deviceSubject(hostname()),
      serverUrl: values.server,
      data: values.data,
      health: values.health,
    },
  };
}

function unitsOf(text: string): number[] {
  const units = text.split(",").flatMap((part) => {
    const [, first = "", last = first] = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(part) ?? [];
    const [from, to] = [Number(first), Number(last)];
    if (first === "" || from < 1 || to > unitMax || from > to)
      throw wrong(`--units are addresses from 1 to ${unitMax} such as 1-16,42, not "${text}"`);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
  return [...new Set(units)];
}

function baudRate(text: string): number {
  const rate = Number(text);
  if (!Number.isInteger(rate) || rate < 50 || rate > 4_000_000)
    throw wrong(`--baud are speeds such as 9600,19200, not "${text}"`);
  return rate;
}

function parity(text: string): "none" | "even" | "odd" {
  if (text === "none" || text === "even" || text === "odd") return text;
  throw wrong(`--parity is none, even, odd or several with commas, not "${text}"`);
}

function duration(name: string, text: string, minMs: DurationMs, maxMs: DurationMs): DurationMs {
  const length = parseDuration(text);
  if (length === null || length < minMs || length > maxMs)
    throw wrong(`${name} is a duration such as 500ms, 15s or 2h, not "${text}"`);
  return length;
}

const wrong = (message: string): CodedError => new CodedError("arguments.invalid", `${message}.`);
