import { html } from "ghtml";
import { instant } from "../pages/layout.ts";
import type { SiteNow } from "../pages/page-answers.ts";
import { ago, siteTime } from "../pages/site-time.ts";
import type { Session, SessionStage } from "../people/people.ts";

const methodWords: Readonly<Record<Session["method"], string>> = {
  password: "password",
  "password+totp": "password and code",
  oidc: "single sign-on",
};

const stageWords: Readonly<Record<SessionStage, string>> = {
  factor: "waits for the code",
  enrol: "waits for a second factor",
  password: "waits for a new password",
  full: "signed in",
};

/** Lists live sessions. `own` is the one that looks; `act` is what can be done with another one; `people` names whose each is. */
export function sessionTable(
  sessions: readonly Session[],
  { site, at }: SiteNow,
  look: {
    readonly own: string | null;
    readonly act: (session: Session) => string;
    readonly people?: boolean;
  },
): string {
  const time = siteTime(site.timeZone);
  if (sessions.length === 0) return html`<p class="empty">Nobody is signed in with this account.</p>`;
  return html`<div class="table-frame">
    <table class="rows">
      <thead>
        <tr>
          !${look.people ? html`<th scope="col">Who</th>` : ""}
          <th scope="col">Address and browser</th>
          <th scope="col">By</th>
          <th scope="col">Since</th>
          <th scope="col">Last seen</th>
          <th scope="col"><span class="hidden">Acts</span></th>
        </tr>
      </thead>
      <tbody>
        !${sessions.map(
          (session) =>
            html`<tr>
              !${
                look.people
                  ? html`<td data-label="Who">
                      <a href="/people/accounts/${session.login}">${session.name}</a>
                    </td>`
                  : ""
              }
              <td data-label="From">
                <span
                  >${session.from.address}<span class="note"> ${browserOf(session.from.agent)}</span></span
                >
              </td>
              <td data-label="By">
                ${methodWords[session.method]}!${session.stage === "full" ? "" : html`<span class="note"> ${stageWords[session.stage]}</span>`}
              </td>
              <td data-label="Since">!${instant(session.startedAt, time.short(session.startedAt))}</td>
              <td data-label="Last seen">!${instant(session.lastSeenAt, ago(at - session.lastSeenAt))}</td>
              <td>
                <div class="acts">
                  !${session.id === look.own ? html`<span class="badge">This one</span>` : look.act(session)}
                </div>
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** The browser and system in a few words, of what a browser says of itself. */
export function browserOf(agent: string): string {
  const browsers = [
    ["Edg/", "Edge"],
    ["OPR/", "Opera"],
    ["Firefox/", "Firefox"],
    ["Chrome/", "Chrome"],
    ["Safari/", "Safari"],
  ] as const;
  const systems = [
    ["Android", "Android"],
    ["iPhone", "iPhone"],
    ["iPad", "iPad"],
    ["Windows", "Windows"],
    ["Mac OS", "macOS"],
    ["Linux", "Linux"],
  ] as const;
  const browser = browsers.find(([sign]) => agent.includes(sign))?.[1];
  const system = systems.find(([sign]) => agent.includes(sign))?.[1];
  if (browser === undefined) return agent === "" ? "unknown browser" : agent.slice(0, 60);
  return system === undefined ? browser : `${browser} on ${system}`;
}
