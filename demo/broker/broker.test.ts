import { connect, connectAsync, type IClientOptions } from "mqtt";
import { expect, test } from "vitest";
import { openBroker } from "./broker.ts";

test("keeps for a session what comes while its client is away, and closes with clients connected", async () => {
  const broker = await openBroker();
  const url = `mqtt://127.0.0.1:${broker.port}`;
  const session: IClientOptions = {
    clientId: "gateway",
    clean: false,
    protocolVersion: 4,
    reconnectPeriod: 0,
  };
  const away = await connectAsync(url, session);
  await away.subscribeAsync("coldkeep/v1/+/readings", { qos: 1 });
  await away.endAsync();

  const device = await connectAsync(url, { protocolVersion: 4, reconnectPeriod: 0 });
  await device.publishAsync("coldkeep/v1/a/readings", "{}", { qos: 1 });
  // Listens from before the connection: what was kept may come right behind it.
  const topic = new Promise<string>((resolve) => connect(url, session).once("message", resolve));
  expect(await topic).toBe("coldkeep/v1/a/readings");
  await broker.close();
  await expect(connectAsync(url, session)).rejects.toThrow(/ECONNREFUSED/);
});
