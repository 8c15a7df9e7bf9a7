import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import { testServer, type TestServer, testStart } from "./testing/test-server.ts";

const running: TestServer[] = [];

async function start(options: Parameters<typeof testServer>[0] = {}): Promise<TestServer> {
  const server = await testServer(options);
  running.push(server);
  return server;
}

afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});

interface Listed {
  items: Record<string, unknown>[];
  next: string | null;
}

const iso = (minute: number): string => new Date(testStart + minute * minuteMs).toISOString();

/** Design.md section 5's worked example: a reading a minute. */
const worked = "4 4 5 6 7 8 8 8 8 8 8 8 8 8 7 6 5 4 4 4 4 4 4 4 4"
  .split(" ")
  .map((celsius, minute) => ({ at: testStart + minute * minuteMs, celsius: Number(celsius) }));

const workedFigures = {
  probe: "p1",
  appliance: "fridge-1",
  status: "closed",
  side: "high",
  start: iso(3),
  end: iso(15),
  outMs: 720_000,
  unknownMs: 0,
  extremeCelsius: 8,
  degreeMinutes: 20,
  provenGoodBefore: iso(3),
  provenGoodAfter: iso(15),
  critical: false,
};

async function excursions(server: TestServer, query = ""): Promise<Record<string, unknown>[]> {
  return ((await server.call("GET", `/v1/excursions${query}`)).json as Listed).items;
}

describe("the worked example over HTTP", () => {
  test("gives the figures of the design in any order, batching and repetition", async () => {
    const batches = fc
      .shuffledSubarray(worked, { minLength: worked.length })
      .chain((order) =>
        fc.tuple(
          fc.constant(order),
          fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 25, maxLength: 25 }),
        ),
      );
    await fc.assert(
      fc.asyncProperty(batches, fc.boolean(), async ([order, sizes], restarts) => {
        let server = await testServer({ start: testStart + 25 * minuteMs });
        let rest = order;
        for (const size of sizes) {
          if (rest.length === 0) break;
          const batch = rest.slice(0, size);
          rest = rest.slice(size);
          expect(await server.post("p1", [...batch, ...batch.slice(0, 1)])).toMatchObject({
            status: 200,
            json: { accepted: batch.length, duplicates: 1, rejected: [] },
          });
          if (restarts && rest.length === 12) server = await server.restart();
        }
        expect(await excursions(server)).toMatchObject([workedFigures]);
        const window = `from=${iso(0)}&to=${iso(30)}`;
        expect((await server.call("GET", `/v1/probes/p1/coverage?${window}`)).json).toEqual({
          inMs: 12 * minuteMs,
          lowMs: 0,
          highMs: 12 * minuteMs,
          unknownMs: 0,
          pendingMs: 6 * minuteMs,
        });
        await server.stop();
      }),
      { numRuns: 40 },
    );
  });

  test("a batch posted again changes nothing; another content under its sequence is refused", async () => {
    const server = await start({ start: testStart + 25 * minuteMs });
    const body = { gateway: "g", sequence: 7, readings: [{ probe: "p1", at: iso(1), celsius: 4 }] };
    const first = await server.call("POST", "/v1/batches", body);
    const head = server.server.services.journal.head();
    expect(first.json).toEqual({ committed: 7, accepted: 1, duplicates: 0, rejected: [] });
    expect((await server.call("POST", "/v1/batches", body)).json).toEqual(first.json);
    expect(server.server.services.journal.head()).toEqual(head);
    const other = { ...body, readings: [{ probe: "p1", at: iso(2), celsius: 4 }] };
    expect(await server.call("POST", "/v1/batches", other)).toMatchObject({
      status: 409,
      json: { code: "batch.sequence-reused" },
    });
  });
});

describe("bad input", () => {
  test("a bad reading is rejected alone, with its reason, and kept", async () => {
    const server = await start({ start: testStart + 10 * minuteMs });
    const readings = [
      { probe: "p1", at: iso(1), celsius: 4 },
      { probe: "nowhere", at: iso(1), celsius: 4 },
      { probe: "p1", at: iso(600), celsius: 4 },
      { probe: "p1", at: "yesterday", celsius: 4 },
      { probe: "p1", at: "1999-01-01T00:00:00.000Z", celsius: 4 },
      { probe: "p1", at: iso(2), celsius: "NaN" },
      { probe: "p1", at: iso(2), celsius: 5_000 },
      { probe: "p1", at: iso(2), fault: "tired" },
      { probe: "p1", at: iso(2) },
      null,
      { probe: "p1", at: iso(3), fault: "open" },
    ];
    const answer = await server.call("POST", "/v1/batches", { gateway: "g", sequence: 1, readings });
    const codes = [
      "probe-unknown",
      "at-future",
      "at-invalid",
      "at-too-old",
      "celsius-invalid",
      "celsius-invalid",
      "fault-unknown",
      "shape-invalid",
      "shape-invalid",
    ];
    expect(answer.json).toEqual({
      committed: 1,
      accepted: 2,
      duplicates: 0,
      rejected: codes.map((code, index) => ({ index: index + 1, code: `reading.${code}` })),
    });
    const { database } = server.server.services;
    const kept = database.all(database.query.selectFrom("refusals").select(["code", "raw"]));
    expect(kept).toHaveLength(codes.length);
    expect(kept[0]).toMatchObject({ code: "reading.probe-unknown", raw: expect.stringContaining("nowhere") });
    expect((await server.call("GET", "/metrics")).text).toContain(
      'coldkeep_rejected_readings_total{code="reading.at-future"} 1',
    );
  });

  test.each([
    ["not JSON", "{", 400, "batch.not-json"],
    ["no batch", "{}", 400, "batch.shape-invalid"],
    ["NaN as a number", '{"gateway":"g","sequence":1,"readings":[{"celsius":NaN}]}', 400, "batch.not-json"],
    [
      "too many readings",
      JSON.stringify({ gateway: "g", sequence: 1, readings: Array(10_001).fill(null) }),
      413,
      "batch.too-large",
    ],
  ])("a batch that is %s is refused", async (_what, payload, status, code) => {
    const server = await start();
    const headers = { authorization: "Bearer test-token", "content-type": "application/json" };
    const response = await server.server.web.inject({ method: "POST", url: "/v1/batches", headers, payload });
    expect(response.statusCode).toBe(status);
    expect(response.headers["content-type"]).toContain("application/problem+json");
    expect(response.json()).toMatchObject({ status, code });
  });

  test("a wrong token, a missing one and one of another role are refused", async () => {
    const server = await start();
    const ask = async (authorization: string | undefined) =>
      server.server.web.inject({
        url: "/v1/alarms",
        headers: authorization === undefined ? {} : { authorization },
      });
    expect((await ask(undefined)).json()).toMatchObject({ status: 401, code: "auth.missing" });
    expect((await ask("Bearer wrong")).json()).toMatchObject({ status: 401, code: "auth.unknown" });
  });

  test.each([
    ["/v1/probes/nope/coverage?from=2026-11-22T00:00:00Z&to=2026-11-23T00:00:00Z", 404, "probe.unknown"],
    ["/v1/probes/p1/coverage?from=2026-11-23T00:00:00Z&to=2026-11-22T00:00:00Z", 400, "request.invalid"],
    ["/v1/probes/p1/readings?from=then&to=now", 400, "request.invalid"],
    ["/v1/excursions/nope", 404, "excursion.unknown"],
    ["/v1/excursions?cursor=junk", 400, "request.invalid"],
    ["/v1/units/A999926000088/E0398V00", 404, "unit.unknown"],
    ["/v1/nothing", 404, "request.not-found"],
  ])("GET %s answers a problem", async (url, status, code) => {
    const server = await start();
    expect(await server.call("GET", url)).toMatchObject({ status, json: { status, code } });
  });
});

describe("holds", () => {
  const unit = (din: string) => `/v1/units/${din}/E0398V00`;
  const move = (server: TestServer, din: string, minute: number, appliance: string | null) =>
    server.call("POST", "/v1/movements", {
      din,
      productCode: "E0398V00",
      at: iso(minute),
      appliance,
      reason: "test",
    });

  test("hold whoever was there, wherever it is now, and nobody else", async () => {
    const server = await start({ start: testStart + 25 * minuteMs });
    for (const din of ["STAYED", "ISSUED", "MOVED1", "CAME01", "LEFT01", "LATER1", "OTHER1"])
      await server.call("PUT", unit(din), {});
    await move(server, "STAYED", -60, "fridge-1");
    await move(server, "ISSUED", -60, "fridge-1");
    await move(server, "ISSUED", 8, null);
    await move(server, "MOVED1", -60, "fridge-1");
    await move(server, "MOVED1", 10, "fridge-2");
    await move(server, "CAME01", 12, "fridge-1");
    await move(server, "LEFT01", -60, "fridge-1");
    await move(server, "LEFT01", 3, null);
    await move(server, "LATER1", 15, "fridge-1");
    await move(server, "OTHER1", -60, "fridge-2");
    await server.post("p1", worked);
    const held = async (din: string) =>
      ((await server.call("GET", unit(din))).json as { status: string }).status;
    expect(await held("STAYED")).toBe("held");
    expect(await held("ISSUED")).toBe("held");
    expect(await held("MOVED1")).toBe("held");
    expect(await held("CAME01")).toBe("held");
    expect(await held("LEFT01")).toBe("issued");
    expect(await held("LATER1")).toBe("available");
    expect(await held("OTHER1")).toBe("available");
    const { ledger } = (await server.call("GET", unit("ISSUED"))).json as { ledger: unknown };
    expect(ledger).toMatchObject({
      count: 1,
      outMs: 5 * minuteMs,
      unknownMs: 0,
      maxCelsius: 8,
      degreeMinutes: 8,
    });
  });

  test("follow late movements; a unit that was never exposed stays held until a person releases it", async () => {
    const server = await start({ start: testStart + 25 * minuteMs });
    await server.call("PUT", unit("LATE01"), {});
    await server.post("p1", worked);
    expect((await move(server, "LATE01", -10, "fridge-1")).json).toMatchObject({
      heldBy: [expect.any(String)],
    });
    expect((await move(server, "LATE01", 2, null)).json).toMatchObject({ heldBy: [] });
    const before = (await server.call("GET", unit("LATE01"))).json;
    expect(before).toMatchObject({
      status: "held",
      holds: [{ exposed: false, releasedAt: null }],
      ledger: { count: 0 },
    });
    const decision = { decision: "release", by: "Q. Officer", reason: "left before" };
    expect(await server.call("POST", `${unit("LATE01")}/disposition`, decision)).toMatchObject({
      status: 200,
      json: {
        status: "issued",
        holds: [{ releasedAt: expect.any(String) }],
        dispositions: [{ by: "Q. Officer" }],
      },
    });
  });

  test("hold a released unit again when it is put back into an excursion that is still open, and never otherwise", async () => {
    const server = await start({ start: testStart + 13 * minuteMs });
    await server.call("PUT", unit("AGAIN1"), {});
    await move(server, "AGAIN1", -60, "fridge-1");
    await server.post("p1", worked.slice(0, 14));
    const status = async () => ((await server.call("GET", unit("AGAIN1"))).json as { status: string }).status;
    expect(await status()).toBe("held");
    await move(server, "AGAIN1", 13, "fridge-2");
    const decision = { decision: "release", by: "Q. Officer", reason: "core stayed cold" };
    expect((await server.call("POST", `${unit("AGAIN1")}/disposition`, decision)).status).toBe(200);
    server.clock.advance(minuteMs);
    await server.post("p1", worked.slice(14, 15));
    expect(await status()).toBe("released");
    await move(server, "AGAIN1", 14, "fridge-1");
    expect(await status()).toBe("held");
  });

  test("hold a unit that is put in while the excursion is open", async () => {
    const server = await start({ start: testStart + 13 * minuteMs });
    await server.call("PUT", unit("PUTIN1"), {});
    await server.post("p1", worked.slice(0, 14));
    expect(await excursions(server, "?status=open")).toHaveLength(1);
    expect((await move(server, "PUTIN1", 13, "fridge-1")).json).toMatchObject({
      heldBy: [expect.any(String)],
    });
  });
});

describe("alarms", () => {
  test("call once after the delay, survive a restart, and say when the temperature is back", async () => {
    let server = await testServer({ start: testStart });
    for (const [index, reading] of worked.entries()) {
      server.clock.advance(index === 0 ? 0 : minuteMs);
      await server.post("p1", [reading]);
      server.server.ticker.tick();
      if (index === 10) server = await server.restart();
    }
    const { database } = server.server.services;
    const owed = database.all(
      database.query.selectFrom("notifications").select(["subject", "owed_at"]).orderBy("owed_at"),
    );
    expect(owed.map((each) => each.subject.replace(/ (?:since|from) .*/, ""))).toEqual([
      "Alarm: Red cells 1: 8.0 °C above 6.0 °C",
      "Back to normal: Red cells 1: was too warm",
    ]);
    expect(owed[0]?.owed_at).toBe(testStart + 8 * minuteMs);
    const [alarm] = ((await server.call("GET", "/v1/alarms")).json as Listed).items;
    expect(alarm).toMatchObject({ kind: "temperature-high", phase: "returned-unacknowledged" });
    const acknowledged = await server.call("POST", `/v1/alarms/${String(alarm?.["id"])}/acknowledge`, {
      by: "A. Nurse",
    });
    expect(acknowledged.json).toMatchObject({ phase: "normal", acknowledgedBy: "A. Nurse" });
    expect(((await server.call("GET", "/v1/alarms")).json as Listed).items).toEqual([]);
    await server.stop();
  });

  test("call about an excursion that is over when it becomes known", async () => {
    const server = await start({ start: testStart + 25 * minuteMs });
    await server.post("p1", worked);
    const alarms = ((await server.call("GET", "/v1/alarms")).json as Listed).items;
    expect(alarms).toMatchObject([{ kind: "late-excursion", phase: "returned-unacknowledged", probe: "p1" }]);
  });

  test("silence is judged by the clock alone: an alarm, then an unmonitored excursion that ends with the next readings", async () => {
    const server = await start();
    await server.post("p1", [{ at: testStart, celsius: 4 }]);
    for (let minute = 0; minute < 35; minute += 1) {
      server.clock.advance(minuteMs);
      server.server.ticker.tick();
    }
    expect(
      ((await server.call("GET", "/v1/alarms?limit=10")).json as Listed).items
        .map((each) => String(each["kind"]))
        .toSorted((a, b) => a.localeCompare(b)),
    ).toEqual(["gateway-silent", "probe-silent"]);
    expect(await excursions(server)).toMatchObject([
      { side: "unmonitored", status: "open", start: iso(0), end: null, unknownMs: 35 * minuteMs },
    ]);
    await server.post("p1", [
      { at: testStart + 35 * minuteMs, celsius: 4 },
      { at: testStart + 35 * minuteMs + 1, celsius: 4 },
    ]);
    expect(await excursions(server)).toMatchObject([
      { status: "closed", end: iso(35), unknownMs: 35 * minuteMs },
    ]);
  });
});
