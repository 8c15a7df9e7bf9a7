import type { DrillState } from "@coldkeep/core/drills/drill.ts";
import { personRoles } from "@coldkeep/core/people/roles.ts";
import { placedReading } from "@coldkeep/core/drills/trace.ts";
import type { ProbeRules } from "@coldkeep/core/site/profile.ts";
import { ruleAt } from "@coldkeep/core/site/profile.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { html } from "ghtml";
import { curveFigure } from "../pages/curve-figure.ts";
import { errorSummary, formButtons, type FormErrors, selectField, textField } from "../pages/forms.ts";
import { roleWords } from "../pages/navigation.ts";
import { promiseCharactersMax } from "../pages/limits.ts";
import { signatureBlock } from "../pages/signature-block.ts";
import { siteTime } from "../pages/site-time.ts";
import { alarmWords, severityWords } from "../pages/words.ts";
import type { DrillRecord } from "./drill-record.ts";
import { drillTimeline } from "./drill-timeline.ts";
import { measuredWords, minutesWords, standingOf, traceWords, whyOf } from "./drill-words.ts";

/** What the page of a drill shows. */
export interface DrillPageView {
  readonly timeZone: string;
  readonly at: EpochMs;
  readonly record: DrillRecord;
  readonly appliance: string;
  /** The rules of its probe; null where the site has no such probe any more. */
  readonly rules: ProbeRules | null;
  readonly nameOf: (contact: string) => string;
  /** True where its alarm is on and waits for an answer. */
  readonly isAnswerable: boolean;
  readonly mayAnswer: boolean;
  readonly mayStop: boolean;
  readonly mayReview: boolean;
  readonly errors: FormErrors;
  readonly filled: (field: string) => string;
}

/** The record of a drill, as a page and as it is printed. */
export function drillBody(view: DrillPageView): string {
  const { record, timeZone, errors } = view;
  const { plan, state } = record;
  const why = whyOf(state);
  const time = siteTime(timeZone);
  const ended = state.endedAt === null ? "" : `, ended on ${time.full(state.endedAt)}`;
  return html`!${errorSummary(errors, { title: "This was not taken" })}
    <header class="head">
      <p class="crumb"><a href="/drills">Drills</a> / ${plan.id}</p>
      <h1>Drill: ${view.appliance}</h1>
      <p class="lead">
        <b>${standingOf(state)}</b>${why === null ? "" : `: ${why}`}${ended}.
        ${traceWords(plan.trace, timeZone)}.
      </p>
    </header>
    !${answerForm(view)} !${measured(view)} !${course(view)}
    <section aria-labelledby="timeline-title">
      <h2 id="timeline-title">What happened</h2>
      !${drillTimeline(record, timeZone, view.nameOf)}
    </section>
    !${review(view)} !${stopForm(view)}`;
}

function measured({ record, timeZone }: DrillPageView): string {
  const { plan, state } = record;
  const time = siteTime(timeZone);
  const fact = (name: string, value: string, more = ""): string =>
    html`<div>
      <dt>${name}</dt>
      <dd><b>${value}</b>!${more === "" ? "" : html`<span>${more}</span>`}</dd>
    </div>`;
  const { startedAt, raisedAt, handedOverAt, answeredAt, run } = state;
  const after = (at: EpochMs | null, from: EpochMs | null): string =>
    at === null || from === null ? notYet(state) : measuredWords(at - from);
  const expected =
    run === null
      ? "by the rules in force when it begins"
      : `expected: ${alarmWords[run.expected.kind]}, ${severityWords[run.expected.severity].toLowerCase()}, after ${measuredWords(run.expected.afterMs)}`;
  const { name, role } = plan.plannedBy;
  return html`<section aria-labelledby="measured-title">
    <h2 id="measured-title">Measured</h2>
    <dl class="facts">
      !${fact("Alarm raised after", after(raisedAt, startedAt), expected)}
      !${fact("First message handed over after", after(handedOverAt, raisedAt), "counted from the alarm")}
      !${fact("Answered after", after(answeredAt, raisedAt), answeredAt === null ? `goal: within ${minutesWords(plan.goalMs)}` : `by ${state.answeredBy ?? "?"}; goal: within ${minutesWords(plan.goalMs)}`)}
      !${fact(startedAt === null ? "Begins" : "Began", time.full(startedAt ?? plan.startAt), plan.repeatDays === null ? "held once" : `held again every ${plan.repeatDays} days`)}
      !${fact("Planned by", name, `${roleNamed(role)}, on ${time.full(plan.plannedAt)}; ${plan.isAnnounced ? "told beforehand" : "not told beforehand"}`)}
      !${fact("Reason", plan.reason)}
    </dl>
  </section>`;
}

function roleNamed(role: string | null): string {
  const named = personRoles.find((each) => each === role);
  return named === undefined ? "by a program" : roleWords[named];
}

function notYet({ phase }: DrillState): string {
  return phase === "over" ? "not at all" : "not yet";
}

function course({ record, rules, timeZone, at }: DrillPageView): string {
  const { plan, state } = record;
  const { run, startedAt, endedAt } = state;
  if (run === null || startedAt === null || rules === null) return "";
  const { low, high, criticalLow, criticalHigh, maxGap } = ruleAt(rules.profiles, startedAt);
  const to = endedAt ?? startedAt + run.lengthMs;
  const readings = run.readings
    .map((reading) => placedReading(reading, startedAt))
    .filter((reading) => reading.at <= Math.min(to, at));
  const limits = { low, high, criticalLow, criticalHigh };
  const curve = {
    probe: plan.probe,
    from: startedAt,
    to: Math.max(to, startedAt + 1),
    readings,
    maxGapMs: maxGap,
    limits,
  };
  return html`<section aria-labelledby="course-title">
    <h2 id="course-title">What was played</h2>
    <p class="note">
      Readings of this drill alone: they stand in no history, and no unit was measured by them.
    </p>
    !${curveFigure(curve, [], timeZone, Math.min(at, to))}
  </section>`;
}

/** Within how many minutes somebody may say that they will see to it. */
const promiseMinutes = [10, 20, 30, 45, 60];

function answerForm({ record, isAnswerable, mayAnswer, errors, filled }: DrillPageView): string {
  if (!isAnswerable || !mayAnswer) return "";
  return html`<section class="form-page" aria-labelledby="answer-title">
    <h2 id="answer-title">Answer it</h2>
    <form class="form" method="post" action="/drills/${record.plan.id}/answer">
      !${textField({ name: "what", label: "What you would do", value: filled("what"), required: true, charactersMax: promiseCharactersMax, rows: 2 }, errors)}
      !${selectField({ name: "minutes", label: "Within", value: filled("minutes") || "30", choices: promiseMinutes.map((minutes) => ({ value: `${minutes}`, text: `${minutes} minutes` })) }, errors)}
      !${formButtons({ submit: "I would take it on" })}
    </form>
  </section>`;
}

function review({ record, timeZone, mayReview }: DrillPageView): string {
  const { signatures, state, plan } = record;
  if (state.phase !== "over") return "";
  const isReviewed = signatures.some(({ stands }) => stands);
  return html`<section aria-labelledby="review-title">
    <h2 id="review-title">Review</h2>
    !${signatures.length === 0 ? html`<p class="empty">Nobody has reviewed this record yet.</p>` : signatureBlock(signatures, timeZone)}
    !${mayReview && !isReviewed ? html`<p class="actions"><a class="button" href="/drills/${plan.id}/review">Review and sign</a></p>` : ""}
  </section>`;
}

function stopForm({ record, mayStop, errors, filled }: DrillPageView): string {
  const { plan, state } = record;
  if (!mayStop || state.phase === "over") return "";
  const isPlanned = state.phase === "planned";
  return html`<section class="form-page" aria-labelledby="stop-title">
    <h2 id="stop-title">${isPlanned ? "Take it back" : "Stop it"}</h2>
    <form class="form" method="post" action="/drills/${plan.id}/cancel">
      !${textField({ name: "reason", label: "Reason", hint: isPlanned ? "It will not be held, nor again." : "Those who were told are told that it is over.", value: filled("reason"), required: true, charactersMax: 500, rows: 2 }, errors)}
      !${formButtons({ submit: isPlanned ? "Take the drill back" : "Stop the drill", danger: true })}
    </form>
  </section>`;
}
