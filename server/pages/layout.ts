import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Principal } from "@coldkeep/core/people/principal.ts";
import { html } from "ghtml";
import type { AssetUrls } from "./assets.ts";
import { navigationFor, roleWords, type Section } from "./navigation.ts";
import { siteTime } from "./site-time.ts";
import type { SiteView } from "./views.ts";

/** What every page has: where, when, what it is called and what it shows. */
export interface Page {
  readonly site: SiteView;
  readonly at: EpochMs;
  /** The page in a few words; the site and the product are added. */
  readonly title: string;
  readonly section: Section;
  /** Path and query of the page itself, from which it is fetched anew; null for a page that stays as it is. */
  readonly path: string | null;
  /** Shortest time between two renewals; unit s. */
  readonly renewSeconds?: number;
  /** Markup of the main part, safe as it stands. */
  readonly body: string;
}

const htmxSettings = JSON.stringify({
  includeIndicatorCSS: false,
  history: false,
  noSwap: ["204", "304", "4xx", "5xx"],
  morphIgnore: ["data-htmx-powered", "open"],
});

const stream = JSON.stringify({
  sse: { reconnectDelay: 500, reconnectMaxDelay: 5_000, connectTimeout: 10_000 },
});

/** Writes a whole HTML document around a page's main part, with what `viewer` may go to. */
export function layout(page: Page, viewer: Principal, assets: AssetUrls): string {
  const time = siteTime(page.site.timeZone);
  const link = ({ href, section, text }: ReturnType<typeof navigationFor>[number]): string =>
    html`<a href="${href}" !${page.section === section ? `aria-current="page"` : ""}>${text}</a>`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>${page.title} · ${page.site.id} · Coldkeep</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="htmx-config" content="${htmxSettings}" />
        <link rel="icon" type="image/svg+xml" href="${assets("icon.svg")}" />
        <link rel="stylesheet" href="${assets("uplot.css")}" />
        <link rel="stylesheet" href="${assets("coldkeep.css")}" />
        <link rel="stylesheet" href="${assets("forms.css")}" />
        <link rel="stylesheet" href="${assets("site.css")}" />
        <link rel="stylesheet" href="${assets("trail.css")}" />
        <link rel="stylesheet" href="${assets("canary.css")}" />
        <script defer src="${assets("uplot.js")}"></script>
        <script defer src="${assets("charts.js")}"></script>
        <script defer src="${assets("live.js")}"></script>
        <script defer src="${assets("htmx.js")}"></script>
      </head>
      <body>
        <a class="skip" href="#page">To the content</a>
        <header class="top">
          <a class="brand" href="/"><b>Coldkeep</b><span>${page.site.id}</span></a>
          <nav aria-label="Pages">!${navigationFor(viewer).map(link)}</nav>
          !${page.path === null ? "" : liveSign(time.shortSeconds(page.at))} !${viewerArea(page, viewer)}
        </header>
        !${mainPart(page)}
        <footer class="bottom">
          <p>Times are those of ${time.zone(page.at)}.</p>
        </footer>
        <svg class="defs" aria-hidden="true" focusable="false">
          <pattern
            id="hatch"
            width="7"
            height="7"
            patternUnits="userSpaceOnUse"
            patternTransform="rotate(45)"
          >
            <path class="hatch" d="M0 0V7" />
          </pattern>
        </svg>
      </body>
    </html> `;
}

/** Who is signed in, the way to their account and out; or the way in. */
function viewerArea({ section, path }: Page, viewer: Principal): string {
  if (viewer.kind === "machine") return "";
  if (viewer.kind === "nobody") {
    const to = path === null ? "" : `?to=${encodeURIComponent(path)}`;
    return html`<p class="viewer"><a href="/sign-in${to}">Sign in</a></p>`;
  }
  return html`<div class="viewer">
    <a href="/account" !${section === "account" ? `aria-current="page"` : ""}>${viewer.name}</a>
    <span class="role">${roleWords[viewer.role]}</span>
    <form method="post" action="/sign-out"><button type="submit">Sign out</button></form>
  </div>`;
}

function mainPart(page: Page): string {
  const time = siteTime(page.site.timeZone);
  const drill = drillBanner(page.site);
  if (page.path === null) return html`<main id="page" tabindex="-1">!${drill}!${page.body}</main>`;
  return html`<main
    id="page"
    tabindex="-1"
    data-as-of="${time.shortSeconds(page.at)}"
    hx-get="${page.path}"
    hx-trigger="refresh from:body throttle:${page.renewSeconds ?? 1}s"
    hx-select="#page"
    hx-target="this"
    hx-swap="outerMorph"
    hx-sync="this:drop"
  >
    !${drill} !${page.body}
  </main>`;
}

/** Says on every page that a drill is under way, so that nobody takes it for real, or what is real for it. */
function drillBanner({ drill }: SiteView): string {
  if (drill === undefined) return "";
  const state = drill.isRaised ? "its alarm calls people" : "its alarm is still to come";
  return html`<p class="drill-note" role="status">
    <b>Drill under way</b> on <a href="/drills/${drill.id}">${drill.applianceName}</a>: ${state}. What stands
    on the board is real.
  </p>`;
}

/** Says whether the page follows what happens. Without scripts it says as of when it is. */
function liveSign(asOf: string): string {
  return html`<p
    id="live"
    class="live"
    role="status"
    data-state="still"
    hx-sse:connect="/live"
    hx-trigger="load, every 10s"
    hx-swap="none"
    hx-sync="this:drop"
    hx-config="${stream}"
  >
    <span class="dot" aria-hidden="true"></span><span id="live-text">As of ${asOf}</span>
  </p>`;
}

/** An instant as people and programs read it. `text` is how it is written for people. */
export function instant(at: EpochMs, text: string): string {
  const machine = Temporal.Instant.fromEpochMilliseconds(at).toString({ smallestUnit: "millisecond" });
  return html`<time datetime="${machine}">${text}</time>`;
}
