import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type VirtualClock, virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import { pino } from "pino";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { makeServer, type Server } from "../app.ts";
import type { Mail } from "../notify/dispatcher.ts";
import { readServerSettings } from "../settings/server-settings.ts";
import { openVisit, seriousFindings } from "./browser.ts";
import { type Hand, handOn } from "./hand.ts";
import { cheapPasswords, codeOf } from "./test-people.ts";
import { exampleSite, testStart } from "./test-server.ts";

/** A server that people in browsers visit: real sockets and pages, a virtual clock, so that a quarter of an hour passes at once. */
export interface Journey {
  readonly url: string;
  readonly server: Server;
  readonly clock: VirtualClock;
  readonly mails: readonly Mail[];
  /** What the server told whoever started it. */
  readonly told: readonly string[];
  /** Somebody sits down at a browser of their own. */
  readonly sitDown: (hand: Hand["name"], options?: BrowserContextOptions) => Promise<Seat>;
  /** What all pages complained of, and what axe found serious on them. */
  readonly findings: () => readonly string[];
  readonly stop: () => Promise<void>;
}

/** Somebody at a browser. */
export interface Seat extends Hand {
  readonly page: Page;
  /** Types an address. */
  readonly goTo: (path: string) => Promise<void>;
  /** The text of the page's main part. */
  readonly text: () => Promise<string>;
  readonly path: () => string;
  readonly standUp: () => Promise<void>;
}

/** What axe has looked at: a page that a later journey comes by again is the same one. */
const seen = new Set<string>();

/** Starts a server for journeys, whose machine token of all roles is `test-token`. */
export async function startJourney(browser: Browser, site = exampleSite): Promise<Journey> {
  const folder = mkdtempSync(join(tmpdir(), "coldkeep-journey-"));
  const siteFile = join(folder, "site.yaml");
  writeFileSync(siteFile, site);
  const clock = virtualClock(testStart);
  const told: string[] = [];
  const mails: Mail[] = [];
  const content = { data: join(folder, "data"), site: siteFile, logLevel: "silent", listen: "127.0.0.1:0" };
  const settings = readServerSettings(content, "test", { COLDKEEP_API_TOKEN: "test-token" });
  const server = await makeServer(settings, {
    clock,
    logger: pino({ level: process.env["TEST_LOG"] ?? "silent" }),
    passwords: cheapPasswords,
    tell: (text) => told.push(text),
    mailer: { send: async (mail) => void mails.push(mail), close: () => undefined },
  });
  const url = await server.start();
  const findings: string[] = [];
  return {
    url,
    server,
    clock,
    mails,
    told,
    findings: () => findings,
    sitDown: async (hand, options) => {
      const visit = await openVisit(browser, options);
      const { page } = visit;
      const arrived = async (): Promise<void> => {
        findings.push(...visit.complaints.splice(0));
        const kind = `${new URL(page.url()).pathname.replace(/[\w-]{20,}/, "*")} ${await page.title()}`;
        if (seen.has(kind)) return;
        seen.add(kind);
        findings.push(...(await seriousFindings(page)));
      };
      return {
        ...handOn(page, hand, arrived),
        page,
        goTo: async (path) => {
          await page.goto(url + path);
          await arrived();
        },
        text: () => page.locator("main").innerText(),
        path: () => new URL(page.url()).pathname,
        standUp: visit.close,
      };
    },
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What somebody knows and has. */
export interface Character {
  readonly name: string;
  readonly login: string;
  readonly role: string;
  readonly password: string;
  /** The authenticator app's secret, once enrolled. */
  secret: string | null;
}

/** Somebody of a role as the pages call it. */
export function character(name: string, role: string): Character {
  const login = name.toLowerCase().replace(/\W+/g, ".");
  return { name, login, role, password: `granite ${login.slice(-3)}-otter lantern 57`, secret: null };
}

/** The code that somebody's authenticator app shows; each is good once, so the clock moves on to the next. */
export function nextCode({ clock }: Journey, { secret }: Character): string {
  clock.advance(30_000);
  return codeOf(secret ?? "", clock.epochMs());
}
