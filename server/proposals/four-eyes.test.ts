/**
 * Random people of all roles draft, edit, withdraw, reject, back-test and approve changes: whatever the order, nothing that touches limits is ever in force without a signature of a
 * quality officer who had no hand in it, over exactly what is in force; what others changed meanwhile is never lost; and the journal gives all of it again.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { loginOf } from "@coldkeep/core/people/principal.ts";
import type { PersonRole } from "@coldkeep/core/people/roles.ts";
import { isSame } from "@coldkeep/core/site/dated.ts";
import { touchesLimits } from "@coldkeep/core/site/limits-part.ts";
import { mergeSite } from "@coldkeep/core/site/merge-site.ts";
import type { Site } from "@coldkeep/core/site/site.ts";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import { freshProof, type Proof } from "../people/people.ts";
import { replay } from "../replay/replay.ts";
import { exampleProfile, testServer, type TestServer, testStart } from "../testing/test-server.ts";
import type { Actor } from "./proposal.ts";
import type { SignedApproval } from "./proposal-acts.ts";

const site = `
site: mechelen
timeZone: Europe/Brussels
profiles: { a: ${exampleProfile}, b: ${exampleProfile} }
appliances:
  - { id: f, name: F, kind: refrigerator, profile: a, probes: [ { id: p } ] }
  - { id: g, name: G, kind: refrigerator, profile: b, probes: [ { id: q } ] }
`;

const person = (login: string, role: Actor["role"]): Actor => ({
  actor: `person:${login}`,
  name: login,
  role,
});
const people: readonly Actor[] = [
  person("sara", "storage"),
  person("quinn", "quality"),
  person("quirin", "quality"),
  person("ada", "administrator"),
  person("olaf", "on-call"),
  person("aude", "auditor"),
];

type Field = "a" | "b" | "offset" | "name";
const fields: readonly Field[] = ["a", "b", "offset", "name"];
type Values = Readonly<Record<Field, number>>;

const newest = <Item>(list: readonly Item[]): Item => {
  const last = list[list.length - 1];
  if (last === undefined) throw new RangeError("empty");
  return last;
};

function valuesOf({ profiles, appliances: [f] }: Site): Values {
  const high = (name: string) => newest(profiles[name] ?? []).high ?? 0;
  const calibration = f?.probes[0]?.calibration;
  const offset = calibration === undefined ? 0 : newest(calibration).offset;
  return { a: high("a"), b: high("b"), offset, name: Number(f?.name.slice(1)) };
}

const editOf =
  (field: Field, value: number) =>
  (before: Site): Site => {
    if (valuesOf(before)[field] === value) return before;
    const copy = structuredClone(before);
    const [f] = copy.appliances;
    const [p] = f?.probes ?? [];
    if (f === undefined || p === undefined) throw new RangeError("no appliance");
    if (field === "name") f.name = `F${value}`;
    else if (field === "offset") p.calibration = [{ offset: value }];
    else {
      const { from: _from, ...version } = newest(copy.profiles[field] ?? []);
      copy.profiles[field] = [{ ...version, high: value }];
    }
    return copy;
  };

type Act =
  | { readonly kind: "edit"; readonly who: Actor; readonly field: Field; readonly value: number }
  | { readonly kind: "withdraw" | "reject"; readonly who: Actor; readonly pick: number }
  | { readonly kind: "test"; readonly who: Actor; readonly pick: number }
  | { readonly kind: "look"; readonly who: Actor; readonly pick: number }
  | { readonly kind: "approve"; readonly who: Actor; readonly pick: number; readonly isFresh: boolean }
  | { readonly kind: "wait" };

const who = fc.constantFrom(...people, ...people.slice(0, 3), ...people.slice(0, 3));
const pick = fc.nat({ max: 2 });
const actArbitrary: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("edit" as const),
      who,
      field: fc.constantFrom(...fields),
      value: fc.integer({ min: 5, max: 9 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom("withdraw" as const, "reject" as const), who, pick }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("test" as const), who, pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("look" as const), who, pick }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("approve" as const), who, pick, isFresh: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.constant<Act>({ kind: "wait" }) },
);

interface Run {
  readonly server: TestServer;
  /** What a page that is still open showed. */
  readonly seen: Map<string, string>;
  readonly approvals: { site: Site; login: string; role: string; authors: string[]; siteNumber: number }[];
  /** The fields that a proposal's author ever edited in it. */
  readonly edited: Map<string, ReadonlySet<Field>>;
  readonly refused: Map<string, number>;
  approved: number;
}

const siteRows = ({ server }: TestServer): { at: number; site: Site }[] =>
  server.services.database
    .prepare("SELECT applied_at, content FROM sites ORDER BY number")
    .all()
    .map((row) => ({ at: Number(row["applied_at"]), site: JSON.parse(String(row["content"])) as Site }));

function proofOf({ actor, name, role }: Actor): Proof {
  const login = loginOf(actor) ?? actor;
  return freshProof({ login, name, role: role as PersonRole, method: "password", at: 0 });
}

async function perform(run: Run, act: Act): Promise<void> {
  const { server } = run;
  const { proposals } = server.server.services;
  const open = proposals.list(50).filter(({ state }) => state === "draft");
  const id = "pick" in act ? (open[act.pick % Math.max(1, open.length)]?.id ?? null) : null;
  switch (act.kind) {
    case "wait":
      server.clock.advance(minuteMs);
      return;
    case "edit":
      proposals.take(act.who, editOf(act.field, act.value), "because");
      for (const open of [proposals.openBy(act.who.actor)].filter((each) => each !== null))
        run.edited.set(open, new Set([...(run.edited.get(open) ?? []), act.field]));
      return;
    case "look":
      if (id !== null) run.seen.set(id, proposals.change(id).hash);
      return;
    case "withdraw":
    case "reject":
      if (id !== null) proposals[act.kind](act.who, id, "because");
      return;
    case "test":
      if (id !== null) await proposals.backtest(act.who, id, 1);
      return;
    case "approve": {
      if (id === null) return;
      const hash = act.isFresh ? proposals.change(id).hash : (run.seen.get(id) ?? "none");
      const before = proposals.find(id);
      const change = proposals.change(id);
      const wanted = change.site;
      let signed: SignedApproval | null = null;
      proposals.approve(act.who, "password", id, hash, "looks right", (commit, what) => {
        signed = what;
        return server.server.services.signatures.sign(commit, proofOf(act.who), what);
      });
      run.approved += 1;
      expect(signed).not.toBe(null);
      const content = (signed as SignedApproval | null)?.content.site;
      if (content === undefined || wanted === null || before === null)
        throw new RangeError("approved what is stale");
      expect(content).toEqual(wanted);
      run.approvals.push({
        site: content,
        login: act.who.actor,
        role: act.who.role,
        authors: before.versions.map(({ actor }) => actor),
        siteNumber: siteRows(server).length,
      });
      const [earlier, now] = siteRows(server)
        .slice(-2)
        .map(({ site: each }) => valuesOf(each));
      for (const field of fields)
        if (earlier?.[field] !== now?.[field]) expect([...(run.edited.get(id) ?? [])]).toContain(field);
    }
  }
}

test("nothing that touches limits is in force without a second person's signature over it, and nobody's change is lost", async () => {
  let approvals = 0;
  const refused = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(fc.array(actArbitrary, { minLength: 20, maxLength: 60, size: "max" }), async (acts) => {
      const server = await testServer({ site, start: testStart });
      const run: Run = { server, seen: new Map(), edited: new Map(), approvals: [], refused, approved: 0 };
      for (const act of acts) {
        const before = siteRows(server).at(-1)?.site;
        const head = server.server.services.journal.head().sequence;
        try {
          await perform(run, act);
        } catch (error) {
          if (!(error instanceof CodedError)) throw error;
          refused.set(error.code, (refused.get(error.code) ?? 0) + 1);
          // A refusal leaves nothing behind.
          expect(server.server.services.journal.head().sequence).toBe(head);
        }
        const after = siteRows(server).at(-1)?.site;
        if (before === undefined || after === undefined) throw new RangeError("no site");
        expect(isSame(server.server.services.site()?.site, after)).toBe(true);
        if (isSame(before, after)) continue;
        const moved = fields.filter((field) => valuesOf(before)[field] !== valuesOf(after)[field]);
        if (act.kind === "edit") expect(moved).toEqual([act.field]);
        if (act.kind === "edit") expect(act.field).toBe("name");
      }
      const rows = siteRows(server);
      for (const [index, { at, site: now }] of rows.entries()) {
        const earlier = rows[index - 1]?.site;
        if (earlier === undefined || !touchesLimits(earlier, now)) continue;
        const approval = run.approvals.find(({ siteNumber }) => siteNumber === index + 1);
        if (approval === undefined)
          throw new RangeError(`site ${index + 1} touches limits and nobody signed`);
        expect(approval.authors).not.toContain(approval.login);
        expect(approval.role).toBe("quality");
        expect(isSame(mergeSite(earlier, approval.site, at), now)).toBe(true);
      }
      approvals += run.approved;
      expect(replay(server.server.services.database, () => undefined).differing).toEqual([]);
      await server.stop();
    }),
    { numRuns: 60 },
  );
  // The property means nothing where all is refused.
  expect(approvals).toBeGreaterThan(20);
  for (const code of ["proposal.own", "proposal.untested", "proposal.changed", "auth.role"])
    expect([code, refused.get(code) ?? 0]).not.toEqual([code, 0]);
}, 120_000);
