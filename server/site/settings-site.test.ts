import { afterEach, expect, test } from "vitest";
import { parse } from "yaml";
import { exampleSite, testServer, type TestServer } from "../testing/test-server.ts";

let server: TestServer | null = null;
afterEach(() => server?.stop());

const highest = () => server?.server.services.site()?.site.profiles["red-cells-eu"]?.at(-1)?.high;

test("a start leaves in force what came after the settings' file, and takes the file again once it has changed", async () => {
  server = await testServer();
  await server.call("POST", "/v1/site", parse(exampleSite.replace("high: 6", "high: 8")));
  server = await server.restart();
  expect(highest()).toBe(8);
  server = await server.restart({ site: exampleSite.replace("high: 6", "high: 7") });
  expect(highest()).toBe(7);
  server = await server.restart({ site: exampleSite });
  expect(highest()).toBe(6);
  const { database } = server.server.services;
  expect(database.prepare("SELECT count(*) AS n FROM sites").get()?.["n"]).toBe(4);
});
