import { createServer, type Socket } from "node:net";
import { Aedes } from "aedes";
import { closeServer, listen } from "../processes/listening.ts";

/** The MQTT broker of the demo. */
export interface Broker {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** Opens a broker (MQTT 3.1.1) on a free loopback port. It forgets everything when it closes. */
export async function openBroker(): Promise<Broker> {
  const aedes = await Aedes.createBroker();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    aedes.handle(socket);
  });
  const port = await listen(server, { host: "127.0.0.1", port: 0 }, null);
  return {
    port,
    close: async () => {
      const closed = closeServer(server);
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
