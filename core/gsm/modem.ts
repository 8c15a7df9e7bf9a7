import { type AtAnswer, readAnswer, refusalOf } from "./at-answers.ts";
import type { AtToken } from "./at-lines.ts";
import { count, type Draft, draftOf } from "./draft.ts";
import { creditCommand, creditText } from "./credit.ts";
import {
  expireJoins,
  forgetSlots,
  listed,
  listedScript,
  listScript,
  notTaken,
  readScript,
  removal,
  takeMessage,
  takenScript,
} from "./inbox.ts";
import { emptyInbox, type Slot } from "./inbox-state.ts";
import { decodeIncoming } from "./incoming.ts";
import {
  beginPart,
  enqueue,
  expire,
  forgetOld,
  hearReport,
  partRefused,
  partTaken,
  partUnknown,
  sendable,
  stopMessages,
  withdraw,
} from "./messages.ts";
import {
  choresMax,
  contentTailMs,
  type Command,
  hardResetMs,
  hardSettleMs,
  impatientPollMs,
  listEveryMs,
  networkAnswerMaxMs,
  throttleMs,
  type ModemEffect,
  type ModemInput,
  type ModemRules,
  type ModemState,
  openSettleMs,
  type Pending,
  pollMs,
  softSettleMs,
  strikesMax,
  submitMaxMs,
} from "./modem-state.ts";
import { command, escapePrompt, isEcho, isUnasked } from "./outgoing.ts";
import { fieldsSeen, pollScript, setupScript, takeAnswer, troubleOf } from "./setup.ts";
import { fromUcs2Hex, readTextHeader, textCharactersMax } from "./text-message.ts";
import { textReport } from "./text-report.ts";

/** The dialogue before a line was opened. `firstReference`, 0 to 255, numbers the first long message: best another one at each start. */
export function noModem(rules: ModemRules, firstReference = 0): ModemState {
  return {
    phase: "closed",
    phaseUntilMs: 0,
    pending: null,
    todo: [],
    strikes: 0,
    rung: 0,
    awaits: null,
    echoOff: false,
    reconfigure: false,
    pinUsed: false,
    pollAtMs: 0,
    listAtMs: rules.readsMemory ? 0 : Infinity,
    creditAtMs: rules.credit === null ? Infinity : 0,
    memory: null,
    inbox: emptyInbox,
    contentUntilMs: 0,
    handedAtMs: [],
    ghosts: [],
    lastReference: null,
    facts: {
      signal: null,
      operator: null,
      registration: null,
      packetRegistration: null,
      simTrouble: null,
      reports: null,
      mode: rules.mode,
      serviceCentre: null,
      memory: null,
    },
    messages: [],
    sending: null,
    early: [],
    nextReference: firstReference,
    stopped: false,
  };
}

/** Advances the dialogue by one input. Pure: `nowMs` is a monotonic instant. See docs/protocols.md, "GSM modem". */
export function stepModem(
  rules: ModemRules,
  state: ModemState,
  input: ModemInput,
  nowMs: number,
): { readonly state: ModemState; readonly effects: readonly ModemEffect[] } {
  const draft = draftOf(rules, state, nowMs);
  switch (input.kind) {
    case "opened":
      settle(draft, openSettleMs);
      break;
    case "closed":
      abandon(draft);
      if (draft.state.phase === "resetting") draft.effects.push({ kind: "reset", active: false });
      draft.state.phase = "closed";
      break;
    case "heard":
      if (draft.state.phase !== "closed") hear(draft, input.token);
      break;
    case "send":
      enqueue(draft, input);
      break;
    case "taken":
      chore(draft, takenScript(draft, input.id));
      break;
    case "not-taken":
      notTaken(draft, input.id);
      break;
    case "withdraw":
      withdraw(draft, input.id);
      break;
    case "stop":
      draft.state.stopped = true;
      stopMessages(draft);
      break;
    case "tick":
      break;
  }
  keepTime(draft);
  expire(draft);
  expireJoins(draft);
  forgetOld(draft);
  pump(draft);
  return { state: draft.state, effects: draft.effects };
}

/** The next monotonic instant at which the dialogue wants a tick, or null. */
export function nextWakeMs(state: ModemState): number | null {
  const instants: number[] = [];
  if (state.phase === "resetting" || state.phase === "settling") instants.push(state.phaseUntilMs);
  if (state.pending !== null) instants.push(state.pending.deadlineMs);
  const idle = state.phase === "ready" && state.pending === null;
  if (idle) instants.push(state.pollAtMs);
  if (idle && troubleOf(state) === null)
    instants.push(...[state.listAtMs, state.creditAtMs].filter((at) => at !== Infinity));
  instants.push(...state.inbox.joins.map(({ untilMs }) => untilMs));
  for (const message of state.messages) {
    if (state.sending?.id === message.id && state.sending.to === message.to) continue;
    instants.push(message.reportUntilMs ?? message.expiresAtMs);
    if (idle && message.reportUntilMs === null && troubleOf(state) === null)
      instants.push(
        Math.max(message.notBeforeMs, ...state.handedAtMs.map((at) => at + throttleMs).slice(0, 1)),
      );
  }
  return instants.length === 0 ? null : Math.min(...instants);
}

function settle(draft: Draft, forMs: number): void {
  const { state } = draft;
  abandon(draft);
  state.phase = "settling";
  state.phaseUntilMs = draft.nowMs + forMs;
}

/** Lets go of what is under way: a message whose text was already given is one that nobody knows of. */
function abandon(draft: Draft): void {
  const { state } = draft;
  const stage = state.pending?.stage;
  if (state.sending !== null) {
    if (stage === "body") partUnknown(draft);
    else partRefused(draft, false, null);
  }
  state.pending = null;
  state.todo = [];
  state.awaits = null;
  state.early = [];
  state.reconfigure = false;
  state.memory = null;
  forgetSlots(draft);
  if (draft.rules.readsMemory) state.listAtMs = draft.nowMs;
}

function setUp(draft: Draft): void {
  const { state } = draft;
  state.phase = "setup";
  state.reconfigure = false;
  state.echoOff = false;
  state.todo = setupScript(draft);
}

function keepTime(draft: Draft): void {
  const { state, nowMs } = draft;
  if (state.phase === "resetting" && state.phaseUntilMs <= nowMs) {
    draft.effects.push({ kind: "reset", active: false });
    settle(draft, hardSettleMs);
  } else if (state.phase === "settling" && state.phaseUntilMs <= nowMs) setUp(draft);
  if (state.pending !== null && state.pending.deadlineMs <= nowMs) strike(draft, state.pending);
}

/** A command went unanswered: ask again, then reset, each time harder. */
function strike(draft: Draft, pending: Pending): void {
  const { state } = draft;
  count(draft, "modem.timeout");
  const inMessage = pending.command.body !== null;
  if (inMessage) draft.effects.push({ kind: "write", text: escapePrompt });
  abandon(draft);
  // One that hangs within a message rarely comes out of it by itself.
  state.strikes = pending.stage === "body" ? strikesMax : state.strikes + 1;
  if (state.strikes < strikesMax) {
    setUp(draft);
    return;
  }
  state.strikes = 0;
  state.rung += 1;
  if (state.rung === 1) {
    count(draft, "modem.reset-soft");
    draft.effects.push({ kind: "write", text: "AT+CFUN=1,1\r" });
    settle(draft, softSettleMs);
  } else if (state.rung === 2) {
    count(draft, "modem.reset-hard");
    draft.effects.push({ kind: "reset", active: true });
    state.phase = "resetting";
    state.phaseUntilMs = draft.nowMs + hardResetMs;
  } else {
    count(draft, "modem.reopened");
    state.rung = 0;
    state.phase = "closed";
    draft.effects.push({ kind: "reopen" });
  }
}

function hear(draft: Draft, token: AtToken): void {
  const { state } = draft;
  const { pending } = state;
  if (token.kind === "prompt") {
    const body = pending?.command.body ?? null;
    if (pending?.stage !== "prompt" || body === null) return count(draft, "modem.stray-answer");
    state.pending = { ...pending, stage: "body", deadlineMs: draft.nowMs + submitMaxMs };
    draft.effects.push({ kind: "write", text: body });
    return;
  }
  const { text } = token;
  if (takesAsText(draft, text)) return;
  if (pending !== null && isEcho(pending.command, text)) {
    // A modem that echoes again has started anew and forgotten what it was told.
    if (state.echoOff) state.reconfigure = true;
    return;
  }
  if (state.awaits?.kind === "pdu" && /^[0-9A-Fa-f]{16,}$/.test(text)) {
    const { slot } = state.awaits;
    state.awaits = null;
    takePdu(draft, text, slot);
    return;
  }
  hearLine(draft, text);
}

/** Lines of a message's text are text whatever they look like: nobody drives the dialogue by what he sends. False where the line is none. */
function takesAsText(draft: Draft, text: string): boolean {
  const { state } = draft;
  const { awaits } = state;
  if (awaits === null || awaits.kind === "pdu") return false;
  const isEnd = text === "OK" || text === "ERROR" || /^\+CM[ES] ERROR/.test(text);
  if (awaits.kind === "quoted") {
    const line = `${awaits.line}\n${text}`;
    if (isEnd || line.length > textCharactersMax) state.awaits = null;
    else if (text.includes('"')) {
      state.awaits = null;
      hearLine(draft, line);
      return true;
    } else state.awaits = { kind: "quoted", line };
    return !isEnd;
  }
  if (awaits.kind === "passed-over") {
    state.awaits = { kind: "passed-over", isFirst: false };
    return awaits.isFirst || (!isEnd && !/^\+CMGL: \d+,/.test(text));
  }
  if (awaits.text !== null && isEnd) return false;
  if ((awaits.text?.length ?? 0) + text.length > textCharactersMax) return true;
  state.awaits = { ...awaits, text: awaits.text === null ? text : `${awaits.text}\n${text}` };
  if (awaits.slot === null) closeText(draft);
  return true;
}

/** The text of a message in text mode is complete. */
function closeText(draft: Draft): void {
  const { awaits } = draft.state;
  draft.state.awaits = null;
  if (awaits?.kind !== "text" || awaits.text === null) return;
  const text = awaits.isUcs2 ? fromUcs2Hex(awaits.text) : awaits.text;
  takeMessage(draft, { from: awaits.from, at: awaits.at, text, partOf: null }, awaits.slot);
}

function hearLine(draft: Draft, text: string): void {
  const { state } = draft;
  const { pending } = state;
  const answer = readAnswer(text);
  if (answer.kind === "restarted") restart(draft);
  else if (answer.kind === "ring") {
    count(draft, "modem.rang");
    if (!state.todo.some(({ name }) => name === "hang-up")) chore(draft, [command("hang-up", "ATH")]);
  } else if (text.startsWith("+CUSD:") && (text.split('"').length - 1) % 2 === 1)
    state.awaits = { kind: "quoted", line: text };
  else if (answer.kind === "info") hearInfo(draft, answer);
  else if (pending === null || answer.kind === "other") count(draft, "modem.stray-answer");
  else if (answer.kind === "ok" && (pending.stage === "prompt" || isUnasked(pending)))
    count(draft, "modem.stray-answer");
  else finish(draft, pending, answer);
}

function restart(draft: Draft): void {
  const { name } = draft.state.pending?.command ?? {};
  if (name === "read" || name === "list" || draft.nowMs < draft.state.contentUntilMs) {
    count(draft, "modem.stray-answer");
    return;
  }
  if (draft.state.phase === "settling" || draft.state.phase === "resetting") return;
  count(draft, "modem.restarted");
  draft.state.lastReference = null;
  settle(draft, softSettleMs);
}

function hearInfo(draft: Draft, info: Extract<AtAnswer, { kind: "info" }>): void {
  const { state } = draft;
  const { pending } = state;
  const { name, fields, quoted } = info;
  if (pending !== null && pending.command.expects === name && pending.stage !== "prompt") {
    const seen = fieldsSeen(name, fields, quoted);
    if (seen !== null) {
      state.pending = { ...pending, seen };
      if (name === "+CMGR") awaitContent(draft, info, pending.command.slot);
      return;
    }
  }
  if (pending?.command.name === "list" && name === "+CMGL") {
    const [index = "", status = ""] = fields;
    const memory = pending.command.slot?.memory ?? "";
    // Those that were written or sent on the modem itself are let be.
    if (/^\d{1,5}$/.test(index) && /^([01]|REC .*)$/.test(status))
      listed(draft, { memory, index: Number(index) });
    state.awaits = { kind: "passed-over", isFirst: true };
    state.pending = { ...pending, deadlineMs: draft.nowMs + pending.command.timeoutMs };
  } else if (pending?.command.name === "storage" && name === "+CPMS") {
    const [used, total] = [Number(fields[0]), Number(fields[1])];
    const before = state.facts.memory;
    if (Number.isInteger(used) && Number.isInteger(total) && total > 0) {
      const isFirst = before === null || pending.command.slot?.memory === "SM";
      if (isFirst || used / total > before.used / before.total)
        state.facts = { ...state.facts, memory: { used, total } };
    }
  } else if (name === "+CUSD") {
    if (fields[0] === "1") chore(draft, [command("credit-end", "AT+CUSD=2")]);
    const said = creditText(fields);
    if (said !== null) draft.effects.push({ kind: "credit", text: said });
  } else if (name === "+CDS" || name === "+CMT") awaitContent(draft, info, null);
  else if (name === "+CDSI" || name === "+CMTI") {
    const [memory = "", index = ""] = fields;
    if (/^[A-Z]{2}$/.test(memory) && /^\d{1,5}$/.test(index))
      chore(draft, readScript(draft, { memory, index: Number(index) }));
  } else if (name === "+CREG" || name === "+CEREG") {
    const told = /^\d{1,2}$/.test(fields[0] ?? "") ? Number(fields[0]) : null;
    const facts = name === "+CREG" ? { registration: told } : { packetRegistration: told };
    state.facts = { ...state.facts, ...facts };
  } else count(draft, "modem.stray-answer");
}

/** A report in text mode stands in the line itself; all else follows on the next. */
function awaitContent(
  draft: Draft,
  { name, fields, quoted }: Extract<AtAnswer, { kind: "info" }>,
  slot: Slot | null,
): void {
  const report = textReport(name, fields);
  if (report !== null) {
    hearReport(draft, report);
    if (slot !== null) chore(draft, removal(slot));
    return;
  }
  const header = draft.state.facts.mode === "text" ? readTextHeader(name, fields, quoted) : null;
  draft.state.awaits =
    header === null ? { kind: "pdu", slot } : { kind: "text", slot, ...header, text: null };
}

function takePdu(draft: Draft, text: string, slot: Slot | null): void {
  const decoded = decodeIncoming(text);
  if (decoded.ok && decoded.incoming.kind === "message") {
    takeMessage(draft, decoded.incoming, slot);
    return;
  }
  if (decoded.ok && decoded.incoming.kind === "report") hearReport(draft, decoded.incoming);
  else if (!decoded.ok) {
    count(draft, decoded.code);
    draft.effects.push({ kind: "unreadable", code: decoded.code, pdu: text });
  }
  if (slot !== null) chore(draft, removal(slot));
}

function chore(draft: Draft, commands: readonly Command[]): void {
  const { state } = draft;
  if (state.phase !== "ready" && state.phase !== "setup") return;
  const waiting = state.todo.filter(({ name }) => name !== "submit").length;
  if (waiting + commands.length <= choresMax) state.todo = [...state.todo, ...commands];
}

function finish(draft: Draft, pending: Pending, answer: AtAnswer): void {
  const { state } = draft;
  closeText(draft);
  if (pending.command.name === "read" || pending.command.name === "list")
    state.contentUntilMs = draft.nowMs + contentTailMs;
  state.pending = null;
  // In the middle of the setup an answer proves little: one that hangs at the same command each time is to be reset.
  if (state.phase === "ready") state.strikes = 0;
  if (pending.command.name !== "submit") {
    if (!takeAnswer(draft, pending, answer)) strike(draft, pending);
    else if (pending.command.name === "list") {
      const { commands, isAll } = listedScript(draft);
      chore(draft, commands);
      if (!isAll) state.listAtMs = draft.nowMs;
    }
    return;
  }
  if (answer.kind === "ok") {
    const reference = pending.seen?.[0] ?? "";
    state.rung = 0;
    partTaken(draft, /^\d{1,3}$/.test(reference) ? Number(reference) : null);
  } else if (answer.kind === "error") {
    const refusal = refusalOf(answer);
    // It has lost its SIM, service centre or network: what is wrong is asked for at once.
    if (answer.code !== null && answer.code >= 310 && answer.code <= 331) state.reconfigure = true;
    if (refusal === "unknown") partUnknown(draft);
    else partRefused(draft, refusal === "permanent", answer.code);
  }
}

/** Begins what comes next, if the modem is free. */
function pump(draft: Draft): void {
  const { state, nowMs } = draft;
  if (state.stopped || state.pending !== null) return;
  if (state.phase !== "setup" && state.phase !== "ready") return;
  if (state.todo.length === 0) {
    if (state.phase === "setup") {
      state.phase = "ready";
      state.strikes = 0;
      state.pollAtMs = nowMs + (troubleOf(state) === null ? pollMs : impatientPollMs);
    }
    if (state.reconfigure) setUp(draft);
    else if (state.pollAtMs <= nowMs) poll(draft);
    else if (troubleOf(state) === null) begin(draft);
  }
  // What lies at a place of another memory is somebody else's.
  const isElsewhere = ({ name, slot }: Command): boolean =>
    name !== "storage" && slot !== null && slot.memory !== state.memory;
  while (state.todo[0] !== undefined && isElsewhere(state.todo[0])) state.todo = state.todo.slice(1);
  const [next, ...rest] = state.todo;
  if (next === undefined) return;
  state.todo = rest;
  state.pending = {
    command: next,
    stage: next.body === null ? "answer" : "prompt",
    deadlineMs: nowMs + next.timeoutMs,
    seen: null,
  };
  draft.effects.push({ kind: "write", text: `${next.text}\r` });
}

function poll(draft: Draft): void {
  const { state } = draft;
  if (state.facts.simTrouble !== null) {
    setUp(draft);
    return;
  }
  state.todo = pollScript(draft);
  state.pollAtMs = draft.nowMs + (troubleOf(state) === null ? pollMs : impatientPollMs);
}

function begin(draft: Draft): void {
  const message = sendable(draft);
  if (message !== undefined) beginPart(draft, message);
  else if (draft.state.listAtMs <= draft.nowMs) {
    draft.state.listAtMs = draft.nowMs + listEveryMs;
    draft.state.todo = listScript(draft);
  } else if (draft.rules.credit !== null && draft.state.creditAtMs <= draft.nowMs) {
    draft.state.creditAtMs = draft.nowMs + draft.rules.credit.everyMs;
    draft.state.todo = [
      command("credit", creditCommand(draft.rules.credit.code, false), { timeoutMs: networkAnswerMaxMs }),
    ];
  }
}
