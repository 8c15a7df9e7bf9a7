import { dateAt } from "@coldkeep/core/duty/wall.ts";
import type { ChannelFact } from "@coldkeep/core/duty/reach.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { type DraftFile, type FileThing, said, shown, textFrom } from "../master-data/draft-file.ts";
import type { MasterForm } from "../master-data/master-form.ts";
import { type FormErrors, hasErrors } from "../pages/forms.ts";
import { actOnRota } from "./rota-acts.ts";
import {
  draftOfRota,
  freshLayer,
  type LayerDraft,
  type RotaDraft,
  rotaFrom,
  rotaValues,
} from "./rota-draft.ts";
import { rotaFields } from "./rota-fields.ts";
import { type LayerFile, layerFile } from "./rota-file.ts";
import { rotaPreview } from "./rota-preview.ts";

interface SentLayer {
  readonly layer: LayerDraft;
  readonly file: LayerFile;
}

/** Who is on duty when; without an id it is a new rota. Its preview says who would be on duty in the next four weeks. */
export function rotaForm(
  file: DraftFile,
  id: string | undefined,
  { at, channels }: { readonly at: EpochMs; readonly channels: readonly ChannelFact[] },
): MasterForm | null {
  const known = file.rotas?.find((each) => each.id === id);
  if (id !== undefined && known === undefined) return null;
  const zone = shown(file["timeZone"]);
  const today = dateAt(at, zone).toString();
  let sent: readonly SentLayer[] = [];
  const start: RotaDraft =
    known === undefined
      ? { id: "", name: "", timeZone: "", mustBeFilled: "", layers: [freshLayer("layer-1", today)] }
      : draftOfRota(known);
  return {
    title: id === undefined ? "New rota" : `Rota ${shown(known?.["name"])}`,
    lead: "Who is on duty when. See what it would do in the next four weeks before you change it; it applies at once, with your reason.",
    back: "/on-duty/plan",
    home: "duty",
    submit: id === undefined ? "Add the rota" : "Change the rota",
    values: { ...rotaValues(start), layers: "" },
    fields: (values, errors) => rotaFields(id === undefined, file.contacts, zone, values, errors),
    edit: (draft, values) => {
      const rotas = draft.rotas ?? [];
      const found = rotas.find((each) => each.id === id);
      if (id !== undefined && found === undefined) return { "": "This rota is not at the site any more." };
      const { name, timeZone, mustBeFilled, layers, ...given } = rotaFrom(values);
      sent = layers.map((layer) => ({ layer, file: layerFile(layer) }));
      const wrong = wrongIn(sent);
      if (hasErrors(wrong)) return wrong;
      const { timeZone: _zone, mustBeFilled: _filled, ...kept }: FileThing = found ?? { id: id ?? given.id };
      const entry: FileThing = {
        ...kept,
        ...said({
          name,
          timeZone: textFrom(timeZone),
          mustBeFilled: mustBeFilled === "yes" ? true : undefined,
          layers: sent.map(({ file: { entry: each } }) => each),
        }),
      };
      draft.rotas =
        found === undefined ? [...rotas, entry] : rotas.map((each) => (each.id === id ? entry : each));
      return {};
    },
    fieldAt: (path) => fieldAt(path, sent),
    rework: (act, values) => {
      const acted = actOnRota(rotaFrom(values), act, today);
      if (acted === null) return null;
      return { ...rotaValues(acted.draft), reason: values["reason"] ?? "", focus: acted.focus };
    },
    preview: (after, before, values) =>
      rotaPreview({ after, before, rota: id ?? values["id"] ?? "", at, channels }),
  };
}

function wrongIn(layers: readonly SentLayer[]): FormErrors {
  return Object.fromEntries(
    layers.flatMap(({ file }, at) =>
      Object.entries(file.wrong).map(([field, text]) => [`l${at}-${field}`, text] as const),
    ),
  );
}

const handOverFields = { week: "at", day: "times", other: "handOvers" } as const;

/** The field that a place in the site file is about. */
function fieldAt(path: readonly PropertyKey[], layers: readonly SentLayer[]): string | undefined {
  const [list, , key, at, part, index, detail] = path;
  if (list !== "rotas" || typeof key !== "string") return undefined;
  if (key !== "layers") return key;
  const found = typeof at === "number" ? layers[at] : undefined;
  if (found === undefined || typeof at !== "number" || typeof part !== "string") return "layers";
  const { layer, file } = found;
  const row = typeof index === "number" ? index : 0;
  const name = (field: string): string => `l${at}-${field}`;
  switch (part) {
    case "people":
      return name(`t${file.turnRows[row] ?? 0}-${typeof detail === "number" ? detail : 0}`);
    case "handOvers":
      return name(handOverFields[layer.pattern]);
    case "only":
      return name(`w${row}-${typeof detail === "string" && detail !== "weekdays" ? detail : "from"}`);
    case "name":
    case "start":
    case "until":
    case "cycleDays":
      return name(part);
    default:
      return "layers";
  }
}
