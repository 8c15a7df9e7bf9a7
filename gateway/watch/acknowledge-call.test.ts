import { expect, test } from "vitest";
import { acknowledgeCall } from "./acknowledge-call.ts";

const calls: (readonly [string | null, string])[] = [];
const { answer } = acknowledgeCall("secret", (id, by) => calls.push([id, by]));

test("from the box itself nothing is asked for, from elsewhere the gateway's token", () => {
  const body = { by: "Jo" };
  expect(answer({ body, authorization: undefined, isLocal: true }).status).toBe(200);
  expect(answer({ body, authorization: undefined, isLocal: false }).status).toBe(401);
  expect(answer({ body, authorization: "Bearer secreu", isLocal: false }).status).toBe(401);
  expect(answer({ body, authorization: "Bearer secret", isLocal: false }).status).toBe(200);
  expect(calls).toEqual([
    [null, "Jo"],
    [null, "Jo"],
  ]);
});

test("without a token in the settings nobody is let in from elsewhere", () => {
  const open = acknowledgeCall(undefined, () => 0);
  expect(open.answer({ body: { by: "Jo" }, authorization: "Bearer undefined", isLocal: false }).status).toBe(
    401,
  );
});

test("who acknowledges says who", () => {
  for (const body of [null, {}, { by: "" }, { by: " " }, { by: "x".repeat(101) }, { by: "Jo", other: 1 }])
    expect(answer({ body, authorization: undefined, isLocal: true }).status).toBe(400);
});
