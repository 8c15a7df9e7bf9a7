import { agreesWithPoints, meanCorrection } from "@coldkeep/core/site/calibration.ts";
import { html } from "ghtml";
import { inputField, textField } from "../pages/forms.ts";
import { fromField, probeIn } from "./appliance-forms.ts";
import {
  type DraftFile,
  type FileEntry,
  instantFrom,
  newestOf,
  numberFrom,
  said,
  shown,
  textFrom,
  type Values,
  withVersion,
} from "./draft-file.ts";
import type { MasterForm } from "./master-form.ts";

type Point = { readonly reference: number; readonly reading: number };

/** Records a calibration of a probe: what the certificate says, and what is added to the sensor from then on. */
export function calibrationForm(file: DraftFile, id: string, timeZone: string): MasterForm | null {
  const found = probeIn(file, id);
  if (found === undefined) return null;
  const newest = newestOf(found.probe["calibration"]);
  return {
    title: `Calibration of ${id}`,
    lead: "What the certificate says. The offset is added to what the sensor says. It waits for a back-test and a quality officer.",
    back: "/site",
    submit: "Propose the calibration",
    values: {
      offset: shown(newest["offset"]),
      points: "",
      certificate: "",
      uncertainty: "",
      by: "",
      date: "",
      due: "",
      from: "",
      sure: "",
    },
    fields: (values, errors) =>
      html` !${textField({ name: "points", label: "Points (optional)", hint: "One a line: the reference, then what the sensor said, in °C. For example: 2.00 1.90", value: values["points"] ?? "", rows: 4 }, errors)}
        !${inputField({ name: "offset", label: "Offset in °C", hint: "Reference minus sensor, on average over the points. Empty: worked out from the points.", inputmode: "decimal", value: values["offset"] ?? "" }, errors)}
        <div class="pair">
          !${inputField({ name: "certificate", label: "Certificate", value: values["certificate"] ?? "", charactersMax: 200 }, errors)}
          !${inputField({ name: "uncertainty", label: "Uncertainty in °C", inputmode: "decimal", value: values["uncertainty"] ?? "" }, errors)}
          !${inputField({ name: "by", label: "Calibrated by", value: values["by"] ?? "", charactersMax: 100 }, errors)}
          !${inputField({ name: "date", label: "On", type: "date", value: values["date"] ?? "" }, errors)}
          !${inputField({ name: "due", label: "Next one due", type: "date", value: values["due"] ?? "" }, errors)}
        </div>
        !${fromField(values, errors, timeZone)}
        !${
          values["sure"] === "ask" || values["sure"] === "yes"
            ? html`<div class="field tick">
                <label
                  ><input type="checkbox" name="sure" value="yes" /><span
                    >The offset is right although the points say otherwise</span
                  ></label
                >
              </div>`
            : ""
        }`,
    edit: (draft, values, inForce) => {
      const probe = probeIn(draft, id)?.probe;
      if (probe === undefined) return { "": "This probe is not at the site any more." };
      const points = pointsIn(values["points"] ?? "");
      if (points === null)
        return { points: "Write one point a line: two numbers, the reference and what the sensor said." };
      const mean = meanCorrection(points);
      const offset =
        numberFrom(values["offset"]) ?? (mean === null ? undefined : Math.round(mean * 1_000) / 1_000);
      const wrong = typeof offset === "number" ? disagreement(offset, points, values) : null;
      if (wrong !== null) return { offset: wrong };
      const version = said({
        from: instantFrom(values["from"], timeZone),
        offset,
        certificate: textFrom(values["certificate"]),
        uncertainty: numberFrom(values["uncertainty"]),
        due: textFrom(values["due"]),
        by: textFrom(values["by"]),
        date: textFrom(values["date"]),
        points: points.length === 0 ? undefined : points,
      });
      const before = (probeIn(inForce, id)?.probe["calibration"] as FileEntry[] | undefined) ?? [
        { offset: 0 },
      ];
      probe["calibration"] = withVersion(before, probe["calibration"] as FileEntry[] | undefined, version);
      return {};
    },
  };
}

/** Points as people write them; null where a line is none. */
function pointsIn(text: string): Point[] | null {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const points = lines.map((line): Point | null => {
    const [reference, reading, ...more] = line.split(/[\s;]+/).map((part) => Number(part.replace(",", ".")));
    if (reference === undefined || reading === undefined || more.length > 0) return null;
    return Number.isFinite(reference) && Number.isFinite(reading) ? { reference, reading } : null;
  });
  return points.every((point) => point !== null) ? points : null;
}

function disagreement(offset: number, points: readonly Point[], values: Values): string | null {
  const uncertainty = numberFrom(values["uncertainty"]);
  const given = { offset, points: [...points], ...(typeof uncertainty === "number" ? { uncertainty } : {}) };
  if (values["sure"] === "yes" || agreesWithPoints(given)) return null;
  const mean = meanCorrection(given.points)?.toFixed(3) ?? "";
  return `The points say ${mean} °C on average (reference minus sensor), not ${offset} °C. Correct it, or say below that it is right, and send it again.`;
}
