import { encodeAddress } from "@coldkeep/core/gsm/address.ts";
import { toHex } from "@coldkeep/core/gsm/octets.ts";
import { formatServiceTime } from "@coldkeep/core/gsm/service-time.ts";
import { toUserData } from "@coldkeep/core/gsm/user-data.ts";
import type { ModemFault } from "@coldkeep/core/gsm-sim/simulated-modem.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sendEndsWithinMs, troubleGraceMs } from "./gsm-modem-channel.ts";
import { isMessageText, modemWorld, phone } from "./modem-world.ts";

/** What the network brings: a text from a person, in as many messages as it needs. */
const incoming = (text: string, at = 1_790_000_000_000): string[] =>
  (toUserData(text, 7) ?? []).map((data) => {
    const first = data.partOf === null ? 0x04 : 0x44;
    const coding = data.alphabet === "gsm7" ? 0 : 8;
    const octets = [
      first,
      ...encodeAddress(phone),
      0,
      coding,
      ...formatServiceTime(at),
      data.length,
      ...data.octets,
    ];
    return `00${toHex(Uint8Array.from(octets))}`;
  });

const once = (when: (text: string) => boolean, fault: ModemFault) => {
  let done = false;
  return (_: number, text: string): ModemFault | null => {
    if (done || !when(text)) return null;
    done = true;
    return fault;
  };
};

describe("sending", () => {
  test("accepted by the network, then delivered by its report, which carries the same reference", async () => {
    const { send, advance, results, reports, channel } = modemWorld();
    send("a", { text: "Fridge 1: 8.2 °C" });
    send("long", { text: "é".repeat(400) });
    await advance(60_000);
    for (const id of ["a", "long"]) {
      const result = results.get(id)?.result;
      expect(result).toMatchObject({ ok: true, proof: "accepted" });
      const reference = result?.ok === true ? result.reference : "";
      expect(reports.filter((one) => one.reference === reference)).toMatchObject([{ isDelivered: true }]);
    }
    expect(channel.status()).toMatchObject({
      isWorking: true,
      facts: { signalDbm: -79, operator: "Sim Mobile", queue: 0, awaitingReport: 0, memoryPlaces: 10 },
    });
  });

  test.each([
    ["hangs after the text", { kind: "hang", forMs: 10_000_000 }],
    ["takes it and says nothing", { kind: "mute" }],
    ["starts anew", { kind: "restart", silent: true }],
  ] as const)("a modem that %s: it may have gone out, and the next try says so", async (_, fault) => {
    const { send, advance, results, modem } = modemWorld({ fault: once(isMessageText, fault) });
    send("a");
    await advance(sendEndsWithinMs);
    expect(results.get("a")?.result).toMatchObject({
      ok: false,
      isPermanent: false,
      code: "modem.outcome-unknown",
    });
    await advance(120_000);
    send("a");
    await advance(60_000);
    expect(results.get("a")?.result).toMatchObject({ ok: true });
    expect(modem.taken.at(-1)?.text).toBe("[2] a");
  });

  test("refused for good, refused for now, and a number that is none", async () => {
    for (const [line, isPermanent] of [
      ["+CMS ERROR: 1", true],
      ["+CMS ERROR: 38", false],
    ] as const) {
      const { send, advance, results } = modemWorld({
        fault: (_, text) => (isMessageText(text) ? { kind: "refuse", line } : null),
      });
      send("a");
      send("b", { address: "112" });
      await advance(60_000);
      expect(results.get("a")?.result).toMatchObject({
        ok: false,
        isPermanent,
        code: "modem.message-refused",
      });
      expect(results.get("b")?.result).toMatchObject({ isPermanent: true, code: "modem.number-invalid" });
    }
  });

  test.each(["report-twice", "wrong-report", "no-report", "early-report", "no-prompt"] as const)(
    "%s: told as delivered once at most, and never without its own report",
    async (kind) => {
      const { send, advance, results, reports, modem } = modemWorld({
        fault: (_, text) => (isMessageText(text) || kind === "no-prompt" ? { kind } : null),
        firstReference: 254,
      });
      for (const id of ["a", "b", "c"]) send(id);
      await advance(40 * 60_000);
      expect(results.size).toBe(3);
      expect(reports.filter((one) => one.isDelivered)).toHaveLength(modem.arrived.length);
      if (kind !== "no-prompt") expect(reports).toHaveLength(3);
    },
  );

  test("no more than the limit in a minute", async () => {
    const { send, advance, modem } = modemWorld({ settings: { perMinute: 2 } });
    for (const id of ["a", "b", "c"]) send(id);
    await advance(50_000);
    expect(modem.taken.map(({ text }) => text)).toEqual(["a", "b"]);
  });

  test("what is called off ends at once", async () => {
    const { send, advance, results, modem } = modemWorld();
    const caller = new AbortController();
    send("a", {}, caller.signal);
    caller.abort();
    await advance(60_000);
    expect([results.get("a")?.result, modem.taken]).toMatchObject([{ code: "modem.withdrawn" }, []]);
  });
});

describe("a modem that does not work", () => {
  test("silent from the start: told within the grace, what waits is handed back, later sends are refused at once", async () => {
    const { send, advance, results, channel, clock } = modemWorld({
      fault: () => ({ kind: "hang", forMs: 10_000_000 }),
    });
    send("a");
    const before = clock.monotonicMs();
    await advance(troubleGraceMs + 1);
    expect(channel.status()).toMatchObject({ isWorking: false, facts: { trouble: "modem.not-answering" } });
    expect((results.get("a")?.atMs ?? Infinity) - before).toBeLessThanOrEqual(troubleGraceMs);
    send("b");
    await advance(0);
    expect(results.get("b")?.result).toMatchObject({
      ok: false,
      isPermanent: false,
      code: "modem.not-answering",
    });
    await advance(300_000);
    expect(channel.status().facts["lastResetAt"]).not.toBeNull();
  });

  test("a wrong PIN is entered once, and stands in nothing that is told", async () => {
    const { advance, modem, channel, warnings, statuses } = modemWorld({
      pin: "0042",
      settings: { pin: "7391" },
    });
    await advance(3_600_000);
    expect(modem.pins).toEqual(["7391"]);
    expect(channel.status()).toMatchObject({ isWorking: false, facts: { trouble: "modem.pin-refused" } });
    expect(JSON.stringify([warnings, statuses])).not.toContain("7391");
  });

  test("no service centre", async () => {
    const { advance, channel } = modemWorld({ serviceCentre: "" });
    await advance(10_000);
    expect(channel.status()).toMatchObject({
      isWorking: false,
      facts: { trouble: "modem.service-centre-missing" },
    });
  });

  test("it hangs at the n-th command, for every n: each send ends in its time, and the modem comes back", async () => {
    for (let n = 0; n < 40; n += 1) {
      const world = modemWorld({ fault: (nth) => (nth === n ? { kind: "hang", forMs: 400_000 } : null) });
      world.send("a", { text: "x".repeat(200) });
      await world.advance(sendEndsWithinMs);
      expect(world.results.has("a"), `hang at ${n}`).toBe(true);
      await world.advance(900_000);
      expect(world.channel.status().isWorking, `hang at ${n}`).toBe(true);
      world.send("b");
      await world.advance(60_000);
      expect(world.results.get("b")?.result.ok, `hang at ${n}`).toBe(true);
      await world.channel.stop();
    }
  });
});

describe("what people send", () => {
  test.each([false, true])(
    "is read, told, and removed when it is in safe hands (text mode: %s)",
    async (textModeOnly) => {
      let take = (): void => {};
      const { modem, advance, replies } = modemWorld({
        textModeOnly,
        reply: () => new Promise((resolve) => (take = resolve)),
      });
      for (const pdu of incoming("OK\nRDY 4711\nRDY")) modem.receive(pdu);
      await advance(30_000);
      expect(replies).toMatchObject([
        { from: phone, text: "OK\nRDY 4711\nRDY", at: textModeOnly ? 1_795_510_800_000 : 1_790_000_000_000 },
      ]);
      expect(modem.inbox.size).toBe(1);
      take();
      await advance(1_000);
      expect(modem.inbox.size).toBe(0);
    },
  );

  test("a long one is told once, whole, whatever the order of its parts", async () => {
    const { modem, advance, replies } = modemWorld();
    await advance(10_000);
    const text = "Ik ga kijken. ".repeat(30).trim();
    for (const pdu of incoming(text).toReversed()) modem.receive(pdu);
    await advance(30_000);
    expect(replies.map((one) => one.text)).toEqual([text]);
    expect(modem.inbox.size).toBe(0);
  });

  test("a part that never comes does not hold up the rest for ever", async () => {
    const { modem, advance, replies } = modemWorld();
    const [first = ""] = incoming("4711 ".repeat(60));
    modem.receive(first);
    await advance(11 * 60_000);
    expect(replies.map((one) => one.text.endsWith("[...]"))).toEqual([true]);
    expect(modem.inbox.size).toBe(0);
  });

  test("what cannot be recorded stays, under the same reference, and a full memory is told", async () => {
    let isDown = true;
    const world = modemWorld({
      reply: () => (isDown ? Promise.reject(new TypeError("down")) : Promise.resolve()),
    });
    for (let n = 0; n < 10; n += 1) world.modem.receive(incoming(`4711 ${n}`)[0] ?? "");
    await world.advance(10 * 60_000);
    expect(world.modem.inbox.size).toBe(10);
    expect(world.channel.status().detail).toContain("memory is full");
    isDown = false;
    await world.advance(20 * 60_000);
    expect(world.modem.inbox.size).toBe(0);
    expect(new Set(world.replies.map((one) => one.reference)).size).toBe(10);
  });

  test("credit is asked for, and told where it runs out", async () => {
    const credit = { code: "*123#", warnBelow: 20 };
    const { advance, channel } = modemWorld({ settings: { credit } });
    await advance(60_000);
    expect(channel.status()).toMatchObject({ isWorking: true, facts: { credit: 12.34 } });
    expect(channel.status().detail).toContain("credit");
  });
});

test("any faults in any order: each send ends in its time, none is told as delivered that did not arrive", async () => {
  const fault: fc.Arbitrary<ModemFault | null> = fc.oneof(
    { weight: 8, arbitrary: fc.constant(null) },
    fc.record({ kind: fc.constant("hang" as const), forMs: fc.integer({ min: 100, max: 400_000 }) }),
    fc.record({ kind: fc.constant("late" as const), byMs: fc.integer({ min: 100, max: 20_000 }) }),
    fc.record({
      kind: fc.constant("refuse" as const),
      line: fc.constantFrom("ERROR", "+CMS ERROR: 38", "+CMS ERROR: 332", "+CMS ERROR: 330", "+CMS ERROR: 1"),
    }),
    fc.record({
      kind: fc.constant("noise" as const),
      text: fc.constantFrom("\r\n+CREG: 1\r\n", "\u0000\u00ff~\r\n", "\r\n> ", '\r\n+CUSD: 0,"x\r\n'),
    }),
    fc.record({ kind: fc.constant("restart" as const), silent: fc.boolean() }),
    fc.constantFrom<ModemFault>(
      { kind: "mute" },
      { kind: "no-report" },
      { kind: "early-report" },
      { kind: "report-twice" },
      { kind: "wrong-report" },
      { kind: "no-prompt" },
    ),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fault, { maxLength: 60 }),
      fc.integer({ min: 0, max: 255 }),
      async (faults, firstReference) => {
        const world = modemWorld({ fault: (nth) => faults[nth] ?? null, firstReference });
        world.modem.receive(incoming("4711")[0] ?? "");
        for (const id of ["m0", "m1", "m2", "m3"]) {
          world.send(id, { text: `${id} ${"alarm ".repeat(id === "m2" ? 40 : 1)}` });
          await world.advance(sendEndsWithinMs);
          expect(world.results.has(id)).toBe(true);
        }
        await world.advance(40 * 60_000);
        for (const [id, { result }] of world.results) {
          if (!result.ok) continue;
          const own = world.reports.filter((one) => one.reference === result.reference);
          expect(own).toHaveLength(1);
          const parts = world.modem.arrived.filter(
            ({ text, partOf }) => text.includes(`${id} `) || partOf !== null || text.startsWith("("),
          );
          if (own[0]?.isDelivered === true) expect(parts.length).toBeGreaterThanOrEqual(id === "m2" ? 2 : 1);
        }
        expect(world.replies.map((one) => one.text)).toContain("4711");
        expect(world.modem.inbox.size).toBe(0);
        await world.channel.stop();
      },
    ),
    { numRuns: 60 },
  );
});
