/**
 * Whatever people of all roles do in whatever order, on real records under a virtual clock: a proof gives at most one signature, and only of the person who gave it; a copy of a proof, a spent one
 * and one of a role that may not sign give none; what fails leaves nothing; no signature covers a record that has changed; and the journal gives the same signatures again.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import type { Proof } from "../people/people.ts";
import { replay } from "../replay/replay.ts";
import { firstAdministrator, inviteAndSignIn, type SignedIn } from "../testing/signed-in.ts";
import { codeOf, testPassword } from "../testing/test-people.ts";
import { testServer, type TestServer, testStart } from "../testing/test-server.ts";
import { excursionRecord, excursionSignatures, signExcursion } from "./excursion-signing.ts";
import { contentHashOf } from "./signatures.ts";

const roles = { quinn: "quality", rosa: "quality", sam: "storage", eva: "auditor" } as const;
type Login = keyof typeof roles;
const logins = Object.keys(roles) as Login[];

type Step =
  | { readonly kind: "prove"; readonly who: Login }
  | { readonly kind: "sign" | "sign-stale" | "sign-without-reason" | "fail"; readonly pick: number }
  | { readonly kind: "sign-as"; readonly pick: number; readonly who: Login }
  | { readonly kind: "change" }
  | { readonly kind: "restart" };

const pick = fc.nat({ max: 9 });
const who = fc.constantFrom(...logins);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("prove" as const), who }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("sign" as const), pick }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom("sign-stale" as const, "sign-without-reason" as const, "fail" as const),
      pick,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("sign-as" as const), pick, who }) },
  { weight: 3, arbitrary: fc.constant<Step>({ kind: "change" }) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: "restart" }) },
);

const runs = Number(process.env["RUNS"] ?? 12);

/** How each story begins, so that there is something to sign for, to reuse and to change. */
const opening: readonly Step[] = [
  { kind: "prove", who: "quinn" },
  { kind: "sign", pick: 0 },
  { kind: "change" },
];

interface World {
  server: TestServer;
  readonly people: Readonly<Record<Login, SignedIn>>;
  readonly excursion: string;
  readonly proofs: { readonly proof: Proof; isSpent: boolean }[];
  /** What the records must hold: who signed which content. */
  readonly made: { readonly login: string; readonly hash: string }[];
  readonly hashes: string[];
  units: number;
}

async function newWorld(): Promise<World> {
  const server = await testServer({ start: testStart + 60 * minuteMs });
  const { people, excursions } = server.server.services;
  const admin = await firstAdministrator(people, server.clock);
  const all = {} as Record<Login, SignedIn>;
  for (const login of logins)
    all[login] = await inviteAndSignIn(people, server.clock, admin, login, roles[login]);
  await server.post(
    "p1",
    Array.from({ length: 55 }, (_, minute) => ({
      at: testStart + minute * minuteMs,
      celsius: minute >= 10 && minute < 30 ? 8 : 4,
    })),
  );
  const excursion = excursions.list({ limit: 1 }, server.clock.epochMs())[0]?.id ?? "";
  const world: World = { server, people: all, excursion, proofs: [], made: [], hashes: [], units: 0 };
  world.hashes.push(hashNow(world));
  return world;
}

function hashNow({ server, excursion }: Pick<World, "server" | "excursion">): string {
  const record = excursionRecord(server.server.services.database, excursion);
  if (record === null) throw new RangeError("no excursion");
  return contentHashOf(record);
}

/** Does something that signs or is refused; the code of the refusal. */
function codeFrom(act: () => unknown): string {
  try {
    act();
    return "signed";
  } catch (error) {
    if (error instanceof CodedError) return error.code;
    if (error instanceof RangeError) return "failed";
    throw error;
  }
}

async function perform(world: World, next: Step): Promise<void> {
  const { server, excursion } = world;
  const { services } = server.server;
  const present = hashNow(world);
  const given = { excursion, contentHash: present, reason: "looked at it" };
  const chosen = "pick" in next ? world.proofs[next.pick % Math.max(1, world.proofs.length)] : undefined;
  switch (next.kind) {
    case "prove": {
      server.clock.advance(minuteMs);
      const { person, secret } = world.people[next.who];
      const code = secret === null ? {} : { code: codeOf(secret, server.clock.epochMs()) };
      const proof = await services.people.reauthenticate(person, { password: testPassword, ...code });
      world.proofs.push({ proof, isSpent: false });
      return;
    }
    case "sign": {
      if (chosen === undefined) return;
      const { proof, isSpent } = chosen;
      const mayNot = proof.role === "quality" ? "signed" : "sign.role";
      expect(codeFrom(() => signExcursion(services, proof, given))).toBe(
        isSpent ? "sign.proof-spent" : mayNot,
      );
      if (!isSpent && mayNot === "signed") world.made.push({ login: proof.login, hash: present });
      chosen.isSpent = true;
      return;
    }
    case "sign-as": {
      if (chosen === undefined) return;
      const { person } = world.people[next.who];
      const copy: Proof = { ...chosen.proof, login: person.login, name: person.name, role: person.role };
      expect(codeFrom(() => signExcursion(services, copy, given))).toBe("sign.proof-spent");
      expect(() => Object.assign(chosen.proof, { login: person.login })).toThrow(TypeError);
      return;
    }
    case "sign-stale": {
      const stale = world.hashes.find((hash) => hash !== present) ?? "0".repeat(64);
      if (chosen === undefined) return;
      expect(codeFrom(() => signExcursion(services, chosen.proof, { ...given, contentHash: stale }))).toBe(
        "sign.changed",
      );
      return;
    }
    case "sign-without-reason":
      if (chosen === undefined) return;
      expect(codeFrom(() => signExcursion(services, chosen.proof, { ...given, reason: " " }))).toBe(
        "sign.reason",
      );
      return;
    case "fail": {
      if (chosen === undefined) return;
      const body = new TextEncoder().encode("{}");
      const record = excursionRecord(services.database, excursion);
      if (record === null) throw new TypeError("no excursion");
      const failing = (): unknown =>
        services.committer.commit(
          { kind: "excursion-sign", source: "test", encoding: "identity", body },
          (commit) => {
            services.signatures.sign(commit, chosen.proof, { ...record, meaning: "review", reason: "r" });
            throw new RangeError("the act failed after it was signed");
          },
        );
      expect(codeFrom(failing)).not.toBe("signed");
      chosen.isSpent = true;
      return;
    }
    case "change": {
      world.units += 1;
      const din = `A9999260${String(world.units).padStart(5, "0")}`;
      await server.call("PUT", `/v1/units/${din}/E0398V00`, {});
      const movement = { din, productCode: "E0398V00", at: "2026-11-22T00:00:00Z", appliance: "fridge-1" };
      await server.call("POST", "/v1/movements", { ...movement, reason: "told late" });
      expect(world.hashes).not.toContain(hashNow(world));
      world.hashes.push(hashNow(world));
      return;
    }
    case "restart":
      world.server = await server.restart();
  }
}

function agrees(world: World): void {
  const { services } = world.server.server;
  const present = hashNow(world);
  const kept = excursionSignatures(services, world.excursion);
  expect(kept.map(({ login, contentHash }) => ({ login, hash: contentHash }))).toEqual(world.made);
  expect(kept.map(({ stands }) => stands)).toEqual(world.made.map(({ hash }) => hash === present));
  expect(kept.every(({ role, login }) => role === roles[login as Login])).toBe(true);
  const told = services.database
    .prepare("SELECT actor FROM audit WHERE action = 'signature.made' ORDER BY seq")
    .all()
    .map((row) => row["actor"]);
  expect(told).toEqual(world.made.map(({ login }) => `person:${login}`));
}

test("nobody signs for another, twice by one proof, or for what has changed, and a failure leaves nothing", async () => {
  let signed = 0;
  let outdated = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      const world = await newWorld();
      for (const next of [...opening, ...steps]) {
        await perform(world, next);
        agrees(world);
      }
      signed += world.made.length;
      outdated += world.made.filter(({ hash }) => hash !== hashNow(world)).length;
      expect(replay(world.server.server.services.database, () => undefined).differing).toEqual([]);
      await world.server.stop();
    }),
    { numRuns: runs },
  );
  expect(signed).toBeGreaterThanOrEqual(runs);
  expect(outdated).toBeGreaterThanOrEqual(runs);
});
