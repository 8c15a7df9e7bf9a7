import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Behaviour } from "./channel-contract.ts";

/** One call that a provider in tests was sent. */
export interface HeardCall {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** What it answers where it behaves. */
export interface ProviderAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** A provider of messages over real HTTP that behaves as badly as it is told to. */
export interface RudeProvider {
  readonly url: string;
  readonly heard: readonly HeardCall[];
  readonly behave: (behaviour: Behaviour) => void;
  /** Resolves once it was sent the n-th call since its start. */
  readonly sent: (count: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** More than any adapter reads. */
const hugeCharacters = 1_000_000;

/** Starts a provider on this machine. `answer` says what it answers to a call where it accepts, refuses, or asks to wait; null leaves the call open. */
export async function rudeProvider(
  answer: (behaviour: "accept" | "refuse" | "not-now", call: HeardCall) => ProviderAnswer | null,
): Promise<RudeProvider> {
  const heard: HeardCall[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  let behaviour: Behaviour = "accept";

  const reply = (call: HeardCall, response: ServerResponse): void => {
    switch (behaviour) {
      case "accept":
      case "refuse":
      case "not-now": {
        const said = answer(behaviour, call);
        if (said === null) return;
        const { status, headers = {}, body } = said;
        response
          .writeHead(status, { "content-type": "application/json", ...headers })
          .end(JSON.stringify(body));
        return;
      }
      case "silent":
        return;
      case "slow":
        response.writeHead(200, { "content-type": "application/json" }).write("{");
        return;
      case "reset":
        response.writeHead(200, { "content-length": "100" }).write("{");
        setImmediate(() => response.destroy());
        return;
      case "garbage":
        response.writeHead(200).end("<html>Welcome to the hotel's network");
        return;
      case "huge":
        response.writeHead(200).end("x".repeat(hugeCharacters));
    }
  };

  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => (body += chunk));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      const call = { method, url, headers, body };
      heard.push(call);
      reply(call, response);
      for (const { count, resolve } of waiting) if (heard.length >= count) resolve();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    heard,
    behave: (next) => (behaviour = next),
    sent: (count) =>
      new Promise((resolve) => {
        if (heard.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
