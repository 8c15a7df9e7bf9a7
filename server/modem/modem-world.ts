import { simulatedModem, type SimulatedModemParts } from "@coldkeep/core/gsm-sim/simulated-modem.ts";
import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import type {
  ChannelStatus,
  DeliveryReport,
  OutgoingMessage,
  Reply,
  SendResult,
} from "../channels/channel.ts";
import { gsmModemChannel } from "./gsm-modem-channel.ts";
import { gsmModemSettingsSchema } from "./gsm-modem-settings.ts";

/** A number for tests. */
export const phone = "+32470123456";

/** Whether what a modem was given is the text of a message in PDU mode, with its report asked for; a part of a long one too. */
export const isMessageText = (text: string): boolean => text.startsWith("0031") || text.startsWith("0071");

/** The channel before a simulated modem, under a virtual clock. `reply` answers whether the record takes it. */
export function modemWorld(
  more: Partial<SimulatedModemParts> & {
    readonly settings?: Record<string, unknown>;
    readonly reply?: (reply: Reply) => Promise<void>;
  } = {},
) {
  const clock = virtualClock(1_790_000_000_000);
  const results = new Map<string, { readonly result: SendResult; readonly atMs: number }>();
  const reports: DeliveryReport[] = [];
  const replies: Reply[] = [];
  const statuses: ChannelStatus[] = [];
  const warnings: unknown[] = [];
  let hear: ((chunk: Uint8Array) => void) | null = null;
  const modem = simulatedModem({
    clock,
    fault: () => null,
    ...more,
    say: (text) => hear?.(Uint8Array.from(text, (character) => character.charCodeAt(0))),
  });
  const channel = gsmModemChannel({
    settings: gsmModemSettingsSchema.parse({
      id: "modem",
      kind: "gsm-modem",
      path: "/dev/x",
      ...more.settings,
    }),
    clock,
    random: () => 0.5,
    warn: (facts, message) => warnings.push([facts, message]),
    openLine: (_path, _baudRate, events) => {
      let isOpen = false;
      const cancel = clock.after(1, () => {
        isOpen = true;
        hear = events.data;
        events.opened();
      });
      return {
        write: (bytes) => {
          if (isOpen) modem.hear(String(bytes));
          return isOpen;
        },
        set: (lines) => {
          if (lines.dtr !== undefined) modem.reset(!lines.dtr);
        },
        check: () => {},
        close: (reason) => {
          cancel();
          isOpen = false;
          hear = null;
          events.closed(reason);
        },
      };
    },
  });
  channel.start({
    report: (report) => {
      reports.push(report);
      return Promise.resolve();
    },
    reply: (reply) => {
      replies.push(reply);
      return more.reply?.(reply) ?? Promise.resolve();
    },
    status: (status) => statuses.push(status),
  });
  const send = (
    id: string,
    given: Partial<OutgoingMessage> = {},
    signal = new AbortController().signal,
  ): void => {
    const message: OutgoingMessage = {
      id,
      isRepeat: false,
      address: phone,
      subject: id,
      text: id,
      language: "en",
      thread: null,
      attachments: [],
      urgency: "ordinary",
      ...given,
    };
    void channel
      .send(message, signal)
      .then((result) => results.set(id, { result, atMs: clock.monotonicMs() }));
  };
  /** Moves on, and lets what lives in promises go on in between. */
  const advance = async (byMs: number): Promise<void> => {
    const until = clock.epochMs() + byMs;
    while (clock.step(until)) await Promise.resolve();
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  };
  return { clock, modem, channel, send, advance, results, reports, replies, statuses, warnings };
}
