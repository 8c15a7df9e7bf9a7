import { acknowledgeable, highestKept, holes, settled } from "../intake/ledger.ts";
import { missingIn, sizeOf, union, withRange } from "../intake/ranges.ts";
import type {
  DeviceTalk,
  LedgerView,
  ResendRequest,
  SessionEffect,
  SessionInput,
  SessionRules,
  SessionState,
  SessionStep,
} from "./session-state.ts";

/** Most samples that one `$CKR` asks for. */
export const resendChunkMax = 256;

/** After this many wholly unanswered requests in a row for one boot, everything older is taken to be gone too. */
export const silentChunksMax = 2;

/** A tail may take this many timeouts in all; then what comes from the running boot counts as live. */
const tailTimeouts = 8;

/** The state of a line that has just been opened and on which nobody is known. */
export const noSession: SessionState = new Map();

/** Boots of one device that are asked after at once: the one that runs and the one before. */
const bootsAsked = 2;

/** Advances the session of a line by one input. Pure: `nowMs` is a monotonic instant. See docs/protocols.md, "Asking again". */
export function stepSession(
  rules: SessionRules,
  state: SessionState,
  ledgers: LedgerView,
  input: SessionInput,
  nowMs: number,
): SessionStep {
  const next = new Map(state);
  const effects: SessionEffect[] = [];
  const go = (device: string, talk: DeviceTalk): void => {
    const step = proceed(rules, device, talk, ledgers, nowMs);
    next.set(device, step.talk);
    effects.push(...step.effects);
  };
  switch (input.kind) {
    case "opened":
      next.clear();
      for (const { device, boot } of input.known) go(device, newTalk(boot));
      break;
    case "heard": {
      const talk = hear(rules, state.get(input.device), input, nowMs);
      const through = ledgers(input.device, input.boot);
      const sequence = through === undefined ? null : acknowledgeable(through);
      if (sequence !== null)
        effects.push({ kind: "acknowledge", device: input.device, boot: input.boot, sequence });
      const gone = giveUp(input, talk, ledgers);
      if (gone.length > 0) {
        effects.push(...gone);
        next.set(input.device, talk);
      } else go(input.device, talk);
      break;
    }
    case "held": {
      const talk = state.get(input.device);
      const ledger = ledgers(input.device, input.boot);
      if (talk === undefined || talk.request === null) break;
      const held = withRange(talk.request.held, [input.sequence, input.sequence]);
      const { first, last } = talk.request;
      const whole =
        missingIn(union(ledger === undefined ? [] : settled(ledger), held), first, last).length === 0;
      const quietUntilMs = nowMs + rules.resendTimeoutMs;
      const request = { ...talk.request, held: whole ? [] : held, quietUntilMs, exhausted: false };
      next.set(input.device, { ...talk, silentChunks: 0, request });
      if (whole) effects.push({ kind: "release", device: input.device });
      break;
    }
    case "untaken": {
      const talk = state.get(input.device);
      if (talk === undefined || talk.request === null) break;
      const quietUntilMs = nowMs + rules.resendTimeoutMs;
      const request = { ...talk.request, attempt: 0, quietUntilMs, exhausted: false };
      next.set(input.device, { ...talk, silentChunks: 0, request });
      break;
    }
    case "lost": {
      const talk = state.get(input.device);
      if (talk === undefined) break;
      const boot = talk.request?.boot ?? talk.boot;
      const ledger = ledgers(input.device, boot);
      const sequence = ledger === undefined ? null : acknowledgeable(ledger);
      if (sequence !== null) effects.push({ kind: "acknowledge", device: input.device, boot, sequence });
      go(input.device, { ...talk, request: null });
      break;
    }
    case "tick":
      for (const [device, talk] of state) {
        if (talk.request !== null && !talk.request.exhausted && talk.request.quietUntilMs <= nowMs) {
          const step = timeOut(rules, device, talk, talk.request, ledgers, nowMs);
          next.set(device, step.talk);
          effects.push(...step.effects);
        }
      }
      break;
  }
  return { state: next, effects };
}

/** The next monotonic instant at which the session wants a tick, or null. */
export function nextTickMs(state: SessionState): number | null {
  let earliest: number | null = null;
  for (const { request } of state.values()) {
    if (request === null || request.exhausted) continue;
    earliest = earliest === null ? request.quietUntilMs : Math.min(earliest, request.quietUntilMs);
  }
  return earliest;
}

/**
 * As what a sample was asked for, or null where the device sent it by itself. An awaited sample says nothing about the device's clock.
 * Samples of a hole are held until the whole hole has come (or falls silent) and then handed in together: sent one by one they would show
 * the server a gap that shrinks, with an alarm at each step.
 */
export function awaitedAs(
  state: SessionState,
  device: string,
  boot: number,
  sequence: number,
): ResendRequest["purpose"] | null {
  const request = state.get(device)?.request;
  if (request === null || request === undefined || request.boot !== boot) return null;
  return sequence >= request.first && sequence <= request.last ? request.purpose : null;
}

const newTalk = (boot: number): DeviceTalk => ({
  boot,
  boots: [boot],
  tails: [boot],
  request: null,
  silentChunks: 0,
});

function hear(
  rules: SessionRules,
  talk: DeviceTalk | undefined,
  heard: { readonly boot: number; readonly sequence: number },
  nowMs: number,
): DeviceTalk {
  if (talk === undefined) return { ...newTalk(heard.boot), tails: [] };
  const { request } = talk;
  const answers =
    request !== null &&
    request.boot === heard.boot &&
    heard.sequence >= request.first &&
    heard.sequence <= request.last;
  if (answers) {
    const quietMs = nowMs + rules.resendTimeoutMs;
    const quietUntilMs = request.purpose === "tail" ? Math.min(quietMs, request.tailEndsMs) : quietMs;
    return { ...talk, silentChunks: 0, request: { ...request, quietUntilMs, exhausted: false } };
  }
  if (talk.boots.includes(heard.boot))
    return { ...talk, tails: talk.tails.filter((boot) => boot !== heard.boot) };
  return {
    ...talk,
    boot: heard.boot,
    boots: [heard.boot, ...talk.boots].slice(0, bootsAsked),
    tails: [talk.boot],
    silentChunks: 0,
  };
}

/** A request without an answer is given up when the device is heard saying something else. */
function giveUp(
  heard: { readonly device: string; readonly boot: number; readonly sequence: number },
  talk: DeviceTalk,
  ledgers: LedgerView,
): SessionEffect[] {
  const { request } = talk;
  if (request === null || !request.exhausted) return [];
  const ledger = ledgers(heard.device, request.boot);
  if (ledger === undefined) return [];
  const silent = talk.silentChunks >= silentChunksMax;
  const first = silent ? 0 : request.first;
  const lost = missingIn(settled(ledger), first, request.last);
  return lost.map((range) => ({ kind: "lose", device: heard.device, boot: request.boot, range }));
}

function timeOut(
  rules: SessionRules,
  device: string,
  talk: DeviceTalk,
  request: ResendRequest,
  ledgers: LedgerView,
  nowMs: number,
): { talk: DeviceTalk; effects: SessionEffect[] } {
  if (request.held.length > 0) {
    const rest = { ...request, held: [], quietUntilMs: nowMs + rules.resendTimeoutMs };
    return { talk: { ...talk, request: rest }, effects: [{ kind: "release", device }] };
  }
  const ledger = ledgers(device, request.boot);
  const missing = ledger === undefined ? [] : missingIn(settled(ledger), request.first, request.last);
  const left = sizeOf(missing);
  const progress = left < request.missing;
  if (request.purpose === "tail") {
    // What the running boot still lacks, its next live sample shows; a boot that is over shows nothing any more.
    const over = !progress || request.boot === talk.boot;
    const tails = over ? talk.tails.filter((boot) => boot !== request.boot) : talk.tails;
    return proceed(rules, device, { ...talk, request: null, tails }, ledgers, nowMs);
  }
  if (!progress && request.attempt >= rules.resendAttempts) {
    const unanswered = left === request.last - request.first + 1;
    const silentChunks = unanswered ? talk.silentChunks + 1 : 0;
    return { talk: { ...talk, silentChunks, request: { ...request, exhausted: true } }, effects: [] };
  }
  const [first, last] = [missing[0]?.[0] ?? request.first, missing.at(-1)?.[1] ?? request.last];
  const attempt = progress ? 1 : request.attempt + 1;
  const again = {
    ...request,
    first,
    last,
    attempt,
    missing: left,
    quietUntilMs: nowMs + rules.resendTimeoutMs,
  };
  return {
    talk: { ...talk, request: again },
    effects: [{ kind: "resend", device, boot: request.boot, first, last }],
  };
}

/** Clears an answered request and asks for the next thing, if there is one. */
function proceed(
  rules: SessionRules,
  device: string,
  talk: DeviceTalk,
  ledgers: LedgerView,
  nowMs: number,
): { talk: DeviceTalk; effects: SessionEffect[] } {
  const { request } = talk;
  if (request !== null) {
    const ledger = ledgers(device, request.boot);
    const open = ledger !== undefined && missingIn(settled(ledger), request.first, request.last).length > 0;
    if (open) return { talk, effects: [] };
  }
  const wanted = nextWanted(device, talk, ledgers);
  if (wanted === null) return { talk: { ...talk, request: null }, effects: [] };
  const { boot, first, last } = wanted;
  const missing = last - first + 1;
  const quietUntilMs = nowMs + rules.resendTimeoutMs;
  const asked: ResendRequest = {
    ...wanted,
    attempt: 1,
    missing,
    quietUntilMs,
    tailEndsMs: nowMs + tailTimeouts * rules.resendTimeoutMs,
    held: [],
    exhausted: false,
  };
  return { talk: { ...talk, request: asked }, effects: [{ kind: "resend", device, boot, first, last }] };
}

/** Holes first, the newest samples before older ones (a device that forgets, forgets the oldest first); then tails. */
function nextWanted(
  device: string,
  talk: DeviceTalk,
  ledgers: LedgerView,
): { boot: number; first: number; last: number; purpose: "hole" | "tail" } | null {
  for (const boot of talk.boots) {
    const ledger = ledgers(device, boot);
    const hole = ledger === undefined ? undefined : holes(ledger).at(-1);
    if (hole !== undefined)
      return { boot, first: Math.max(hole[0], hole[1] - resendChunkMax + 1), last: hole[1], purpose: "hole" };
  }
  for (const boot of talk.tails) {
    const ledger = ledgers(device, boot);
    if (ledger === undefined) continue;
    const first = highestKept(ledger) + 1;
    return { boot, first, last: first + resendChunkMax - 1, purpose: "tail" };
  }
  return null;
}
