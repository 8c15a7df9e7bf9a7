import type { Clock } from "@coldkeep/core/time/clock.ts";
import type { ServerSettings } from "../settings/server-settings.ts";
import type { Channel } from "./channel.ts";
import type { ChannelSettings } from "./channel-settings.ts";
import { imapSessions } from "../mailbox/imap-session.ts";
import type { MailboxMarks } from "../mailbox/mailbox-marks.ts";
import type { MailboxSettings } from "../mailbox/mailbox-settings.ts";
import { readMailbox } from "../mailbox/read-mailbox.ts";
import { gsmModemChannel } from "../modem/gsm-modem-channel.ts";
import { openSerialLine, type OpenDrivenLine } from "../modem/modem-line.ts";
import { type HttpCaller, makeHttpCaller } from "./http-call.ts";
import { allowTargets } from "./inside-address.ts";
import { outwardFetch } from "./outward-fetch.ts";
import { matrixChannel } from "./matrix.ts";
import { smsGateway } from "./sms-gateway.ts";
import { readReturnedMails } from "./returned-mails.ts";
import { smtpChannel } from "./smtp.ts";
import type { SmtpSettings } from "./smtp-settings.ts";
import { telegramChannel } from "./telegram.ts";
import { twilioSms, twilioVoice } from "./twilio.ts";
import { webhookChannel } from "./webhook.ts";

/** What channels work with. */
export interface ChannelPorts {
  readonly clock: Clock;
  readonly fetch?: typeof fetch;
  /** Told what a modem could not read or hand in. */
  readonly warn?: (facts: Record<string, unknown>, message: string) => void;
  /** How far a mailbox was read for a channel. Without it no mailbox is read. */
  readonly marks?: (purpose: string, mailbox: MailboxSettings) => MailboxMarks;
  /** Where providers reach this server; null where they cannot. */
  readonly publicUrl?: string | null;
  /** Opens the serial lines of modems. */
  readonly openLine?: OpenDrivenLine;
}

/** All channels of the settings, in the order in which one stands in for another of the same medium; `mail:` is the first. */
export function openChannels(
  { mail, channels }: Pick<ServerSettings, "mail" | "channels">,
  {
    clock,
    fetch: fetcher,
    warn = () => {},
    publicUrl = null,
    marks,
    openLine = openSerialLine,
  }: ChannelPorts,
): readonly Channel[] {
  const call = makeHttpCaller(clock, fetcher);
  const smtp = (id: string, settings: SmtpSettings): Channel => {
    const { bounces } = settings;
    if (bounces === undefined || marks === undefined) return smtpChannel(id, settings, clock);
    const mailbox = readMailbox({
      open: imapSessions(bounces),
      marks: marks(`bounces of ${id}`, bounces),
      clock,
      warn: (facts, message) => warn({ channel: id, ...facts }, message),
    });
    return smtpChannel(id, settings, clock, readReturnedMails(id, mailbox, clock));
  };
  const first = mail === undefined ? [] : [smtp("mail", mail)];
  const parts = { call, clock, warn, publicUrl, smtp, openLine };
  return [...first, ...channels.map((settings) => openChannel(settings, parts))];
}

interface ChannelParts extends Required<Pick<ChannelPorts, "clock" | "warn" | "publicUrl" | "openLine">> {
  readonly call: HttpCaller;
  readonly smtp: (id: string, settings: SmtpSettings) => Channel;
}

function openChannel(
  settings: ChannelSettings,
  { call, clock, warn, publicUrl, smtp, openLine }: ChannelParts,
): Channel {
  switch (settings.kind) {
    case "smtp":
      return smtp(settings.id, settings);
    case "twilio-sms":
      return twilioSms(settings, call, clock, publicUrl);
    case "twilio-voice":
      return twilioVoice(settings, call, clock, publicUrl);
    case "sms-gateway":
      return smsGateway(settings, call, clock);
    case "webhook":
      return webhookChannel(
        settings,
        makeHttpCaller(clock, outwardFetch(allowTargets(settings.allow))),
        clock,
      );
    case "telegram":
      return telegramChannel(settings, call, clock);
    case "gsm-modem":
      // Long messages are best numbered from another number at each start.
      return gsmModemChannel({
        settings,
        openLine,
        clock,
        random: () => (clock.epochMs() % 256) / 256,
        warn,
      });
    case "matrix":
      return matrixChannel(settings, call, clock);
  }
}
