import type { Clock } from "@coldkeep/core/time/clock.ts";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Principal, roleOf } from "@coldkeep/core/people/principal.ts";
import { isAllowed } from "@coldkeep/core/people/roles.ts";
import { access, type Access } from "../access/access.ts";
import type { Acting } from "../access/acting.ts";
import { registerAcknowledge, type PromiseGiven } from "./acknowledge.ts";
import { liveHub, type LiveHub, type LiveLoss } from "./live-hub.ts";
import { type PageAnswers, wantsPage } from "./page-answers.ts";
import { applianceRoute, boardRoute, excursionRoutes, reportRoute, type PageRoutes } from "./page-routes.ts";
import type { ExcursionPageView, PageViews } from "./views.ts";

/** What the pages need from the server. */
export interface PagesOptions {
  readonly views: PageViews;
  readonly answers: PageAnswers;
  /** Calls the listener after anything changed that a page may show; returns what ends that. */
  readonly changes: { readonly subscribe: (listener: () => void) => () => void };
  readonly clock: Clock;
  /** Renders the excursion report as PDF. */
  readonly report: (view: ExcursionPageView) => Promise<Uint8Array>;
  /** Acknowledges an alarm; false where there is none with that id. Without it the pages offer no acknowledgement. */
  readonly acknowledge?: (id: string, who: Acting, promise: PromiseGiven) => boolean | Promise<boolean>;
  /** Lets anybody see the board, e.g. a display on a wall; nobody, where left out. */
  readonly isBoardOpen?: boolean;
  /** False once whoever asked for a live page may not see it any more; always true where left out. */
  readonly isStillIn?: (request: FastifyRequest) => boolean;
  /** Counts listeners that were refused or cut off at the limits. */
  readonly lost?: (loss: LiveLoss) => void;
}

/**
 * The pages that people see: the board, appliances, excursions, and what keeps them live. To be registered without a prefix. Unknown
 * addresses get a page, save those under `/v1/` and requests that do not ask for HTML, which go to the application's own handler.
 */
export async function pagesPlugin(app: FastifyInstance, options: PagesOptions): Promise<void> {
  const { views, clock, answers, acknowledge } = options;
  app.addHook("onRoute", (route) => {
    route.schema = Object.assign({}, route.schema, { hide: true });
  });
  app.setErrorHandler(answers.thrown);
  const boardAccess = options.isBoardOpen === true ? "public" : "board.read";
  const canAcknowledge = (viewer: Principal): boolean => {
    const role = roleOf(viewer);
    return acknowledge !== undefined && role !== null && isAllowed(role, "alarms.handle");
  };
  const routes: PageRoutes = { views, clock, answers, canAcknowledge, boardAccess };
  const hub = registerLive(app, options, boardAccess);
  const dropBoard = boardRoute(app, routes, hub.generation);
  applianceRoute(app, routes);
  excursionRoutes(app, routes);
  reportRoute(app, routes, options.report);
  if (acknowledge) {
    registerAcknowledge(app, {
      acknowledge,
      missing: answers.missing,
      failed: answers.failed,
      done: dropBoard,
    });
  }
  app.get("/*", { exposeHeadRoute: false, config: access("public") }, (request, reply) => {
    if (wantsPage(request)) return answers.missing(reply, "There is no page at this address.");
    reply.callNotFound();
    return reply;
  });
}

/** Serves the stream of live events until the application closes. */
function registerLive(app: FastifyInstance, options: PagesOptions, who: Access): LiveHub {
  const hub = liveHub(options.clock, (loss) => {
    app.log.warn(
      { loss },
      "A page that listens was turned away at a limit; it says that it is not live and tries again",
    );
    options.lost?.(loss);
  });
  const unsubscribe = options.changes.subscribe(hub.changed);
  app.addHook("preClose", async () => {
    unsubscribe();
    hub.stop();
  });
  app.get("/live", { exposeHeadRoute: false, config: access(who) }, (request, reply) => {
    const stream = hub.connect(() => options.isStillIn?.(request) ?? true);
    reply.header("cache-control", "no-store");
    if (stream === null) {
      const text = "Too many pages are live. This one tries again.\n";
      return reply.code(503).header("retry-after", "10").type("text/plain").send(text);
    }
    return reply.header("x-accel-buffering", "no").type("text/event-stream").send(stream);
  });
  return hub;
}
