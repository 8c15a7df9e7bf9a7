import { acknowledgeable, type BootLedger, highestKept, holes, settled } from "../intake/ledger.ts";
import { missingIn, type Ranges, sizeOf, union, withRange } from "../intake/ranges.ts";
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

/**
 * So many rounds of attempts a hole is asked for, each after the device was heard again: silence may be that of a disturbed line. More of
 * them where the line garbled something lately.
 */
export const roundsMax = 3;
export const garbledRoundsMax = 30;

/** How long a line that garbled something is taken to be disturbed. Unit ms. */
export const garbledMemoryMs = 3_600_000;

/** Most samples of a boot that was never heard while it ran that are fetched before they are handed in: together they say best when it began. */
export const unheardSamplesMax = 8_192;

/** A tail may take this many timeouts in all; then what comes from the running boot counts as live. */
const tailTimeouts = 8;

/** The state of a line that has just been opened and on which nobody is known. */
export const noSession: SessionState = new Map();

/**
 * Most boots of one device that are asked after: the one that runs and those before it, for a device may keep its samples over several
 * starts. Boots between two that were heard count among them, where a device counts its boots.
 */
export const bootsAskedMax = 8;

/** Of so many boots the end is asked for when a line is opened: the one that ran and the one before. A new boot has all asked for. */
const bootsAtOpening = 2;

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
      for (const { device, boots } of input.known) go(device, newTalk(boots));
      break;
    case "heard": {
      const talk = hear(rules, state.get(input.device), input, nowMs);
      const through = ledgers(input.device, input.boot);
      const sequence = through === undefined ? null : acknowledgeable(through);
      if (sequence !== null)
        effects.push({ kind: "acknowledge", device: input.device, boot: input.boot, sequence });
      const again = nextRound(rules, input.device, talk, ledgers, nowMs);
      const gone = again === null ? giveUp(input, talk, ledgers) : [];
      if (again !== null) {
        effects.push(...again.effects);
        next.set(input.device, again.talk);
      } else if (gone.length > 0) {
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
      const { boot, first, last, purpose } = talk.request;
      const whole =
        missingIn(union(ledger === undefined ? [] : settled(ledger), held), first, last).length === 0;
      const quietUntilMs = nowMs + rules.resendTimeoutMs;
      if (whole && purpose === "tail" && last + 1 < unheardSamplesMax) {
        const further = { ...talk.request, last: last + resendChunkMax, held, quietUntilMs, attempt: 1 };
        next.set(input.device, { ...talk, silentChunks: 0, request: further });
        effects.push({
          kind: "resend",
          device: input.device,
          boot,
          first: last + 1,
          last: further.last,
        });
        break;
      }
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
    case "garbled":
      for (const [device, talk] of state) next.set(device, { ...talk, garbledMs: nowMs });
      break;
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

/** As what a sample was asked for, or null where the device sent it by itself. An awaited sample says nothing about the device's clock. */
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

/**
 * Whether an awaited sample is held until all that was asked for has come (or falls silent), and then handed in with the rest. Samples of a
 * hole: sent one by one they would show the server a gap that shrinks, with an alarm at each step. Samples of a boot that was never heard
 * while it ran: only together they say when it began.
 */
export function isHeldBack(
  awaited: ResendRequest["purpose"] | null,
  ledgers: LedgerView,
  device: string,
  boot: number,
): boolean {
  return awaited === "hole" || (awaited === "tail" && ledgers(device, boot) === undefined);
}

const newTalk = (known: readonly number[]): DeviceTalk => {
  const boots = known.slice(0, bootsAskedMax);
  return {
    boot: boots[0] ?? 0,
    boots,
    tails: boots.slice(0, bootsAtOpening),
    request: null,
    silentChunks: 0,
    garbledMs: null,
  };
};

/** The boots that a device that counts them went through between two that were heard, the newest first; none where it does not count. */
function bootsBetween(before: number, after: number): number[] {
  const count = after - before - 1;
  if (count < 1 || count > bootsAskedMax - 2) return [];
  return Array.from({ length: count }, (_, index) => after - 1 - index);
}

function hear(
  rules: SessionRules,
  talk: DeviceTalk | undefined,
  heard: { readonly boot: number; readonly sequence: number },
  nowMs: number,
): DeviceTalk {
  if (talk === undefined) return { ...newTalk([heard.boot]), tails: [] };
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
  const between = bootsBetween(talk.boot, heard.boot).filter((boot) => !talk.boots.includes(boot));
  const boots = [heard.boot, ...between, ...talk.boots].slice(0, bootsAskedMax);
  return { ...talk, boot: heard.boot, boots, tails: boots.slice(1), silentChunks: 0 };
}

/** Asks once more for what was asked for in vain, as often as the line deserves; null where it is enough. */
function nextRound(
  rules: SessionRules,
  device: string,
  talk: DeviceTalk,
  ledgers: LedgerView,
  nowMs: number,
): { talk: DeviceTalk; effects: SessionEffect[] } | null {
  const { request, garbledMs } = talk;
  if (request === null || !request.exhausted) return null;
  const isGarbled = garbledMs !== null && nowMs - garbledMs <= garbledMemoryMs;
  const rounds = request.rounds + 1;
  const missing = missingOf(ledgers(device, request.boot), request);
  const [first, last] = [missing[0]?.[0], missing.at(-1)?.[1]];
  if (first === undefined || last === undefined || rounds >= (isGarbled ? garbledRoundsMax : roundsMax))
    return null;
  const quietUntilMs = nowMs + rules.resendTimeoutMs;
  const again = { ...request, first, last, rounds, attempt: 1, quietUntilMs, exhausted: false };
  return {
    talk: { ...talk, request: again },
    effects: [{ kind: "resend", device, boot: request.boot, first, last }],
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
  const missing = missingOf(ledgers(device, request.boot), request);
  const left = sizeOf(missing);
  const progress = left < request.missing;
  if (request.purpose === "tail") {
    // What the running boot still lacks, its next live sample shows; a boot that is over shows nothing any more.
    const over = request.boot === talk.boot || (!progress && request.attempt >= rules.resendAttempts);
    const tails = over ? talk.tails.filter((boot) => boot !== request.boot) : talk.tails;
    if (over || progress) return proceed(rules, device, { ...talk, request: null, tails }, ledgers, nowMs);
  } else if (!progress && request.attempt >= rules.resendAttempts) {
    const unanswered = left === request.last - request.first + 1;
    const silentChunks = unanswered ? talk.silentChunks + 1 : 0;
    return { talk: { ...talk, silentChunks, request: { ...request, exhausted: true } }, effects: [] };
  }
  const [first, last] = [missing[0]?.[0] ?? request.first, missing.at(-1)?.[1] ?? request.last];
  const attempt = progress ? 1 : request.attempt + 1;
  const again = {
    ...request,
    rounds: progress ? 0 : request.rounds,
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

/** What of a request is neither kept nor given up. */
const missingOf = (ledger: BootLedger | undefined, { first, last }: ResendRequest): Ranges =>
  missingIn(ledger === undefined ? [] : settled(ledger), first, last);

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
    const open = missingOf(ledgers(device, request.boot), request).length > 0;
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
    rounds: 0,
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
    const first = ledger === undefined ? 0 : highestKept(ledger) + 1;
    return { boot, first, last: first + resendChunkMax - 1, purpose: "tail" };
  }
  return null;
}
