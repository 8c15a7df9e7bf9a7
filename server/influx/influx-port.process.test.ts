/** Goal: an InfluxDB that takes calls and never answers costs neither forever nor a connection for each try; one that takes only some of a write is not believed. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { openInflux } from "./influx-port.ts";
import { influxSettingsSchema } from "./influx-settings.ts";

let server: Server;

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function listening(answer: Parameters<typeof createServer>[1]): Promise<string> {
  server = createServer(answer ?? (() => undefined));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const connections = (): Promise<number> =>
  new Promise((resolve) => server.getConnections((_error, count) => resolve(count)));

test("silence is a fault after its time, and its connection is closed", async () => {
  const url = await listening(() => undefined);
  const port = openInflux(influxSettingsSchema.parse({ url }), 100);
  for (let round = 0; round < 5; round += 1) {
    expect(await port.write(["m f=1 1"])).toMatchObject({ ok: false, fault: { kind: "unreachable" } });
    expect(await port.query("SHOW MEASUREMENTS")).toMatchObject({
      ok: false,
      fault: { kind: "unreachable" },
    });
  }
  while ((await connections()) > 0) await pause(10);
});

test("an end does not wait for a silent InfluxDB", async () => {
  const heard = Promise.withResolvers<void>();
  const url = await listening(() => heard.resolve());
  const port = openInflux(influxSettingsSchema.parse({ url }));
  const written = port.write(["m f=1 1"]);
  const asked = port.query("SHOW MEASUREMENTS");
  await heard.promise;
  port.close();
  expect(await written).toMatchObject({ ok: false, fault: { kind: "unreachable" } });
  expect(await asked).toMatchObject({ ok: false, fault: { kind: "unreachable" } });
});

test("some of it was written (201) is a refusal", async () => {
  const url = await listening((request, response) => {
    request.resume();
    request.on("end", () => response.writeHead(201).end());
  });
  const port = openInflux(influxSettingsSchema.parse({ url }));
  expect(await port.write(["m f=1 1"])).toMatchObject({ ok: false, fault: { kind: "content" } });
});

test("the credentials are sent as each version takes them", async () => {
  const seen: (string | undefined)[] = [];
  const url = await listening((request, response) => {
    seen.push(request.headers.authorization);
    request.resume();
    request.on("end", () => response.writeHead(204).end());
  });
  await openInflux(influxSettingsSchema.parse({ url, token: "abc" })).write(["m f=1 1"]);
  await openInflux(influxSettingsSchema.parse({ url, username: "u", password: "p" })).write(["m f=1 1"]);
  await openInflux(influxSettingsSchema.parse({ url })).write(["m f=1 1"]);
  expect(seen).toEqual(["Token abc", "Basic dTpw", undefined]);
});
