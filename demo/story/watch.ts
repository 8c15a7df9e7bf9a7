import { sleep, type Clock } from "@coldkeep/core/time/clock.ts";
import type { DurationMs } from "@coldkeep/core/time/millis.ts";
import * as z from "zod";
import type { Api } from "../api/api.ts";
import { isOfCanary } from "../mailbox/answer-canary.ts";
import type { MailStore } from "../mailbox/mail-store.ts";
import { heldUnits } from "./held-units.ts";
import { alarmSchema, excursionSchema, type Seen, type SeenAlarm, type SeenExcursion } from "./seen.ts";
import { nothingTold, startsCalling, tell, type Setting, type Told } from "./tell.ts";

/** How often the story looks. */
export const lookEveryMs: DurationMs = 1_000;

const listOf = <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item) });
const alarmsSchema = listOf(alarmSchema);
const excursionsSchema = listOf(excursionSchema);

/** What the story needs. */
export interface Watched {
  readonly api: Api;
  readonly mails: MailStore;
  readonly setting: Setting;
  readonly clock: Clock;
  readonly print: (line: string) => void;
  /** Called for each alarm when it begins to call. */
  readonly onAlarm: (alarm: SeenAlarm) => void;
}

/** Looks once a second and tells what is new, until the signal ends it. What is there at the start is not news. */
export async function watchStory(watched: Watched, signal: AbortSignal): Promise<void> {
  const { clock, print } = watched;
  let { told } = tell(nothingTold, await look(watched, nothingTold), watched.setting);
  while (!signal.aborted) {
    await sleep(clock, lookEveryMs, signal);
    const seen = await look(watched, told);
    if (signal.aborted) return;
    for (const alarm of seen.alarms ?? []) {
      if (startsCalling(alarm, told.alarms.get(alarm.id))) watched.onAlarm(alarm);
    }
    const next = tell(told, seen, watched.setting);
    told = next.told;
    for (const line of next.lines) print(line);
  }
}

async function look({ api, mails }: Watched, told: Told): Promise<Seen> {
  const alarms = await api.read(alarmsSchema, "/v1/alarms?limit=1000");
  return {
    alarms: alarms?.items ?? null,
    excursions: await excursions(api, told),
    // A test alarm is no part of the story; the page of test alarms tells of it.
    mails: mails.list().filter((mail) => !isOfCanary(mail)),
  };
}

/** The open excursions, and those that were open before and are not now. */
async function excursions(api: Api, told: Told): Promise<SeenExcursion[] | null> {
  const open = await api.read(excursionsSchema, "/v1/excursions?status=open&limit=1000");
  if (open === null) return null;
  const listed = new Set(open.items.map(({ id }) => id));
  const ended: z.output<typeof excursionSchema>[] = [];
  for (const id of told.openExcursions) {
    if (listed.has(id)) continue;
    const one = await api.read(excursionSchema, `/v1/excursions/${id}`);
    if (one === null) return null;
    ended.push(one);
  }
  const all: SeenExcursion[] = [];
  for (const excursion of [...open.items, ...ended]) {
    // Units are counted only where the count is told: when an excursion opens and when it ends.
    const isNews = (excursion.status === "open") !== told.openExcursions.has(excursion.id);
    const counted = isNews ? await heldUnits(api, excursion) : { unitsHeld: 0, unitsGone: 0 };
    all.push({ ...excursion, ...counted });
  }
  return all;
}
