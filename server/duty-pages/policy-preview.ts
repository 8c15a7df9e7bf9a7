import { alarmKinds, alarmSeverities } from "@coldkeep/core/alarms/alarm.ts";
import { addressesOf, type Contact } from "@coldkeep/core/duty/contact-section.ts";
import { holesAhead, holesOfConcern } from "@coldkeep/core/duty/reachability.ts";
import { type ChannelFact, waysTo } from "@coldkeep/core/duty/reach.ts";
import { nextTimeOfDay } from "@coldkeep/core/duty/time-of-day.ts";
import { isSame } from "@coldkeep/core/site/dated.ts";
import type { Site } from "@coldkeep/core/site/site.ts";
import type { AlarmMark } from "@coldkeep/core/summons/choose-policy.ts";
import type { Policy, PolicyStep } from "@coldkeep/core/summons/policy-section.ts";
import { type RehearsedEvent, type RehearsedPerson, rehearseCall } from "@coldkeep/core/summons/rehearsal.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { html } from "ghtml";
import type { Values } from "../master-data/draft-file.ts";
import { siteTime } from "../pages/site-time.ts";
import { alarmWords, count, severityWords } from "../pages/words.ts";
import { holeWords, pagesAheadMs, plainHoles } from "./duty-alarm.ts";
import { mediumWords, weekdayAt } from "./duty-words.ts";

/** Most gaps that a preview lists. */
export const previewGapsMax = 20;

/** What the preview of a policy is made of. */
export interface PolicyPreviewView {
  /** The site as the form has it. */
  readonly after: Site;
  /** The policy's id. */
  readonly policy: string;
  /** The alarm that is tried, and when. */
  readonly mark: AlarmMark;
  readonly times: readonly EpochMs[];
  readonly at: EpochMs;
  readonly channels: readonly ChannelFact[];
}

/** The alarm that a form asks to try. */
export function markFrom(values: Values): AlarmMark {
  const { "try-kind": kind, "try-severity": severity, "try-appliance": appliance = "" } = values;
  return {
    kind: alarmKinds.find((each) => each === kind) ?? "temperature-high",
    severity: alarmSeverities.find((each) => each === severity) ?? "critical",
    appliance: appliance === "" ? null : appliance,
  };
}

/** An alarm that a policy is for. */
export function exampleMark(site: Pick<Site, "appliances">, policy: Policy): AlarmMark {
  return {
    kind: policy.kinds?.[0] ?? "temperature-high",
    severity: policy.severities?.[0] ?? "critical",
    appliance: policy.appliances?.[0] ?? site.appliances[0]?.id ?? null,
  };
}

/** What would happen at an alarm if nobody answered, and what is amiss with the policy. */
export function policyPreview(view: PolicyPreviewView): string {
  const policy = view.after.policies?.find(({ id }) => id === view.policy);
  if (policy === undefined) return "";
  return html`<section class="preview" aria-labelledby="preview-${policy.id}">
    <h2 id="preview-${policy.id}">What would happen by policy ${policy.id}, if nobody answered</h2>
    !${view.times.map((at) => rehearsed(view, at))} !${warnings(view, policy)}
  </section>`;
}

function rehearsed({ after, policy: id, mark, channels }: PolicyPreviewView, at: EpochMs): string {
  const { policy, events } = rehearseCall(after, mark, channels, at);
  const time = siteTime(after.timeZone);
  const appliance = after.appliances.find((each) => each.id === mark.appliance)?.name;
  const title = `${severityWords[mark.severity]}, “${alarmWords[mark.kind]}”${appliance === undefined ? "" : ` of ${appliance}`}, ${weekdayAt(at, after.timeZone)} ${time.short(at)}`;
  const which =
    policy === null
      ? html`<p data-nobody="yes">No policy fits: all contacts are called at once.</p>`
      : policy.id === id
        ? ""
        : html`<p data-nobody="yes">
            Not this policy: <b>${policy.id}</b> comes first and fits. What follows is what that one does.
          </p>`;
  return html`<h3>${title}</h3>
    !${which}
    <ol class="plain-list timeline">
      !${events.map(
        (event) =>
          html`<li data-nobody="${isBad(event) ? "yes" : "no"}">
            <b>${time.clock(event.at)}</b> ${eventWords(event)}
          </li>`,
      )}
    </ol>`;
}

/** True where nobody is told who was to be. */
function isBad(event: RehearsedEvent): boolean {
  if (event.kind === "unanswered") return false;
  const isNobody = event.people.every(({ media }) => media.length === 0);
  return isNobody || (event.kind === "call" && event.isInstead);
}

function eventWords(event: RehearsedEvent): string {
  switch (event.kind) {
    case "unanswered":
      return "The alarm “Nobody answers” calls all contacts, where no policy names it";
    case "digest":
      return `In one message with what else presses nobody: ${peopleWords(event.people)}`;
    case "call": {
      if (event.isSkipped) return `Step ${event.step + 1} reaches nobody: the next step comes at once`;
      const again = event.isRepeat ? "again " : "";
      const instead = event.isInstead ? `Step ${event.step + 1} reaches nobody; in its place ` : "";
      return `${instead}${again}${peopleWords(event.people)}`;
    }
  }
}

function peopleWords(people: readonly RehearsedPerson[]): string {
  const words = people.map(({ contact, media }) =>
    media.length === 0
      ? `${contact.name} by no way that works`
      : `${contact.name} by ${media.map((medium) => mediumWords[medium]).join(" and ")}`,
  );
  return words.join(", ") || "nobody";
}

function warnings({ after, channels, at }: PolicyPreviewView, policy: Policy): string {
  const all = plainHoles(holesAhead(after, [policy], channels, at, at + pagesAheadMs));
  const holes = holesOfConcern(all);
  const unreached = policy.steps.flatMap((step, index) =>
    peopleNamed(after, step)
      .filter((contact) => !hasWay(contact, step, channels))
      .map((contact) => `Step ${index + 1}: ${contact.name} has no way that works at the moment`),
  );
  const lines = [
    ...new Set(unreached),
    ...holes.slice(0, previewGapsMax).map((hole) => holeWords(hole, after)),
    ...(holes.length > previewGapsMax ? [`And ${holes.length - previewGapsMax} more gaps`] : []),
  ];
  const planned = policy.steps.flatMap((_step, index) => {
    const times = all.filter((hole) => hole.step === index && !holes.includes(hole)).length;
    return times === 0 ? [] : [`step ${index + 1} ${count(times, "time")}`];
  });
  return html` !${
    lines.length === 0
      ? html`<p class="note">
          Somebody is reached at every time of the next 14 days, and everybody named has a way that works.
        </p>`
      : html`<h3>Look at this</h3>
          <ul class="plain-list">
            !${lines.map((line) => html`<li data-nobody="yes">${line}</li>`)}
          </ul>`
  }
  !${planned.length === 0 ? "" : html`<p class="note">In the next 14 days nobody is on duty for ${planned.join(", ")}: another step comes at once then.</p>`}`;
}

function hasWay(contact: Contact, { by }: PolicyStep, channels: readonly ChannelFact[]): boolean {
  return waysTo(addressesOf(contact), by ?? null, channels).some(({ routes }) => routes.length > 0);
}

/** Everybody whom a step may call at some time. */
function peopleNamed(site: Site, { call }: PolicyStep): Contact[] {
  const ids = call.flatMap((callee) => {
    if ("contact" in callee) return [callee.contact];
    if ("team" in callee) return site.teams?.find(({ id }) => id === callee.team)?.members ?? [];
    const rota = site.rotas?.find(({ id }) => id === callee.rota);
    return rota?.layers.flatMap(({ people }) => people.flat()) ?? [];
  });
  return site.contacts.filter(({ id }) => ids.includes(id));
}

/** What the policies that a change makes, or makes otherwise, would do about an alarm that each is for. */
export function changedPolicies(
  before: Site,
  after: Site,
  channels: readonly ChannelFact[],
  at: EpochMs,
): string {
  const changed = (after.policies ?? []).filter(
    (policy) =>
      !isSame(
        policy,
        before.policies?.find(({ id }) => id === policy.id),
      ),
  );
  const times = [at, nextNight(at, after.timeZone)];
  return changed
    .map((policy) =>
      policyPreview({ after, policy: policy.id, mark: exampleMark(after, policy), times, at, channels }),
    )
    .join("");
}

/** The next time that clocks of a zone show 03:00, when those who are called are asleep. */
export function nextNight(now: EpochMs, timeZone: string): EpochMs {
  return nextTimeOfDay(now, "03:00", timeZone);
}
