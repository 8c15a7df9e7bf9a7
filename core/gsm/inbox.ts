import type { EpochMs } from "../time/millis.ts";
import { sameNumber } from "./address.ts";
import { count, type Draft } from "./draft.ts";
import {
  type Inbox,
  type Join,
  joinPartsMax,
  joinsMax,
  joinWaitMs,
  missingPart,
  type Piece,
  type Slot,
} from "./inbox-state.ts";
import type { Command } from "./modem-state.ts";
import { command } from "./outgoing.ts";
import type { PartOf } from "./user-data.ts";

/** Most places that are read after one look through the memory; the rest follows at once after the next. */
const readsMax = 16;

const sameSlot = (a: Slot, b: Slot): boolean => a.memory === b.memory && a.index === b.index;

const change = (draft: Draft, inbox: Partial<Inbox>): void => {
  draft.state.inbox = { ...draft.state.inbox, ...inbox };
};

/** Whether what lies there was told already, or waits for its other parts. */
export const isKnown = ({ state }: Draft, slot: Slot): boolean =>
  state.inbox.told.some(({ slots }) => slots.some((one) => sameSlot(one, slot))) ||
  state.inbox.joins.some(({ pieces }) =>
    pieces.some((piece) => piece.slot !== null && sameSlot(piece.slot, slot)),
  );

/** A message of a person came, or a part of one. */
export function takeMessage(
  draft: Draft,
  message: {
    readonly from: string;
    readonly at: EpochMs | null;
    readonly text: string | null;
    readonly partOf: PartOf | null;
  },
  slot: Slot | null,
): void {
  count(draft, "modem.incoming");
  const { from, at, text, partOf } = message;
  if (partOf === null || partOf.parts === 1 || text === null) {
    tell(draft, from, at, text, slot === null ? [] : [slot]);
    return;
  }
  if (partOf.parts > joinPartsMax) {
    tell(draft, from, at, `(${partOf.part}/${partOf.parts}) ${text}`, slot === null ? [] : [slot]);
    return;
  }
  const isSame = (join: Join): boolean =>
    sameNumber(join.from, from) && join.reference === partOf.reference && join.parts === partOf.parts;
  const before = draft.state.inbox.joins.find(isSame) ?? {
    from,
    at,
    reference: partOf.reference,
    parts: partOf.parts,
    untilMs: draft.nowMs + joinWaitMs,
    pieces: [],
  };
  const piece: Piece = { part: partOf.part, text, slot };
  const join: Join = {
    ...before,
    pieces: [...before.pieces.filter(({ part }) => part !== piece.part), piece],
  };
  const others = draft.state.inbox.joins.filter((one) => !isSame(one));
  if (join.pieces.length === join.parts) {
    change(draft, { joins: others });
    tellJoin(draft, join);
    return;
  }
  const [oldest, ...rest] = others;
  const isFull = others.length >= joinsMax && oldest !== undefined;
  change(draft, { joins: [...(isFull ? rest : others), join] });
  if (isFull) tellJoin(draft, oldest);
}

/** Tells long messages whose missing parts have not come in their time, without them. */
export function expireJoins(draft: Draft): void {
  const { joins } = draft.state.inbox;
  const late = joins.filter(({ untilMs }) => untilMs <= draft.nowMs);
  if (late.length === 0) return;
  change(draft, { joins: joins.filter((join) => !late.includes(join)) });
  for (const join of late) tellJoin(draft, join);
}

function tellJoin(draft: Draft, join: Join): void {
  let text = "";
  let isMissing = false;
  for (let part = 1; part <= join.parts; part += 1) {
    const piece = join.pieces.find((one) => one.part === part);
    if (piece !== undefined) text += piece.text;
    else if (!isMissing) text += missingPart;
    isMissing = piece === undefined;
  }
  const slots = join.pieces.flatMap(({ slot }) => (slot === null ? [] : [slot]));
  tell(draft, join.from, join.at, text, slots);
}

function tell(
  draft: Draft,
  from: string,
  at: EpochMs | null,
  text: string | null,
  slots: readonly Slot[],
): void {
  const { told, nextId } = draft.state.inbox;
  change(draft, {
    nextId: nextId + 1,
    told: slots.length === 0 ? told : [...told, { id: nextId, slots, isTaken: false }],
  });
  draft.effects.push({ kind: "incoming", id: nextId, from, at, text });
}

/** The commands that remove what is in safe hands, each memory opened first. */
export function takenScript(draft: Draft, id: number): readonly Command[] {
  const { told } = draft.state.inbox;
  const message = told.find((one) => one.id === id);
  if (message === undefined || message.isTaken) return [];
  change(draft, { told: told.map((one) => (one.id === id ? { ...one, isTaken: true } : one)) });
  return message.slots.flatMap((slot) => removal(slot));
}

/** Opens a memory and removes one message from it. */
export const removal = (slot: Slot): readonly Command[] => [
  openMemory(slot.memory),
  command("remove", `AT+CMGD=${slot.index}`, { slot }),
];

/** Opens a memory for reading. */
export const openMemory = (memory: string): Command =>
  command("storage", `AT+CPMS="${memory}"`, { slot: { memory, index: 0 } });

/** What is in nobody's hands is forgotten, so that the next look through the memory tells it again. */
export function notTaken(draft: Draft, id: number): void {
  change(draft, { told: draft.state.inbox.told.filter((one) => one.id !== id) });
}

/** A place was emptied, or could not be. */
export function removed(draft: Draft, slot: Slot): void {
  change(draft, {
    told: draft.state.inbox.told.flatMap((one) => {
      const slots = one.slots.filter((other) => !sameSlot(other, slot));
      return slots.length === 0 ? [] : [{ ...one, slots }];
    }),
  });
}

/** After a start of the modem or the line nobody knows what lies where: all is read anew. */
export function forgetSlots(draft: Draft): void {
  const { joins } = draft.state.inbox;
  change(draft, {
    told: [],
    listed: [],
    joins: joins.map((join) => ({ ...join, pieces: join.pieces.map((piece) => ({ ...piece, slot: null })) })),
  });
}

/** A list names a place. */
export function listed(draft: Draft, slot: Slot): void {
  if (!isKnown(draft, slot)) change(draft, { listed: [...draft.state.inbox.listed, slot] });
}

/** The commands that look through a modem's memories. */
export function listScript(draft: Draft): readonly Command[] {
  const { facts } = draft.state;
  change(draft, { listed: [] });
  const memories = facts.reports === "stored" ? ["SM", "ME", "SR"] : ["SM", "ME"];
  return memories.flatMap((memory) => [
    openMemory(memory),
    command("list", facts.mode === "pdu" ? "AT+CMGL=4" : 'AT+CMGL="ALL"', { slot: { memory, index: 0 } }),
  ]);
}

/** The commands that read what a list named. False in `isAll` where some is left for another look. */
export function listedScript(draft: Draft): {
  readonly commands: readonly Command[];
  readonly isAll: boolean;
} {
  const { listed: slots } = draft.state.inbox;
  change(draft, { listed: [] });
  return {
    commands: slots.slice(0, readsMax).flatMap((slot) => readScript(draft, slot)),
    isAll: slots.length <= readsMax,
  };
}

/** The commands that read one place. In text mode plain characters and long headers are asked for: what is written how is told by them. */
export const readScript = ({ state }: Draft, slot: Slot): readonly Command[] => [
  ...(state.facts.mode === "text"
    ? [command("charset", 'AT+CSCS="IRA"'), command("headers", "AT+CSDH=1")]
    : []),
  openMemory(slot.memory),
  command("read", `AT+CMGR=${slot.index}`, { expects: "+CMGR", slot }),
];
