import type { FastifyInstance } from "fastify";
import { acceptForms } from "../pages/form-body.ts";
import { peopleRoutes } from "../people-pages/people-routes.ts";
import { tokenRoutes } from "../people-pages/token-routes.ts";
import { accountRoutes } from "./account-routes.ts";
import type { SingleSignOn } from "../oidc/single-sign-on.ts";
import type { PeopleGround } from "./ground.ts";
import { linkRoutes } from "./link-routes.ts";
import { signInRoutes } from "./sign-in-routes.ts";
import { stepRoutes } from "./step-routes.ts";

/** What the pages about people need from the server. */
export interface PeoplePagesOptions {
  readonly ground: PeopleGround;
  /** Null without one in the settings. */
  readonly singleSignOn: SingleSignOn | null;
}

/** The pages about people: signing in and out, one's own account, and what administrators do with accounts and tokens. */
export async function peoplePlugin(
  app: FastifyInstance,
  { ground, singleSignOn }: PeoplePagesOptions,
): Promise<void> {
  app.addHook("onRoute", (route) => {
    route.schema = Object.assign({}, route.schema, { hide: true });
  });
  app.setErrorHandler(ground.answers.thrown);
  acceptForms(app);
  signInRoutes(app, ground, singleSignOn?.name ?? null);
  singleSignOn?.routes(app, ground);
  stepRoutes(app, ground);
  linkRoutes(app, ground);
  accountRoutes(app, ground);
  peopleRoutes(app, ground, singleSignOn !== null);
  tokenRoutes(app, ground);
}
