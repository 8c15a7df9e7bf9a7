import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { html } from "ghtml";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { principalOf } from "../access/guard.ts";
import { problemOf } from "../http/problems.ts";
import type { AssetUrls } from "./assets.ts";
import { errorBody } from "./error-page.ts";
import { layout, type Page } from "./layout.ts";
import type { SiteView } from "./views.ts";

/** Which site this is, and what time it is there. */
export interface SiteNow {
  readonly site: SiteView;
  readonly at: EpochMs;
}

/** How pages are answered. */
export interface PageAnswers {
  /** Which site this is, now: what every page shows. */
  readonly here: () => SiteNow;
  /** Sends a page as a whole document to whoever asked; no browser keeps it. 200 unless another status is given. */
  readonly send: (reply: FastifyReply, page: Page, status?: number) => FastifyReply;
  /** Sends a page that says that there is no such thing. */
  readonly missing: (reply: FastifyReply, what: string) => FastifyReply;
  /** Sends a page that says what could not be done. */
  readonly failed: (reply: FastifyReply, status: number, title: string, text: string) => FastifyReply;
  /**
   * Answers an error that was thrown: whoever has to sign in first is sent there and back, what is refused is told, and the rest is logged in full and shown without a
   * word of its inside.
   */
  readonly thrown: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => FastifyReply;
}

/** Makes the answers. */
export function pageAnswers(assets: AssetUrls, here: () => SiteNow): PageAnswers {
  const send: PageAnswers["send"] = (reply, page, status = 200) =>
    sendDocument(reply, layout(page, principalOf(reply.request), assets), status);
  const failed: PageAnswers["failed"] = (reply, status, title, text) =>
    send(reply, { ...here(), title, section: "none", path: null, body: errorBody(title, text) }, status);
  return {
    here,
    send,
    failed,
    missing: (reply, what) =>
      failed(reply, 404, "Not found", `${what} It may have been renamed, or the address was copied in part.`),
    thrown: (error, request, reply) => {
      if (error instanceof CodedError) {
        const isOver = error.code === "sign.session-ended";
        const isRenewal = request.headers["hx-request"] !== undefined;
        if (isOver || (error.code === "auth.missing" && wantsPage(request) && !isRenewal))
          return toSignIn(request, reply);
        const { status: refusal, detail } = problemOf(error);
        const title = error.code === "auth.role" ? "This is not for your role" : "This was not taken";
        if (refusal < 500) return failed(reply, refusal, title, detail);
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

/** True where somebody with a browser asks, and no program. */
export function wantsPage(request: FastifyRequest): boolean {
  return !request.url.startsWith("/v1/") && (request.headers.accept ?? "").includes("text/html");
}

/** Sends whoever is not signed in to sign in; what they asked to see comes after it, what they sent has to be sent again. */
function toSignIn(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const to = request.method === "GET" ? `?to=${encodeURIComponent(request.url)}` : "";
  return reply.header("cache-control", "no-store").redirect(`/sign-in${to}`, 303);
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
