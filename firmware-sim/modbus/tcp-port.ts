/** The adapter over TCP: where simulated Modbus devices listen. */
import { createServer, type Server, type Socket } from "node:net";
import { messageSplitter, tcpFrame } from "@coldkeep/core/modbus/mbap.ts";
import type { LinePort } from "../lines/port.ts";
import type { Slave } from "./slave.ts";

/** Most connections at a time; more are cut. */
export const connectionsMax = 16;

/** The exception of a gateway whose device does not answer. */
const noAnswer = Uint8Array.of(0x0b);

/** Lets devices answer on `host:port`. A pulled cable ends all connections and nobody listens. */
export function tcpPort(
  listen: string,
  slaves: readonly Slave[],
  failed: (reason: string) => void,
): LinePort {
  const colon = listen.lastIndexOf(":");
  const sockets = new Set<Socket>();
  let server: Server | null = null;
  const pull = (): void => {
    server?.close();
    server = null;
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  return {
    name: "modbus-tcp",
    line: {
      offer: (appliance, sample) =>
        slaves.find((one) => one.appliance === appliance)?.measured(sample.channels),
    },
    plugIn: () => {
      if (server !== null) return;
      server = createServer((socket) => {
        if (sockets.size >= connectionsMax) socket.destroy();
        else {
          sockets.add(socket);
          serve(socket, slaves, () => sockets.delete(socket));
        }
      });
      server.on("error", (error) => failed(`modbus-tcp cannot listen on ${listen}: ${error.message}`));
      server.listen(Number(listen.slice(colon + 1)), listen.slice(0, colon));
    },
    pull,
    stop: pull,
  };
}

function serve(socket: Socket, slaves: readonly Slave[], ended: () => void): void {
  const splitter = messageSplitter();
  socket.on("error", () => {});
  socket.on("close", ended);
  socket.on("data", (chunk: Uint8Array) => {
    const { messages, broken } = splitter.push(chunk);
    for (const { transaction, unit, pdu } of messages) {
      const answer = slaves.find((one) => one.unit === unit)?.answer(pdu) ?? null;
      const code = (pdu[0] ?? 0) | 0x80;
      const told = answer ?? Uint8Array.from([code, ...noAnswer]);
      socket.write(tcpFrame({ transaction, unit, pdu: told }));
    }
    if (broken) socket.destroy();
  });
}
