/**
 * Whatever people, administrators, machines and thieves do in whatever order: an ended session, a disabled account, a used link, code, grant or proof lets nobody act; nobody's proof is another's;
 * the lock holds. A model keeps who may do what in the plainest way; the real records must agree after each step.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Person } from "@coldkeep/core/people/principal.ts";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { replay } from "../replay/replay.ts";
import { codeOf, testFrom, testPassword, testPeople } from "../testing/test-people.ts";
import { personIn } from "./make-people.ts";
import { type Known, type Login, logins, World } from "./model-world.ts";
import { type Begun, type Proof, spendProof } from "./people.ts";

type Step =
  | {
      readonly kind: "sign-in" | "guess" | "sign-out" | "disable" | "enable" | "unlock" | "reset";
      readonly who: Login;
    }
  | { readonly kind: "sign" | "old-sign" | "old-code" | "change-password" | "recover"; readonly who: Login }
  | { readonly kind: "end"; readonly who: Login; readonly whose: Login }
  | { readonly kind: "role"; readonly who: Login; readonly role: "storage" | "auditor" | "quality" }
  | { readonly kind: "wait"; readonly minutes: number }
  | { readonly kind: "old-link"; readonly who: Login }
  | { readonly kind: "token" | "revoke"; readonly name: string }
  | { readonly kind: "restart" };

const who = fc.constantFrom(...logins);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        "sign-in",
        "sign-in",
        "guess",
        "guess",
        "sign-out",
        "disable",
        "enable",
        "unlock",
        "reset",
      ),
      who,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        "sign" as const,
        "old-sign" as const,
        "old-code" as const,
        "change-password" as const,
        "recover" as const,
      ),
      who,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("end" as const), who, whose: who }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("role" as const),
      who,
      role: fc.constantFrom("storage" as const, "auditor" as const, "quality" as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), minutes: fc.constantFrom(1, 2, 10, 16, 720) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("old-link" as const), who }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom("token" as const, "revoke" as const),
      name: fc.constantFrom("gw1", "gw2"),
    }),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: "restart" }) },
);

async function code(work: () => unknown): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

const wrong = "a-wrong-guess-nobody-took-1";

async function signIn(world: World, login: Login, recovery: boolean): Promise<void> {
  const known = world.of(login);
  const isOpen = known.state === "active" && world.at >= known.lockedUntil && known.password !== "";
  const result = await code(async () => {
    const half = await world.people.signIn(login, known.password, testFrom, known.begun?.token);
    world.keep(half.token);
    world.kill(login);
    if (half.session.stage === "full") {
      world.succeed(login);
      return world.begin(login, half);
    }
    expect(world.ask(half, "/")).toBeNull();
    if (half.session.stage === "enrol") {
      world.succeed(login);
      return enrol(world, login, half);
    }
    expect(half.session.stage).toBe("factor");
    const used = recovery ? (known.recovery.shift() ?? wrong) : codeOf(known.secret ?? "", world.at);
    const begun = world.people.enterCode(half.session, used);
    if (recovery) known.usedRecovery.push(used);
    else known.lastCode = used;
    world.succeed(login);
    expect(world.ask(half, "/")).toBeNull();
    world.begin(login, begun);
  });
  if (!isOpen) expect(result).toBe("sign.refused");
  else if (result !== null) {
    expect(result).toBe("sign.refused");
    // The password was right, so only a code that was used in this step, or a recovery code that is none, can be why.
    expect(known.secret).not.toBeNull();
    world.fail(login);
  }
}

function enrol(world: World, login: Login, half: Begun): void {
  const known = world.of(login);
  const { secret } = world.people.factors.begin(half.session);
  const { begun, recoveryCodes } = world.people.factors.confirm(half.session, codeOf(secret, world.at));
  known.secret = world.keep(secret);
  known.lastCode = codeOf(secret, world.at);
  known.recovery = recoveryCodes.map((each) => world.keep(each));
  world.begin(login, begun);
}

async function acceptLink(world: World, login: Login, token: string): Promise<void> {
  const known = world.of(login);
  world.passwords += 1;
  const password = world.keep(`fresh-Passphrase-${world.passwords}-of-tests`);
  await world.people.links.accept(token, password);
  known.oldLinks.push(token);
  Object.assign(known, { password, link: null, state: "active" });
  world.succeed(login);
}

function manage(world: World, act: (admin: Person) => unknown): Promise<string | null> {
  const admin = world.person("admin");
  return admin === null ? Promise.resolve("nobody") : code(() => act(admin));
}

async function perform(world: World, next: Step): Promise<void> {
  switch (next.kind) {
    case "sign-in":
      return signIn(world, next.who, false);
    case "recover":
      return signIn(world, next.who, true);
    case "guess": {
      // Many at once count like one after another.
      const tries = Array.from({ length: 3 }, () =>
        code(() => world.people.signIn(next.who, wrong, testFrom)),
      );
      expect(new Set(await Promise.all(tries))).toEqual(new Set(["sign.refused"]));
      for (const _ of tries) world.fail(next.who);
      return;
    }
    case "sign-out": {
      const { begun } = world.of(next.who);
      if (begun !== null) world.people.signOut(begun.session);
      return world.kill(next.who);
    }
    case "disable": {
      const isLive = world.isLive("admin");
      const result = await manage(world, (admin) => world.people.accounts.disable(admin, next.who, "test"));
      if (!isLive || next.who === "admin" || world.of(next.who).state === "disabled")
        return expect(result).not.toBeNull();
      expect(result).toBeNull();
      Object.assign(world.of(next.who), { state: "disabled", password: "" });
      return world.kill(next.who);
    }
    case "enable":
    case "reset": {
      let token = "";
      const { accounts } = world.people;
      const result = await manage(world, (admin) => {
        const act = next.kind === "enable" ? accounts.enable : accounts.resetPassword;
        ({ token } = act(admin, next.who, "test"));
      });
      if (result !== null) return;
      expect(next.who).not.toBe("admin");
      const known = world.of(next.who);
      if (known.link !== null) known.oldLinks.push(known.link);
      Object.assign(known, { state: "invited", password: "", link: world.keep(token) });
      world.kill(next.who);
      return acceptLink(world, next.who, token);
    }
    case "unlock": {
      const result = await manage(world, (admin) => world.people.accounts.unlock(admin, next.who, "test"));
      if (result === null) world.succeed(next.who);
      return;
    }
    case "role": {
      const result = await manage(world, (admin) =>
        world.people.accounts.changeRole(admin, next.who, next.role, "test"),
      );
      if (next.who === "admin") expect(result).not.toBeNull();
      if (result === null) world.kill(next.who);
      return;
    }
    case "end": {
      const by = world.person(next.who);
      const { begun } = world.of(next.whose);
      if (by === null || begun === null) return;
      const isLive = world.isLive(next.who);
      const result = await code(() => world.people.sessions.end(by, begun.session.id, "test"));
      if (result !== null) return;
      expect(isLive && (next.who === "admin" || next.who === next.whose)).toBe(true);
      return world.kill(next.whose);
    }
    case "sign":
      return sign(world, next.who);
    case "old-code": {
      const known = world.of(next.who);
      const person = world.person(next.who);
      if (person === null || known.secret === null) return;
      const given = { password: known.password, code: known.lastCode };
      expect(await code(() => world.people.reauthenticate(person, given))).toMatch(/^sign\./);
      // What is tried without a session is tried by nobody: it does not count.
      if (world.isLive(next.who)) world.fail(next.who);
      return;
    }
    case "old-sign": {
      for (const { proof } of world.proofs) expect(() => spendProof(proof)).toThrow();
      const begun = world.dead.findLast(({ session }) => !world.isGoingOn(session.id));
      if (begun === undefined) return;
      const person = personIn(begun.session);
      const known = world.of(person.login as Login);
      const given = { password: known.password, code: codeOf(known.secret ?? "GEZDGNBVGY3TQOJQ", world.at) };
      expect(await code(() => world.people.reauthenticate(person, given))).toBe("sign.session-ended");
      return;
    }
    case "change-password": {
      const known = world.of(next.who);
      if (known.begun === null) return;
      const { session } = known.begun;
      world.passwords += 1;
      const fresh = world.keep(`changed-Passphrase-${world.passwords}-of-tests`);
      const isOpen = world.isLive(next.who) && world.at >= known.lockedUntil;
      const before = known.begun;
      let begun: Begun | undefined;
      const result = await code(
        async () => void (begun = await world.people.changePassword(session, known.password, fresh)),
      );
      expect(result === null).toBe(isOpen);
      if (begun === undefined) return;
      world.dead.push(before);
      Object.assign(known, { password: fresh, begun, seenAt: world.at });
      world.keep(begun.token);
      return;
    }
    case "wait":
      world.real.clock.advance(next.minutes * minuteMs);
      return;
    case "old-link":
      for (const token of world.of(next.who).oldLinks)
        expect(await code(() => world.people.links.accept(token, "some-Other-passphrase-2"))).toBe(
          "sign.link-invalid",
        );
      return;
    case "token": {
      let token = "";
      const result = await manage(world, (admin) => {
        token = world.people.tokens.create(admin, { name: next.name, role: "gateway" }, "test");
      });
      if (result === null) world.tokens.set(next.name, world.keep(token));
      return;
    }
    case "revoke": {
      const result = await manage(world, (admin) => world.people.tokens.revoke(admin, next.name, "test"));
      const token = world.tokens.get(next.name);
      if (result === null && token !== undefined) {
        expect(await code(() => world.people.tokens.machine(`Bearer ${token}`))).toBe("auth.unknown");
        world.tokens.delete(next.name);
      }
      return;
    }
    case "restart":
      world.real = world.real.reopen();
      return;
  }
}

async function sign(world: World, login: Login): Promise<void> {
  const known = world.of(login);
  const person = world.person(login);
  if (person === null) return;
  const isLive = world.isLive(login);
  const used = codeOf(known.secret ?? "GEZDGNBVGY3TQOJQ", world.at);
  const isFresh = known.secret === null || used !== known.lastCode;
  let proof: Proof | undefined;
  const result = await code(async () => {
    proof = await world.people.reauthenticate(person, { password: known.password, code: used });
  });
  expect(result === null).toBe(isLive && isFresh && world.at >= known.lockedUntil);
  if (result !== null && isLive) return world.fail(login);
  if (proof === undefined) return;
  known.lastCode = used;
  world.succeed(login);
  expect(proof.login).toBe(login);
  spendProof(proof);
  world.proofs.push({ proof, login });
}

function agree(world: World): void {
  for (const begun of world.dead) expect(world.ask(begun)).toBeNull();
  for (const login of logins) {
    const { begun } = world.of(login);
    if (begun === null) continue;
    const person = world.ask(begun);
    expect(person?.login ?? null).toBe(world.isLive(login) ? login : null);
    if (person === null) world.kill(login);
  }
  for (const token of world.tokens.values())
    expect(world.people.tokens.machine(`Bearer ${token}`)).toMatchObject({ role: "gateway" });
}

async function start(): Promise<World> {
  const world = new World(testPeople());
  const blank = (): Known => ({
    state: "active",
    password: world.keep(testPassword),
    secret: null,
    recovery: [],
    usedRecovery: [],
    begun: null,
    seenAt: 0,
    startedAt: 0,
    failures: 0,
    lockedUntil: 0,
    lastCode: "",
    oldLinks: [],
    link: null,
  });
  await world.real.first();
  world.known.set("admin", blank());
  await signIn(world, "admin", false);
  const admin = world.person("admin");
  if (admin === null) throw new TypeError("no administrator");
  const roles = { quinn: "quality", sam: "storage", otto: "on-call" } as const;
  for (const login of ["quinn", "sam", "otto"] as const) {
    const facts = { login, name: `Person ${login}`, email: `${login}@example.org`, role: roles[login] };
    const link = world.people.accounts.invite(admin, facts, "test");
    world.known.set(login, blank());
    await acceptLink(world, login, world.keep(link?.token ?? ""));
  }
  return world;
}

function audits(world: World): Record<string, unknown>[] {
  return world.real.inside.database
    .prepare("SELECT a.*, j.kind FROM audit a JOIN journal j ON j.seq = a.journal_seq ORDER BY a.seq")
    .all();
}

test("nothing ended, used or another's lets anybody act", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 50 }), async (steps) => {
      const world = await start();
      for (const next of steps) {
        const before = JSON.stringify(
          world.people.accounts.list().map(({ login, role, state, name }) => [login, role, state, name]),
        );
        const count = audits(world).length;
        await perform(world, next);
        const after = JSON.stringify(
          world.people.accounts.list().map(({ login, role, state, name }) => [login, role, state, name]),
        );
        if (before !== after) expect(audits(world).length).toBeGreaterThan(count);
        agree(world);
      }
      const trail = audits(world);
      const entries = world.real.inside.database
        .prepare("SELECT count(*) AS n FROM journal WHERE kind = 'account'")
        .get()?.["n"];
      expect(trail.filter(({ kind }) => kind === "account")).toHaveLength(Number(entries));
      for (const { detail, action } of trail) {
        const facts = JSON.parse(String(detail)) as Record<string, unknown>;
        for (const key of ["why", "from", "to", "role"])
          expect(Object.keys(facts), String(action)).toContain(key);
      }
      expect(replay(world.real.inside.database, () => undefined).differing).toEqual([]);
      for (const name of readdirSync(world.real.folder)) {
        const bytes = readFileSync(join(world.real.folder, name));
        for (const secret of world.secrets)
          expect(bytes.includes(secret), `${name} has a secret`).toBe(false);
      }
      world.real.stop();
    }),
    { numRuns: Number(process.env["RUNS"] ?? 40) },
  );
}, 120_000);
