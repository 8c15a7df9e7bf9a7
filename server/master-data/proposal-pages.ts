import type { SiteDifference } from "@coldkeep/core/site/site-differences.ts";
import { html } from "ghtml";
import { anewFields, type SigningAnew } from "../oidc/signing.ts";
import {
  errorSummary,
  type FormErrors,
  formButtons,
  hiddenField,
  inputField,
  textField,
} from "../pages/forms.ts";
import { instant } from "../pages/layout.ts";
import { type ShownSignature, signatureBlock } from "../pages/signature-block.ts";
import { siteTime, type SiteTime } from "../pages/site-time.ts";
import { count } from "../pages/words.ts";
import {
  backtestDaysDefault,
  backtestDaysMax,
  type BacktestProgress,
  type BacktestResult,
} from "../proposals/backtest-site.ts";
import {
  type Proposal,
  type ProposalState,
  type ProposedChange,
  reasonCharactersMax,
} from "../proposals/proposal.ts";
import type { ChangeLine } from "./change-words.ts";

const stateWords: Readonly<Record<ProposalState, string>> = {
  draft: "Waits for approval",
  approved: "In force",
  rejected: "Rejected",
  withdrawn: "Withdrawn",
  superseded: "Superseded",
};

/** Most differences that a page shows place by place. */
const differencesShownMax = 200;

/** A role as pages write it behind a name. */
const roleNames: Readonly<Record<string, string>> = {
  storage: "storage staff",
  quality: "quality officer",
  api: "program",
};

/** Lists proposals, the newest first. */
export function proposalsBody(proposals: readonly Proposal[], timeZone: string): string {
  const time = siteTime(timeZone);
  const waiting = proposals.filter(({ state }) => state === "draft").length;
  return html`<header class="head">
      <p class="crumb"><a href="/site">Site</a></p>
      <h1>Proposals</h1>
      <p class="lead">
        ${waiting === 0 ? "None waits for approval." : `${count(waiting, "proposal")} ${waiting === 1 ? "waits" : "wait"} for approval.`}
      </p>
    </header>
    !${
      proposals.length === 0
        ? html`<p class="empty">Nobody has proposed a change of the site yet.</p>`
        : html`<div class="table-frame">
            <table class="rows">
              <thead>
                <tr>
                  <th scope="col">Proposal</th>
                  <th scope="col">By</th>
                  <th scope="col">Reason</th>
                  <th scope="col">Last changed</th>
                  <th scope="col">Status</th>
                </tr>
              </thead>
              <tbody>
                !${proposals.map((proposal) => proposalRow(proposal, time))}
              </tbody>
            </table>
          </div>`
    }`;
}

function proposalRow({ id, state, versions, end }: Proposal, time: SiteTime): string {
  const first = versions[0];
  const last = versions[versions.length - 1];
  const at = end?.at ?? last?.at ?? 0;
  return html`<tr>
    <td data-label="Proposal"><a href="/site/proposals/${encodeURIComponent(id)}">${id}</a></td>
    <td data-label="By">${first?.name ?? ""}</td>
    <td data-label="Reason">${last?.reason ?? ""}</td>
    <td data-label="Last changed">!${instant(at, time.minute(at))}</td>
    <td data-label="Status"><span class="badge">${stateWords[state]}</span></td>
  </tr>`;
}

/** What a proposal's page shows. */
export interface ProposalPageView {
  readonly proposal: Proposal;
  /** The draft beside the site in force; null once it ended. */
  readonly change: ProposedChange | null;
  readonly lines: readonly ChangeLine[];
  /** Markup of what changed policies would do; empty where none changes. */
  readonly preview: string;
  readonly signatures: readonly ShownSignature[];
  /** The back-test of the draft, or the one that it was approved with. */
  readonly backtest: BacktestResult | null;
  readonly timeZone: string;
  readonly progress: BacktestProgress | null;
  readonly failure: string | null;
  /** What the viewer may do. */
  readonly may: {
    readonly withdraw: boolean;
    readonly approve: boolean;
    readonly reject: boolean;
    readonly test: boolean;
  };
  /** For who signs by single sign-on; null with a password. */
  readonly anew: SigningAnew | null;
  /** Why the viewer does not approve it, where a quality officer would expect to. */
  readonly notApproving: string | null;
  /** What was wrong with the form that was sent, by its name. */
  readonly mistakes: { readonly form: string; readonly errors: FormErrors; readonly reason: string } | null;
}

/** The page of a proposal. */
export function proposalBody(view: ProposalPageView): string {
  const { proposal, change, lines, mistakes } = view;
  const time = siteTime(view.timeZone);
  const { id, state, versions, end } = proposal;
  return html`!${mistakes === null ? "" : errorSummary(mistakes.errors, { form: mistakes.form })}
    <header class="head">
      <p class="crumb"><a href="/site">Site</a> · <a href="/site/proposals">Proposals</a></p>
      <h1>${id}</h1>
      <p><span class="badge">${stateWords[state]}</span></p>
      <p class="lead">By ${versions[0]?.name ?? ""}${howInForce(change)}</p>
    </header>
    !${change !== null && change.stale.length > 0 ? staleNote(change.stale) : ""}
    <section aria-labelledby="changes-title">
      <h2 id="changes-title">What it changes</h2>
      !${lines.length === 0 ? "" : lineTable(lines, end !== null)}
      !${change === null && end !== null && end.state !== "approved" ? html`<p class="empty">It never came into force.</p>` : ""}
      !${differenceDetails(change?.differences ?? end?.differences ?? [])}
      !${end?.state === "approved" ? html`<p class="note">Putting it in force revised ${count(end.excursions, "excursion")}; ${count(end.units, "unit")} had a hold of one of them.</p>` : ""}
    </section>
    !${view.preview}
    !${(change === null || change.site === null || !change.needsBacktest) && view.backtest === null ? "" : backtestSection(view, time)}
    !${change === null ? "" : decisionSection(view, change)}
    !${
      view.signatures.length === 0
        ? ""
        : html`<section aria-labelledby="signature-title">
            <h2 id="signature-title">Signature</h2>
            !${signatureBlock(view.signatures, view.timeZone)}
          </section>`
    }
    <section aria-labelledby="history-title">
      <h2 id="history-title">History</h2>
      <ol class="revisions">
        !${versions.map(
          (version, index) =>
            html`<li>
              !${instant(version.at, time.minute(version.at))} ${index === 0 ? "drafted" : "edited"} by
              <b>${version.name}</b> (${roleNames[version.role] ?? version.role}): ${version.reason}
            </li>`,
        )}
        !${
          end === null
            ? ""
            : html`<li>
                !${instant(end.at, time.minute(end.at))}
                ${end.state === "approved" ? "approved and signed" : end.state} by
                <b>${end.name}</b> (${roleNames[end.role] ?? end.role}): ${end.reason}
              </li>`
        }
      </ol>
    </section>`;
}

function howInForce(change: ProposedChange | null): string {
  if (change === null) return ".";
  if (!change.touchesLimits) return ". It touches no limits.";
  return change.needsBacktest
    ? ". It touches limits: a back-test and the signature of a quality officer who had no hand in it put it in force."
    : ". It changes who is called: the signature of a quality officer who had no hand in it puts it in force.";
}

function staleNote(stale: readonly string[]): string {
  return html`<div class="ask-note">
    <p>
      <b>The site in force has changed where this proposal changes it too.</b> It can be put in force no more:
      its author withdraws it and drafts it again.
    </p>
    <ul class="rules">
      !${stale.slice(0, 20).map((each) => html`<li>${each}</li>`)}
    </ul>
  </div>`;
}

function lineTable(lines: readonly ChangeLine[], isDone: boolean): string {
  return html`<div class="table-frame">
    <table class="rows changes">
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">${isDone ? "Before" : "In force"}</th>
          <th scope="col">${isDone ? "After" : "Proposed"}</th>
        </tr>
      </thead>
      <tbody>
        !${lines.map(
          ({ what, from, to }) =>
            html`<tr>
              <td data-label="What"><b>${what}</b></td>
              <td data-label="In force">${from}</td>
              <td data-label="Proposed">${to}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** Every difference as the records have it: the words above may pass over something, this does not. */
function differenceDetails(differences: readonly SiteDifference[]): string {
  if (differences.length === 0) return "";
  const text = (value: unknown): string => (value === undefined ? "(none)" : JSON.stringify(value));
  return html`<details class="exact">
    <summary>As the records have it (${count(differences.length, "place")})</summary>
    <dl>
      !${differences.slice(0, differencesShownMax).map(
        ({ path, from, to }) =>
          html`<dt>${path}</dt>
            <dd><code>${text(from)}</code> <span>becomes</span> <code>${text(to)}</code></dd>`,
      )}
    </dl>
    !${differences.length > differencesShownMax ? html`<p class="note">and ${differences.length - differencesShownMax} more</p>` : ""}
  </details>`;
}

function backtestSection(view: ProposalPageView, time: SiteTime): string {
  const { proposal, change, progress, failure, may, backtest } = view;
  return html`<section aria-labelledby="backtest-title">
    <h2 id="backtest-title">Back-test</h2>
    !${progress === null ? "" : html`<p class="ask-note" role="status">Under way: ${progress.of === 0 ? "reading the records" : `${progress.done} of ${progress.of} probes`}. Load the page again to see how far it is.</p>`}
    !${failure === null ? "" : html`<p class="ask-note">The last back-test broke off: ${failure}</p>`}
    !${
      backtest === null
        ? html`<p class="empty">
            Nobody has tried yet what exactly this change would have made of the recorded
            readings.${change?.needsBacktest === true ? " It is not approved before that." : ""}
          </p>`
        : backtestResult(backtest, time)
    }
    !${
      may.test && progress === null
        ? html`<form
            class="form inline"
            method="post"
            action="/site/proposals/${encodeURIComponent(proposal.id)}/backtest"
          >
            !${inputField(
              {
                name: "days",
                form: "backtest",
                label: `Days back, at most ${backtestDaysMax}`,
                type: "number",
                step: "1",
                value: String(backtestDaysDefault),
                required: true,
              },
              view.mistakes?.form === "backtest" ? view.mistakes.errors : {},
            )}
            !${formButtons({ submit: backtest === null ? "Run the back-test" : "Run it again" })}
          </form>`
        : ""
    }
  </section>`;
}

function backtestResult(result: BacktestResult, time: SiteTime): string {
  const { totals, lines, linesTotal, removed } = result;
  return html`<dl class="facts">
      <div>
        <dt>Excursions</dt>
        <dd>
          <b>${totals.excursionsBefore} → ${totals.excursionsAfter}</b
          ><span class="note">as judged now → by this change</span>
        </dd>
      </div>
      <div>
        <dt>Calls</dt>
        <dd>
          <b>${totals.callsBefore} → ${totals.callsAfter}</b
          ><span class="note">alarms that call a person</span>
        </dd>
      </div>
      <div>
        <dt>Looked at</dt>
        <dd>
          <b>${count(result.probes, "probe")}</b
          ><span class="note"
            >${totals.readings} readings, ${time.minute(result.from)} to ${time.minute(result.to)}</span
          >
        </dd>
      </div>
      <div>
        <dt>On record</dt>
        <dd>
          <b>${count(result.excursions, "excursion")} revised</b
          ><span class="note">${count(result.units, "unit")} on hold for them, once it is in force</span>
        </dd>
      </div>
    </dl>
    !${removed.length === 0 ? "" : html`<p class="ask-note">Watched no more: ${removed.join(", ")}.</p>`}
    !${
      lines.length === 0
        ? html`<p class="note">No probe comes out otherwise.</p>`
        : html`<div class="table-frame">
            <table class="rows">
              <thead>
                <tr>
                  <th scope="col">Probe</th>
                  <th scope="col">Appliance</th>
                  <th scope="col" class="number">Excursions</th>
                  <th scope="col" class="number">Calls</th>
                </tr>
              </thead>
              <tbody>
                !${lines.map(
                  (line) =>
                    html`<tr>
                      <td data-label="Probe">${line.probe}</td>
                      <td data-label="Appliance">${line.appliance}</td>
                      <td data-label="Excursions" class="number">
                        ${line.excursionsBefore} → ${line.excursionsAfter}
                      </td>
                      <td data-label="Calls" class="number">${line.callsBefore} → ${line.callsAfter}</td>
                    </tr>`,
                )}
              </tbody>
            </table>
          </div>`
    }
    !${linesTotal > lines.length ? html`<p class="note">and ${linesTotal - lines.length} more probes</p>` : ""}`;
}

function decisionSection(view: ProposalPageView, change: ProposedChange): string {
  const { proposal, may, notApproving, mistakes } = view;
  const path = `/site/proposals/${encodeURIComponent(proposal.id)}`;
  const errorsOf = (form: string): FormErrors => (mistakes?.form === form ? mistakes.errors : {});
  const reason = (form: string, label: string): string =>
    textField(
      {
        name: "reason",
        form,
        label,
        required: true,
        charactersMax: reasonCharactersMax,
        rows: 2,
        value: mistakes?.form === form ? mistakes.reason : "",
      },
      errorsOf(form),
    );
  const canApprove =
    may.approve && change.site !== null && (!change.needsBacktest || change.backtest !== null);
  return html`<section aria-labelledby="decision-title" class="decisions">
    <h2 id="decision-title">Decision</h2>
    !${notApproving === null ? "" : html`<p class="empty">${notApproving}</p>`}
    !${
      canApprove
        ? html`<form class="form" method="post" action="${path}/approve" novalidate>
            <h3>Approve and sign</h3>
            <p class="hint">
              Your signature means: approved, this change of the master data is put in force. It stands with
              your name, the time and the reason, and holds for exactly what is shown here.
            </p>
            !${hiddenField("hash", change.hash)} !${reason("approve", "Reason")}
            !${
              view.anew === null
                ? html`<div class="pair">
                    !${inputField({ name: "password", form: "approve", label: "Your password", type: "password", autocomplete: "current-password", required: true }, errorsOf("approve"))}
                    !${inputField({ name: "code", form: "approve", label: "Code of your second factor, if you have one", inputmode: "numeric", autocomplete: "one-time-code", charactersMax: 20 }, errorsOf("approve"))}
                  </div>`
                : anewFields(view.anew)
            }
            !${formButtons({ submit: "Approve and sign" })}
          </form>`
        : ""
    }
    !${
      may.reject
        ? html`<form class="form" method="post" action="${path}/reject" novalidate>
            <h3>Reject</h3>
            !${reason("reject", "Reason")} !${formButtons({ submit: "Reject the proposal", danger: true })}
          </form>`
        : ""
    }
    !${
      may.withdraw
        ? html`<form class="form" method="post" action="${path}/withdraw" novalidate>
            <h3>Withdraw</h3>
            !${reason("withdraw", "Reason")}
            !${formButtons({ submit: "Withdraw the proposal", danger: true })}
          </form>`
        : ""
    }
  </section>`;
}
