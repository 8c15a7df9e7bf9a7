import type { ChannelValue } from "@coldkeep/core/readings/sample.ts";
import { timeQuality } from "@coldkeep/core/readings/stamp.ts";
import { type SparkplugMessage } from "@coldkeep/core/sparkplug/message.ts";
import { newNode, nodeTickMs, stepNode } from "@coldkeep/core/sparkplug/node-session.ts";
import {
  type MetricOwner,
  type MetricSample,
  nodeDevicesMax,
  type NodeEffect,
  type NodeInput,
  type NodeRules,
  type NodeState,
} from "@coldkeep/core/sparkplug/node-state.ts";
import type { SparkplugTopic } from "@coldkeep/core/sparkplug/topic.ts";
import type { Cancel, Clock } from "@coldkeep/core/time/clock.ts";
import type { Counters } from "../health/counters.ts";
import type { Log } from "../health/log.ts";
import type { Observation } from "../intake/admit.ts";
import type { Recorder } from "../intake/recorder.ts";
import { channelValue, deviceName, type MetricChannels, metricChannels } from "./sparkplug-names.ts";
import type { SparkplugSettings } from "./sparkplug-settings.ts";

/** Most edge nodes of one source. */
export const nodesMax = 200;

/** Most names without a clear device or channel that are told to the log, each once. */
const unclearMax = 1_000;

/** Why a source does not take what a session gives out; the codes are counted and listed in docs/errors.md. */
export type SessionsRefusal =
  | "sparkplug.device-unnamed"
  | "sparkplug.channel-unnamed"
  | "sparkplug.too-many-nodes";

/** What the sessions of a source are made of. */
export interface NodeSessionsParts {
  readonly settings: Pick<
    SparkplugSettings,
    "id" | "edgeNodes" | "devices" | "metrics" | "clockUncertainty" | "reorder" | "rebirthPause"
  >;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly log: Log;
  /** Asks an edge node for its births. */
  readonly askForBirth: (group: string, edgeNode: string) => void;
}

/** The sessions with all edge nodes of a source, kept over its connections. */
export interface NodeSessions {
  /** A connection has begun. */
  readonly opened: () => void;
  /** The connection has ended: nothing is asked until the next. */
  readonly closed: () => void;
  readonly hear: (topic: SparkplugTopic, message: SparkplugMessage, raw: Uint8Array) => void;
  /** Whether each edge node and device that was ever born is there, by `<group>/<edge node>[/<device>]`. */
  readonly presence: () => ReadonlyMap<string, boolean>;
}

interface Node {
  readonly group: string;
  readonly edgeNode: string;
  readonly devices: Map<string, boolean>;
  online: boolean | null;
  state: NodeState;
}

/** Makes the sessions; they do nothing before `opened`. */
export function nodeSessions(parts: NodeSessionsParts): NodeSessions {
  const { settings, recorder, clock, counters, log } = parts;
  const rules: NodeRules = { reorderMs: settings.reorder, rebirthPauseMs: settings.rebirthPause };
  const nodes = new Map<string, Node>();
  const channelsOf = new WeakMap<MetricOwner, MetricChannels>();
  const unclear = new Set<string>();
  let isOpen = false;
  let cancelTick: Cancel | null = null;

  function nodeOf(group: string, edgeNode: string): Node | null {
    const key = `${group}/${edgeNode}`;
    const known = nodes.get(key);
    if (known !== undefined) return known;
    if (nodes.size >= nodesMax) return null;
    const node: Node = { group, edgeNode, devices: new Map(), online: null, state: newNode(rules) };
    nodes.set(key, node);
    return node;
  }

  function step(node: Node, input: NodeInput): void {
    const { state, effects } = stepNode(rules, node.state, input, clock.monotonicMs());
    node.state = state;
    for (const effect of effects) perform(node, effect);
  }

  function perform(node: Node, effect: NodeEffect): void {
    switch (effect.kind) {
      case "samples":
        observe(node, effect);
        break;
      case "rebirth":
        counters.add("sparkplug.rebirth-requested", settings.id);
        parts.askForBirth(node.group, node.edgeNode);
        break;
      case "presence":
        sayPresence(node, effect.device, effect.online);
        break;
      case "duplicate":
        counters.add("sparkplug.duplicate", settings.id);
        break;
      case "refuse":
        recorder.refuse(settings.id, effect.code, effect.raw);
        break;
    }
  }

  function sayPresence(node: Node, device: string | null, online: boolean): void {
    const before = device === null ? node.online : node.devices.get(device);
    if (device === null) node.online = online;
    else if (before !== undefined || node.devices.size < nodeDevicesMax) node.devices.set(device, online);
    if (before === online) return;
    counters.add(online ? "sparkplug.online" : "sparkplug.offline", settings.id);
    const name = [node.group, node.edgeNode, ...(device === null ? [] : [device])].join("/");
    log.info({ source: settings.id, name }, `${name} is ${online ? "online" : "offline"}.`);
  }

  function observe(node: Node, effect: Extract<NodeEffect, { kind: "samples" }>): void {
    const { owner } = effect;
    const path = [node.group, node.edgeNode, ...(effect.device === null ? [] : [effect.device])].join("/");
    const device = deviceName(settings.devices, { ...node, device: effect.device });
    if (device === null) {
      sayUnclear("sparkplug.device-unnamed", path, effect.raw);
      return;
    }
    const channels = channelsOf.get(owner) ?? metricChannels(settings.metrics, owner);
    channelsOf.set(owner, channels);
    for (const sample of effect.samples)
      if (!channels.has(sample.metric))
        sayUnclear("sparkplug.channel-unnamed", `${path} ${sample.metric}`, effect.raw);
    for (const { at, values } of byInstant(effect.samples, channels)) {
      const observation: Observation = {
        source: settings.id,
        device,
        stamp: { at, time: timeQuality("device", settings.clockUncertainty) },
        arrivedAt: clock.epochMs(),
        channels: Object.fromEntries(values),
        raw: effect.raw,
        keeps: false,
      };
      recorder.observe(observation, () => {});
    }
  }

  /** A name that the settings have to make clear; kept as evidence once for each start. */
  function sayUnclear(code: SessionsRefusal, what: string, raw: Uint8Array): void {
    if (unclear.has(what) || unclear.size >= unclearMax) {
      counters.add(code, settings.id);
      return;
    }
    unclear.add(what);
    recorder.refuse(settings.id, code, Buffer.concat([Buffer.from(`${what} `), raw]));
    log.warn(
      { source: settings.id, code, what },
      `${what} has no clear name here: give it one in the settings.`,
    );
  }

  /** One timer for the earliest wish of all sessions. */
  function arm(): void {
    cancelTick?.();
    cancelTick = null;
    if (!isOpen) return;
    const wishes = [...nodes.values()].map(({ state }) => nodeTickMs(state) ?? Number.POSITIVE_INFINITY);
    const earliest = Math.min(Number.POSITIVE_INFINITY, ...wishes);
    if (earliest === Number.POSITIVE_INFINITY) return;
    cancelTick = clock.after(Math.max(1, Math.ceil(earliest - clock.monotonicMs())), () => {
      for (const node of nodes.values()) step(node, { kind: "tick" });
      arm();
    });
  }

  return {
    opened: () => {
      isOpen = true;
      for (const filter of settings.edgeNodes) {
        const [group = "", edgeNode = ""] = filter.split("/");
        if (group !== "+" && edgeNode !== "+") nodeOf(group, edgeNode);
      }
      for (const node of nodes.values()) step(node, { kind: "opened" });
      arm();
    },
    closed: () => {
      isOpen = false;
      arm();
    },
    hear: ({ group, edgeNode }, message, raw) => {
      const node = nodeOf(group, edgeNode);
      if (node === null) {
        const code: SessionsRefusal = "sparkplug.too-many-nodes";
        recorder.refuse(settings.id, code, raw);
        return;
      }
      step(node, { kind: "heard", message, raw });
      arm();
    },
    presence: () => {
      const all = new Map<string, boolean>();
      for (const [key, { online, devices }] of nodes) {
        if (online !== null) all.set(key, online);
        for (const [device, there] of devices) all.set(`${key}/${device}`, there);
      }
      return all;
    },
  };
}

/** The samples of one message by the instants at which they were taken; a channel that says two things at one instant says both. */
function byInstant(
  samples: readonly MetricSample[],
  channels: MetricChannels,
): { at: number; values: Map<string, ChannelValue> }[] {
  const groups: { at: number; values: Map<string, ChannelValue> }[] = [];
  const latest = new Map<number, Map<string, ChannelValue>>();
  for (const { metric, at, value } of samples) {
    const channelOf = channels.get(metric);
    if (channelOf === undefined) continue;
    const { channel } = channelOf;
    let values = latest.get(at);
    if (values === undefined || values.has(channel)) {
      values = new Map();
      latest.set(at, values);
      groups.push({ at, values });
    }
    values.set(channel, channelValue(channelOf, value));
  }
  return groups;
}
