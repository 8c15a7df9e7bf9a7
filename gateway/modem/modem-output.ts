import { atSplitter } from "@coldkeep/core/gsm/at-lines.ts";
import { nextWakeMs, noModem, stepModem } from "@coldkeep/core/gsm/modem.ts";
import type { MessageOutcome, ModemEffect, ModemInput, ModemRules } from "@coldkeep/core/gsm/modem-state.ts";
import { troubleOf } from "@coldkeep/core/gsm/setup.ts";
import type { Cancel, Clock, Random } from "@coldkeep/core/time/clock.ts";
import type { DurationMs } from "@coldkeep/core/time/millis.ts";
import { callBook } from "../calls/call-book.ts";
import { type CallOutcome, type CallOutput, callTextCharactersMax } from "../calls/call-output.ts";
import type { Counters } from "../health/counters.ts";
import type { Log } from "../health/log.ts";
import type { DrivenLine, OpenDrivenLine } from "../serial/serial-line.ts";
import { lineCheckMs, lineHangMaxMs } from "../serial/serial-source.ts";
import type { Contact } from "../siren/contact.ts";
import { type Connection, keepOpen } from "../sources/keep-open.ts";

/** What a modem output is made of. */
export interface ModemOutputParts {
  readonly id: string;
  readonly path: string;
  readonly baudRate: number;
  /** Whom to call where a call does not say. */
  readonly numbers: readonly string[];
  readonly rules: ModemRules;
  readonly pauseMaxMs: DurationMs;
  readonly openLine: OpenDrivenLine;
  /** Cuts the modem's power while it is on, or null where DTR is all there is. */
  readonly powerCut: Contact | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly counters: Counters;
  readonly log: Log;
}

/** Calls people by short messages. See docs/protocols.md, "GSM modem". Neither PIN nor text nor whole numbers reach the log. */
export function modemOutput(parts: ModemOutputParts): CallOutput {
  const { id, rules, clock, counters, log } = parts;
  const book = callBook();
  const inputs: ModemInput[] = [];
  let state = noModem(rules, Math.floor(parts.random() * 256));
  let line: DrivenLine | null = null;
  let stepping = false;
  let cancelWake: Cancel | null = null;
  const kept = keepOpen({
    id,
    clock,
    random: parts.random,
    log,
    counters,
    pauseMaxMs: parts.pauseMaxMs,
    connect,
  });

  function connect(opened: () => void, closed: (trouble: string) => void): Connection {
    const splitter = atSplitter();
    let open = false;
    let ended = false;
    let cancelCheck: Cancel | null = null;
    const sinceMs = clock.monotonicMs();
    const own = parts.openLine(parts.path, parts.baudRate, {
      opened: () => {
        open = true;
        line = own;
        opened();
        advance({ kind: "opened" });
      },
      data: (chunk) => {
        const { tokens, overlong } = splitter.push(chunk);
        if (overlong > 0) counters.add("modem.stray-answer", id, overlong);
        for (const token of tokens) if (!ended) advance({ kind: "heard", token });
      },
      closed: (reason) => {
        ended = true;
        if (line === own) line = null;
        cancelCheck?.();
        advance({ kind: "closed" });
        closed(reason);
      },
    });
    const watch = (): void => {
      if (ended) return;
      cancelCheck = clock.after(lineCheckMs, () => {
        if (!open && clock.monotonicMs() - sinceMs > lineHangMaxMs) own.close("opening the line hangs");
        else own.check();
        watch();
      });
    };
    watch();
    return { close: () => own.close("the gateway stops") };
  }

  /** One step at a time: what a step's effects bring about is taken after it. */
  function advance(input: ModemInput): void {
    inputs.push(input);
    if (stepping) return;
    stepping = true;
    for (let next = inputs.shift(); next !== undefined; next = inputs.shift()) {
      const step = stepModem(rules, state, next, clock.monotonicMs());
      state = step.state;
      for (const effect of step.effects) perform(effect);
    }
    stepping = false;
    if (state.phase === "ready") kept.useful();
    cancelWake?.();
    const wakeMs = nextWakeMs(state);
    cancelWake =
      wakeMs === null
        ? null
        : clock.after(Math.max(1, Math.ceil(wakeMs - clock.monotonicMs())), () => advance({ kind: "tick" }));
  }

  function perform(effect: ModemEffect): void {
    switch (effect.kind) {
      case "write":
        if (line?.write(effect.text) !== true) counters.add("modem.write-refused", id);
        break;
      case "reset":
        line?.set({ dtr: !effect.active }, () => {});
        parts.powerCut?.set(effect.active, () => {});
        break;
      case "reopen":
        line?.close("the modem does not answer");
        break;
      case "count":
        counters.add(effect.code, id);
        break;
      case "incoming":
        log.info({ output: id, from: shortened(effect.from) }, `${id} got a message, which is passed over.`);
        advance({ kind: "taken", id: effect.id });
        break;
      case "unreadable":
      case "credit":
        break;
      case "outcome":
        tell(effect.id, effect.to, effect.outcome);
        break;
    }
  }

  function tell(call: string, to: string, outcome: MessageOutcome): void {
    counters.add(`call.${outcome.kind}`, id);
    const facts = { output: id, call, to: shortened(to), ...outcome };
    if (outcome.kind === "failed" || outcome.kind === "expired")
      log.warn(facts, `The message of ${call} did not get through: ${outcome.code}.`);
    else if (outcome.kind !== "started") log.info(facts, `The message of ${call} was ${outcome.kind}.`);
    book.tell(call, to, timed(outcome, clock.epochMs()));
  }

  return {
    id,
    call: (call, outcome) => {
      const numbers = new Set(call.to.length === 0 ? parts.numbers : call.to);
      const text = cutText(call.text);
      for (const to of numbers)
        if (book.open(call.id, to, outcome))
          advance({ kind: "send", id: call.id, to, text, expiresInMs: call.expiresAfter });
    },
    withdraw: (call) => advance({ kind: "withdraw", id: call }),
    status: () => {
      const trouble = troubleOf(state);
      const { signal, operator, registration, reports, mode } = state.facts;
      return {
        id,
        kind: "modem",
        ready: trouble === null,
        trouble,
        waiting: book.waiting(),
        details: {
          line: kept.state().state,
          lineTrouble: kept.state().trouble,
          phase: state.phase,
          signalDbm: signal,
          operator,
          registration,
          reports,
          mode,
        },
      };
    },
    start: () => {
      parts.powerCut?.start();
      kept.start();
    },
    stop: async () => {
      advance({ kind: "stop" });
      await kept.stop();
      cancelWake?.();
      await parts.powerCut?.stop();
    },
  };
}

const shortened = (number: string): string => `...${number.slice(-3)}`;

function timed(outcome: MessageOutcome, at: number): CallOutcome {
  if (outcome.kind === "failed") return { kind: "failed", at, code: outcome.code };
  return { ...outcome, at };
}

function cutText(text: string): string {
  const characters = Array.from(text);
  if (characters.length <= callTextCharactersMax) return text;
  return `${characters.slice(0, callTextCharactersMax - 3).join("")}...`;
}
