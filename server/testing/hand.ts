import type { Locator, Page } from "playwright-core";
import { tabTo } from "./browser.ts";

/** How somebody works with a page: by what labels, buttons and links are called, as those who see them and those who hear them do. */
export interface Hand {
  readonly name: "mouse" | "keyboard";
  readonly fill: (label: string, text: string) => Promise<void>;
  /** Chooses an option of a select field by its text. */
  readonly choose: (label: string, option: string) => Promise<void>;
  /** Fills in a day, such as `2026-11-22`, as a browser of the United States asks for it. */
  readonly pickDay: (label: string, day: string) => Promise<void>;
  /** Ticks a box, or chooses one of several. */
  readonly tick: (label: string) => Promise<void>;
  /** Presses a button and waits for the page that comes. */
  readonly press: (button: string) => Promise<void>;
  /** Follows a link and waits for the page that comes. */
  readonly follow: (link: string) => Promise<void>;
  /** Opens what is folded away under a heading of its own. */
  readonly unfold: (summary: string) => Promise<void>;
}

/** A hand on a page. `arrived` is called with each page that comes. */
export function handOn(page: Page, name: Hand["name"], arrived: () => Promise<void>): Hand {
  const field = (label: string): Locator =>
    page.getByLabel(label, { exact: true }).locator("visible=true").first();
  const use = name === "mouse" ? mouse(page) : keyboard(page);
  const andWait = async (act: Promise<void>): Promise<void> => {
    await act;
    await arrived();
  };
  const leave = (control: Locator): Promise<void> => {
    const loaded = page.waitForEvent("load");
    return andWait(Promise.all([loaded, use.press(control)]).then(() => undefined));
  };
  return {
    name,
    fill: (label, text) => use.fill(field(label), text),
    choose: (label, option) => use.choose(field(label), option),
    pickDay: (label, day) => use.pickDay(field(label), day),
    tick: (label) => use.tick(field(label)),
    press: (button) => leave(page.getByRole("button", { name: button }).locator("visible=true").first()),
    follow: (link) => leave(page.getByRole("link", { name: link }).locator("visible=true").first()),
    unfold: (summary) =>
      use.press(page.locator("summary", { hasText: summary }).locator("visible=true").first()),
  };
}

interface Means {
  readonly fill: (field: Locator, text: string) => Promise<void>;
  readonly choose: (field: Locator, option: string) => Promise<void>;
  readonly pickDay: (field: Locator, day: string) => Promise<void>;
  readonly tick: (field: Locator) => Promise<void>;
  readonly press: (control: Locator) => Promise<void>;
}

function mouse(page: Page): Means {
  return {
    fill: async (field, text) => {
      await field.click();
      await field.fill("");
      await page.keyboard.insertText(text);
    },
    choose: async (field, option) => void (await field.selectOption({ label: option })),
    pickDay: (field, day) => field.fill(day),
    tick: (field) => field.click(),
    press: (control) => control.click(),
  };
}

function keyboard(page: Page): Means {
  return {
    fill: async (field, text) => {
      await reach(page, field);
      await page.keyboard.press("Control+A");
      await page.keyboard.insertText(text);
    },
    choose: async (field, option) => {
      await reach(page, field);
      await page.keyboard.type(option);
      const chosen = await field.evaluate((select: { selectedOptions?: Iterable<{ text: string }> }) =>
        [...(select.selectedOptions ?? [])].map(({ text }) => text.trim()).join(),
      );
      if (chosen !== option) throw new RangeError(`typing "${option}" chose "${chosen}"`);
    },
    pickDay: async (field, day) => {
      await reach(page, field);
      const [year = "", month = "", date = ""] = day.split("-");
      await page.keyboard.type(`${month}${date}${year}`);
    },
    tick: async (field) => {
      await reach(page, field);
      await page.keyboard.press("Space");
    },
    press: async (control) => {
      await reach(page, control);
      await page.keyboard.press("Enter");
    },
  };
}

/** Comes to an element by Tab, where the page did not put the focus on it by itself. */
async function reach(page: Page, wanted: Locator): Promise<void> {
  await wanted.waitFor();
  const isThere = await wanted.evaluate((element) => element === element.ownerDocument.activeElement);
  if (!isThere) await tabTo(page, wanted);
}
