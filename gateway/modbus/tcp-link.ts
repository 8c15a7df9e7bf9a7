import { connect } from "node:net";

/** What a connection tells. `closed` comes exactly once, with the reason. */
export interface LinkEvents {
  readonly opened: () => void;
  readonly data: (chunk: Uint8Array) => void;
  readonly closed: (reason: string) => void;
}

/** An open (or opening) TCP connection. */
export interface TcpLink {
  /** Writes; nothing happens where it is not open. */
  readonly write: (bytes: Uint8Array) => void;
  readonly close: (reason: string) => void;
}

/** Opens a connection. The port of Modbus over TCP; the one below is the real one. */
export type OpenLink = (host: string, port: number, events: LinkEvents) => TcpLink;

/** After so long without a word the system asks whether the other end is still there. Unit ms. */
const keepAliveMs = 30_000;

/** The adapter over TCP sockets. */
export const openTcpLink: OpenLink = (host, port, events) => {
  let ended = false;
  const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs });
  const end = (reason: string): void => {
    if (ended) return;
    ended = true;
    socket.destroy();
    events.closed(reason);
  };
  socket.on("connect", () => (ended ? undefined : events.opened()));
  socket.on("data", (chunk: Uint8Array) => (ended ? undefined : events.data(chunk)));
  socket.on("error", (error) => end(error.message));
  socket.on("close", () => end("the other end closed the connection"));
  return {
    write: (bytes) => {
      if (!ended) socket.write(bytes);
    },
    close: end,
  };
};
