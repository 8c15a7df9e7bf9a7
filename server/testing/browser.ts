import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from "playwright-core";

const executablePath = "/usr/bin/chromium";

/** True where there is no Chromium to test with; with `CI=true` that is a failure and not a reason to skip. */
export const isBrowserMissing: boolean = !existsSync(executablePath) && process.env["CI"] !== "true";

/** Starts Chromium. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** A page of a browser of its own: nothing of another's sign-in is in it. */
export interface Visit {
  readonly page: Page;
  /** What the page complained of: errors, warnings, and all that the content security policy stopped. */
  readonly complaints: string[];
  readonly close: () => Promise<void>;
}

/** Opens a blank page for one person. A step that does not come to its end within ten seconds fails with what it waited for. */
export async function openVisit(browser: Browser, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  return { page, complaints: complaintsOf(page), close: () => context.close() };
}

/** Chromium says at a page with an error's status that it is one; that is no complaint of the page. */
const answeredWithError = /^Failed to load resource: the server responded with a status of 4\d\d/;

function complaintsOf(page: Page): string[] {
  const all: string[] = [];
  page.on("pageerror", (error) => all.push(error.message));
  page.on("console", (message) => {
    const isSpoken = message.type() === "error" || message.type() === "warning";
    const isOwnStatus = message.location().url === page.url() && answeredWithError.test(message.text());
    if (isSpoken && !isOwnStatus) all.push(`${page.url()}: ${message.text()}`);
  });
  return all;
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe-core finds serious or critical on a page as it is now, by WCAG 2.2 AA and its own best practices: rule, where, and what to do. */
export async function seriousFindings(page: Page): Promise<string[]> {
  // By the debugger, which the page's content security policy does not bind, and which does not loosen it for the page either.
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate<AxeResults>("axe.run(document, { preload: false })");
  const where = new URL(page.url()).pathname;
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary = "" }) => {
        const summary = failureSummary.replaceAll(/\s+/g, " ");
        return `${where} ${id}: ${target.join(" ")}: ${summary}`;
      }),
    );
}

/** Most stops of the Tab key on one page before what was looked for counts as out of reach. */
const stopsMax = 200;

/**
 * Presses Tab until an element has the focus, as somebody without a mouse does, and demands of every stop on the way that it can be seen. Throws where the element
 * cannot be reached so, or a stop shows no sign of its focus.
 */
export async function tabTo(page: Page, wanted: Locator): Promise<void> {
  for (let stop = 0; stop < stopsMax; stop += 1) {
    await page.keyboard.press("Tab");
    const unseen = await page.evaluate<string | null>(unseenFocus);
    if (unseen !== null) throw new RangeError(`${page.url()}: the focus cannot be seen on ${unseen}`);
    if (await wanted.evaluate((element) => element === element.ownerDocument.activeElement)) return;
  }
  throw new RangeError(`${page.url()}: Tab does not come to ${String(wanted)}`);
}

/** Run in the page: the focused element where neither an outline nor a shadow marks it, or it lies outside of what is shown; else null. */
const unseenFocus = `(() => {
  const element = document.activeElement;
  if (element === null || element === document.body) return null;
  // Of a date the browser itself marks the part that has the focus.
  if (element.matches("input[type='date'], input[type='datetime-local']")) return null;
  const style = getComputedStyle(element);
  const isMarked = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  const box = element.getBoundingClientRect();
  const isShown = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return isMarked && isShown ? null : element.outerHTML.slice(0, 200);
})()`;

/** Types into a field that is reached by Tab. */
export async function typeInto(page: Page, field: Locator, text: string): Promise<void> {
  await tabTo(page, field);
  await page.keyboard.type(text);
}

/** Presses Enter on what is reached by Tab. */
export async function pressOn(page: Page, control: Locator): Promise<void> {
  await tabTo(page, control);
  await page.keyboard.press("Enter");
}
