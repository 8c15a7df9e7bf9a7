import { pino } from "pino";
import { afterEach, expect, test } from "vitest";
import { hourMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import type { Site } from "@coldkeep/core/site/site.ts";
import { buildWeb } from "../http/web.ts";
import { freshProof } from "../people/people.ts";
import { replay } from "../replay/replay.ts";
import { exampleSite, testServer, type TestServer, testStart } from "../testing/test-server.ts";
import type { Actor } from "./proposal.ts";
import type { SignWithin } from "./proposal-acts.ts";

const sara: Actor = { actor: "person:sara", name: "Sara Claes", role: "storage" };
const quinn: Actor = { actor: "person:quinn", name: "Quinn Maes", role: "quality" };

let server: TestServer | null = null;
afterEach(async () => {
  await server?.stop();
  server = null;
});

const high =
  (limit: number) =>
  (before: Site): Site => {
    const [version] = (before.profiles["red-cells-eu"] ?? []).slice(-1);
    if (version === undefined) throw new RangeError("no profile");
    const { from: _from, ...rest } = version;
    return { ...before, profiles: { ...before.profiles, "red-cells-eu": [{ ...rest, high: limit }] } };
  };
const named =
  (name: string) =>
  (before: Site): Site => ({
    ...before,
    appliances: before.appliances.map((each) => (each.id === "fridge-1" ? { ...each, name } : each)),
  });

/** A server whose first refrigerator was at 7 °C for 20 minutes in each of three hours, and within limits otherwise. */
async function started(): Promise<TestServer> {
  const running = await testServer({ start: testStart + 4 * hourMs });
  server = running;
  const readings = Array.from({ length: 240 }, (_, minute) => ({
    at: testStart + minute * minuteMs,
    celsius: minute < 180 && minute % 60 >= 20 && minute % 60 < 40 ? 7 : 4,
  }));
  await running.post("p1", readings);
  return running;
}

/** Quinn signs. */
const signs: SignWithin = (commit, what) => {
  const facts = { login: "quinn", name: quinn.name, role: "quality", method: "password", at: 0 } as const;
  const { signatures } = server?.server.services ?? {};
  if (signatures === undefined) throw new RangeError("no server");
  return signatures.sign(commit, freshProof(facts), what);
};

const refusal = (call: () => void): string => {
  try {
    call();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return "taken";
};

test("a limit is drafted, back-tested, approved by another person and in force, and the journal gives it again", async () => {
  const running = await started();
  const { proposals, site, database } = running.server.services;
  const { proposal } = proposals.take(sara, high(8), "The maker's limit for these bags is 8");
  if (proposal === null) throw new RangeError("in force at once");
  expect(site()?.site.profiles["red-cells-eu"]?.at(-1)?.high).toBe(6);
  const { hash, limitDifferences } = proposals.change(proposal);
  expect(limitDifferences.map(({ path }) => path)).toEqual(["profiles.red-cells-eu"]);
  const approve = (by: Actor, of = hash): string =>
    refusal(() => proposals.approve(by, "password", proposal, of, "Agreed", signs));
  expect(approve(quinn)).toBe("proposal.untested");
  await proposals.backtest(sara, proposal, 30);
  const { backtest } = proposals.change(proposal);
  expect(backtest).toMatchObject({
    probes: 2,
    totals: { excursionsBefore: 3, excursionsAfter: 0, callsBefore: 3, callsAfter: 0, readings: 240 },
    lines: [{ probe: "p1", excursionsBefore: 3, excursionsAfter: 0 }],
  });
  expect(approve(sara)).toBe("auth.role");
  expect(approve(quinn, "of something else")).toBe("proposal.changed");
  expect(approve(quinn)).toBe("taken");
  expect(approve(quinn)).toBe("proposal.closed");
  expect(site()?.site.profiles["red-cells-eu"]).toMatchObject([
    { high: 6 },
    { high: 8, from: running.clock.epochMs() },
  ]);
  expect(replay(database, () => undefined).differing).toEqual([]);
});

test("an edit after the back-test needs another one, and what touches no limits neither a back-test nor a second person", async () => {
  const running = await started();
  const { proposals, site } = running.server.services;
  const { proposal } = proposals.take(sara, high(8), "why");
  if (proposal === null) throw new RangeError("in force at once");
  await proposals.backtest(sara, proposal, 30);
  expect(proposals.take(sara, named("Other"), "It stands elsewhere now")).toEqual({ proposal: null });
  expect(site()?.appliances.get("fridge-1")?.name).toBe("Other");
  expect(proposals.change(proposal).backtest).not.toBe(null);
  expect(proposals.take(sara, high(9), "why")).toEqual({ proposal });
  expect(proposals.change(proposal).backtest).toBe(null);
  expect(proposals.find(proposal)?.versions).toHaveLength(2);
});

test("what was changed by others meanwhile is kept where it is something else, and stops the proposal where it is the same", async () => {
  const running = await started();
  const { proposals, applySite, site } = running.server.services;
  const { proposal } = proposals.take(sara, high(8), "why");
  if (proposal === null) throw new RangeError("in force at once");
  const current = site()?.site;
  if (current === undefined) throw new RangeError("no site");
  applySite(named("Other")(current), "settings");
  expect(proposals.change(proposal).differences.map(({ path }) => path)).toEqual(["profiles.red-cells-eu"]);
  applySite(high(7)(current), "settings");
  expect(proposals.change(proposal)).toMatchObject({ site: null, stale: ["profiles.red-cells-eu"] });
  const approve = () => proposals.approve(quinn, "password", proposal, "", "Agreed", signs);
  expect(refusal(approve)).toBe("proposal.stale");
  expect(refusal(() => proposals.take(sara, high(9), "why"))).toBe("proposal.stale");
  proposals.withdraw(sara, proposal, "Overtaken");
  expect(proposals.find(proposal)?.state).toBe("withdrawn");
});

test("a named token's site waits for a person where it touches limits; sent again it is the same proposal", async () => {
  const running = await started();
  const { services } = running.server;
  const identities = {
    machine: () => ({ kind: "machine" as const, name: "master-data", role: "api" as const }),
    person: () => null,
  };
  const web = await buildWeb({ ...services, identities }, pino({ level: "silent" }));
  const post = async (payload: string) =>
    web.inject({
      method: "POST",
      url: "/v1/site",
      headers: { authorization: "Bearer x", "content-type": "application/yaml" },
      payload,
    });
  const answer = await post(exampleSite.replace("high: 6", "high: 8"));
  expect(answer.statusCode).toBe(202);
  const { proposal, differences } = answer.json();
  expect(differences).toMatchObject([{ path: "profiles.red-cells-eu" }]);
  expect((await post(exampleSite.replace("high: 6", "high: 8"))).json().proposal).toBe(proposal);
  const other = (await post(exampleSite.replace("high: 6", "high: 9"))).json().proposal;
  expect(other).not.toBe(proposal);
  expect(services.proposals.find(proposal)?.state).toBe("superseded");
  expect((await post(exampleSite.replace("Red cells 1", "Renamed"))).statusCode).toBe(200);
  expect(services.site()?.appliances.get("fridge-1")?.name).toBe("Renamed");
  await web.close();
});
