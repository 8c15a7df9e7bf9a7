import { formatInstant, minuteMs } from "@coldkeep/core/time/millis.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { declaredRoutes } from "../access/guard.ts";
import { firstAdministrator, inviteAndSignIn, type SignedIn } from "../testing/signed-in.ts";
import { testServer, type TestServer, testStart } from "../testing/test-server.ts";

/** Ends an attribute of either kind and a text, and begins an element and a handler. */
const markup = `"'></title></textarea><planted onplanted=1>&planted;`;

const yaml = JSON.stringify;

const plantedSite = `
site: mechelen
timeZone: Europe/Brussels
profiles:
  cells: { low: 2, high: 6, criticalHigh: 12, deadband: 0.3, maxGap: 5m, excursionAfter: 10m, recoverAfter: 5m, unmonitoredAfter: 30m, alarmDelay: 5m, source: ${yaml(markup)}, edition: ${yaml(markup)} }
appliances:
  - { id: fridge-1, name: ${yaml(`Red ${markup}`)}, kind: refrigerator, profile: cells, probes: [ { id: p1 } ] }
contacts:
  - { id: on-call, name: ${yaml(markup)}, email: on-call@example.org }
`;

let server: TestServer;
let logged: string[];

beforeEach(async () => {
  logged = [];
  const log = (line: string): void => void logged.push(line);
  server = await testServer({ site: plantedSite, start: testStart + 40 * minuteMs, log });
});

afterEach(() => server.stop());

const at = (minute: number): string => formatInstant(testStart + minute * minuteMs);

interface Listed {
  readonly items: readonly { readonly id: string }[];
}

async function firstOf(url: string): Promise<string> {
  const { json } = await server.call("GET", url);
  return (json as Listed).items[0]?.id ?? "";
}

/** Plants the markup wherever a machine or a person can write a text; returns what stands for the parameters of addresses. */
async function plant(): Promise<Record<string, string>> {
  const unit = "/v1/units/A999926000088/E0398V00";
  await server.call("PUT", unit, { note: markup });
  await server.call("POST", "/v1/movements", {
    din: "A999926000088",
    productCode: "E0398V00",
    at: at(1),
    appliance: "fridge-1",
    reason: markup,
  });
  const warm = Array.from({ length: 40 }, (_, minute) => ({
    at: testStart + minute * minuteMs,
    celsius: minute < 5 ? 4 : 8,
  }));
  await server.post("p1", warm);
  const [alarm, excursion] = [await firstOf("/v1/alarms"), await firstOf("/v1/excursions")];
  expect({ alarm, excursion }).not.toContain("");
  const noted = { by: markup.slice(0, 100), note: markup };
  expect(await server.call("POST", `/v1/alarms/${alarm}/acknowledge`, noted)).toMatchObject({ status: 200 });
  const reason = { by: markup.slice(0, 100), reason: markup, until: at(120), unitsRemain: true };
  await server.call("POST", "/v1/appliances/fridge-1/out-of-service", reason);
  return {
    din: "A999926000088",
    productCode: "E0398V00",
    appliance: "fridge-1",
    probe: "p1",
    alarm,
    excursion,
  };
}

/** People of every right, whose names and browsers are called like the markup. */
async function signInAll(): Promise<SignedIn[]> {
  const { people } = server.server.services;
  const admin = await firstAdministrator(people, server.clock);
  const quality = await inviteAndSignIn(people, server.clock, admin, "quality", "quality");
  const auditor = await inviteAndSignIn(people, server.clock, admin, "auditor", "auditor");
  const account = { login: "planted", name: markup, email: "p@example.org", role: "storage" } as const;
  try {
    people.accounts.invite(admin.person, account, markup);
  } catch (error) {
    expect(String(error)).not.toContain("<planted");
  }
  await people.signIn("quality", "no", { address: markup, agent: markup }).catch(() => undefined);
  await server.server.web.inject({
    method: "POST",
    url: "/sign-in",
    headers: {
      "sec-fetch-site": "same-origin",
      "content-type": "application/x-www-form-urlencoded",
      "user-agent": markup,
    },
    payload: new URLSearchParams({ login: markup, password: markup, to: markup }).toString(),
  });
  return [admin, quality, auditor];
}

test("no text that anybody can plant becomes markup on any page", async () => {
  const known = await plant();
  const everybody = [{ accept: "text/html" }, ...(await signInAll()).map(({ headers }) => headers)];
  const values = Object.values(known).filter((value) => value !== "");
  const pages = declaredRoutes(server.server.web).filter(
    ({ method, path }) => method === "GET" && path !== "/live" && !path.startsWith("/v1/"),
  );
  let shown = 0;
  for (const { path } of pages) {
    const urls = path.includes(":")
      ? [...values, encodeURIComponent(markup)].map((value) => path.replace(/:\w+/g, () => value))
      : [
          path.replace("*", encodeURIComponent(markup)),
          `${path}?to=${encodeURIComponent(markup)}&q=${encodeURIComponent(markup)}&done=${encodeURIComponent(markup)}`,
        ];
    for (const url of urls)
      for (const headers of everybody) {
        const answer = await server.server.web.inject({ url, headers });
        if (!String(answer.headers["content-type"]).startsWith("text/html")) continue;
        expect(answer.payload, url).not.toMatch(/<planted|" ?onplanted|' ?onplanted/);
        if (/&(lt|#60);planted/.test(answer.payload)) shown += 1;
      }
  }
  expect(shown).toBeGreaterThan(5);
});

test("no secret that a person or machine sends comes back in answers, logs, metrics, trail or journal", async () => {
  const secret = "PLANTED0secret9";
  const heard: string[] = [];
  const { web, services } = server.server;
  const admin = await firstAdministrator(services.people, server.clock);
  const forms = declaredRoutes(web).filter(({ method }) => method === "POST" || method === "PUT");
  expect(forms.length).toBeGreaterThan(20);
  const fields = ["password", "fresh", "again", "old", "code", "token", "grant", "secret"];
  const form = new URLSearchParams(fields.map((name) => [name, secret]));
  for (const login of ["admin", "nobody", ""]) {
    form.set("login", login);
    for (const { method, path } of forms)
      for (const headers of [
        {},
        admin.headers,
        { authorization: `Bearer ${secret}` },
        { cookie: `coldkeep=${secret}` },
      ]) {
        const url = path.replace(":token", secret).replace(/:\w+/g, "admin");
        const sent = { accept: "text/html", "sec-fetch-site": "same-origin", ...headers };
        for (const [type, payload] of [
          ["application/x-www-form-urlencoded", form.toString()],
          ["application/json", JSON.stringify(Object.fromEntries(form))],
        ] as const) {
          const answer = await web.inject({
            method: method as "POST",
            url,
            headers: { ...sent, "content-type": type },
            payload,
          });
          // The form of a link that is good, or an address that is not there, names the link itself.
          heard.push(answer.payload.replaceAll(url, "").replaceAll(encodeURI(url), ""));
          heard.push(JSON.stringify({ ...answer.headers, location: "" }));
        }
      }
  }
  heard.push((await web.inject({ url: "/metrics" })).payload);
  const { database } = services;
  for (const table of ["journal", "audit"])
    for (const row of database.prepare(`SELECT * FROM ${table}`).all())
      for (const value of Object.values(row))
        heard.push(value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : String(value));
  services.database.prepare("DROP TABLE sessions").run();
  await web.inject({
    url: `/people?code=${secret}`,
    headers: { ...admin.headers, cookie: `coldkeep=${secret}` },
  });
  expect(logged.length).toBeGreaterThan(0);
  heard.push(...logged);
  expect(heard.length).toBeGreaterThan(500);
  expect(heard.filter((text) => text.includes(secret)).map((text) => text.slice(0, 500))).toEqual([]);
});
