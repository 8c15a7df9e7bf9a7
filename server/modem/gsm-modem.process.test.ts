import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { afterEach, expect, test } from "vitest";
import type { DeliveryReport, SendResult } from "../channels/channel.ts";
import { modemLine } from "../testing/modem-line.ts";
import { wakeBell } from "../testing/wake-bell.ts";
import { gsmModemChannel } from "./gsm-modem-channel.ts";
import { gsmModemSettingsSchema } from "./gsm-modem-settings.ts";
import { openSerialLine } from "./modem-line.ts";

let ending: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ending.reverse()) await end();
  ending = [];
});

test.each([
  ["pdu", "\r\n+CREG: 1\r\n\u0000\u00ff\r\nRING\r\n"],
  ["text", ""],
] as const)(
  "on a real pseudo-terminal, in %s mode: sent, delivered, and it is known",
  async (mode, noise) => {
    const bell = wakeBell();
    const heartbeat = setInterval(bell.ring, 20);
    ending.push(() => clearInterval(heartbeat));
    const modem = modemLine({
      fault: (nth) => (nth % 3 === 1 && noise !== "" ? { kind: "noise", text: noise } : null),
      pin: "0042",
      deliveryMs: 50,
    });
    ending.push(modem.line.close);
    const channel = gsmModemChannel({
      settings: gsmModemSettingsSchema.parse({
        id: "modem",
        kind: "gsm-modem",
        path: modem.line.path,
        pin: "0042",
        mode,
      }),
      openLine: openSerialLine,
      clock: systemClock,
      random: () => 0.5,
      warn: () => {},
    });
    ending.push(channel.stop);
    const reports: DeliveryReport[] = [];
    channel.start({
      report: (report) => {
        reports.push(report);
        return Promise.resolve();
      },
      reply: () => Promise.resolve(),
      status: () => {},
    });
    let result: SendResult | null = null;
    const text = "température élevée ".repeat(12);
    const message = { id: "a", isRepeat: false, address: "+32470123456", subject: "", text };
    void channel
      .send(
        { ...message, language: "fr", thread: null, attachments: [], urgency: "ordinary" },
        new AbortController().signal,
      )
      .then((told) => (result = told));
    await bell.until(() => reports.length > 0);
    expect(result).toMatchObject({ ok: true, reference: reports[0]?.reference });
    expect(reports).toMatchObject([{ isDelivered: true, reason: null }]);
    expect(channel.status()).toMatchObject({ isWorking: true, facts: { operator: "Sim Mobile", mode } });
  },
);
