import { addressesOf } from "@coldkeep/core/duty/contact-section.ts";
import { dueState, calibrationAt, dueWithinDays } from "@coldkeep/core/site/calibration.ts";
import { type Appliance, profileNames, type Site } from "@coldkeep/core/site/site.ts";
import { formatDuration, type EpochMs } from "@coldkeep/core/time/millis.ts";
import { html } from "ghtml";
import { siteTime } from "../pages/site-time.ts";
import { limit, limitsText } from "../pages/temperature.ts";
import { applianceWords, count, dueWords, probeWords } from "../pages/words.ts";
import { fromWords, offsetWords, versionAt } from "./version-words.ts";

/** What the overview shows beside the site. */
export interface SitePageView {
  readonly site: Site;
  readonly at: EpochMs;
  readonly canDraft: boolean;
  /** The viewer's own open proposal. */
  readonly own: string | null;
  readonly waiting: number;
}

/** How a probe's calibration stands, as a mark. */
export function dueMark(probe: Appliance["probes"][number], at: EpochMs): string {
  const state = dueState(probe.calibration, at);
  const due = calibrationAt(probe.calibration, at)?.due;
  return html`<span class="due" data-due="${state}"
    >${dueWords[state]}${due === undefined ? "" : `, next one by ${due}`}</span
  >`;
}

/** The overview of the master data. */
export function sitePageBody(view: SitePageView): string {
  const { site, at, canDraft, own, waiting } = view;
  const time = siteTime(site.timeZone);
  const edit = (href: string, text: string, about: string): string =>
    canDraft ? html`<a href="${href}">${text}<span class="hidden"> ${about}</span></a>` : "";
  return html`<header class="head">
      <h1>${site.site}</h1>
      <p class="lead">
        ${count(site.appliances.length, "appliance")}, time zone ${site.timeZone}.
        ${waiting === 0 ? "No change waits for approval." : `${count(waiting, "change")} ${waiting === 1 ? "waits" : "wait"} for approval.`}
      </p>
      <p class="actions link-row">
        <a class="button" href="/site/proposals">Proposals</a>
        !${canDraft ? html`<a href="/site/edit/new-appliance">New appliance</a> <a href="/site/edit/new-profile">New profile</a> <a href="/site/edit/new-channel">New channel</a> <a href="/site/edit/facts">Time zone and gaps ahead</a> <a href="/site/upload">Upload a site file</a>` : ""}
        <a href="/site/site.yaml">Download the site file</a>
      </p>
    </header>
    !${own === null ? "" : html`<p class="ask-note">You have an open proposal, <a href="/site/proposals/${own}">${own}</a>. What you change now and touches limits is added to it.</p>`}
    !${dueSection(site, at, canDraft)}
    <section aria-labelledby="appliances-title">
      <h2 id="appliances-title">Appliances</h2>
      !${site.appliances.map((appliance) => applianceCard(appliance, view, edit))}
    </section>
    <section aria-labelledby="profiles-title">
      <h2 id="profiles-title">Storage profiles</h2>
      <div class="table-frame">
        <table class="rows">
          <thead>
            <tr>
              <th scope="col">Profile</th>
              <th scope="col">Limits now</th>
              <th scope="col">Critical</th>
              <th scope="col">Excursion after</th>
              <th scope="col">Call after</th>
              <th scope="col">Source</th>
              <th scope="col">Applies</th>
              <th scope="col"><span class="hidden">Acts</span></th>
            </tr>
          </thead>
          <tbody>
            !${Object.entries(site.profiles).map(([name, versions]) => {
              const now = versionAt(versions, at);
              const newest = versions[versions.length - 1];
              if (now === undefined || newest === undefined) return "";
              return html`<tr>
                <td data-label="Profile"><b>${name}</b></td>
                <td data-label="Limits now">${limitsText(now)}</td>
                <td data-label="Critical">${criticalText(now)}</td>
                <td data-label="Excursion after">${formatDuration(now.excursionAfter)}</td>
                <td data-label="Call after">${formatDuration(now.alarmDelay)}</td>
                <td data-label="Source">
                  ${now.source ?? "not said"}${now.edition === undefined ? "" : `, ${now.edition}`}
                </td>
                <td data-label="Applies">
                  ${fromWords(now, time)}${newest === now ? "" : `; ${limitsText(newest)} ${fromWords(newest, time)}`}
                </td>
                <td data-label="">
                  <span class="link-row">
                    <a href="/site/history/profile/${encodeURIComponent(name)}"
                      >History<span class="hidden"> of ${name}</span></a
                    >
                    !${edit(`/site/edit/profile/${encodeURIComponent(name)}`, "New version", `of ${name}`)}
                  </span>
                </td>
              </tr>`;
            })}
          </tbody>
        </table>
      </div>
    </section>
    !${channelSection(site, at, edit)}
    <section aria-labelledby="contacts-title">
      <div class="section-head">
        <h2 id="contacts-title">Contacts</h2>
        <a href="/on-duty/plan">Contacts, teams and rotas</a>
      </div>
      !${
        site.contacts.length === 0
          ? html`<p class="empty">Nobody gets mails about alarms.</p>`
          : html`<ul class="plain-list">
              !${site.contacts.map((each) => html`<li><b>${each.name}</b> ${[...new Set(addressesOf(each).map(({ address }) => address))].join(", ")} <span class="note">${each.id}</span></li>`)}
            </ul>`
      }
    </section>`;
}

function criticalText({
  criticalLow,
  criticalHigh,
}: {
  readonly criticalLow: number | null;
  readonly criticalHigh: number | null;
}): string {
  const parts = [
    criticalLow === null ? null : `below ${limit(criticalLow)}`,
    criticalHigh === null ? null : `above ${limit(criticalHigh)}`,
  ];
  return parts.filter((part) => part !== null).join(", ") || "none";
}

function dueSection(site: Site, at: EpochMs, canDraft: boolean): string {
  const all = site.appliances.flatMap((appliance) =>
    appliance.probes.map((probe) => ({ appliance, probe, state: dueState(probe.calibration, at) })),
  );
  const pressing = all
    .filter(({ state }) => state === "overdue" || state === "due")
    .toSorted((a, b) =>
      (calibrationAt(a.probe.calibration, at)?.due ?? "").localeCompare(
        calibrationAt(b.probe.calibration, at)?.due ?? "",
      ),
    );
  const without = all.filter(({ state }) => state === "none").length;
  return html`<section aria-labelledby="due-title">
    <h2 id="due-title">Calibrations due within ${dueWithinDays} days, or overdue</h2>
    !${
      pressing.length === 0
        ? html`<p class="empty">
            None is due. ${without === 0 ? "" : `${count(without, "probe")} without a calibration on record.`}
          </p>`
        : html`<ul class="plain-list">
            !${pressing.map(({ appliance, probe }) => html`<li><b>${probe.id}</b> ${appliance.name}: !${dueMark(probe, at)} !${canDraft ? html`<a href="/site/edit/calibration/${encodeURIComponent(probe.id)}">Record a calibration<span class="hidden"> of ${probe.id}</span></a>` : ""}</li>`)}
          </ul>`
    }
  </section>`;
}

function applianceCard(
  appliance: Appliance,
  { site, at, canDraft }: SitePageView,
  edit: (href: string, text: string, about: string) => string,
): string {
  const time = siteTime(site.timeZone);
  const id = encodeURIComponent(appliance.id);
  const names = profileNames(appliance.profile);
  const name = versionAt(names, at)?.name ?? "";
  const later = names.filter(({ from }) => from !== undefined && from > at);
  const profile = versionAt(site.profiles[name] ?? [], at);
  const where = [
    appliance.room === undefined ? null : `room ${appliance.room}`,
    appliance.circuit === undefined ? null : `circuit ${appliance.circuit}`,
    appliance.doorDelay === undefined ? null : `door may stand open ${formatDuration(appliance.doorDelay)}`,
    appliance.agitatorDelay === undefined
      ? null
      : `agitator may stand still ${formatDuration(appliance.agitatorDelay)}`,
  ];
  return html`<article class="card">
    <header>
      <h3><a href="/appliances/${id}">${appliance.name}</a></h3>
      <p class="note">
        ${appliance.id},
        ${applianceWords[appliance.kind].toLowerCase()}!${where.filter((each) => each !== null).map((each) => html`, ${each}`)}
      </p>
      <p>
        Profile
        <b>${name}</b
        >!${profile === undefined ? "" : html`: ${limitsText(profile)}, ${profile.source ?? "no source said"}${profile.edition === undefined ? "" : `, ${profile.edition}`}`}!${later.map((each) => html`; ${each.name} ${fromWords(each, time)}`)}
      </p>
      !${canDraft ? html`<p class="link-row">!${edit(`/site/edit/appliance/${id}`, "Change", appliance.name)} !${edit(`/site/edit/new-probe/${id}`, "New probe", `in ${appliance.name}`)} !${edit(`/site/edit/remove-appliance/${id}`, "Take away", appliance.name)}</p>` : ""}
    </header>
    <ul class="plain-list">
      !${appliance.probes.map((probe) => {
        const calibration = calibrationAt(probe.calibration, at);
        const own =
          probe.profile === undefined
            ? ""
            : `, profile ${versionAt(profileNames(probe.profile), at)?.name ?? ""}`;
        const key = encodeURIComponent(probe.id);
        return html`<li>
          <span
            ><b>${probe.id}</b>
            ${probeWords[probe.kind].toLowerCase()}${own}${probe.pair === undefined ? "" : `, paired with ${probe.pair.with}`};
            !${dueMark(probe, at)}${calibration === null ? "" : `, ${offsetWords(calibration.offset)}${calibration.certificate === undefined ? "" : `, ${calibration.certificate}`}`}</span
          >
          <span class="link-row"
            ><a href="/site/history/probe/${key}">History<span class="hidden"> of ${probe.id}</span></a>
            !${edit(`/site/edit/calibration/${key}`, "Calibration", `of ${probe.id}`)}
            !${edit(`/site/edit/probe/${key}`, "Change", probe.id)}
            !${appliance.probes.length > 1 ? edit(`/site/edit/remove-probe/${key}`, "Take away", probe.id) : ""}</span
          >
        </li>`;
      })}
    </ul>
  </article>`;
}

function channelSection(
  site: Site,
  at: EpochMs,
  edit: (href: string, text: string, about: string) => string,
): string {
  const channels = site.channels ?? [];
  const time = siteTime(site.timeZone);
  return html`<section aria-labelledby="channels-title">
    <h2 id="channels-title">Channels</h2>
    !${
      channels.length === 0
        ? html`<p class="empty">Every probe is its own channel: gateways post readings by the probe's id.</p>`
        : html`<ul class="plain-list">
            !${channels.map(({ id, assignments }) => {
              const now = versionAt(assignments, at);
              const later = assignments.filter(({ from }) => from !== undefined && from > at);
              return html`<li>
                <b>${id}</b> measures
                ${now?.probe ?? "nothing here"}${now === undefined ? "" : ` (${fromWords(now, time)})`}!${later.map((each) => html`; ${each.probe ?? "nothing"} ${fromWords(each, time)}`)}
                !${edit(`/site/edit/channel/${encodeURIComponent(id)}`, "Assign", id)}
              </li>`;
            })}
          </ul>`
    }
  </section>`;
}
