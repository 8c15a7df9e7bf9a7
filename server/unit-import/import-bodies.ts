import { formatInstant } from "@coldkeep/core/time/millis.ts";
import type { FeedPreview } from "@coldkeep/core/unit-feed/preview.ts";
import { html } from "ghtml";
import { buttonForm, errorSummary, formButtons, type FormErrors, textField } from "../pages/forms.ts";
import { count } from "../pages/words.ts";
import { siteTime } from "../pages/site-time.ts";
import type { FileImport } from "./import-desk.ts";
import type { RefusedLine } from "./take-file.ts";

/** Most refused lines that the page of a result lists; the report has more. */
export const resultRefusalsShownMax = 1_000;

const crumb = html`<p class="crumb"><a href="/units">Units</a> / Import</p>`;

/** The main part of the page on which a file is handed in. */
export function handInBody(errors: FormErrors): string {
  const mistake = errors["file"];
  return html`!${errorSummary(errors, { title: "No file was taken" })}
    <header class="head">
      !${crumb}
      <h1>Import units</h1>
      <p class="lead">
        A CSV file of units and movements. It is checked first: you see each line that cannot be taken and
        why, and nothing is taken before you say so.
      </p>
    </header>
    <div class="form-page">
      <form class="form" method="post" action="/units/import" enctype="multipart/form-data">
        <div class="field" !${mistake === undefined ? "" : `data-error="true"`}>
          <label for="field-file">File</label>
          <p class="hint" id="field-file-hint">
            CSV in UTF-8, at most 64 MiB, with its headings in the first line.
          </p>
          !${mistake === undefined ? "" : html`<p class="mistake" id="field-file-error">${mistake}</p>`}
          <input
            id="field-file"
            name="file"
            type="file"
            accept=".csv,.txt,.tsv,text/csv"
            aria-describedby="field-file-hint${mistake === undefined ? "" : " field-file-error"}"
          />
        </div>
        <p class="or">or</p>
        !${textField({ name: "pasted", label: "Paste lines", hint: "With the headings first.", rows: 6 })}
        !${formButtons({ submit: "Check", back: { href: "/units", text: "Back to units" } })}
      </form>
    </div>`;
}

/** The main part of the page of one import, wherever it stands. `shown` names appliances. */
export function importBody(
  file: FileImport,
  timeZone: string,
  nameOf: (appliance: string) => string,
  errors: FormErrors,
): string {
  return html`!${errorSummary(errors, { title: "Nothing was taken" })}
    <header class="head">
      !${crumb}
      <h1>${file.name}</h1>
      <p class="lead">${leadOf(file)}</p>
    </header>
    !${file.state === "checked" ? checkedPart(file, timeZone, nameOf) : takenPart(file)}`;
}

function leadOf({ state, checked }: FileImport): string {
  if (state === "taking") return "Being taken.";
  if (state === "failed")
    return "Not all of it was taken: the server could not go on. Send the file again; what was taken stays and is not taken twice.";
  if (state === "done") return "Taken.";
  return checked.preview.fileRefusal === null
    ? "Checked. Nothing of it is taken yet."
    : "This file cannot be taken.";
}

function fact(name: string, value: string | number, note = ""): string {
  return html`<div>
    <dt>${name}</dt>
    <dd><b>${value}</b>!${note === "" ? "" : html`<span class="note">${note}</span>`}</dd>
  </div>`;
}

function checkedPart(file: FileImport, timeZone: string, nameOf: (appliance: string) => string): string {
  const { preview, sha256 } = file.checked;
  const { fileRefusal, header } = preview;
  if (fileRefusal !== null)
    return html`<p class="fault-note">Line ${fileRefusal.line}: ${fileRefusal.why}</p>
      <p><a href="/units/import">Hand in another file</a></p>`;
  const ignored = header?.ignored ?? [];
  return html`<dl class="facts">
      !${fact("Lines to take", preview.lines, `${count(preview.units, "unit")}, ${count(preview.movements, "movement")}`)}
      !${fact("Lines refused", preview.refused, preview.refused === 0 ? "" : "They are left out.")}
      !${fact("Columns", header?.columns.join(", ") ?? "", ignored.length === 0 ? "" : `Left out: ${ignored.join(", ")}`)}
    </dl>
    <div class="form-buttons">
      !${
        preview.lines === 0
          ? html`<p class="ask-note">There is no line that can be taken.</p>`
          : html`<form method="post" action="/units/import/${file.id}/take">
              <button type="submit">
                ${preview.lines === 1 ? "Take this line" : `Take these ${preview.lines} lines`}
              </button>
            </form>`
      }
      !${buttonForm({ action: `/units/import/${file.id}/drop`, submit: "Take nothing" })}
    </div>
    !${refusedSection(preview.refusals, preview.refused, file.id)}
    !${exampleSection(preview, timeZone, nameOf)}
    <p class="note">SHA-256 of the file: <code>${sha256}</code></p>`;
}

function takenPart({ id, checked, taken, state }: FileImport): string {
  const { preview, sha256 } = checked;
  const done = (taken?.lines ?? 0) + (taken?.refused ?? 0);
  const all = preview.lines + preview.refused;
  const progress =
    state === "taking"
      ? html`<p role="status">
          <label for="progress">${done} of ${all} lines</label>
          <progress id="progress" max="${all}" value="${done}"></progress>
          <a href="/units/import/${id}">Look again</a>
        </p>`
      : "";
  if (taken === null) return html`!${progress}`;
  return html`!${progress}
    <dl class="facts">
      !${fact("Lines taken", taken.lines)}
      !${fact("Units", taken.units.taken, `new or changed; ${taken.units.known} known already`)}
      !${fact("Movements", taken.movements.taken, `new; ${taken.movements.known} known already`)}
      !${fact("On hold", taken.held, "movements of units that an excursion holds")}
      !${fact("Lines refused", taken.refused)}
    </dl>
    !${
      state === "taking"
        ? ""
        : refusedSection(taken.refusals.slice(0, resultRefusalsShownMax), taken.refused, id)
    }
    <p class="note">SHA-256 of the file: <code>${sha256}</code></p>
    !${state === "taking" ? "" : html`<p><a href="/units">To the units</a> or <a href="/units/import">another file</a></p>`}`;
}

function refusedSection(
  refusals: readonly (Omit<RefusedLine, "column"> & { readonly column: string | null })[],
  refused: number,
  id: string,
): string {
  if (refused === 0) return "";
  return html`<section aria-labelledby="refused-title">
    <h2 id="refused-title">${count(refused, "refused line")}</h2>
    <p>
      <a href="/units/import/${id}/report.csv">As a CSV file</a>!${
        refusals.length < refused
          ? html` <span class="note">The first ${refusals.length} are shown.</span>`
          : ""
      }
    </p>
    <div class="table-frame">
      <table class="rows">
        <thead>
          <tr>
            <th scope="col" class="number">Line</th>
            <th scope="col">Column</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          !${refusals.map(
            ({ line, column, code, why }) =>
              html`<tr>
                <td data-label="Line" class="number">${line}</td>
                <td data-label="Column">${column || "–"}</td>
                <td data-label="Why">
                  <span>${why} <span class="note">${code}</span></span>
                </td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}

function exampleSection(
  { examples }: FeedPreview,
  timeZone: string,
  nameOf: (appliance: string) => string,
): string {
  if (examples.length === 0) return "";
  const time = siteTime(timeZone);
  return html`<section aria-labelledby="examples-title">
    <h2 id="examples-title">The first lines to take</h2>
    <div class="table-frame">
      <table class="rows">
        <thead>
          <tr>
            <th scope="col" class="number">Line</th>
            <th scope="col">Unit</th>
            <th scope="col">Expires</th>
            <th scope="col">Goes to</th>
            <th scope="col">At</th>
          </tr>
        </thead>
        <tbody>
          !${examples.map(
            ({ line, unit, movement }) =>
              html`<tr>
                <td data-label="Line" class="number">${line}</td>
                <td data-label="Unit">
                  <span
                    ><b class="din">${unit.din}</b> ${unit.productCode}
                    <span class="note">${unit.description ?? ""}</span></span
                  >
                </td>
                <td data-label="Expires">${unit.expires === null ? "–" : time.minute(unit.expires)}</td>
                <td data-label="Goes to">
                  ${movement === null ? "stays" : movement.appliance === null ? "out of every appliance" : nameOf(movement.appliance)}
                </td>
                <td data-label="At">
                  !${movement === null ? "–" : html`<time datetime="${formatInstant(movement.at)}">${time.full(movement.at)}</time>`}
                </td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}
