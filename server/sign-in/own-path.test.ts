import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ownPath, withTo } from "./own-path.ts";

test("own addresses are gone to, others are not", () => {
  for (const own of ["/", "/excursions/exc-1", "/appliances/fridge%203?hours=1", "/people/accounts/a.b"])
    expect(ownPath(own)).toBe(own);
  for (const other of [
    undefined,
    7,
    "",
    "board",
    "//evil.example",
    "/\\evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    "/a\nb",
    "/a b",
    "/..//evil.example",
    `/${"x".repeat(600)}`,
    "/sign-in?to=/sign-in",
    "/sign-out",
    "/live",
    "/invitation/x",
  ])
    expect([other, ownPath(other)]).toEqual([other, "/"]);
});

test("whatever is asked, a browser stays on this server", () => {
  const sly = fc.string({
    unit: fc.constantFrom("/", "\\", ".", ":", "@", "e", "%", "2", "f", "?", "#", " ", "\t"),
  });
  fc.assert(
    fc.property(fc.oneof(sly, fc.string(), fc.webUrl()), (asked) => {
      expect(new URL(ownPath(asked), "https://cold.example/sign-in").origin).toBe("https://cold.example");
    }),
  );
});

test("the address to come back to stays one parameter", () => {
  expect(withTo("/sign-in", "/")).toBe("/sign-in");
  expect(withTo("/sign-in", "/a?b=c&d=e")).toBe("/sign-in?to=%2Fa%3Fb%3Dc%26d%3De");
});
