import { describe, expect, test } from "vitest";
import type { DeliveryReport, Reply } from "./channel.ts";

/** What a provider says by itself. */
export type Said =
  | { readonly what: "report"; readonly reference: string; readonly isDelivered: boolean }
  | { readonly what: "reply"; readonly from: string; readonly text: string; readonly reference: string }
  | { readonly what: "nonsense"; readonly text: string };

/** A channel behind the server's own address, and what it tells. */
export interface InboundWorld {
  /** Calls as the provider does, or as somebody who knows all but the secret; the status of the answer. */
  readonly call: (said: Said, isProvider: boolean) => Promise<number>;
  readonly reports: readonly DeliveryReport[];
  readonly replies: readonly Reply[];
  /** What keeping costs: the next thing that is told cannot be kept. */
  readonly failOnce: () => void;
  readonly close: () => Promise<void>;
}

const report = { what: "report", reference: "m1", isDelivered: true } as const;
const reply = { what: "reply", from: "+32470123456", text: "4711 20 on my way", reference: "r1" } as const;

/** What every channel must do whose provider calls us, whoever calls and whatever they say. */
export function inboundContract(name: string, make: () => Promise<InboundWorld>): void {
  describe(`what a provider tells ${name}`, () => {
    test("is taken from the provider alone", async () => {
      const world = await make();
      for (const said of [report, reply, { what: "nonsense", text: "?" } as const])
        expect(await world.call(said, false)).toBe(403);
      expect([world.reports, world.replies]).toEqual([[], []]);
      await world.close();
    });

    test("comes out as reports and replies, a repeat under the same name", async () => {
      const world = await make();
      expect(await world.call(report, true)).toBe(200);
      expect(await world.call({ ...report, reference: "m2", isDelivered: false }, true)).toBe(200);
      expect(world.reports).toMatchObject([
        { channel: "one", reference: "m1", isDelivered: true },
        { channel: "one", reference: "m2", isDelivered: false },
      ]);
      expect(await world.call(reply, true)).toBe(200);
      expect(await world.call(reply, true)).toBe(200);
      const { from, text } = reply;
      expect(world.replies).toMatchObject([
        { channel: "one", from, text },
        { channel: "one", from, text },
      ]);
      expect(new Set(world.replies.map(({ reference }) => reference)).size).toBe(1);
      await world.close();
    });

    test("is not answered as taken before it is kept", async () => {
      const world = await make();
      world.failOnce();
      expect(await world.call(reply, true)).toBe(500);
      expect(await world.call(reply, true)).toBe(200);
      expect(world.replies).toHaveLength(1);
      await world.close();
    });

    test("does no harm where it is nonsense", async () => {
      const world = await make();
      for (const text of ["", "{", "[]", "null", "\u0000", '{"__proto__":{"id":1}}', "[".repeat(5_000)])
        expect(await world.call({ what: "nonsense", text }, true)).toBeLessThan(500);
      expect(world.reports).toEqual([]);
      await world.close();
    });
  });
}
