import type { BornMetric, SequencedMessage, SparkplugMessage } from "./message.ts";
import { seqMax } from "./message.ts";
import {
  deathsMax,
  earlyMax,
  heldBytesMax,
  heldMax,
  type HeldMessage,
  type MetricOwner,
  nodeDevicesMax,
  type NodeEffect,
  type NodeInput,
  nodeMetricsMax,
  type NodeRefusal,
  type NodeRules,
  type NodeState,
  type NodeStep,
  rebirthPauseMaxMs,
} from "./node-state.ts";
import { byNameOnly, ownerOf, samplesOfBirth, samplesOfData } from "./node-samples.ts";

/** The state of a session with a node of which nothing was heard. */
export const newNode = (rules: NodeRules): NodeState => ({
  phase: "awaiting",
  birth: null,
  deaths: [],
  bornMs: 0,
  heardMs: 0,
  expected: 0,
  latestAt: 0,
  owners: new Map(),
  declared: new Map(),
  held: [],
  heldUntilMs: null,
  wanted: false,
  askAgainMs: Number.NEGATIVE_INFINITY,
  pauseMs: rules.rebirthPauseMs,
});

/** Advances the session with one edge node by one input. Pure: `nowMs` is a monotonic instant. See docs/protocols.md, "Sparkplug B". */
export function stepNode(rules: NodeRules, state: NodeState, input: NodeInput, nowMs: number): NodeStep {
  const effects: NodeEffect[] = [];
  const next = advance(rules, state, input, nowMs, effects);
  return { state: askIfDue(next, nowMs, effects), effects };
}

/** The next monotonic instant at which the session wants a tick, or null. */
export function nodeTickMs(state: NodeState): number | null {
  const asking = state.wanted ? state.askAgainMs : null;
  if (asking === null || state.heldUntilMs === null) return asking ?? state.heldUntilMs;
  return Math.min(asking, state.heldUntilMs);
}

function advance(
  rules: NodeRules,
  state: NodeState,
  input: NodeInput,
  nowMs: number,
  effects: NodeEffect[],
): NodeState {
  switch (input.kind) {
    case "opened":
      giveUp(state, effects);
      return disown({ ...state, held: [], heldUntilMs: null, askAgainMs: Number.NEGATIVE_INFINITY });
    case "tick":
      if (state.heldUntilMs === null || nowMs < state.heldUntilMs) return state;
      giveUp(state, effects);
      return disown({ ...state, held: [], heldUntilMs: null });
    case "heard":
      return hear(rules, state, input.message, input.raw, nowMs, effects);
  }
}

function hear(
  rules: NodeRules,
  state: NodeState,
  message: SparkplugMessage,
  raw: Uint8Array,
  nowMs: number,
  effects: NodeEffect[],
): NodeState {
  if (message.type === "NDEATH") return die(state, message.bdSeq, raw, nowMs, effects);
  if (message.type === "NBIRTH") return beBorn(rules, state, message, raw, nowMs, effects);
  if (state.birth !== null && message.at < state.birth.at) {
    takeByName(state, { message, raw }, "sparkplug.message-old", effects);
    // In its turn and yet older than the birth: the node's clock may have been set back. Its next birth will have the new time.
    return state.phase === "alive" && message.seq === state.expected ? { ...state, wanted: true } : state;
  }
  const heard = { ...state, heardMs: nowMs };
  if (state.phase !== "alive") return hold(rules, heard, { message, raw }, nowMs, effects);
  const ahead = distance(state.expected, message.seq);
  if (ahead === 0) return goOn(rules, take(heard, message, raw, effects), nowMs, effects);
  if (ahead < earlyMax) return hold(rules, heard, { message, raw }, nowMs, effects);
  if (message.at <= state.latestAt) {
    effects.push({ kind: "duplicate" });
    return heard;
  }
  // Newer than all before and yet behind them: half a round of numbers or more is missing.
  giveUp(state, effects);
  takeByName(state, { message, raw }, "sparkplug.order-lost", effects);
  return disown({ ...heard, held: [], heldUntilMs: null });
}

/** Ways from one sequence number forward to another, 0 to 255. */
const distance = (from: number, to: number): number => (to - from + seqMax + 1) % (seqMax + 1);

/** No alias means anything until the next birth. */
const disown = (state: NodeState): NodeState => ({
  ...state,
  phase: "awaiting",
  owners: new Map(),
  wanted: true,
});

function giveUp(state: NodeState, effects: NodeEffect[]): void {
  const code = state.phase === "alive" ? "sparkplug.order-lost" : "sparkplug.before-birth";
  for (const held of state.held) takeByName(state, held, code, effects);
}

/**
 * Takes what a message out of order says by name: that needs no alias, and its time is its own. So a node that tells its names and hears no
 * request for a birth is not lost. A message is refused if it says more than that.
 */
function takeByName(
  state: NodeState,
  { message, raw }: HeldMessage,
  code: NodeRefusal,
  effects: NodeEffect[],
): void {
  const isData = message.type === "NDATA" || message.type === "DDATA";
  const device = message.type === "NDATA" ? null : message.device;
  const owner = state.declared.get(device);
  if (!isData || owner === undefined) {
    effects.push({ kind: "refuse", code, raw });
    return;
  }
  const { samples, refusals } = samplesOfData(owner, message.metrics, message.at, byNameOnly);
  if (samples.length > 0) effects.push({ kind: "samples", device, owner, samples, raw });
  if (samples.length === 0 || refusals.size > 0) effects.push({ kind: "refuse", code, raw });
}

function die(
  before: NodeState,
  bdSeq: bigint,
  raw: Uint8Array,
  nowMs: number,
  effects: NodeEffect[],
): NodeState {
  const others = before.deaths.filter((death) => death.bdSeq !== bdSeq);
  const state = { ...before, deaths: [...others, { bdSeq, heardMs: nowMs }].slice(-deathsMax) };
  if (state.birth === null || state.phase === "dead" || (state.birth.bdSeq ?? bdSeq) !== bdSeq) {
    effects.push({ kind: "refuse", code: "sparkplug.death-old", raw });
    return state;
  }
  giveUp(state, effects);
  effects.push({ kind: "presence", device: null, online: false });
  for (const device of state.owners.keys())
    if (device !== null) effects.push({ kind: "presence", device, online: false });
  return { ...state, phase: "dead", owners: new Map(), held: [], heldUntilMs: null, wanted: false };
}

function beBorn(
  rules: NodeRules,
  state: NodeState,
  birth: Extract<SparkplugMessage, { type: "NBIRTH" }>,
  raw: Uint8Array,
  nowMs: number,
  effects: NodeEffect[],
): NodeState {
  if (isOldBirth(rules, state, birth, nowMs)) {
    const isSame = birth.at === state.birth?.at && birth.bdSeq === state.birth.bdSeq;
    effects.push(isSame ? { kind: "duplicate" } : { kind: "refuse", code: "sparkplug.birth-old", raw });
    return state;
  }
  if (birth.metrics.length > nodeMetricsMax) {
    effects.push({ kind: "refuse", code: "sparkplug.too-many-names", raw });
    return state;
  }
  const early = state.held.filter(({ message }) => message.at > birth.at);
  giveUp({ ...state, held: state.held.filter((held) => !early.includes(held)) }, effects);
  for (const device of state.owners.keys())
    if (device !== null) effects.push({ kind: "presence", device, online: false });
  effects.push({ kind: "presence", device: null, online: true });
  const samples = samplesOfBirth(birth.metrics);
  const owner = ownerOf(birth.metrics);
  if (samples.length > 0) effects.push({ kind: "samples", device: null, owner, samples, raw });
  const born: NodeState = {
    ...state,
    phase: "alive",
    birth: { bdSeq: birth.bdSeq, at: birth.at },
    bornMs: nowMs,
    heardMs: nowMs,
    // Births that follow one another closely do not help; then the pause stays as long as it has grown.
    pauseMs:
      state.birth === null || nowMs - state.bornMs > 4 * state.pauseMs ? rules.rebirthPauseMs : state.pauseMs,
    expected: distance(0, birth.seq + 1),
    latestAt: birth.at,
    owners: new Map([[null, owner]]),
    declared: declare(state.declared, null, owner),
    held: early,
    heldUntilMs: early.length > 0 ? nowMs + rules.reorderMs : null,
    wanted: false,
  };
  return goOn(rules, born, nowMs, effects);
}

/**
 * A birth that is not newer than the last one, or whose connection has ended, is an old one come late. After a while without anything newer
 * it is believed: the node's clock was set back, or it does not count its connections.
 */
function isOldBirth(
  rules: NodeRules,
  state: NodeState,
  birth: Extract<SparkplugMessage, { type: "NBIRTH" }>,
  nowMs: number,
): boolean {
  const believedAfterMs = Math.max(rules.rebirthPauseMs, rules.reorderMs);
  const isOlder = state.birth !== null && birth.at <= state.birth.at;
  if (isOlder && nowMs - state.heardMs < believedAfterMs) return true;
  return state.deaths.some(
    ({ bdSeq, heardMs }) => bdSeq === birth.bdSeq && nowMs - heardMs < believedAfterMs,
  );
}

/** Keeps a message that came before its turn. */
function hold(
  rules: NodeRules,
  state: NodeState,
  early: HeldMessage,
  nowMs: number,
  effects: NodeEffect[],
): NodeState {
  if (
    state.held.some(({ message }) => message.seq === early.message.seq && message.at === early.message.at)
  ) {
    effects.push({ kind: "duplicate" });
    return state;
  }
  const held = [...state.held, early];
  const bytes = held.reduce((sum, { raw }) => sum + raw.byteLength, 0);
  if (held.length > heldMax || bytes > heldBytesMax) {
    giveUp({ ...state, held }, effects);
    return disown({ ...state, held: [], heldUntilMs: null });
  }
  return { ...state, held, heldUntilMs: state.heldUntilMs ?? nowMs + rules.reorderMs };
}

/** Takes the held messages whose turn has come. */
function goOn(rules: NodeRules, state: NodeState, nowMs: number, effects: NodeEffect[]): NodeState {
  let next = state;
  let progress = false;
  for (;;) {
    const turn = next.held.find(({ message }) => message.seq === next.expected);
    if (turn === undefined) break;
    progress = true;
    next = take(
      { ...next, held: next.held.filter((held) => held !== turn) },
      turn.message,
      turn.raw,
      effects,
    );
  }
  // Two held messages of one number: the second is of no use any more.
  const behind = next.held.filter(({ message }) => distance(next.expected, message.seq) >= earlyMax);
  for (let count = behind.length; count > 0; count -= 1) effects.push({ kind: "duplicate" });
  const held = next.held.filter((one) => !behind.includes(one));
  if (held.length === 0) return { ...next, held, heldUntilMs: null };
  return { ...next, held, heldUntilMs: progress ? nowMs + rules.reorderMs : next.heldUntilMs };
}

/** Takes a message whose turn it is. */
function take(
  state: NodeState,
  message: SequencedMessage,
  raw: Uint8Array,
  effects: NodeEffect[],
): NodeState {
  const next: NodeState = {
    ...state,
    expected: distance(0, message.seq + 1),
    latestAt: Math.max(state.latestAt, message.at),
  };
  switch (message.type) {
    case "DBIRTH":
      return bearDevice(next, message.device, message.metrics, raw, effects);
    case "DDEATH": {
      const owners = new Map(state.owners);
      owners.delete(message.device);
      effects.push({ kind: "presence", device: message.device, online: false });
      return { ...next, owners };
    }
    case "NDATA":
    case "DDATA": {
      const device = message.type === "NDATA" ? null : message.device;
      const owner = state.owners.get(device);
      if (owner === undefined) {
        takeByName(state, { message, raw }, "sparkplug.before-birth", effects);
        return { ...next, wanted: true };
      }
      const { samples, refusals } = samplesOfData(owner, message.metrics, message.at);
      if (samples.length > 0) effects.push({ kind: "samples", device, owner, samples, raw });
      for (const code of refusals) effects.push({ kind: "refuse", code, raw });
      return refusals.has("sparkplug.alias-unknown") ? { ...next, wanted: true } : next;
    }
  }
}

function bearDevice(
  state: NodeState,
  device: string,
  metrics: readonly BornMetric[],
  raw: Uint8Array,
  effects: NodeEffect[],
): NodeState {
  const owners = new Map(state.owners);
  owners.delete(device);
  const names = [...owners.values()].reduce((sum, { byName }) => sum + byName.size, metrics.length);
  if (owners.size > nodeDevicesMax || names > nodeMetricsMax) {
    effects.push({ kind: "refuse", code: "sparkplug.too-many-names", raw });
    return { ...state, owners };
  }
  const owner = ownerOf(metrics);
  owners.set(device, owner);
  effects.push({ kind: "presence", device, online: true });
  const samples = samplesOfBirth(metrics);
  if (samples.length > 0) effects.push({ kind: "samples", device, owner, samples, raw });
  return { ...state, owners, declared: declare(state.declared, device, owner) };
}

/** Remembers what an owner declares; where that would be too much, everyone else is forgotten. */
function declare(
  declared: NodeState["declared"],
  device: string | null,
  owner: MetricOwner,
): NodeState["declared"] {
  const others = [...declared].filter(([other]) => other !== device);
  const names = others.reduce((sum, [, { byName }]) => sum + byName.size, owner.byName.size);
  const isTooMuch = others.length > nodeDevicesMax || names > nodeMetricsMax;
  return new Map(isTooMuch ? [[device, owner]] : [...others, [device, owner]]);
}

/** Asks for a birth, at most once in a pause that grows while asking does not help. */
function askIfDue(state: NodeState, nowMs: number, effects: NodeEffect[]): NodeState {
  if (!state.wanted || nowMs < state.askAgainMs) return state;
  effects.push({ kind: "rebirth" });
  return {
    ...state,
    askAgainMs: nowMs + state.pauseMs,
    pauseMs: Math.min(rebirthPauseMaxMs, 2 * state.pauseMs),
  };
}
