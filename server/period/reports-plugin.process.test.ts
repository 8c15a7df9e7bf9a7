/** The page of reports with its form, and a report that the server makes in a process of its own. */
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { checkSeal } from "../reports/seal.ts";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import { type TestServer, testServer, testStart } from "../testing/test-server.ts";

let server: TestServer;

beforeAll(async () => {
  server = await testServer();
  await server.post(
    "p1",
    Array.from({ length: 30 }, (_, minute) => ({ at: testStart - minute * minuteMs, celsius: 4 })),
  );
});
afterAll(async () => server.stop());

const page = async (): Promise<string> => (await server.call("GET", "/reports")).text;

const send = async (period: string): Promise<{ status: number; text: string }> => {
  const response = await server.server.web.inject({
    method: "POST",
    url: "/reports",
    headers: {
      authorization: "Bearer test-token",
      "content-type": "application/x-www-form-urlencoded",
    },
    payload: new URLSearchParams({ period, mkt: "yes" }).toString(),
  });
  return { status: response.statusCode, text: response.payload };
};

it("offers to make one, says what is wrong with a period, and gives nothing that is not listed", async () => {
  expect(await page()).toContain("None was made yet.");
  expect(await page()).toContain('value="2026-10"');
  const refused = await send("2026-14");
  expect(refused.status).toBe(422);
  expect(refused.text).toContain("Write a month such as 2026-11");
  expect((await server.call("GET", "/reports/coldkeep-report-mechelen-2026-10.pdf")).status).toBe(404);
  expect((await server.call("GET", "/reports/..%2Freport.key")).status).toBe(404);
});

it("makes one when asked, and hands it out sealed", async () => {
  expect((await send("2026-11")).status).toBe(303);
  expect(await page()).toContain("November 2026 is being made");
  expect((await send("2026-10")).status).toBe(409);
  await vi.waitFor(
    async () => {
      const text = await page();
      expect(text).not.toContain("could not be made");
      expect(text).toContain('href="/reports/coldkeep-report-mechelen-2026-11.pdf"');
    },
    { timeout: 60_000, interval: 100 },
  );
  const response = await server.server.web.inject({
    url: "/reports/coldkeep-report-mechelen-2026-11.pdf",
    headers: { authorization: "Bearer test-token" },
  });
  expect(response.headers["content-type"]).toBe("application/pdf");
  expect(checkSeal(response.rawPayload)).toMatchObject({
    ok: true,
    publicHex: server.server.services.sealKey?.publicHex,
  });
}, 90_000);
