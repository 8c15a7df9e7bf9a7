import { afterEach, beforeEach, expect, test } from "vitest";
import { siteSchema } from "@coldkeep/core/site/site.ts";
import { parse } from "yaml";
import {
  type SampleMasterData,
  sampleMasterData,
  samplePassword,
  samplePerson,
  sampleServer,
} from "../master-data/sample-master-data.ts";
import { replay } from "../replay/replay.ts";
import { sentFields, visitPages } from "../testing/visit-pages.ts";

const sara = samplePerson("sara", "Sara Claes", "storage");
const quinn = samplePerson("quinn", "Quinn Maes", "quality");

// The server's time is 22 November 2026, 05:00 in Brussels.
const content = {
  ...(parse(sampleMasterData) as object),
  contacts: [
    { id: "ann", name: "Ann", email: "ann@example.org" },
    { id: "bob", name: "Bob", phone: "+32470000002" },
  ],
  teams: [{ id: "lab", name: "Laboratory", members: ["ann", "bob"] }],
  rotas: [
    {
      id: "days",
      name: "Days",
      layers: [
        {
          id: "l",
          start: "2026-11-02",
          cycleDays: 7,
          handOvers: [{ at: "08:00" }],
          people: ["ann"],
          only: [{ from: "08:00", to: "17:00" }],
        },
      ],
    },
  ],
  policies: [
    {
      id: "standard",
      steps: [{ call: [{ contact: "ann" }] }, { after: "10m", call: [{ rota: "days" }], by: ["email"] }],
    },
    { id: "quiet", severities: ["advisory"], steps: [{ call: [{ team: "lab" }] }], digestAt: "07:30" },
  ],
};

let sample: SampleMasterData;
let pages: ReturnType<typeof visitPages>;
beforeEach(async () => {
  sample = await sampleServer();
  pages = visitPages(sample.running.server.web);
  sample.running.server.services.applySite(siteSchema.parse(content), "command");
  sample.visit(sara);
});
afterEach(() => sample.running.stop());

const policies = () => sample.running.server.services.site()?.site.policies ?? [];
const path = "/site/edit/policy/standard";

test("a policy is tried before it is proposed: who is called when, and what is amiss", async () => {
  const fields = await pages.fieldsOf(path);
  expect(fields).toMatchObject({ "s1-after": "10m", "s1-c0": "rota:days", "s1-by-email": "yes", place: "0" });
  const { status, text } = await pages.post(path, {
    ...fields,
    "try-at": "2026-11-24T09:00",
    act: "preview",
  });
  expect(status).toBe(200);
  expect(text).toContain("Critical, “Too warm” of Red cells 1, Tue 24 Nov, 09:00");
  expect(text).toContain("<b>09:00</b> Ann by e-mail");
  expect(text).toContain("<b>09:10</b> Ann by e-mail");
  expect(text).toContain("<b>09:20</b> The alarm “Nobody answers”");
  expect(text).toContain("nobody is on duty for step 2 15 times: another step comes at once then.");
  const night = await pages.post(path, { ...fields, "s0-c0": "contact:bob", act: "preview" });
  expect(night.text).toContain("<b>05:00</b> Step 1 reaches nobody: the next step comes at once");
  expect(night.text).toContain(
    "<b>05:00</b> Step 2 reaches nobody; in its place Ann by e-mail, Bob by no way that works",
  );
  expect(night.text).toContain("Step 1: Bob has no way that works at the moment");
  expect(night.text).toContain("Sun 22 Nov, 05:00");
  expect(night.text).toContain("Mon 23 Nov, 03:00");
});

test("where another policy comes first, it is said that this one does nothing", async () => {
  const quiet = "/site/edit/policy/quiet";
  const fields = await pages.fieldsOf(quiet);
  expect(fields).toMatchObject({ place: "1", "try-severity": "advisory", digestAt: "07:30" });
  expect((await pages.get(quiet)).text).toContain("Not this policy: <b>standard</b> comes first and fits.");
  const first = await pages.post(quiet, { ...fields, place: "0", act: "preview" });
  expect(first.text).toContain("<b>07:30</b> In one message with what else presses nobody: Ann by e-mail");
});

test("a change waits for a second person, who sees what it would do, and needs no back-test", async () => {
  const fields = await pages.fieldsOf(path);
  const added = await pages.post(path, { ...fields, reason: "Bob helps", act: "step" });
  const more = await pages.post(path, {
    ...sentFields(added.text),
    "s2-after": "20m",
    "s2-c0": "contact:bob",
    act: "callee:2",
  });
  const sent = { ...sentFields(more.text), "s2-c1": "team:lab", place: "1" };
  const { status, location } = await pages.post(path, sent);
  expect(status).toBe(303);
  expect(location).toMatch(/^\/site\/proposals\//);
  expect(policies()[0]?.steps).toHaveLength(2);
  const drafted = await pages.get(location);
  expect(drafted.text).toContain("It changes who is called");
  expect(drafted.text).toContain("after 20 min: Bob, team Laboratory");
  expect(drafted.text).toContain("Order of policies");
  expect(drafted.text).toContain("What would happen by policy standard");
  expect(drafted.text).not.toContain("Back-test</h2>");
  expect(drafted.text).not.toContain("Approve and sign</button>");
  sample.visit(quinn);
  const hash = sentFields((await pages.get(location)).text)["hash"] ?? "";
  const signed = { hash, password: samplePassword, reason: "Agreed with the laboratory" };
  expect(await pages.post(`${location}/approve`, signed)).toMatchObject({ status: 303 });
  expect(policies().map(({ id }) => id)).toEqual(["quiet", "standard"]);
  expect(policies()[1]?.steps[2]).toEqual({ after: 1_200_000, call: [{ contact: "bob" }, { team: "lab" }] });
  const { database } = sample.running.server.services;
  expect(replay(database, () => undefined).differing).toEqual([]);
});

test("whatever else touches limits is still back-tested, also together with a policy", async () => {
  const { location } = await pages.post("/site/edit/remove-policy/quiet", { reason: "Nobody reads it" });
  const profile = "/site/edit/profile/plasma";
  await pages.post(profile, { ...(await pages.fieldsOf(profile)), high: "-27", reason: "Our own limit" });
  sample.visit(quinn);
  const page = await pages.get(location);
  expect(page.text).toContain("Run the back-test first");
  const { hash } = sample.running.server.services.proposals.change(location.split("/").pop() ?? "");
  const refused = await pages.post(`${location}/approve`, { hash, password: samplePassword, reason: "x" });
  expect(refused.text).toContain("was not back-tested");
});

test("what is wrong stands at the field that it is about", async () => {
  const fields = await pages.fieldsOf(path);
  const wrong = async (
    change: Readonly<Record<string, string>>,
    field: string,
    text: string,
  ): Promise<void> => {
    const answer = await pages.post(path, { ...fields, ...change, reason: "x" });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain(`href="#field-${field}"`);
    expect(answer.text).toContain(text);
  };
  await wrong({ "s1-after": "soon" }, "s1-after", "Expected a duration with its unit");
  await wrong({ "s1-after": "0s" }, "steps", "Expected each step to come after the one before it");
  await wrong({ "s1-c0": "" }, "s1-c0", "Choose who is called.");
  await wrong({ digestAt: "07:30" }, "digestAt", "Expected one step");
  await wrong({ repeatEvery: "0s" }, "repeatEvery", "longer than 0");
  await wrong({ "s1-c0": "contact:zoe" }, "s1-c0", "No contact &#34;zoe&#34;");
});

test("a new policy is proposed at its place, and one is taken away", async () => {
  const form = "/site/edit/new-policy";
  const sent = {
    ...(await pages.fieldsOf(form)),
    id: "doors",
    "kind-door": "yes",
    "appliance-fridge-1": "yes",
    "s0-c0": "team:lab",
    place: "0",
    reason: "New",
  };
  const { location } = await pages.post(form, sent);
  expect((await pages.get(location)).text).toContain("door open: of Red cells 1; at once: team Laboratory");
  const { site } = sample.running.server.services.proposals.change(location.split("/").pop() ?? "");
  expect(site?.policies?.[0]).toMatchObject({
    id: "doors",
    kinds: ["door"],
    appliances: ["fridge-1"],
    repeatEvery: 600_000,
  });
  // What is changed next is changed in the open proposal, of which the site in force knows nothing yet.
  const fresh = "/site/edit/policy/doors";
  const fields = await pages.fieldsOf(fresh);
  expect(await pages.post(fresh, { ...fields, "s0-c0": "contact:ann", reason: "Ann" })).toMatchObject({
    location,
  });
  expect((await pages.get(location)).text).toContain("door open: of Red cells 1; at once: Ann");
  expect((await pages.post(fresh, { ...fields, "s0-c0": "contact:ann", reason: "x" })).text).toContain(
    "says this already",
  );
  expect((await pages.post("/site/edit/remove-policy/doors", { reason: "No" })).text).toContain(
    "nothing would change",
  );
  expect(
    (await pages.post("/site/edit/team/lab", { name: "The lab", "member-ann": "yes", reason: "x" })).location,
  ).toBe("/on-duty/plan");
});
