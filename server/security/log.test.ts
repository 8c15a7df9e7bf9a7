import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeLog } from "./log.ts";
import { hidden, redactFacts, redactText } from "./redact.ts";

const planted = "PLANTED0secret9";

function logged(write: (log: ReturnType<typeof makeLog>) => void): string {
  const lines: string[] = [];
  write(makeLog("debug", { write: (line) => void lines.push(line) }));
  return lines.join("");
}

describe("the log", () => {
  test("tells no secret that names itself, however deep", () => {
    const text = logged((log) => {
      for (const name of [
        "password",
        "newPassword",
        "token",
        "authorization",
        "Cookie",
        "set-cookie",
        "secret",
        "totpSecret",
        "apiKey",
        "private_key",
        "grant",
      ]) {
        log.info({ [name]: planted }, "flat");
        log.info({ body: { form: [{ [name]: planted }] } }, "deep");
        log.info({ headers: { [name]: [planted] } }, "list");
      }
      log.info({ form: { code: "123456" } }, "one-time code");
    });
    expect(text).not.toContain(planted);
    expect(text).not.toContain("123456");
    expect(text.split("\n").length).toBe(35);
  });

  test("tells no secret of an address, a link, a header or a key inside texts and errors", () => {
    const texts = [
      `GET /sign-in/oidc/back?state=${planted}&code=${planted} failed`,
      `POST /invitation/${planted} failed`,
      `/first-administrator/${planted}?x=1`,
      `authorization: Bearer ${planted}`,
      `connect to mqtts://gateway:${planted}@broker:8883`,
      `-----BEGIN PRIVATE KEY-----\n${planted}\n-----END PRIVATE KEY-----`,
      `-----BEGIN EC PRIVATE KEY-----\n${planted}`,
    ];
    for (const each of texts) {
      const cause = new CodedError("internal.error", each, { context: { url: each, password: planted } });
      const text = logged((log) => {
        log.error(each);
        log.error({ err: new CodedError("internal.error", each, { cause }) }, each);
        log.error(cause);
      });
      expect(text).not.toContain(planted);
      expect(text).toContain(hidden);
    }
  });

  test("still says what went wrong: code, message, stack, cause", () => {
    const text = logged((log) =>
      log.error({ err: new CodedError("batch.too-large", "much", { cause: new RangeError("why") }) }, "no"),
    );
    expect(JSON.parse(text)).toMatchObject({
      msg: "no",
      err: { code: "batch.too-large", message: "much", cause: { message: "why" } },
    });
    expect(text).toContain("log.test.ts");
  });

  test("takes whatever it is handed", () => {
    fc.assert(
      fc.property(fc.object({ maxDepth: 9 }), fc.string(), (facts, message) => {
        const text = logged((log) => log.info(facts, message));
        expect(() => JSON.parse(text) as unknown).not.toThrow();
      }),
    );
    const round: Record<string, unknown> = {};
    round["self"] = round;
    expect(JSON.stringify(redactFacts(round))).toContain("[deeper]");
  });

  test("is not slowed by a long text of any kind", () => {
    const pieces = fc.constantFrom(
      "?code=",
      "a://",
      "-----BEGIN ",
      "A ",
      "Bearer ",
      "/invitation/",
      "@",
      "x",
      ":",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 5_000 }), (parts) => {
        expect(typeof redactText(parts.join(""))).toBe("string");
      }),
      { numRuns: 30 },
    );
  });
});
