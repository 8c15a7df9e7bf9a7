import { deviceSubject } from "@coldkeep/core/contract/ids.ts";
import { stringify } from "yaml";
import type { DiscoveredSource } from "./discovered.ts";

/** What the settings begin with. */
export interface Beginning {
  readonly gateway: string;
  readonly serverUrl: string;
  readonly data: string;
  /** Where the status page listens, `host:port`. */
  readonly health: string;
}

/** Channels that tell no temperature, by what they are named, with what is usual for them; the first that fits. */
const signalKinds: readonly (readonly [RegExp, string])[] = [
  [/volt/i, "kind: battery, active: { below: 2.5 }"],
  [/batt.*low/i, "kind: battery"],
  [/batt/i, "kind: battery, active: { below: 20 }"],
  [/^contact/i, "kind: door, active: { equals: 0 }"],
  [/door|input|opening/i, "kind: door"],
  [/external-power/i, "kind: power, active: { equals: 0 }"],
  [/mains|power|supply/i, "kind: power"],
  [/agitat/i, "kind: agitator"],
];

/**
 * A settings file to begin with: what was found under `sources`, every temperature under `probes` with a name that a person replaces by that of
 * the site file, and everything else as a comment to take up.
 */
export function startingSettings(beginning: Beginning, found: readonly DiscoveredSource[]): string {
  const sources = named(found);
  const taken = new Set<string>();
  const probes = sources.flatMap(({ source }) => probeLines(source, taken));
  return [
    "# Written by `coldkeep-gateway discover`. Go through it: replace the probes' names by those of your site file, then",
    "# `coldkeep-gateway check --config` this file. All settings: gateway/gateway.example.yaml.",
    "",
    "# The gateway's name towards the server. A box that replaces another keeps it.",
    `gateway: ${beginning.gateway}`,
    "",
    "server:",
    "  # Where your server is. The token belongs into COLDKEEP_GATEWAY_TOKEN.",
    `  url: ${beginning.serverUrl}`,
    "",
    "# Folder of the buffer: some 1.1 GB when full.",
    `data: ${plainText(beginning.data)}`,
    "",
    "# The status page.",
    `health: { listen: "${beginning.health}" }`,
    "",
    "sources:",
    ...sources.flatMap(({ id, source }) => sourceLines(id, source)),
    "",
    "# <device>/<channel>: the id of a probe in your site file.",
    ...(taken.size === 0 ? ["probes: {}"] : ["probes:"]),
    ...probes,
    "",
    "# Contacts and batteries, and which of their values call for a person. Take up what you want told.",
    "# signals:",
    ...sources.flatMap(({ source }) => signalLines(source)),
    "",
  ].join("\n");
}

/** Each source with an id of its own: its stem, or with a number where there are several. */
function named(found: readonly DiscoveredSource[]): { id: string; source: DiscoveredSource }[] {
  return found.map((source, index) => {
    const before = found.slice(0, index).filter(({ stem }) => stem === source.stem).length;
    const many = found.filter(({ stem }) => stem === source.stem).length;
    return { id: many === 1 ? source.stem : `${source.stem}-${before + 1}`, source };
  });
}

function sourceLines(id: string, { settings, notes }: DiscoveredSource): string[] {
  const { kind, ...rest } = settings;
  return [
    ...notes.map((note) => `  # ${note}`),
    ...stringify([{ kind, id, ...rest }], { lineWidth: 0 })
      .trimEnd()
      .split("\n")
      .map((line) => `  ${line}`),
  ];
}

function probeLines({ heard }: DiscoveredSource, taken: Set<string>): string[] {
  return heard.flatMap(({ device, channel, value }) => {
    if (signalOf(channel) !== null) return [];
    const key = plainText(`${device}/${channel}`);
    const probe = deviceSubject(`${device}-${channel}`);
    // Two names that differ in what no id has would feed one probe.
    const line = `${key}: ${probe} # heard ${value}`;
    if (taken.has(probe)) return [`  # ${line}`];
    taken.add(probe);
    return [`  ${line}`];
  });
}

function signalLines({ heard }: DiscoveredSource): string[] {
  return heard.flatMap(({ device, channel, value }) => {
    const kind = signalOf(channel);
    return kind === null
      ? []
      : [`#   ${plainText(`${device}/${channel}`)}: { subject: your-appliance, ${kind} } # heard ${value}`];
  });
}

const signalOf = (channel: string): string | null =>
  signalKinds.find(([pattern]) => pattern.test(channel))?.[1] ?? null;

/** A text as YAML writes it on one line. */
const plainText = (text: string): string => stringify(text, { lineWidth: 0 }).trimEnd();
