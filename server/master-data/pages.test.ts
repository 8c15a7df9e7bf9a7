import { afterEach, beforeEach, expect, test } from "vitest";
import { siteSchema } from "@coldkeep/core/site/site.ts";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import { parse } from "yaml";
import { replay } from "../replay/replay.ts";
import { testStart } from "../testing/test-server.ts";
import { type SampleMasterData, samplePassword, samplePerson, sampleServer } from "./sample-master-data.ts";

const sara = samplePerson("sara", "Sara Claes", "storage");
const quinn = samplePerson("quinn", "Quinn Maes", "quality");
const quirin = samplePerson("quirin", "Quirin Bos", "quality");
const aude = samplePerson("aude", "Aude Roy", "auditor");

let sample: SampleMasterData;
beforeEach(async () => {
  sample = await sampleServer();
});
afterEach(() => sample.running.stop());

async function get(path: string) {
  const answer = await sample.running.server.web.inject({
    method: "GET",
    url: path,
    headers: { accept: "text/html" },
  });
  return { status: answer.statusCode, text: answer.payload, location: answer.headers.location ?? "" };
}

async function post(path: string, fields: Readonly<Record<string, string>>) {
  const answer = await sample.running.server.web.inject({
    method: "POST",
    url: path,
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "sec-fetch-site": "same-origin",
      accept: "text/html",
    },
    payload: new URLSearchParams(fields).toString(),
  });
  return { status: answer.statusCode, text: answer.payload, location: answer.headers.location ?? "" };
}

/** The fields of a page's form as it stands. */
async function fieldsOf(path: string): Promise<Record<string, string>> {
  const { text } = await get(path);
  const inputs = [...text.matchAll(/<input\s[^>]*?name="([^"]+)"[^>]*?value="([^"]*)"/g)];
  const selects = [...text.matchAll(/<select\s[^>]*?name="([^"]+)"[^>]*>([\s\S]*?)<\/select>/g)];
  return Object.fromEntries([
    ...inputs.map(([, name, value]) => [name ?? "", value ?? ""]),
    ...selects.map(([, name, options]) => [
      name ?? "",
      /value="([^"]*)"\s+selected/.exec(options ?? "")?.[1] ?? "",
    ]),
  ]);
}

const book = () => {
  const found = sample.running.server.services.site();
  if (found === null) throw new RangeError("no site");
  return found;
};

test("a limit is changed step by step: drafted, back-tested, signed by another, and seen in the history", async () => {
  sample.visit(sara);
  const form = "/site/edit/profile/red-cells-eu";
  expect((await get(form)).text).toContain("In force: 6");
  const drafted = await post(form, {
    ...(await fieldsOf(form)),
    high: "8",
    reason: "The maker's limit for these bags is 8",
  });
  expect(drafted.status).toBe(303);
  const page = drafted.location;
  expect(book().site.profiles["red-cells-eu"]).toHaveLength(1);
  const before = (await get(page)).text;
  expect(before).toContain("Profile red-cells-eu, upper limit");
  expect(before).toContain("from its approval on");
  expect(before).toContain("a quality officer who had none approves it.");

  sample.visit(quinn);
  expect((await get(page)).text).toContain("Run the back-test first");
  const { services } = sample.running.server;
  const tested = services.committer;
  const done = new Promise<void>((resolve) => void tested.subscribe(resolve));
  expect((await post(`${page}/backtest`, { days: "30" })).status).toBe(303);
  await done;
  const shown = (await get(page)).text;
  expect(shown).toContain("3 → 0");
  const hash = /name="hash" value="(\w+)"/.exec(shown)?.[1] ?? "";
  const signed = {
    hash,
    password: samplePassword,
    code: "",
    reason: "The maker's letter is filed under Q-17",
  };
  const wrong = await post(`${page}/approve`, { ...signed, password: "wrong" });
  expect(wrong.status).toBe(422);
  expect(wrong.text).toContain("The password is not right.");
  expect((await post(`${page}/approve`, { ...signed, reason: "" })).text).toContain("Say why.");
  expect((await post(`${page}/approve`, signed)).status).toBe(303);
  expect(book().site.profiles["red-cells-eu"]).toMatchObject([{ high: 6 }, { high: 8 }]);
  const decided = (await get(page)).text;
  expect(decided).toContain("approved and signed");
  expect(decided).toContain(`<li data-stands="yes">`);
  const history = (await get("/site/history/profile/red-cells-eu")).text;
  expect(history).toContain("approved by quinn, drafted by sara");
  expect(history).toContain("2 to 8");
  expect(replay(services.database, () => undefined).differing).toEqual([]);
});

test("whoever drafted it does not approve it, also as a quality officer", async () => {
  sample.visit(quinn);
  const form = "/site/edit/profile/plasma";
  const { location } = await post(form, { ...(await fieldsOf(form)), high: "-27", reason: "Our own limit" });
  await sample.running.server.services.proposals.backtest(
    { actor: "person:sara", name: "Sara", role: "storage" },
    location.split("/").pop() ?? "",
    1,
  );
  expect((await get(location)).text).not.toContain("Approve and sign</button>");
  const { hash } = sample.running.server.services.proposals.change(location.split("/").pop() ?? "");
  const own = await post(`${location}/approve`, { hash, password: samplePassword, reason: "x" });
  expect(own.text).toContain("does not approve it");
  sample.visit(quirin);
  expect((await post(`${location}/approve`, { hash, password: samplePassword, reason: "x" })).status).toBe(
    303,
  );
});

test("what is wrong stands beside its field and is summed up at the top, and nothing is lost of what was typed", async () => {
  sample.visit(sara);
  const form = "/site/edit/profile/red-cells-eu";
  const sent = {
    ...(await fieldsOf(form)),
    high: "1",
    alarmDelay: "soon",
    low: "cold",
    reason: "A slip <b>",
  };
  const { status, text } = await post(form, sent);
  expect(status).toBe(422);
  expect(text).toContain(`href="#field-alarmDelay"`);
  expect(text).toContain("Expected a duration with its unit");
  expect(text).toContain(`href="#field-low"`);
  expect(text).toContain(`value="soon"`);
  expect(text).toContain("A slip &#60;b&#62;");
  expect((await post(form, { ...(await fieldsOf(form)), high: "1", reason: "x" })).text).toContain(
    "Expected high to be above low",
  );
  expect((await post(form, await fieldsOf(form))).text).toContain("Say why.");
  expect((await post(form, { ...(await fieldsOf(form)), reason: "x" })).text).toContain(
    "nothing would change",
  );
});

test("names, rooms and contacts apply at once; a second change of limits is added to the first", async () => {
  sample.visit(sara);
  const form = "/site/edit/appliance/fridge-1";
  expect(
    await post(form, { ...(await fieldsOf(form)), name: "Cellar left", reason: "New plan" }),
  ).toMatchObject({ status: 303, location: "/site" });
  expect(book().appliances.get("fridge-1")).toMatchObject({ name: "Cellar left", room: "cellar" });
  const contact = "/site/edit/new-contact";
  const night = { ...(await fieldsOf(contact)), id: "night", name: "Night", reason: "x" };
  expect((await post(contact, { ...night, email: "nobody" })).text).toContain(`href="#field-email"`);
  await post(contact, { ...night, email: "night@example.org" });
  expect(book().site.contacts.map(({ id }) => id)).toEqual(["on-call", "night"]);
  const { location } = await post("/site/edit/calibration/p2", {
    points: "2 1,9\n6 5.86",
    offset: "",
    certificate: "C-9",
    due: "2027-11-01",
    by: "Lab",
    reason: "Yearly",
  });
  const probe = "/site/edit/new-probe/fridge-2";
  expect(
    (await post(probe, { ...(await fieldsOf(probe)), id: "p2-air", kind: "air", reason: "A second one" }))
      .location,
  ).toBe(location);
  const { text } = await get(location);
  expect(text).toContain("offset +0.12");
  expect(text).toContain("Probe p2-air");
  expect((await get("/site")).text).toContain("You have an open proposal");
});

test("an offset that the points contradict is asked about; a dated one corrects the record", async () => {
  sample.visit(sara);
  const form = "/site/edit/calibration/p1";
  const sent = { points: "2 1.9\n6 5.86", offset: "-0.12", certificate: "C-9", reason: "Yearly" };
  const asked = await post(form, sent);
  expect(asked.text).toContain("The points say 0.120 °C on average");
  expect(asked.text).toContain(`name="sure"`);
  expect((await post(form, { ...sent, points: "2 1.9 3" })).text).toContain("Write one point a line");
  const local = "2026-11-22T01:30";
  const { location } = await post(form, { ...sent, sure: "yes", from: local });
  const id = location.split("/").pop() ?? "";
  const calibration =
    sample.running.server.services.proposals.change(id).site?.appliances[0]?.probes[0]?.calibration;
  // 01:30 in Brussels in November is 00:30 UTC.
  expect(calibration).toMatchObject([{ offset: 0.12 }, { offset: -0.12, from: testStart + 30 * minuteMs }]);
});

test("the site file that is downloaded is the site in force, and uploading it says that nothing would change", async () => {
  sample.visit(sara);
  const { text } = await get("/site/site.yaml");
  expect(siteSchema.parse(parse(text))).toEqual(book().site);
  expect((await post("/site/upload", { file: text, reason: "x" })).text).toContain("nothing would change");
  expect((await post("/site/upload", { file: "site: x", reason: "x" })).text).toContain("appliances");
  const { location } = await post("/site/upload", {
    file: text.replace("high: -25", "high: -20"),
    reason: "x",
  });
  expect((await get(location)).text).toContain("Profile plasma");
});

test("a probe is taken away only by a proposal that says so", async () => {
  sample.visit(sara);
  const { location } = await post("/site/edit/remove-probe/p1-air", { reason: "Broken" });
  expect(book().probes.has("p1-air")).toBe(true);
  expect((await get(location)).text).toContain("Probe p1-air");
  await sample.running.server.services.proposals.backtest(
    { actor: "person:sara", name: "Sara", role: "storage" },
    location.split("/").pop() ?? "",
    1,
  );
  expect((await get(location)).text).toContain("Watched no more: p1-air");
});

test("an auditor reads all of it and finds nothing to change", async () => {
  sample.visit(aude);
  const { text } = await get("/site");
  expect(text).toContain("calibration overdue, next one by 2026-11-01");
  expect(text).not.toContain("/site/edit/");
  expect((await get("/site/edit/facts")).status).toBe(403);
  expect((await post("/site/edit/facts", { timeZone: "UTC", reason: "x" })).status).toBe(403);
});
