import type { Clock } from "@coldkeep/core/time/clock.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { registerAcknowledge } from "./acknowledge.ts";
import { applianceBody, windowHours, windowHoursDefault, windowStart } from "./appliance-page.ts";
import { registerAssets } from "./asset-routes.ts";
import { boardBody, boardTitle } from "./board-page.ts";
import { errorBody } from "./error-page.ts";
import { excursionsBody } from "./excursion-list.ts";
import { excursionBody, excursionTitle } from "./excursion-page.ts";
import { layout, type Page } from "./layout.ts";
import { liveHub, type LiveLoss } from "./live-hub.ts";
import { sharedRender } from "./shared-render.ts";
import type { ExcursionPageView, PageViews } from "./views.ts";

/** What the pages need from the server. */
export interface PagesOptions {
  readonly views: PageViews;
  /** Calls the listener after anything changed that a page may show; returns what ends that. */
  readonly changes: { readonly subscribe: (listener: () => void) => () => void };
  readonly clock: Clock;
  /** Renders the excursion report as PDF. */
  readonly report: (view: ExcursionPageView) => Promise<Uint8Array>;
  /** Acknowledges an alarm; false where there is none with that id. Without it the pages offer no acknowledgement. */
  readonly acknowledge?: (id: string, by: string, note: string) => boolean | Promise<boolean>;
  /** Counts listeners that were refused or cut off at the limits. */
  readonly lost?: (loss: LiveLoss) => void;
}

/**
 * The pages that people see: the board, appliances, excursions, and what keeps them live. To be registered without a prefix. Unknown
 * addresses get a page, save those under `/v1/` and requests that do not ask for HTML, which go to the application's own handler.
 */
export async function pagesPlugin(app: FastifyInstance, options: PagesOptions): Promise<void> {
  const { views, clock, acknowledge } = options;
  const assets = registerAssets(app);
  const hub = liveHub(clock, (loss) => {
    app.log.warn(
      { loss },
      "A page that listens was turned away at a limit; it shows that it is not live and tries again",
    );
    options.lost?.(loss);
  });
  const unsubscribe = options.changes.subscribe(hub.changed);
  app.addHook("preClose", async () => {
    unsubscribe();
    hub.stop();
  });

  const page = (content: Page): string => layout(content, assets);
  const send = (reply: FastifyReply, text: string, status = 200): FastifyReply =>
    reply.code(status).header("cache-control", "no-store").type("text/html; charset=utf-8").send(text);
  const canAcknowledge = acknowledge !== undefined;

  const failed = (reply: FastifyReply, status: number, title: string, text: string): FastifyReply => {
    const { site, at } = views.board();
    return send(
      reply,
      page({ site, at, title, section: "none", path: null, body: errorBody(title, text) }),
      status,
    );
  };
  const missing = (reply: FastifyReply, what: string): FastifyReply =>
    failed(reply, 404, "Not found", `${what} It may have been renamed, or the address was copied in part.`);

  app.setErrorHandler((error: { readonly statusCode?: number }, request, reply) => {
    const status =
      error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500
        ? error.statusCode
        : 500;
    if (status === 500) request.log.error({ err: error }, "A page could not be made");
    const text =
      status === 500
        ? "The server could not make this page. The record goes on. Try again; if it stays, tell whoever looks after the server."
        : "The server could not read this request. Go back and try again.";
    return plainPage(reply, status, text, send);
  });

  const board = sharedRender(clock, hub.generation, () => {
    const view = views.board();
    return page({
      site: view.site,
      at: view.at,
      title: boardTitle(view),
      section: "board",
      path: "/",
      body: boardBody(view, canAcknowledge),
    });
  });
  app.get("/", (_request, reply) => send(reply, board.get()));

  app.get<{ Params: { id: string }; Querystring: { hours?: string } }>(
    "/appliances/:id",
    (request, reply) => {
      const now: EpochMs = clock.epochMs();
      const hours = windowHours(request.query.hours);
      const view = views.appliance(request.params.id, windowStart(now, hours), now);
      if (view === null) return missing(reply, "There is no such appliance at this site.");
      const query = hours === windowHoursDefault ? "" : `?hours=${hours}`;
      return send(
        reply,
        page({
          site: view.site,
          at: view.at,
          title: view.appliance.name,
          section: "none",
          path: `/appliances/${encodeURIComponent(view.appliance.id)}${query}`,
          renewSeconds: 5,
          body: applianceBody(view, hours, canAcknowledge),
        }),
      );
    },
  );

  app.get("/excursions", (_request, reply) => {
    const view = views.excursions();
    const { site, at } = view;
    return send(
      reply,
      page({
        site,
        at,
        title: "Excursions",
        section: "excursions",
        path: "/excursions",
        renewSeconds: 5,
        body: excursionsBody(view),
      }),
    );
  });

  app.get<{ Params: { id: string } }>("/excursions/:id", (request, reply) => {
    const view = views.excursion(request.params.id);
    if (view === null) return missing(reply, "There is no such excursion on record.");
    return send(
      reply,
      page({
        site: view.site,
        at: view.at,
        title: excursionTitle(view),
        section: "excursions",
        path: `/excursions/${encodeURIComponent(view.excursion.id)}`,
        renewSeconds: 5,
        body: excursionBody(view, canAcknowledge),
      }),
    );
  });

  app.get<{ Params: { id: string } }>("/excursions/:id/report.pdf", async (request, reply) => {
    const view = views.excursion(request.params.id);
    if (view === null) return missing(reply, "There is no such excursion on record.");
    const bytes = await options.report(view);
    return reply
      .header("cache-control", "no-store")
      .header(
        "content-disposition",
        `inline; filename="excursion-${view.excursion.id.replace(/[^\w-]/g, "_")}.pdf"`,
      )
      .type("application/pdf")
      .send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  });

  app.get("/live", { exposeHeadRoute: false }, (_request, reply) => {
    const stream = hub.connect();
    if (stream === null) {
      return reply
        .code(503)
        .header("retry-after", "10")
        .type("text/plain")
        .send("Too many pages are live. This one tries again.\n");
    }
    return reply
      .header("cache-control", "no-store")
      .header("x-accel-buffering", "no")
      .type("text/event-stream")
      .send(stream);
  });

  if (acknowledge) registerAcknowledge(app, { acknowledge, missing, failed, done: board.drop });

  app.get("/*", { exposeHeadRoute: false }, (request, reply) => {
    if (!wantsPage(request)) {
      reply.callNotFound();
      return reply;
    }
    return missing(reply, "There is no page at this address.");
  });
}

function wantsPage(request: FastifyRequest): boolean {
  return !request.url.startsWith("/v1/") && (request.headers.accept ?? "").includes("text/html");
}

/** A page that needs nothing, for when the read side itself may be what failed. */
function plainPage(
  reply: FastifyReply,
  status: number,
  text: string,
  send: (reply: FastifyReply, text: string, status: number) => FastifyReply,
): FastifyReply {
  const title = status === 500 ? "This page could not be made" : "This request could not be read";
  return send(
    reply,
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title} · Coldkeep</title><h1>${title}</h1><p>${text}</p><p><a href="/">To the board</a></p></html>`,
    status,
  );
}
