import { persistentUse } from "@coldkeep/core/gsm/modem-state.ts";
import type { Clock, Random } from "@coldkeep/core/time/clock.ts";
import type { Counters } from "../health/counters.ts";
import type { Log } from "../health/log.ts";
import type { ModemSettings } from "../modem/modem-settings.ts";
import type { Contact } from "../siren/contact.ts";
import type { SirenSettings } from "../siren/siren-settings.ts";
import type { LocalOutput } from "../watch/edge-caller.ts";
import type { CallOutput } from "./call-output.ts";
import type { OutputSettings } from "./output-settings.ts";

/** What every output is made of besides its own settings. */
export interface OutputParts {
  readonly pauseMaxMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly counters: Counters;
  readonly log: Log;
}

/** Makes the outputs that the settings describe, `siren` first; they do nothing before `start`. What none of them needs is not loaded. */
export async function openOutputs(
  settings: OutputSettings,
  parts: OutputParts,
): Promise<readonly LocalOutput[]> {
  const { siren, modem } = settings;
  return [
    ...(siren === undefined
      ? []
      : [{ way: "siren" as const, recipients: [""], output: await openSiren(siren, parts) }]),
    ...(modem === undefined
      ? []
      : [{ way: "sms" as const, recipients: modem.numbers, output: await openModem(modem, parts) }]),
  ];
}

async function openSiren(settings: SirenSettings, parts: OutputParts): Promise<CallOutput> {
  const { contact, button } = settings;
  const { sirenOutput } = await import("../siren/siren-output.ts");
  const { fileButton, fileContact } = await import("../siren/file-contact.ts");
  return sirenOutput({
    ...parts,
    id: "siren",
    rules: {
      pulse: settings.pattern === "steady" ? null : { onMs: settings.pulseOn, offMs: settings.pulseOff },
      soundMaxMs: settings.soundMax,
    },
    contact:
      contact.kind === "file"
        ? fileContact(contact.path, contact.inverted)
        : await contactOnLine(contact, parts),
    button: button === undefined ? null : fileButton(button.path, button.pressed),
  });
}

async function contactOnLine(
  contact: Extract<SirenSettings["contact"], { kind: "line" }>,
  parts: OutputParts,
): Promise<Contact> {
  const { lineContact } = await import("../siren/line-contact.ts");
  const { openSerialLine } = await import("../serial/serial-line.ts");
  return lineContact({ ...parts, ...contact, id: "siren", openLine: openSerialLine });
}

async function openModem(settings: ModemSettings, parts: OutputParts): Promise<CallOutput> {
  const { modemOutput } = await import("../modem/modem-output.ts");
  const { openSerialLine } = await import("../serial/serial-line.ts");
  const { fileContact } = await import("../siren/file-contact.ts");
  return modemOutput({
    ...parts,
    id: "modem",
    path: settings.path,
    baudRate: settings.baudRate,
    numbers: settings.numbers,
    rules: {
      pin: settings.pin ?? null,
      serviceCentre: settings.smsc ?? null,
      mode: settings.mode,
      reportWaitMs: settings.reportWait,
      ...persistentUse,
    },
    openLine: openSerialLine,
    powerCut: settings.powerCut === undefined ? null : fileContact(settings.powerCut, false),
  });
}
