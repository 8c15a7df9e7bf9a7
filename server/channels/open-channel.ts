import type { Clock } from "@coldkeep/core/time/clock.ts";
import type { ServerSettings } from "../settings/server-settings.ts";
import type { Channel } from "./channel.ts";
import type { ChannelSettings } from "./channel-settings.ts";
import { gsmModemChannel } from "../modem/gsm-modem-channel.ts";
import { openSerialLine } from "../modem/modem-line.ts";
import { type HttpCaller, makeHttpCaller } from "./http-call.ts";
import { matrixChannel } from "./matrix.ts";
import { smsGateway } from "./sms-gateway.ts";
import { smtpChannel } from "./smtp.ts";
import { telegramChannel } from "./telegram.ts";
import { twilioSms, twilioVoice } from "./twilio.ts";
import { webhookChannel } from "./webhook.ts";

/** What channels work with. */
export interface ChannelPorts {
  readonly clock: Clock;
  readonly fetch?: typeof fetch;
  /** Told what a modem could not read or hand in. */
  readonly warn?: (facts: Record<string, unknown>, message: string) => void;
  /** Where providers reach this server; null where they cannot. */
  readonly publicUrl?: string | null;
}

/** All channels of the settings, in the order in which one stands in for another of the same medium; `mail:` is the first. */
export function openChannels(
  { mail, channels }: Pick<ServerSettings, "mail" | "channels">,
  { clock, fetch: fetcher, warn = () => {}, publicUrl = null }: ChannelPorts,
): readonly Channel[] {
  const call = makeHttpCaller(clock, fetcher);
  const first = mail === undefined ? [] : [smtpChannel("mail", mail, clock)];
  return [...first, ...channels.map((settings) => openChannel(settings, call, clock, warn, publicUrl))];
}

function openChannel(
  settings: ChannelSettings,
  call: HttpCaller,
  clock: Clock,
  warn: NonNullable<ChannelPorts["warn"]>,
  publicUrl: string | null,
): Channel {
  switch (settings.kind) {
    case "smtp":
      return smtpChannel(settings.id, settings, clock);
    case "twilio-sms":
      return twilioSms(settings, call, clock, publicUrl);
    case "twilio-voice":
      return twilioVoice(settings, call, clock, publicUrl);
    case "sms-gateway":
      return smsGateway(settings, call, clock);
    case "webhook":
      return webhookChannel(settings, call, clock);
    case "telegram":
      return telegramChannel(settings, call, clock);
    case "gsm-modem":
      // Long messages are best numbered from another number at each start.
      return gsmModemChannel({
        settings,
        openLine: openSerialLine,
        clock,
        random: () => (clock.epochMs() % 256) / 256,
        warn,
      });
    case "matrix":
      return matrixChannel(settings, call, clock);
  }
}
