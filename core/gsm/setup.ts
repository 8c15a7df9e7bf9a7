import { type AtAnswer, isRegistered, registrationOf, signalOf } from "./at-answers.ts";
import { creditCommand } from "./credit.ts";
import { count, type Draft } from "./draft.ts";
import { removed } from "./inbox.ts";
import {
  type Command,
  type ModemCode,
  type ModemFacts,
  networkAnswerMaxMs,
  type Pending,
  pinSettleMs,
} from "./modem-state.ts";
import { command } from "./outgoing.ts";

/** A message written for one mode and sent in the other would go to somebody else: what counts is what the modem says of itself. */
const modeState = command("mode-state", "AT+CMGF?", { expects: "+CMGF" });

/** What a modem is told each time it may have forgotten. The state of the PIN comes early: its answer cannot be mistaken for a late OK. */
export function setupScript(draft: Draft): readonly Command[] {
  const { state, rules } = draft;
  return [
    command("attention", state.strikes === 0 ? "AT" : "ATZ"),
    command("echo-off", "ATE0"),
    command("errors", "AT+CMEE=1"),
    command("pin-state", "AT+CPIN?", { expects: "+CPIN" }),
    command("mode", `AT+CMGF=${rules.mode === "pdu" ? 0 : 1}`),
    modeState,
    ...(rules.serviceCentre === null
      ? []
      : [command("service-centre", `AT+CSCA="${rules.serviceCentre}",145`)]),
    command("service-centre-state", "AT+CSCA?", { expects: "+CSCA" }),
    command("reports", "AT+CNMI=2,1,0,1,0"),
    ...pollScript(draft).filter(({ name }) => name !== "reports-state" && name !== "mode-state"),
  ];
}

/** What a modem is asked from time to time. */
export function pollScript({ state }: Draft): readonly Command[] {
  const reports = state.facts.reports;
  return [
    modeState,
    ...(reports === "direct" || reports === "stored"
      ? [command("reports-state", "AT+CNMI?", { expects: "+CNMI" })]
      : []),
    command("registration", "AT+CREG?", { expects: "+CREG" }),
    command("packet-registration", "AT+CEREG?", { expects: "+CEREG" }),
    command("signal", "AT+CSQ", { expects: "+CSQ" }),
    command("operator", "AT+COPS?", { expects: "+COPS", timeoutMs: networkAnswerMaxMs }),
  ];
}

/**
 * Takes the answer to a command that is not about a message. False where the modem cannot be used without what it refused to say: that counts
 * as no answer.
 */
export function takeAnswer(draft: Draft, pending: Pending, answer: AtAnswer): boolean {
  const { state, rules } = draft;
  const seen = pending.seen ?? [];
  const refused = answer.kind !== "ok";
  const learn = (facts: Partial<ModemFacts>): void => {
    state.facts = { ...state.facts, ...facts };
  };
  switch (pending.command.name) {
    case "echo-off":
      state.echoOff = !refused;
      break;
    case "pin-state":
      takePinState(draft, seen[0] ?? "", answer);
      break;
    case "pin-tries":
      // Where the modem does not tell, the one try that a start of ours makes is within what the SIM allows.
      if (!refused && Number(seen[1]) < 2) learn({ simTrouble: "modem.pin-last-try" });
      else {
        state.pinUsed = true;
        state.todo = [enterPin(rules.pin ?? ""), ...state.todo];
      }
      break;
    case "pin":
      learn({ simTrouble: refused ? "modem.pin-refused" : null });
      if (!refused) {
        state.pinUsed = false;
        state.phase = "settling";
        state.phaseUntilMs = draft.nowMs + pinSettleMs;
        state.todo = [];
      }
      break;
    case "mode":
      if (refused && pending.command.text.endsWith("0"))
        state.todo = [command("mode", "AT+CMGF=1"), ...state.todo];
      break;
    case "mode-state": {
      const mode = seen[0] === "0" ? "pdu" : "text";
      if (refused) return false;
      if (state.phase === "setup") learn({ mode });
      else if (mode !== state.facts.mode) forgot(draft);
      break;
    }
    case "reports":
      takeReports(draft, pending.command.text, refused);
      break;
    case "reports-state": {
      const kind = seen[3];
      if (!refused && kind !== (state.facts.reports === "direct" ? "1" : "2")) forgot(draft);
      break;
    }
    case "registration":
      learn({ registration: refused ? null : Number(seen[0]) | 0 });
      break;
    case "packet-registration":
      learn({ packetRegistration: refused ? null : Number(seen[0]) | 0 });
      break;
    case "signal":
      learn({ signal: refused ? null : signalOf(seen) });
      break;
    case "service-centre-state":
      learn({ serviceCentre: refused ? null : (seen[0] ?? null) });
      break;
    case "storage":
      state.memory = refused ? null : (pending.command.slot?.memory ?? null);
      break;
    case "remove":
      if (pending.command.slot !== null) removed(draft, pending.command.slot);
      break;
    case "credit":
      if (refused && rules.credit !== null) {
        const packed = creditCommand(rules.credit.code, true);
        if (pending.command.text !== packed)
          state.todo = [command("credit", packed, { timeoutMs: networkAnswerMaxMs }), ...state.todo];
      }
      break;
    case "operator":
      learn({ operator: refused ? null : (seen[2] ?? null) });
      if (state.phase === "ready") state.rung = 0;
      break;
    default:
      break;
  }
  return true;
}

/** It started anew without a word. */
function forgot(draft: Draft): void {
  if (!draft.state.reconfigure) count(draft, "modem.restarted");
  draft.state.reconfigure = true;
}

/** The fields of an expected line as they are kept: of a registration its state alone. */
export function fieldsSeen(
  name: string,
  fields: readonly string[],
  quoted: readonly boolean[],
): readonly string[] | null {
  if (name !== "+CREG" && name !== "+CEREG") return fields;
  // One that comes by itself has no mode in front, and is no answer.
  if (fields.length < 2 || quoted[1] !== false) return null;
  const state = registrationOf(fields, quoted);
  return state === null ? null : [String(state)];
}

const enterPin = (pin: string): Command =>
  command("pin", `AT+CPIN="${pin}"`, { timeoutMs: networkAnswerMaxMs });

function takePinState(draft: Draft, told: string, answer: AtAnswer): void {
  const { state, rules } = draft;
  let simTrouble: ModemCode | null = null;
  if (answer.kind === "error") {
    if (answer.code === 10) simTrouble = "modem.sim-missing";
    else if (answer.code === 11) {
      takePinState(draft, "SIM PIN", { kind: "ok" });
      return;
    } else if (answer.code === 12) simTrouble = "modem.sim-locked";
    else simTrouble = "modem.sim-faulty";
  } else if (told === "SIM PIN") {
    if (rules.pin === null) simTrouble = "modem.pin-missing";
    // A wrong PIN entered again and again locks the SIM.
    else if (state.pinUsed) simTrouble = "modem.pin-refused";
    else {
      simTrouble = state.facts.simTrouble;
      state.todo = [command("pin-tries", "AT+CPINR", { expects: "+CPINR" }), ...state.todo];
    }
  } else if (told === "READY") state.pinUsed = false;
  else simTrouble = "modem.sim-locked";
  state.facts = { ...state.facts, simTrouble };
}

/** Reports at once, else by way of the modem's memory, else none. */
function takeReports(draft: Draft, text: string, refused: boolean): void {
  const { state } = draft;
  const direct = text === "AT+CNMI=2,1,0,1,0";
  if (!refused) state.facts = { ...state.facts, reports: direct ? "direct" : "stored" };
  else if (direct) state.todo = [command("reports", "AT+CNMI=2,1,0,2,0"), ...state.todo];
  else state.facts = { ...state.facts, reports: "none" };
}

/** Why a message given now would not go out, or null. */
export function troubleOf(state: Draft["state"] | Readonly<Draft["state"]>): ModemCode | null {
  const { facts } = state;
  if (state.phase === "closed") return "modem.line-closed";
  const works = state.phase === "ready" && state.strikes === 0;
  if (!works && (state.strikes > 0 || state.rung > 0)) return "modem.not-answering";
  if (facts.simTrouble !== null) return facts.simTrouble;
  if (state.phase !== "ready" && facts.registration === null && facts.packetRegistration === null)
    return "modem.starting";
  if (facts.serviceCentre === "") return "modem.service-centre-missing";
  if (isRegistered(facts.registration) || isRegistered(facts.packetRegistration)) return null;
  return facts.registration === 3 ? "modem.registration-denied" : "modem.no-network";
}
