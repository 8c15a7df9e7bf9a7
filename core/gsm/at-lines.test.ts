import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isRegistered, readAnswer, registrationOf, signalOf } from "./at-answers.ts";
import { atLineCharactersMax, atSplitter, type AtToken } from "./at-lines.ts";

describe("lines", () => {
  test("any chunking gives the same tokens", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 5 }), (bytes, size) => {
        const cut = atSplitter();
        const tokens: AtToken[] = [];
        for (let place = 0; place < bytes.length; place += size)
          tokens.push(...cut.push(bytes.subarray(place, place + size)).tokens);
        expect(tokens).toEqual(atSplitter().push(bytes).tokens);
      }),
    );
  });

  test("a line that is too long is dropped alone", () => {
    const told = atSplitter().push(Buffer.from(`${"x".repeat(atLineCharactersMax + 1)}\r\nOK\r\n`));
    expect(told).toEqual({ tokens: [{ kind: "line", text: "OK" }], overlong: 1 });
  });

  test("fields keep their places, quoted or empty", () => {
    expect(readAnswer('+CREG: 2,1,"00C3","12,34"')).toMatchObject({ fields: ["2", "1", "00C3", "12,34"] });
    expect(readAnswer("+CMGR: 0,,25")).toMatchObject({ fields: ["0", "", "25"] });
    expect(readAnswer("+CPIN: SIM PIN")).toMatchObject({ name: "+CPIN", fields: ["SIM PIN"] });
    expect(readAnswer("+CME ERROR: SIM busy")).toEqual({ kind: "error", family: "cme", code: 14 });
  });

  test("registration and signal", () => {
    expect(registrationOf(["2", "5", "00C3"], [false, false, true])).toBe(5);
    expect(registrationOf(["1", "00C3"], [false, true])).toBe(1);
    expect([0, 1, 2, 3, 4, 5, null].map(isRegistered)).toEqual([
      false,
      true,
      false,
      false,
      false,
      true,
      false,
    ]);
    expect([["0"], ["31"], ["99"], ["x"], [""]].map(signalOf)).toEqual([-113, -51, null, null, null]);
  });
});
