import { minuteMs } from "@coldkeep/core/time/millis.ts";
import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import { expect, test } from "vitest";
import type { DeliveryReport } from "./channel.ts";
import { openChannels } from "./open-channel.ts";
import { channelSettingsSchema } from "./channel-settings.ts";

const account = "AC00000000000000000000000000000000";
const twilio = { accountSid: account, authToken: "0123456789abcdef", from: "+3215123456" };
const gateway = {
  url: "https://sms.example.org/send",
  json: { to: "{to}", text: "{text}" },
  reference: "/id",
};

/** Lets all promises that wait go on. */
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

test.each([
  ["twilio-sms", { ...twilio }, { status: "delivered" }, true],
  ["twilio-voice", { ...twilio }, { status: "busy" }, false],
  [
    "sms-gateway",
    {
      ...gateway,
      status: {
        url: "https://sms.example.org/{reference}",
        pointer: "/state",
        delivered: ["DELIVRD"],
        failed: ["EXPIRED"],
      },
    },
    { state: "DELIVRD" },
    true,
  ],
])("%s asks about what it accepted before a restart", async (kind, settings, answer, isDelivered) => {
  const clock = virtualClock(0);
  const asked: string[] = [];
  const reports: DeliveryReport[] = [];
  const [channel] = openChannels(
    { mail: undefined, channels: [channelSettingsSchema.parse({ id: "one", kind, ...settings })] },
    {
      clock,
      fetch: async (url) => {
        asked.push(String(url instanceof Request ? url.url : url));
        return new Response(JSON.stringify(answer));
      },
    },
  );
  channel?.start({
    report: async (report) => void reports.push(report),
    reply: async () => undefined,
    status: () => undefined,
  });
  channel?.takeUp?.(["r-1"]);
  clock.advance(minuteMs / 30);
  await settled();
  expect(asked).toEqual([expect.stringContaining("r-1")]);
  expect(reports).toEqual([expect.objectContaining({ channel: "one", reference: "r-1", isDelivered })]);
  await channel?.stop();
});

test("a gateway that cannot be asked takes nothing up", () => {
  const settings = channelSettingsSchema.parse({ id: "one", kind: "sms-gateway", ...gateway });
  const [channel] = openChannels({ mail: undefined, channels: [settings] }, { clock: virtualClock(0) });
  expect(channel?.takeUp).toBeUndefined();
});
