import type { Person } from "@coldkeep/core/people/principal.ts";
import type { PersonRole } from "@coldkeep/core/people/roles.ts";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import { personIn } from "../people/make-people.ts";
import type { Begun, People } from "../people/people.ts";
import { codeOf, testFrom, testPassword } from "./test-people.ts";

/** Somebody who is signed in, for tests. */
export interface SignedIn {
  readonly person: Person;
  /** What a browser of theirs sends with each request. */
  readonly headers: Readonly<Record<string, string>>;
  /** The secret of their second factor; null where they have none. */
  readonly secret: string | null;
}

/** What a browser sends with what one of this server's own pages makes it send. */
export const browserHeaders = { accept: "text/html", "sec-fetch-site": "same-origin", host: "cold" } as const;

/** Makes the first administrator and signs them in. */
export async function firstAdministrator(people: People, clock: Clock): Promise<SignedIn> {
  const link = people.firstAdministrator.issue();
  const facts = { login: "admin", name: "Ada Admin", email: "ada@example.org", password: testPassword };
  await people.firstAdministrator.create(link?.token ?? "", facts);
  return wholly(people, clock, await people.signIn("admin", testPassword, testFrom));
}

/** Lets an administrator invite somebody, accepts and signs them in; whoever needs a second factor gets one. */
export async function inviteAndSignIn(
  people: People,
  clock: Clock,
  by: SignedIn,
  login: string,
  role: PersonRole,
): Promise<SignedIn> {
  const account = { login, name: `Name of ${login}`, email: `${login}@example.org`, role };
  const link = people.accounts.invite(by.person, account, "new here");
  await people.links.accept(link?.token ?? "", testPassword);
  return wholly(people, clock, await people.signIn(login, testPassword, testFrom));
}

function wholly(people: People, clock: Clock, begun: Begun): SignedIn {
  if (begun.session.stage !== "enrol") return signedIn(begun, null);
  const { secret } = people.factors.begin(begun.session);
  return signedIn(people.factors.confirm(begun.session, codeOf(secret, clock.epochMs())).begun, secret);
}

function signedIn({ token, session }: Begun, secret: string | null): SignedIn {
  return { person: personIn(session), headers: { ...browserHeaders, cookie: `coldkeep=${token}` }, secret };
}
