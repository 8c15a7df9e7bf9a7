import { freshLayer, freshWindow, type LayerDraft, type RotaDraft } from "./rota-draft.ts";

/** A rota after a button of its form was pressed, and the field that takes the focus then. */
export interface RotaAct {
  readonly draft: RotaDraft;
  readonly focus: string;
}

/** Does what a button of the form says, such as `turn-up:0:2`; null where there is no such button. `today` is the first day of a new layer. */
export function actOnRota(draft: RotaDraft, act: string, today: string): RotaAct | null {
  const [name, first = "", second = ""] = act.split(":");
  const { layers } = draft;
  if (name === "layer") {
    const added = freshLayer(freeId(layers), today);
    return { draft: { ...draft, layers: [...layers, added] }, focus: `l${layers.length}-t0-0` };
  }
  const at = Number(first);
  const layer = first === "" ? undefined : layers[at];
  if (layer === undefined) return null;
  const focused = (fresh: LayerDraft, field: string): RotaAct => ({
    draft: { ...draft, layers: layers.with(at, fresh) },
    focus: `l${at}-${field}`,
  });
  const row = Number(second);
  if (!Number.isInteger(row) || row < 0) return null;
  const { turns, windows } = layer;
  switch (name) {
    case "layer-out":
      return { draft: { ...draft, layers: layers.toSpliced(at, 1) }, focus: "name" };
    case "layer-copy": {
      const copy = {
        ...layer,
        id: freeId(layers),
        start: layer.until === "" ? today : layer.until,
        until: "",
      };
      return { draft: { ...draft, layers: layers.toSpliced(at + 1, 0, copy) }, focus: `l${at + 1}-start` };
    }
    case "turn":
      return focused({ ...layer, turns: [...turns, [""]] }, `t${turns.length}-0`);
    case "turn-out":
      return focused({ ...layer, turns: turns.toSpliced(row, 1) }, `t${Math.max(0, row - 1)}-0`);
    case "turn-up": {
      const [moved, above] = [turns[row], turns[row - 1]];
      if (moved === undefined || above === undefined) return null;
      return focused({ ...layer, turns: turns.toSpliced(row - 1, 2, moved, above) }, `t${row - 1}-0`);
    }
    case "with": {
      const together = turns[row];
      if (together === undefined) return null;
      return focused({ ...layer, turns: turns.with(row, [...together, ""]) }, `t${row}-${together.length}`);
    }
    case "window":
      return focused({ ...layer, windows: [...windows, freshWindow] }, `w${windows.length}-from`);
    case "window-out":
      return focused({ ...layer, windows: windows.toSpliced(row, 1) }, "start");
    default:
      return null;
  }
}

function freeId(layers: readonly LayerDraft[]): string {
  const numbers = layers.map(({ id }) => Number(/^layer-(\d+)$/.exec(id)?.[1] ?? 0));
  return `layer-${Math.max(0, ...numbers) + 1}`;
}
