import { CodedError } from "@coldkeep/core/errors/coded-error.ts";

/** One of the demo's people. */
interface DemoPerson {
  readonly login: string;
  readonly name: string;
  readonly role: "storage" | "on-call" | "quality" | "administrator" | "auditor";
}

/** The demo's people, one of each role; the administrator makes the others. */
export const demoPeople: readonly DemoPerson[] = [
  { login: "admin", name: "Ada Claes", role: "administrator" },
  { login: "storage", name: "Sam Peeters", role: "storage" },
  { login: "oncall", name: "Otto Maes", role: "on-call" },
  { login: "quality", name: "Quinn Jacobs", role: "quality" },
  { login: "quality2", name: "Robin Wouters", role: "quality" },
  { login: "auditor", name: "Ines Smets", role: "auditor" },
];

/** The password of all of them. Everybody can read it here, which is why the demo listens to its own machine alone. */
export const demoPassword = "seven quiet penguins";

/** The first administrator's link in a line that the server printed; null where there is none. */
export function firstLinkIn(line: string): string | null {
  return /https?:\/\/\S+\/first-administrator\/\S+/.exec(line)?.[0] ?? null;
}

/**
 * Makes the demo's people as people would: the administrator by the server's one-time link, the others by invitations. Throws `demo.people-refused` where the server
 * refuses a step.
 */
export async function makePeople(firstLink: string, url: string, signal: AbortSignal): Promise<void> {
  const password = { fresh: demoPassword, again: demoPassword };
  const [administrator, ...others] = demoPeople;
  const first = await post(
    firstLink,
    { ...administrator, email: "ada@bloodbank.example", ...password },
    signal,
  );
  const cookie = first.cookie;
  if (cookie === null) throw refused("the first administrator");
  for (const { login, name, role } of others) {
    const facts = { login, name, role, email: `${login}@bloodbank.example`, why: "The demo's people" };
    const { text } = await post(`${url}/people/new`, facts, signal, cookie);
    const path = /\/invitation\/[\w-]+/.exec(text)?.[0];
    if (path === undefined) throw refused(name);
    const accepted = await post(`${url}${path}`, password, signal);
    if (accepted.cookie === null) throw refused(name);
    await post(`${url}/sign-out`, {}, signal, accepted.cookie);
  }
  await post(`${url}/sign-out`, {}, signal, cookie);
}

/** Sends a form as a page of the server would. */
async function post(
  url: string,
  form: Readonly<Record<string, string>>,
  signal: AbortSignal,
  cookie?: string,
): Promise<{ readonly text: string; readonly cookie: string | null }> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      accept: "text/html",
      "sec-fetch-site": "same-origin",
      ...(cookie === undefined ? {} : { cookie }),
    },
    body: new URLSearchParams(form),
    redirect: "manual",
    signal,
  });
  const text = await response.text();
  const given = response.headers.getSetCookie().find((each) => /^coldkeep=[^;]/.test(each));
  return { text, cookie: given?.split(";")[0] ?? null };
}

function refused(who: string): CodedError {
  return new CodedError("demo.people-refused", `The server did not make the account of ${who} for the demo.`);
}
