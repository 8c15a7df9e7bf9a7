import type { Person } from "@coldkeep/core/people/principal.ts";
import { testFrom } from "./test-people.ts";
import { type Character, character, type Journey, nextCode, type Seat } from "./journey.ts";
import { roleWords } from "../pages/navigation.ts";
import type { Session } from "../people/people.ts";
import { personRoles } from "@coldkeep/core/people/roles.ts";

/** Enrols the second factor that the page asks for and keeps the secret, as an authenticator app does. */
export async function enrol(journey: Journey, seat: Seat, who: Character): Promise<void> {
  who.secret = (await seat.page.locator("code.secret").innerText()).replaceAll(" ", "");
  await seat.fill("Code", nextCode(journey, who));
  await seat.press("Confirm");
  await seat.follow("I have kept them");
}

/** Opens the link that the server printed and makes the first administrator. */
export async function makeFirstAdministrator(journey: Journey, seat: Seat, who: Character): Promise<void> {
  const path = /\/first-administrator\/[\w-]+/.exec(journey.told.join("\n"))?.[0] ?? "/no-link-was-printed";
  await seat.goTo(path);
  await seat.fill("Printed name", who.name);
  await seat.fill("Email address", `${who.login}@example.org`);
  await seat.fill("Login", who.login);
  await seat.fill("New password", who.password);
  await seat.fill("New password again", who.password);
  await seat.press("Make the account");
  await enrol(journey, seat, who);
}

/** Invites somebody; returns the path of the link that the page shows once. */
export async function invite(seat: Seat, who: Character, why: string): Promise<string> {
  await seat.follow("People");
  await seat.follow("Invite somebody");
  await seat.fill("Printed name", who.name);
  await seat.fill("Email address", `${who.login}@example.org`);
  await seat.fill("Login", who.login);
  await seat.choose("Role", who.role);
  await seat.fill("Why", why);
  await seat.press("Invite");
  const link = await seat.page.locator(".once code").innerText();
  return new URL(link, journeyBase).pathname;
}

const journeyBase = "http://127.0.0.1";

/** Uses an invitation: password, second factor where the role needs one, signed in. */
export async function accept(journey: Journey, seat: Seat, who: Character, path: string): Promise<void> {
  await seat.goTo(path);
  await seat.fill("New password", who.password);
  await seat.fill("New password again", who.password);
  await seat.press("Set password and sign in");
  if (seat.path() === "/sign-in/second-factor") await enrol(journey, seat, who);
}

/** Signs in with all that somebody has. */
export async function signIn(journey: Journey, seat: Seat, who: Character): Promise<void> {
  await seat.goTo("/sign-in");
  await seat.fill("Login", who.login);
  await seat.fill("Password", who.password);
  await seat.press("Sign in");
  if (who.secret === null) return;
  await seat.fill("Code", nextCode(journey, who));
  await seat.press("Go on");
}

/** Makes an administrator and these people, each with what their role needs to sign in, without a browser: for journeys that begin later. Returns the administrator. */
export async function hire(journey: Journey, all: readonly Character[]): Promise<Character> {
  const { people } = journey.server.services;
  const facts = ({ login, name }: Character) => ({ login, name, email: `${login}@example.org` });
  const ada = character("Ada Admin", "Administrator");
  const token = people.firstAdministrator.issue()?.token ?? "";
  await people.firstAdministrator.create(token, { ...facts(ada), password: ada.password });
  const enrolled = async (who: Character): Promise<Session> => {
    const { session: first } = await people.signIn(who.login, who.password, testFrom);
    if (first.stage !== "enrol") return first;
    who.secret = people.factors.begin(first).secret;
    return people.factors.confirm(first, nextCode(journey, who)).begun.session;
  };
  const session = await enrolled(ada);
  const by: Person = {
    kind: "person",
    login: ada.login,
    name: ada.name,
    role: "administrator",
    session: session.id,
  };
  for (const who of all) {
    const role = personRoles.find((each) => roleWords[each] === who.role) ?? "storage";
    const link = people.accounts.invite(by, { ...facts(who), role }, "starts on Monday");
    await people.links.accept(link?.token ?? "", who.password);
    people.signOut(await enrolled(who));
  }
  people.signOut(session);
  return ada;
}
