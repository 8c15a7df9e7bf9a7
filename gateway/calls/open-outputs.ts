import type { Clock, Random } from "@coldkeep/core/time/clock.ts";
import type { Counters } from "../health/counters.ts";
import type { Log } from "../health/log.ts";
import type { ModemSettings } from "../modem/modem-settings.ts";
import { modemOutput } from "../modem/modem-output.ts";
import { openSerialLine } from "../serial/serial-line.ts";
import { fileButton, fileContact } from "../siren/file-contact.ts";
import { lineContact } from "../siren/line-contact.ts";
import { sirenOutput } from "../siren/siren-output.ts";
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

/** Makes the outputs that the settings describe, `siren` first; they do nothing before `start`. */
export function openOutputs(settings: OutputSettings, parts: OutputParts): readonly LocalOutput[] {
  const { siren, modem } = settings;
  return [
    ...(siren === undefined
      ? []
      : [{ way: "siren" as const, recipients: [""], output: openSiren(siren, parts) }]),
    ...(modem === undefined
      ? []
      : [{ way: "sms" as const, recipients: modem.numbers, output: openModem(modem, parts) }]),
  ];
}

function openSiren(settings: SirenSettings, parts: OutputParts): CallOutput {
  const { contact, button } = settings;
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
        : lineContact({ ...parts, ...contact, id: "siren", openLine: openSerialLine }),
    button: button === undefined ? null : fileButton(button.path, button.pressed),
  });
}

const openModem = (settings: ModemSettings, parts: OutputParts): CallOutput =>
  modemOutput({
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
    },
    openLine: openSerialLine,
    powerCut: settings.powerCut === undefined ? null : fileContact(settings.powerCut, false),
  });
