import type { VirtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import type { DurationMs } from "@coldkeep/core/time/millis.ts";
import { describe, expect, test } from "vitest";
import type { Channel, OutgoingMessage, SendResult } from "./channel.ts";
import { mayHaveBeenTaken } from "./may-have-been-taken.ts";

/**
 * How a provider behaves: it accepts, refuses for good, refuses for now, never answers, ends the connection in the middle of its answer, answers something else, answers without end,
 * begins an answer and never ends it.
 */
export type Behaviour = "accept" | "refuse" | "not-now" | "silent" | "reset" | "garbage" | "huge" | "slow";

/** A channel with a provider that can be told how to behave. */
export interface ContractWorld {
  readonly channel: Channel;
  readonly clock: VirtualClock;
  readonly address: string;
  /** Longest that the adapter names for one message, in ms. */
  readonly withinMs: DurationMs;
  readonly secrets: readonly string[];
  readonly behave: (behaviour: Behaviour) => void;
  /** Resolves once the provider has been sent something. */
  readonly reached: () => Promise<void>;
  /** Takes the provider away: nothing listens where it was. */
  readonly vanish: () => Promise<void>;
  readonly close: () => Promise<void>;
  /** Lets time pass until what is in hand has ended. Left out where an answer comes without any. */
  readonly drive?: <Ending>(ending: Promise<Ending>) => Promise<Ending>;
}

/** By which codes a channel tells that it cannot be reached, that an address is none, and that it was stopped with a message in hand and before. */
export interface ContractCodes {
  readonly unreachable: string;
  readonly address: string;
  readonly stoppedInHand: string;
  readonly stoppedBefore: string;
}

const usualCodes: ContractCodes = {
  unreachable: "channel.unreachable",
  address: "channel.address",
  stoppedInHand: "channel.stopped",
  stoppedBefore: "channel.stopped",
};

/** Behaviours after which nobody but the provider knows whether it took the message. */
const uncertain: ReadonlySet<Behaviour> = new Set(["silent", "reset", "garbage", "huge", "slow"]);

/** How a channel must answer to a behaviour: `taken`, or whether it failed for good or for now. */
const outcomes: Readonly<Record<Behaviour, "taken" | "for good" | "for now">> = {
  accept: "taken",
  refuse: "for good",
  "not-now": "for now",
  silent: "for now",
  reset: "for now",
  garbage: "for now",
  huge: "for now",
  slow: "for now",
};

/** A message for tests. */
export const contractMessage: OutgoingMessage = {
  id: "alarm-1.0.on-call",
  isRepeat: false,
  address: "",
  subject: "WARM 11.2 °C Red cells 1",
  text: "WARM 11.2 °C Red cells 1\nAnswer: {answer-link}",
  language: "nl",
  thread: "alarm-1",
  attachments: [],
  urgency: "ordinary",
};

/** What every channel must do, whatever its provider does; `differing` names where a provider's behaviour means something else to it. */
export function channelContract(
  name: string,
  make: () => Promise<ContractWorld>,
  differing: Partial<Record<Behaviour, "taken" | "for good" | "for now">> = {},
  codes: ContractCodes = usualCodes,
): void {
  describe(`the channel ${name}`, () => {
    for (const [behaviour, usual] of Object.entries(outcomes) as [Behaviour, "taken"][])
      test(`ends in a result in time where its provider does this: ${behaviour}`, async () => {
        const world = await make();
        world.behave(behaviour);
        const since = world.clock.monotonicMs();
        const sending = send(world);
        if (world.drive === undefined && (behaviour === "silent" || behaviour === "slow")) {
          await world.reached();
          world.clock.advance(world.withinMs);
        }
        const result = await driven(world, sending);
        expect(outcomeOf(result), JSON.stringify(result)).toBe(differing[behaviour] ?? usual);
        expect(world.clock.monotonicMs() - since).toBeLessThanOrEqual(world.withinMs);
        // What may have arrived is marked when it is sent again, and nothing else is.
        if (!result.ok) expect(mayHaveBeenTaken(result), result.code).toBe(uncertain.has(behaviour));
        expectNoSecret(world, result);
        await world.close();
      });

    test("ends in a result where nothing listens, and says what to do until another try works", async () => {
      const world = await make();
      await world.vanish();
      const result = await driven(world, send(world));
      expect(result).toMatchObject({ ok: false, isPermanent: false, code: codes.unreachable });
      expect(mayHaveBeenTaken(result)).toBe(false);
      expectNoSecret(world, result);
      await world.close();
    });

    test("ends soon after the signal", async () => {
      const world = await make();
      world.behave("silent");
      const controller = new AbortController();
      const sending = send(world, controller.signal);
      await driven(world, world.reached());
      controller.abort();
      const result = await sending;
      expect(result).toMatchObject({ ok: false, isPermanent: false, code: codes.stoppedInHand });
      expect(mayHaveBeenTaken(result)).toBe(true);
      expect(await send(world, controller.signal)).toMatchObject({ ok: false, code: codes.stoppedBefore });
      await world.close();
    });

    test("refuses for good an address that is none of its medium, without asking anybody", async () => {
      const world = await make();
      const message = { ...contractMessage, address: "not an address" };
      const result = await world.channel.send(message, new AbortController().signal);
      expect(result).toMatchObject({ ok: false, isPermanent: true, code: codes.address });
      await world.close();
    });
  });
}

function send(world: ContractWorld, signal = new AbortController().signal): Promise<SendResult> {
  return world.channel.send({ ...contractMessage, address: world.address }, signal);
}

function driven<Ending>({ drive }: ContractWorld, ending: Promise<Ending>): Promise<Ending> {
  return drive === undefined ? ending : drive(ending);
}

function outcomeOf(result: SendResult): "taken" | "for good" | "for now" {
  if (result.ok) return "taken";
  return result.isPermanent ? "for good" : "for now";
}

function expectNoSecret({ channel, secrets }: ContractWorld, result: SendResult): void {
  const told = JSON.stringify([result, channel.status()]);
  for (const secret of secrets) expect(told).not.toContain(secret);
}
