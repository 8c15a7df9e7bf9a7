import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { html } from "ghtml";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { problemOf } from "../http/problems.ts";
import type { AssetUrls } from "./assets.ts";
import { errorBody } from "./error-page.ts";
import { layout, type Page } from "./layout.ts";
import type { BoardView } from "./views.ts";

/** How pages are answered. */
export interface PageAnswers {
  /** Writes a page as a whole document. */
  readonly document: (page: Page) => string;
  /** Sends a document; it is never kept by a browser. */
  readonly send: (reply: FastifyReply, document: string) => FastifyReply;
  /** Sends a page that says that there is no such thing. */
  readonly missing: (reply: FastifyReply, what: string) => FastifyReply;
  /** Sends a page that says what could not be done. */
  readonly failed: (reply: FastifyReply, status: number, title: string, text: string) => FastifyReply;
  /** Answers an error that was thrown: logged in full, shown without a word of its inside. */
  readonly thrown: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => FastifyReply;
}

/** Makes the answers. `board` says which site this is. */
export function pageAnswers(assets: AssetUrls, board: () => BoardView): PageAnswers {
  const document = (page: Page): string => layout(page, assets);
  const failed: PageAnswers["failed"] = (reply, status, title, text) => {
    const { site, at } = board();
    const body = errorBody(title, text);
    return sendDocument(reply, document({ site, at, title, section: "none", path: null, body }), status);
  };
  return {
    document,
    send: (reply, text) => sendDocument(reply, text, 200),
    failed,
    missing: (reply, what) =>
      failed(reply, 404, "Not found", `${what} It may have been renamed, or the address was copied in part.`),
    thrown: (error, request, reply) => {
      if (error instanceof CodedError) {
        const { status: refusal, detail } = problemOf(error);
        if (refusal < 500) return sendPlain(reply, refusal, "This was not taken", detail);
      }
      const status = error.statusCode ?? 500;
      if (status >= 400 && status < 500)
        return sendPlain(reply, status, "This request could not be read", "Go back and try again.");
      request.log.error({ err: error }, "A page could not be made");
      const text = "The record goes on. Try again; if it stays, tell whoever looks after the server.";
      return sendPlain(reply, 500, "This page could not be made", text);
    },
  };
}

function sendDocument(reply: FastifyReply, document: string, status: number): FastifyReply {
  return reply
    .code(status)
    .header("cache-control", "no-store")
    .type("text/html; charset=utf-8")
    .send(document);
}

/** A page that needs nothing, for when the read side itself may be what failed. */
function sendPlain(reply: FastifyReply, status: number, title: string, text: string): FastifyReply {
  const document = html`<!doctype html>
    <html lang="en">
      <meta charset="utf-8" /><title>${title} · Coldkeep</title>
      <h1>${title}</h1>
      <p>${text}</p>
      <p><a href="/">To the board</a></p>
    </html>`;
  return sendDocument(reply, document, status);
}
