import { hash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { closeServer, listen, type Listen } from "../processes/listening.ts";
import type { MailStore } from "./mail-store.ts";
import { listPage, mailboxStyle, mailPage, missingPage, timeFormat } from "./mailbox-pages.ts";

/** The mailbox as pages: the list at `/`, a mail at `/mails/{id}`, everything as data at `/mails.json`. */
export interface MailboxServer {
  readonly port: number;
  readonly close: () => Promise<void>;
}

const policy = `default-src 'none'; style-src 'sha256-${hash("sha256", mailboxStyle, "base64")}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** Opens the pages. Throws `demo.port-taken` naming the variable that moves them. */
export async function openMailboxServer(
  store: MailStore,
  timeZone: string,
  at: Listen,
  variable: string | null,
): Promise<MailboxServer> {
  const time = timeFormat(timeZone);
  const server = createServer((request, response) => answer(request, response, store, time));
  const port = await listen(server, at, variable);
  return {
    port,
    close: async () => {
      const closed = closeServer(server);
      server.closeAllConnections();
      await closed;
    },
  };
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  store: MailStore,
  time: (at: number) => string,
): void {
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  if (request.method !== "GET" && request.method !== "HEAD") {
    send(response, 405, "text/plain; charset=utf-8", "This mailbox is only for reading.\n");
    return;
  }
  if (path === "/mails.json") {
    send(response, 200, "application/json; charset=utf-8", JSON.stringify(store.list()));
    return;
  }
  const page = pageAt(path, store, time);
  send(response, page === null ? 404 : 200, "text/html; charset=utf-8", page ?? missingPage());
}

function pageAt(path: string, store: MailStore, time: (at: number) => string): string | null {
  if (path === "/") return listPage(store.list(), time);
  const id = /^\/mails\/([0-9-]+)$/.exec(path)?.[1];
  const mail = id === undefined ? null : store.get(id);
  return mail === null ? null : mailPage(mail, time);
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    "content-type": type,
    "content-security-policy": policy,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
  });
  response.end(body);
}
