/** What every channel must do, by a modem on a real pseudo-terminal. */
import type { ModemFault } from "@coldkeep/core/gsm-sim/simulated-modem.ts";
import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import type { Behaviour } from "../channels/channel-contract.ts";
import { channelContract, type ContractWorld } from "../channels/channel-contract.ts";
import { steppedModem } from "../testing/stepped-modem.ts";
import { steppedTime } from "../testing/stepped-time.ts";
import { testStart } from "../testing/test-server.ts";
import { wakeBell } from "../testing/wake-bell.ts";
import { gsmModemChannel, sendEndsWithinMs, troubleGraceMs } from "./gsm-modem-channel.ts";
import { gsmModemSettingsSchema } from "./gsm-modem-settings.ts";
import { isMessageText, phone } from "./modem-world.ts";

const secret = "7391";

/** What the modem does with the text of a message. */
const faults: Readonly<Record<Behaviour, ModemFault | null>> = {
  accept: null,
  refuse: { kind: "refuse", line: "+CMS ERROR: 1" },
  "not-now": { kind: "refuse", line: "+CMS ERROR: 38" },
  silent: { kind: "mute" },
  reset: { kind: "restart", silent: false },
  garbage: { kind: "instead", text: "\r\n\u0000\u00ff+CM\u007fS~~\r\n<html>\r\n" },
  huge: { kind: "instead", text: `\r\n${"+".repeat(2_000)}` },
  slow: { kind: "instead", text: "\r\n+CMGS: 12\r\n" },
};

const world = async (): Promise<ContractWorld> => {
  const clock = virtualClock(testStart);
  const bell = wakeBell();
  let behaviour: Behaviour = "accept";
  let texts = 0;
  const line = steppedModem({
    clock,
    pin: secret,
    fault: (_, text) => {
      if (!isMessageText(text)) return null;
      texts += 1;
      bell.ring();
      return faults[behaviour];
    },
  });
  const time = steppedTime(clock, line.isQuiet);
  const channel = gsmModemChannel({
    settings: gsmModemSettingsSchema.parse({ id: "modem", kind: "gsm-modem", path: line.path, pin: secret }),
    openLine: line.openLine,
    clock,
    random: () => 0.5,
    warn: () => {},
  });
  channel.start({ report: async () => {}, reply: async () => {}, status: () => {} });
  return {
    channel,
    clock,
    address: phone,
    withinMs: sendEndsWithinMs,
    secrets: [secret],
    behave: (next) => (behaviour = next),
    reached: () => bell.until(() => texts > 0),
    vanish: async () => {
      line.unplug();
      await time.advance(troubleGraceMs);
    },
    drive: (ending) => time.until(ending, sendEndsWithinMs),
    close: async () => {
      await channel.stop();
      line.close();
    },
  };
};

channelContract(
  "gsm-modem",
  world,
  {},
  {
    unreachable: "modem.line-closed",
    address: "modem.number-invalid",
    stoppedInHand: "modem.outcome-unknown",
    stoppedBefore: "modem.withdrawn",
  },
);
