import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";

/** A question of a dashboard, by where it stands: `wall-board / Out of range / A`. */
export interface Question {
  readonly where: string;
  readonly query: string;
  readonly kind: "panel" | "variable" | "annotation";
}

/** Every question that a dashboard asks: of panels, variables and annotations. */
export function questionsOf(name: string, model: Dashboard): Question[] {
  const panels = (model.panels ?? []).flatMap((panel) => {
    const { title, targets = [] } = panel as { title?: string; targets?: unknown[] };
    return targets.map((target): Question => {
      const { refId, query } = target as { refId: string; query: string };
      return { where: `${name} / ${title ?? ""} / ${refId}`, query, kind: "panel" };
    });
  });
  const variables = (model.templating.list ?? [])
    .filter(({ type }) => (type as string) === "query")
    .map((each): Question => ({
      where: `${name} / $${each.name}`,
      query: typeof each.query === "string" ? each.query : "",
      kind: "variable",
    }));
  const annotations = (model.annotations.list ?? []).map((each): Question => {
    const { query } = each as unknown as { query: string };
    return { where: `${name} / ${each.name}`, query, kind: "annotation" };
  });
  return [...panels, ...variables, ...annotations];
}

/** What stands for variables: those of the dashboard, and the chosen time. */
export interface Filling {
  readonly from: number;
  readonly to: number;
  /** What `$__interval` is, such as `2m`. */
  readonly interval: string;
  readonly variables: Readonly<Record<string, string>>;
  /** What InfluxDB is to take for now, where that is not its own clock. */
  readonly now?: number;
}

/** A question as it goes out, with Grafana's macros and variables filled in. */
export function filled(query: string, { from, to, interval, variables, now }: Filling): string {
  const known: Readonly<Record<string, string>> = {
    ...variables,
    timeFilter: `time >= ${from}ms and time <= ${to}ms`,
    __interval: interval,
    __from: String(from),
    __to: String(to),
  };
  const timed = now === undefined ? query : query.replaceAll("now()", `${now}ms`);
  return timed.replaceAll(/\$\{(\w+)\}|\$(\w+)/g, (whole, braced?: string, bare?: string) => {
    const value = known[braced ?? bare ?? ""];
    if (value === undefined) throw new RangeError(`nothing stands for ${whole} in ${query}`);
    return value;
  });
}
