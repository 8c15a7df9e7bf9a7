import { expect, test } from "vitest";
import { firstLinkIn } from "./people.ts";

test("the first administrator's link is found in what the server prints, and nowhere else", () => {
  const link = "http://127.0.0.1:8080/first-administrator/aZ_-9";
  expect(firstLinkIn(`Make the first administrator's here, once: ${link}`)).toBe(link);
  expect(firstLinkIn('{"level":30,"msg":"listening"}')).toBeNull();
  expect(firstLinkIn("http://127.0.0.1:8080/invitation/abc")).toBeNull();
});
