import { createHash } from "node:crypto";
import { refusalOf } from "@coldkeep/core/gsm/at-answers.ts";
import { atSplitter } from "@coldkeep/core/gsm/at-lines.ts";
import { creditOf } from "@coldkeep/core/gsm/credit.ts";
import { nextWakeMs, noModem, stepModem } from "@coldkeep/core/gsm/modem.ts";
import type { MessageOutcome, ModemCode, ModemEffect, ModemInput } from "@coldkeep/core/gsm/modem-state.ts";
import { endsWithinMs } from "@coldkeep/core/gsm/outgoing.ts";
import { troubleOf } from "@coldkeep/core/gsm/setup.ts";
import type { Cancel, Clock, Random } from "@coldkeep/core/time/clock.ts";
import type { DurationMs } from "@coldkeep/core/time/millis.ts";
import type { Channel, ChannelEvents, ChannelStatus, SendResult } from "../channels/channel.ts";
import { type GsmModemSettings, rulesOf } from "./gsm-modem-settings.ts";
import { keepLine, type KeptLine } from "./kept-line.ts";
import type { OpenDrivenLine } from "./modem-line.ts";
import { modemWords } from "./modem-words.ts";

/** How long a message may wait for the modem before it is handed back. Unit ms. */
export const handOverMaxMs: DurationMs = 60_000;
/** Longest time that a send takes: what is being handed over when its time ends is let be. Unit ms. */
export const sendEndsWithinMs: DurationMs = handOverMaxMs + endsWithinMs;
/** How long a modem that starts, is reset or looks for a network counts as working. Unit ms. */
export const troubleGraceMs: DurationMs = 30_000;
/** Most messages of unknown outcome, and replies in safe hands, that are remembered. */
export const rememberedMax = 256;
/** Pauses between tries to hand in what the modem told. Unit ms. */
const eventPausesMs: readonly DurationMs[] = [1_000, 5_000, 15_000, 30_000, 60_000];

/** What mends itself within moments and is told only when it lasts. */
const passing: ReadonlySet<ModemCode> = new Set([
  "modem.line-closed",
  "modem.starting",
  "modem.not-answering",
  "modem.no-network",
]);

/** What a modem channel is made of. */
export interface GsmModemParts {
  readonly settings: GsmModemSettings;
  readonly openLine: OpenDrivenLine;
  readonly clock: Clock;
  readonly random: Random;
  readonly warn: (facts: Record<string, unknown>, message: string) => void;
}

interface Send {
  readonly id: string;
  readonly reference: string;
  settle: ((result: SendResult) => void) | null;
}

/** Short messages by a GSM modem. See docs/channels.md. Neither PIN nor text nor whole numbers reach the log. */
export function gsmModemChannel(parts: GsmModemParts): Channel {
  const { settings, clock } = parts;
  const rules = rulesOf(settings);
  const pattern = settings.credit === undefined ? null : new RegExp(settings.credit.pattern, "u");
  const startedAt = clock.epochMs().toString(36);
  const inputs: ModemInput[] = [];
  const sends = new Map<string, Send>();
  const uncertain = new Set<string>();
  const takenReplies = new Set<string>();
  let state = noModem(rules, Math.floor(parts.random() * 256));
  let kept: KeptLine | null = null;
  let splitter = atSplitter();
  let events: ChannelEvents | null = null;
  let isStepping = false;
  let isStopped = false;
  let cancelWake: Cancel = () => {};
  let cancelGrace: Cancel = () => {};
  let sendCount = 0;
  let trouble: ModemCode | null = null;
  let isWorking = true;
  let credit: number | null = null;
  let resetAt: number | null = null;
  let told = "";

  function advance(input: ModemInput): void {
    inputs.push(input);
    if (isStepping) return;
    isStepping = true;
    for (let next = inputs.shift(); next !== undefined; next = inputs.shift()) {
      const step = stepModem(rules, state, next, clock.monotonicMs());
      state = step.state;
      for (const effect of step.effects) perform(effect);
    }
    isStepping = false;
    cancelWake();
    const wakeMs = isStopped ? null : nextWakeMs(state);
    if (wakeMs !== null)
      cancelWake = clock.after(Math.max(1, Math.ceil(wakeMs - clock.monotonicMs())), () =>
        advance({ kind: "tick" }),
      );
    if (state.phase === "ready") kept?.useful();
    judge();
  }

  function perform(effect: ModemEffect): void {
    switch (effect.kind) {
      case "write":
        kept?.line()?.write(effect.text);
        break;
      case "reset":
        kept?.line()?.set({ dtr: !effect.active }, () => {});
        break;
      case "reopen":
        kept?.line()?.close("the modem does not answer");
        break;
      case "count":
        if (/^modem\.(reset|reopened)/.test(effect.code)) resetAt = clock.epochMs();
        break;
      case "credit":
        credit = pattern === null ? null : (creditOf(effect.text, pattern) ?? credit);
        break;
      case "unreadable":
        parts.warn(
          { channel: settings.id, code: effect.code, octets: effect.pdu.length / 2 },
          `${settings.id} got a message that cannot be read.`,
        );
        break;
      case "incoming":
        takeReply(effect);
        break;
      case "outcome":
        takeOutcome(effect.id, effect.outcome);
        break;
    }
  }

  function takeOutcome(id: string, outcome: MessageOutcome): void {
    const send = sends.get(id);
    if (send === undefined || outcome.kind === "started") return;
    if (outcome.kind === "sent") {
      send.settle?.({ ok: true, reference: send.reference, proof: "accepted" });
      send.settle = null;
      if (outcome.final) sends.delete(id);
      return;
    }
    sends.delete(id);
    const isDelivered = outcome.kind === "delivered";
    if (send.settle === null) {
      const reason = isDelivered ? null : modemWords[outcome.code];
      const report = {
        channel: settings.id,
        reference: send.reference,
        isDelivered,
        reason,
        at: clock.epochMs(),
      };
      handIn(() => events?.report(report));
      return;
    }
    if (isDelivered) send.settle({ ok: true, reference: send.reference, proof: "delivered" });
    else send.settle(failureOf(send.id, outcome));
    send.settle = null;
  }

  function failureOf(id: string, outcome: Extract<MessageOutcome, { code: ModemCode }>): SendResult {
    // Called off because the modem is in trouble: that is what is told.
    const code =
      outcome.code === "modem.withdrawn" && !isWorking && trouble !== null ? trouble : outcome.code;
    if (code === "modem.outcome-unknown" || code === "modem.partly-sent") remember(uncertain, id);
    const cause = outcome.kind === "failed" ? outcome.cause : null;
    const isPermanent =
      code === "modem.number-invalid" ||
      code === "modem.text-too-long" ||
      (code === "modem.message-refused" &&
        refusalOf({ kind: "error", family: "cms", code: cause }) === "permanent");
    return failure(code, isPermanent, cause);
  }

  function takeReply({ id, from, at, text }: Extract<ModemEffect, { kind: "incoming" }>): void {
    const content = `${from}|${at ?? ""}|${text ?? ""}`;
    const reference = createHash("sha256").update(content).digest("hex").slice(0, 24);
    if (text === null || takenReplies.has(reference)) {
      advance({ kind: "taken", id });
      return;
    }
    const reply = { channel: settings.id, from, text, at: at ?? clock.epochMs(), reference };
    handIn(
      () => events?.reply(reply),
      () => {
        remember(takenReplies, reference);
        advance({ kind: "taken", id });
      },
      () => advance({ kind: "not-taken", id }),
    );
  }

  /** Hands in what the modem told until it is in safe hands, with pauses. */
  function handIn(call: () => Promise<void> | undefined, done = () => {}, gaveUp = () => {}): void {
    let tries = 0;
    const attempt = async (): Promise<void> => {
      try {
        await call();
      } catch {
        const pauseMs = eventPausesMs[tries];
        tries += 1;
        if (pauseMs !== undefined && !isStopped) {
          clock.after(pauseMs, () => void attempt());
          return;
        }
        parts.warn({ channel: settings.id }, `What ${settings.id} told could not be recorded.`);
        if (!isStopped) gaveUp();
        return;
      }
      if (!isStopped) done();
    };
    void attempt();
  }

  /** Looks what is wrong, and hands back what waits where it lasts. */
  function judge(): void {
    const now = events === null ? null : troubleOf(state);
    if (now !== trouble) {
      const lasts = trouble !== null && now !== null && passing.has(now);
      trouble = now;
      if (now === null) {
        cancelGrace();
        isWorking = true;
      } else if (!passing.has(now)) {
        cancelGrace();
        giveUp();
      } else if (!lasts) {
        cancelGrace();
        cancelGrace = clock.after(troubleGraceMs, () => {
          giveUp();
          tellStatus();
        });
      }
    }
    tellStatus();
  }

  function giveUp(): void {
    if (isStopped) return;
    isWorking = false;
    for (const [id, send] of sends) if (send.settle !== null) advance({ kind: "withdraw", id });
  }

  function status(): ChannelStatus {
    const { signal, operator, registration, packetRegistration, memory, mode, reports } = state.facts;
    const warnBelow = settings.credit?.warnBelow;
    const warnings = [
      ...(credit !== null && warnBelow !== undefined && credit < warnBelow
        ? ["The credit runs out: load the card."]
        : []),
      ...(memory !== null && memory.used >= memory.total
        ? ["The SIM's memory is full: replies cannot come in. Remove its messages."]
        : []),
      ...(reports === "none" ? ["The modem tells no delivery reports: nothing is proven to arrive."] : []),
    ];
    return {
      isWorking,
      detail: trouble === null ? warnings.join(" ") || "The modem works." : modemWords[trouble],
      facts: {
        trouble,
        signalDbm: signal,
        network: registration ?? packetRegistration,
        operator,
        credit,
        mode,
        reports,
        queue: state.messages.filter(({ reportUntilMs }) => reportUntilMs === null).length,
        awaitingReport: state.messages.filter(({ reportUntilMs }) => reportUntilMs !== null).length,
        memoryUsed: memory?.used ?? null,
        memoryPlaces: memory?.total ?? null,
        lastResetAt: resetAt,
      },
    };
  }

  function tellStatus(): void {
    const now = status();
    const text = JSON.stringify(now);
    if (events === null || text === told) return;
    told = text;
    events.status(now);
  }

  return {
    id: settings.id,
    medium: "sms",
    proves: "delivery",
    concurrency: 4,
    send: (message, signal) => {
      if (isStopped || signal.aborted) return Promise.resolve(failure("modem.withdrawn", false, null));
      if (!isWorking && trouble !== null) return Promise.resolve(failure(trouble, false, null));
      const id = String((sendCount += 1));
      return new Promise((resolve) => {
        const abort = (): void => {
          advance({ kind: "withdraw", id });
          const send = sends.get(id);
          if (send?.settle === null || send === undefined) return;
          // It is being handed over just now.
          remember(uncertain, message.id);
          send.settle(failure("modem.outcome-unknown", false, null));
          send.settle = null;
        };
        signal.addEventListener("abort", abort, { once: true });
        sends.set(id, {
          id: message.id,
          reference: `${startedAt}-${id}`,
          settle: (result) => {
            signal.removeEventListener("abort", abort);
            resolve(result);
          },
        });
        const { address: to, text } = message;
        const isRepeat = message.isRepeat || uncertain.has(message.id);
        advance({ kind: "send", id, to, text, isRepeat, expiresInMs: handOverMaxMs });
      });
    },
    start: (taker) => {
      events = taker;
      kept = keepLine(clock, (line) => parts.openLine(settings.path, settings.baudRate, line), {
        opened: () => {
          splitter = atSplitter();
          advance({ kind: "opened" });
        },
        data: (chunk) => {
          for (const token of splitter.push(chunk).tokens) advance({ kind: "heard", token });
        },
        closed: () => advance({ kind: "closed" }),
      });
      judge();
    },
    stop: () => {
      advance({ kind: "stop" });
      isStopped = true;
      cancelWake();
      cancelGrace();
      kept?.stop();
      return Promise.resolve();
    },
    status,
  };
}

function failure(code: ModemCode, isPermanent: boolean, cause: number | null): SendResult {
  const reason = `${modemWords[code]}${cause === null ? "" : ` (${cause})`}`;
  return { ok: false, isPermanent, code, reason };
}

function remember(set: Set<string>, one: string): void {
  set.add(one);
  const [oldest] = set;
  if (set.size > rememberedMax && oldest !== undefined) set.delete(oldest);
}
