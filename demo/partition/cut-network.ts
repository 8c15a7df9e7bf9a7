import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";

/** A network between a gateway and a server, that can be cut. */
export interface CutNetwork {
  /** The server's address as the gateway knows it. */
  readonly url: string;
  readonly cut: () => void;
  readonly mend: () => void;
  /** What was asked, in order: method, path and status. */
  readonly asked: readonly string[];
  readonly stop: () => Promise<void>;
}

/** Opens a network to a server's HTTP side. Answers carry no `Date`: the server's time is a virtual one, that of the machine is not. */
export async function cutNetwork(web: FastifyInstance): Promise<CutNetwork> {
  const asked: string[] = [];
  let isCut = false;

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { method = "GET", url = "/" } = request;
    const answer = await web.inject({
      method: method as "GET" | "POST",
      url,
      headers: request.headers as Record<string, string>,
      ...(parts.length === 0 ? {} : { payload: Buffer.concat(parts) }),
    });
    asked.push(`${method} ${url.split("?")[0] ?? ""} ${answer.statusCode}`);
    response.sendDate = false;
    const { date: _date, "transfer-encoding": _encoding, ...headers } = answer.headers;
    response.writeHead(answer.statusCode, headers as Record<string, string>);
    response.end(answer.rawPayload);
  }

  const server = createServer((request, response) => {
    if (isCut) {
      request.socket.destroy();
      return;
    }
    pass(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: () => {
      isCut = true;
      server.closeAllConnections();
    },
    mend: () => {
      isCut = false;
    },
    asked,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
