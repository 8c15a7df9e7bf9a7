import { sleep, type Clock } from "@coldkeep/core/time/clock.ts";
import type { DurationMs } from "@coldkeep/core/time/millis.ts";
import type { Api } from "../api/api.ts";
import { readBooks, writeBooks, type Books } from "./books.ts";
import { fillShelves, issueOne, ordinaryHappening, type Happened, type Post } from "./stock.ts";

/** How the demo's blood bank works. */
export interface FeedSettings {
  readonly seed: number;
  readonly booksPath: string;
  /** How often something happens. */
  readonly everyMs: DurationMs;
}

/** A blood bank's own system as Coldkeep meets it: it registers units and says where they go. */
export interface BloodBankFeed {
  /** Tells everything that is owed; on the first start that is the whole stock. Returns how many units are in stock. */
  readonly open: () => Promise<number>;
  /** Lets an ordinary day go on until the signal ends it. */
  readonly run: () => Promise<void>;
  /** A ward calls: one unit of an appliance is issued now. */
  readonly issueFrom: (appliance: string) => Promise<void>;
}

/** How long the feed waits after a call that did not work. */
const retryMs = 1_000;

/**
 * Makes the feed. What is to be told is in the books before it is told and leaves them afterwards; since the server takes the same statement
 * twice without harm, nothing is lost and nothing doubled when the demo stops in between. A statement that the server refuses is logged and
 * dropped.
 */
export function bloodBankFeed(
  settings: FeedSettings,
  api: Api,
  clock: Clock,
  log: (line: string) => void,
  signal: AbortSignal,
): BloodBankFeed {
  let books: Books | null = null;
  let turn: Promise<void> = Promise.resolve();

  const enter = (happened: Happened): void => {
    books = { stock: happened.stock, owed: [...(books?.owed ?? []), ...happened.posts] };
    writeBooks(settings.booksPath, books);
  };
  const tellOwed = async (): Promise<void> => {
    for (const post of books?.owed ?? []) {
      if (signal.aborted) return;
      await tell(post);
    }
    if (signal.aborted || books === null) return;
    books = { ...books, owed: [] };
    writeBooks(settings.booksPath, books);
  };
  const tell = async (post: Post): Promise<void> => {
    while (!signal.aborted) {
      const outcome = await attempt(api, post);
      if (outcome === "done") return;
      log(`${describe(post)}: ${outcome.said}`);
      if (outcome.final) return;
      await sleep(clock, retryMs, signal);
    }
  };
  /** One at a time: what happens while another is being told waits its turn. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    turn = turn.then(work);
    return turn;
  };
  const happen = (next: (books: Books) => Happened | null): Promise<void> =>
    inTurn(async () => {
      const happened = books === null ? null : next(books);
      if (happened === null) return;
      enter(happened);
      await tellOwed();
    });
  return {
    open: async () => {
      books = readBooks(settings.booksPath);
      if (books === null) enter(fillShelves(settings.seed, clock.epochMs()));
      await inTurn(tellOwed);
      return Object.values(books?.stock.inside ?? {}).flat().length;
    },
    run: async () => {
      while (!signal.aborted) {
        await sleep(clock, settings.everyMs, signal);
        if (!signal.aborted) await happen(({ stock }) => ordinaryHappening(stock, clock.epochMs()));
      }
    },
    issueFrom: (appliance) => happen(({ stock }) => issueOne(stock, appliance, clock.epochMs())),
  };
}

async function attempt(api: Api, post: Post): Promise<"done" | { said: string; final: boolean }> {
  try {
    const { status, body } = await call(api, post);
    if (status >= 200 && status < 300) return "done";
    const final = status >= 400 && status < 500 && status !== 408 && status !== 429;
    return { said: `the server answered ${status} ${JSON.stringify(body)}`, final };
  } catch (error) {
    return { said: String(error), final: false };
  }
}

function call(api: Api, post: Post): ReturnType<Api["call"]> {
  if (post.kind === "move") return api.call("POST", "/v1/movements", post.movement);
  const { din, productCode, ...body } = post.unit;
  return api.call("PUT", `/v1/units/${din}/${productCode}`, body);
}

function describe(post: Post): string {
  if (post.kind === "register") return `Registering ${post.unit.din} ${post.unit.productCode}`;
  const { din, productCode, appliance } = post.movement;
  return `Moving ${din} ${productCode} to ${appliance ?? "the ward"}`;
}
