/** What the feed promises, over each dialect: against a server that keeps what it is told, by real calls. */
import { createServer } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { type HoldMessage, holdPostSchema } from "@coldkeep/core/contract/hold-feed.ts";
import { formatInstant, minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import { testServer, testStart } from "../testing/test-server.ts";
import { type BloodBankLink, httpBloodBank, type Told } from "./blood-bank-link.ts";
import { bloodBankLink, fhirBloodBank } from "./fhir-blood-bank.ts";
import { makeHoldFeed } from "./hold-feed.ts";
import { holdFeedSettingsSchema } from "./hold-feed-settings.ts";
import { stubFhirServer, wrongWith } from "./stub-fhir-server.ts";

const ending: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

const token = "secret-of-the-blood-bank";

/** A blood-bank system behind a dialect. */
interface System {
  readonly url: string;
  readonly link: BloodBankLink;
  /** Status by number of what it has. */
  readonly has: () => Readonly<Record<string, string>>;
  readonly refuse: (din: string) => void;
  readonly answer: (status: number, body: string, headers?: Readonly<Record<string, string>>) => void;
  readonly authorizations: readonly (string | undefined)[];
  readonly wrong: readonly string[];
}

async function jsonSystem(): Promise<System> {
  const has = new Map<string, string>();
  const refused = new Set<string>();
  const authorizations: (string | undefined)[] = [];
  let fixed: { status: number; body: string; headers: Readonly<Record<string, string>> } | null = null;
  const server = createServer((request, response) => {
    authorizations.push(request.headers.authorization);
    let text = "";
    request.on("data", (chunk) => (text += String(chunk)));
    request.on("end", () => {
      if (fixed !== null) {
        response.writeHead(fixed.status, fixed.headers).end(fixed.body);
        return;
      }
      const taken = holdPostSchema.parse(JSON.parse(text)).units.filter(({ din }) => !refused.has(din));
      for (const { din, status } of taken) has.set(din, status);
      const confirmed = taken.map(({ din, productCode, sequence }) => ({ din, productCode, sequence }));
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ confirmed }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ending.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const url = `http://127.0.0.1:${port}/holds`;
  return {
    url,
    link: httpBloodBank({ url, token }),
    has: () => Object.fromEntries(has),
    refuse: (din) => void refused.add(din),
    answer: (status, body, headers = {}) => void (fixed = { status, body, headers }),
    authorizations,
    wrong: [],
  };
}

async function fhirSystem(): Promise<System> {
  const stub = await stubFhirServer();
  ending.push(stub.stop);
  const details = () => ({ description: "Red cells", expires: testStart });
  return {
    url: stub.url,
    link: fhirBloodBank({ url: `${stub.url}/`, token }, { facility: "A9999", details }),
    has: () =>
      Object.fromEntries(
        [...stub.resources.values()]
          .filter(({ resourceType }) => resourceType === "Communication")
          .map((message) => {
            const { topic } = message as unknown as { topic: { coding: readonly { code: string }[] } };
            return [String(message["id"]).split(".")[0] ?? "", topic.coding[0]?.code ?? ""];
          }),
      ),
    refuse: (din) => void stub.refused.add(din),
    answer: (status, body, headers = {}) => void (stub.answer = { status, body, headers }),
    authorizations: stub.authorizations,
    wrong: stub.wrong,
  };
}

const unit = (index: number, change: Partial<HoldMessage> = {}): HoldMessage => ({
  din: `G12341700000${index}`,
  productCode: "E0336V00",
  sequence: 4,
  changedAt: formatInstant(testStart),
  status: "held",
  isHeld: true,
  appliance: null,
  holds: [{ excursion: "p1-high-1", since: formatInstant(testStart), exposed: true }],
  ...change,
});
const keys = (units: readonly HoldMessage[]) =>
  units.map(({ din, productCode, sequence }) => ({ din, productCode, sequence }));

describe.each([
  ["json", jsonSystem],
  ["fhir", fhirSystem],
] as const)("told by %s", (format, open) => {
  const tell = ({ link }: System, ...units: readonly HoldMessage[]): Promise<Told> =>
    link("mechelen", units, new AbortController().signal);

  test("what the system has taken over is confirmed, with its token; a repeat changes nothing; a release goes out", async () => {
    const system = await open();
    const units = [unit(1), unit(2), unit(3, { holds: [] })];
    for (let time = 0; time < 2; time += 1) {
      expect(await tell(system, ...units)).toMatchObject({ ok: true, confirmed: keys(units) });
      expect(system.has()).toEqual({ G123417000001: "held", G123417000002: "held", G123417000003: "held" });
    }
    await tell(system, unit(1, { status: "released", isHeld: false, holds: [], sequence: 9 }));
    expect(system.has()["G123417000001"]).toBe("released");
    expect(system.authorizations).toEqual(Array.from({ length: 3 }, () => `Bearer ${token}`));
    expect(system.wrong).toEqual([]);
  });

  test("what it refuses of one unit keeps no other from being confirmed", async () => {
    const system = await open();
    system.refuse("G123417000002");
    const told = await tell(system, unit(1), unit(2), unit(3));
    expect(told).toMatchObject({ ok: true, confirmed: keys([unit(1), unit(3)]) });
    expect(system.has()).not.toHaveProperty("G123417000002");
    if (format === "fhir")
      expect(told).toMatchObject({
        why: "422 Unknown unit BiologicallyDerivedProduct/G123417000002.E0336V00",
      });
  });

  test("anything but its word confirms nothing, and the token goes nowhere else", async () => {
    const system = await open();
    const other = await jsonSystem();
    for (const [status, body] of [
      [503, "<html>busy</html>"],
      [200, ""],
      [200, "{}"],
      [200, "[1]"],
      [204, ""],
    ] as const) {
      system.answer(status, status === 204 ? "" : body);
      expect((await tell(system, unit(1))).ok).toBe(false);
    }
    system.answer(307, "", { location: other.url });
    const told = await tell(system, unit(1));
    expect(told.ok).toBe(false);
    expect(JSON.stringify(told)).not.toContain(token);
    expect(other.authorizations).toEqual([]);
  });
});

test("an OperationOutcome of a whole answer is shown", async () => {
  const system = await fhirSystem();
  const issue = [{ severity: "fatal", code: "security", diagnostics: "No right to write" }];
  system.answer(403, JSON.stringify({ resourceType: "OperationOutcome", issue }));
  const told = await system.link("mechelen", [unit(1)], new AbortController().signal);
  expect(told).toEqual({ ok: false, reason: "it answered 403: No right to write" });
});

test("the stub finds what is not FHIR R5", () => {
  const good = { resourceType: "Communication", id: "a", status: "completed", about: [{ display: "x" }] };
  expect(wrongWith(good, "Communication/a")).toEqual([]);
  for (const bad of [
    { ...good, status: undefined },
    { ...good, contentString: "x" },
    { ...good, reason: [] },
    { ...good, about: undefined },
    { ...good, payload: [{ contentString: "x" }] },
    { ...good, identifier: [{ value: "x" }] },
  ])
    expect(wrongWith(bad, "Communication/a")).not.toEqual([]);
});

test("a feed with the settings' format fhir tells each hold until it is confirmed", async () => {
  const stub = await stubFhirServer();
  ending.push(stub.stop);
  const running = await testServer({ start: testStart + 60 * minuteMs });
  ending.push(running.stop);
  const units = [{ din: "G123417000001", productCode: "E0336V00", description: "Red cells" }];
  const movements = units.map(({ din, productCode }) => ({
    din,
    productCode,
    at: formatInstant(testStart),
    appliance: "fridge-1",
  }));
  expect((await running.call("POST", "/v1/units/feed", { units, movements })).status).toBe(200);
  const celsius = [4, ...Array.from({ length: 20 }, () => 9), 4, 4, 4, 4, 4, 4, 4, 4, 4];
  await running.post(
    "p1",
    celsius.map((each, minute) => ({ at: testStart + minute * minuteMs, celsius: each })),
  );
  const { services } = running.server;
  const settings = holdFeedSettingsSchema.parse({ format: "fhir", url: stub.url });
  const link = bloodBankLink(settings, services);
  let heard: () => void = () => undefined;
  const parts = { ...services, confirmWithinMs: 10 * minuteMs, warn: () => undefined };
  const feed = makeHoldFeed({
    ...parts,
    link: async (...told) => {
      const answer = await link(...told);
      setImmediate(heard);
      return answer;
    },
  });
  const next = (): Promise<void> => new Promise((resolve) => void (heard = resolve));
  feed.start();
  ending.push(feed.stop);
  stub.refused.add("G123417000001");
  let told = next();
  running.clock.advance(secondMs);
  await told;
  expect(feed.owed()).toBe(1);
  stub.refused.clear();
  told = next();
  running.clock.advance(10 * secondMs);
  await told;
  expect(feed.owed()).toBe(0);
  expect(stub.wrong).toEqual([]);
  expect(stub.resources.get("BiologicallyDerivedProduct/G123417000001.E0336V00")).toMatchObject({
    productStatus: { code: "unavailable" },
    productCode: { text: "Red cells" },
  });
});
