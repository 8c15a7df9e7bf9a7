import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { type Batch, batchSchema } from "@coldkeep/core/contract/batch.ts";

/** What a stub server does with a request instead of answering it well; it has not recorded the batch unless it says so. */
export type Misbehaviour =
  | {
      readonly kind: "status";
      readonly status: number;
      readonly code?: string;
      readonly headers?: Record<string, string>;
    }
  /** Never answers. */
  | { readonly kind: "silence" }
  /** Closes the connection before it has answered. */
  | { readonly kind: "reset" }
  /** Records the batch, then breaks off in the middle of the answer. */
  | { readonly kind: "reset-after-record" }
  /** Answers 200 with this instead of the right answer. */
  | { readonly kind: "answer"; readonly body: string };

/** A request as it came. */
export interface SeenRequest {
  readonly batch: Batch;
  readonly text: string;
  readonly headers: IncomingMessage["headers"];
}

/** A server for tests: it knows nothing of probes or excursions, it only keeps what it was sent. */
export interface StubServer {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  /** Batches recorded, once for each gateway and sequence. */
  readonly recorded: ReadonlyMap<string, Batch>;
  /** All readings recorded, in the order of recording. */
  readonly readings: () => Batch["readings"];
  /** Ends when `holds` is true; looked at after each request. */
  readonly until: (holds: () => boolean) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/**
 * Opens a stub on loopback (a given port, or any). Like the real server it answers 200 to a known `(gateway, sequence)` with the same
 * content, and 409 `batch.sequence-reused` to one with other content. `decide` may make it misbehave for a request.
 */
export async function stubServer(
  decide: (batch: Batch, request: number) => Misbehaviour | null = () => null,
  port = 0,
): Promise<StubServer> {
  const seen: SeenRequest[] = [];
  const recorded = new Map<string, Batch>();
  const texts = new Map<string, string>();
  let waiting: { holds: () => boolean; resolve: () => void }[] = [];
  const sockets = new Set<Socket>();
  const look = (): void => {
    for (const one of waiting) if (one.holds()) one.resolve();
    waiting = waiting.filter((one) => !one.holds());
  };

  function answer(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
    const text = unpack(body, request.headers["content-encoding"]);
    const batch = batchSchema.parse(JSON.parse(text));
    seen.push({ batch, text, headers: request.headers });
    const misbehaviour = decide(batch, seen.length - 1);
    if (misbehaviour === null || misbehaviour.kind === "reset-after-record") {
      const key = `${batch.gateway}/${batch.sequence}`;
      if ((texts.get(key) ?? text) !== text) return problem(response, 409, "batch.sequence-reused");
      texts.set(key, text);
      recorded.set(key, batch);
    }
    switch (misbehaviour?.kind) {
      case undefined: {
        const { sequence, readings } = batch;
        const good = { committed: sequence, accepted: readings.length, duplicates: 0, rejected: [] };
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(good));
        break;
      }
      case "status":
        problem(response, misbehaviour.status, misbehaviour.code ?? "stub.says-so", misbehaviour.headers);
        break;
      case "silence":
        break;
      case "reset":
        request.socket.destroy();
        break;
      case "reset-after-record":
        response.writeHead(200, { "content-type": "application/json", "content-length": "100" });
        response.write('{"committed":', () => request.socket.destroy());
        break;
      case "answer":
        response.writeHead(200).end(misbehaviour.body);
        break;
    }
  }

  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      if (request.url !== "/v1/batches") {
        problem(response, 404, "request.not-found");
        return;
      }
      answer(request, response, Buffer.concat(parts));
      look();
    });
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    recorded,
    readings: () => [...recorded.values()].flatMap((batch) => batch.readings),
    until: (holds) =>
      new Promise((resolve) => {
        if (holds()) resolve();
        else waiting.push({ holds, resolve });
      }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function problem(
  response: ServerResponse,
  status: number,
  code: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/problem+json", ...headers });
  response.end(
    JSON.stringify({ type: "about:blank", title: code, status, detail: "as the test wants it", code }),
  );
}

function unpack(body: Buffer, encoding: string | undefined): string {
  if (encoding === "zstd") return zstdDecompressSync(body).toString("utf8");
  return (encoding === "gzip" ? gunzipSync(body) : body).toString("utf8");
}
