/**
 * Every way in which mail can fail with every way in which the modem can, by a real SMTP server and a modem on a real pseudo-terminal: somebody is reached by another way, or it is an
 * alarm; nothing stays silent. `ALL=1` plays all of them, else some of each with a seed that is printed.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type DurationMs, secondMs } from "@coldkeep/core/time/millis.ts";
import { type MailBehaviour, mailBehaviours } from "../testing/rude-mail-server.ts";
import {
  lateSmsMs,
  type ModemBehaviour,
  modemBehaviours,
  playFaults,
  secondStepMs,
  unansweredMs,
} from "../testing/faults-world.ts";

const seed = Number(process.env["SEED"] ?? fc.sample(fc.nat(modemBehaviours.length - 1), 1)[0]);
const isAll = process.env["ALL"] !== undefined;

/** Each of one with one of the other, so that each is there. */
const pairs = mailBehaviours.flatMap((mail, index) =>
  modemBehaviours
    .filter((_, place) => isAll || (index + place + seed) % modemBehaviours.length === 0)
    .map((modem) => ({ mail, modem })),
);

/** When a message of the first call is with a person by each way, where it ever is. */
const mailArrives: Partial<Record<MailBehaviour, DurationMs>> = {
  fine: 0,
  late: 25 * secondMs,
  "too-late": 50 * secondMs,
};
const smsArrives: Partial<Record<ModemBehaviour, DurationMs>> = { fine: 4 * secondMs, late: lateSmsMs };

/** What a channel that is fine may take besides, and what the clock of the server looks at once a second. */
const marginMs: DurationMs = 5 * secondMs;

/** Most messages that two people are owed in one story; more would be a storm. */
const messagesMax = 40;

describe(`mail and modem that fail (SEED=${seed})`, () => {
  test.concurrent.each(pairs)("mail: $mail, modem: $modem", { timeout: 280_000 }, async ({ mail, modem }) => {
    const story = await playFaults(mail, modem);
    const { arrivals, alarms, secondCalledMs } = story;
    const told = JSON.stringify({ mail, modem, ...story, arrivals: arrivals.length });

    // Nobody answers: that is an alarm in any case, and the second person was called before.
    expect(alarms["unanswered"], told).toBeLessThanOrEqual(unansweredMs + marginMs);
    expect(secondCalledMs, told).not.toBeNull();
    expect(secondCalledMs, told).toBeLessThanOrEqual(secondStepMs + marginMs);

    // Whatever works reaches the first person as soon as if the other one worked too.
    const [first] = arrivals;
    const way = Math.min(mailArrives[mail] ?? Infinity, smsArrives[modem] ?? Infinity);
    if (way === Infinity) expect(arrivals, told).toEqual([]);
    else {
      expect(first?.person, told).toBe("an");
      expect(first?.afterMs, told).toBeLessThanOrEqual(way + marginMs);
    }

    // Nothing is known to have arrived that did not; what did is known at once.
    if (smsArrives[modem] === undefined) expect(story.deliveredMs, told).toEqual([]);
    else expect(story.deliveredMs[0], told).toBeLessThanOrEqual((smsArrives[modem] ?? 0) + marginMs);

    // A channel by which nothing gets through is an alarm; a mail server that loses what it takes cannot be told from one that does not.
    const mailFails = !["fine", "late", "lose"].includes(mail);
    if (mailFails || modem !== "fine") expect(alarms, told).toHaveProperty("notification-failing");
    else expect(Object.keys(alarms), told).toEqual(["unanswered"]);

    // Where nothing that is owed to the first person gets through, that is an alarm, and the second is called there and then.
    if (mailFails && mail !== "too-late" && modem !== "fine") {
      expect(alarms["person-unreached"], told).toBeLessThan(secondStepMs);
      expect(secondCalledMs, told).toBeLessThanOrEqual((alarms["person-unreached"] ?? 0) + marginMs);
    }

    // Nobody gets one message twice that does not say so, and no storm of messages.
    const unmarked = arrivals.filter(({ isMarked }) => !isMarked).map(({ what }) => what);
    expect(new Set(unmarked).size, told).toBe(unmarked.length);
    expect(story.owed, told).toBeLessThanOrEqual(messagesMax);
    expect(story.forgotten, told).toBe(0);
    expect(story.differing, told).toEqual([]);
  });
});
