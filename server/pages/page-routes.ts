import type { Clock } from "@coldkeep/core/time/clock.ts";
import type { FastifyInstance, FastifyReply } from "fastify";
import { type Principal } from "@coldkeep/core/people/principal.ts";
import { isAllowed } from "@coldkeep/core/people/roles.ts";
import { access, type Access } from "../access/access.ts";
import { principalOf } from "../access/guard.ts";
import { applianceBody, windowHours, windowHoursDefault, windowStart } from "./appliance-page.ts";
import { boardBody, boardTitle } from "./board-page.ts";
import { excursionsBody } from "./excursion-list.ts";
import { excursionBody, excursionTitle } from "./excursion-page.ts";
import type { Page } from "./layout.ts";
import type { PageAnswers } from "./page-answers.ts";
import { sharedRender, type SharedRender } from "./shared-render.ts";
import type { ExcursionPageView, PageViews } from "./views.ts";

/** What the routes of pages need. */
export interface PageRoutes {
  readonly views: PageViews;
  readonly clock: Clock;
  readonly answers: PageAnswers;
  /** True where somebody is offered to acknowledge. */
  readonly canAcknowledge: (viewer: Principal) => boolean;
  /** Who sees the board. */
  readonly boardAccess: Access;
}

/** Shortest time between two renewals of a page that shows more than the board, in seconds. */
const renewSeconds = 5;

const noExcursion = "There is no such excursion on record.";

/** Serves the board, rendered once for all who may do the same with it; returns what drops the renderings. */
export function boardRoute(app: FastifyInstance, routes: PageRoutes, generation: () => number): () => void {
  const { views, clock, answers, canAcknowledge, boardAccess } = routes;
  const render = (isActing: boolean): SharedRender<Page> =>
    sharedRender(clock, generation, (): Page => {
      const view = views.board();
      const { site, at } = view;
      const body = boardBody(view, isActing);
      return { site, at, title: boardTitle(view), section: "board", path: "/", body };
    });
  const boards = { acting: render(true), looking: render(false) };
  app.get("/", { config: access(boardAccess) }, (request, reply) =>
    answers.send(reply, boards[canAcknowledge(principalOf(request)) ? "acting" : "looking"].get()),
  );
  return () => {
    boards.acting.drop();
    boards.looking.drop();
  };
}

/** Serves the page of each appliance. */
export function applianceRoute(
  app: FastifyInstance,
  { views, clock, answers, canAcknowledge }: PageRoutes,
): void {
  app.get<{ Params: { id: string }; Querystring: { hours?: string } }>(
    "/appliances/:id",
    { config: access("records.read") },
    async (request, reply): Promise<FastifyReply> => {
      const now = clock.epochMs();
      const hours = windowHours(request.query.hours);
      const view = await views.appliance(request.params.id, windowStart(now, hours), now);
      if (view === null) return answers.missing(reply, "There is no such appliance at this site.");
      const { site, at, appliance } = view;
      const query = hours === windowHoursDefault ? "" : `?hours=${hours}`;
      const path = `/appliances/${encodeURIComponent(appliance.id)}${query}`;
      const body = applianceBody(view, hours, canAcknowledge(principalOf(request)));
      return answers.send(reply, {
        site,
        at,
        title: appliance.name,
        section: "none",
        path,
        renewSeconds,
        body,
      });
    },
  );
}

/** Serves the list of excursions and the page of each. */
export function excursionRoutes(app: FastifyInstance, { views, answers, canAcknowledge }: PageRoutes): void {
  app.get("/excursions", { config: access("records.read") }, (_request, reply) => {
    const view = views.excursions();
    const { site, at } = view;
    const body = excursionsBody(view);
    return answers.send(reply, {
      site,
      at,
      title: "Excursions",
      section: "excursions",
      path: "/excursions",
      renewSeconds,
      body,
    });
  });
  app.get<{ Params: { id: string } }>(
    "/excursions/:id",
    { config: access("records.read") },
    async (request, reply): Promise<FastifyReply> => {
      const view = await views.excursion(request.params.id);
      if (view === null) return answers.missing(reply, noExcursion);
      const { site, at, excursion } = view;
      const path = `/excursions/${encodeURIComponent(excursion.id)}`;
      const viewer = principalOf(request);
      const role = viewer.kind === "person" ? viewer.role : null;
      const maySign = role !== null && isAllowed(role, "units.decide");
      const body = excursionBody(view, canAcknowledge(viewer), maySign);
      return answers.send(reply, {
        site,
        at,
        title: excursionTitle(view),
        section: "excursions",
        path,
        renewSeconds,
        body,
      });
    },
  );
}

/** Serves each excursion's report to people; programs get the same under `/v1/`. */
export function reportRoute(
  app: FastifyInstance,
  { views, answers }: PageRoutes,
  report: (view: ExcursionPageView) => Promise<Uint8Array>,
): void {
  app.get<{ Params: { id: string } }>(
    "/excursions/:id/report.pdf",
    { config: access("records.read") },
    async (request, reply): Promise<FastifyReply> => {
      const view = await views.excursion(request.params.id);
      if (view === null) return answers.missing(reply, noExcursion);
      const bytes = await report(view);
      const name = `excursion-${view.excursion.id.replace(/[^\w-]/g, "_")}.pdf`;
      return reply
        .header("cache-control", "no-store")
        .header("content-disposition", `inline; filename="${name}"`)
        .type("application/pdf")
        .send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    },
  );
}
