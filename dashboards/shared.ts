import {
  AnnotationQueryBuilder,
  type AnnotationQuery,
  ConstantVariableBuilder,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { dataSource } from "./query.ts";
import type { DashboardSettings } from "./settings.ts";

/** What a dashboard is known by. `uid` never changes: links and bookmarks hold it. */
export interface Heading {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly from: string;
  readonly refresh: string;
}

/** Begins a dashboard: its heading, the links to the others and to our pages, and the site to choose. */
export function dashboard(heading: Heading, settings: DashboardSettings): DashboardBuilder {
  const { uid, title, description, from, refresh } = heading;
  return new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(["coldkeep"])
    .readonly()
    .timezone(settings.timeZone)
    .time({ from, to: "now" })
    .refresh(refresh)
    .tooltip(DashboardCursorSync.Crosshair)
    .link(
      new DashboardLinkBuilder("Dashboards")
        .type(DashboardLinkType.Dashboards)
        .tags(["coldkeep"])
        .asDropdown(true)
        .includeVars(true)
        .targetBlank(false),
    )
    .link(new DashboardLinkBuilder("Live board").url("${coldkeep:raw}/").targetBlank(true))
    .link(
      new DashboardLinkBuilder("Excursions and reports").url("${coldkeep:raw}/excursions").targetBlank(true),
    )
    .withVariable(new ConstantVariableBuilder("coldkeep").value(settings.baseUrl))
    .withVariable(
      choice("site", "Site", `SHOW TAG VALUES FROM "states" WITH KEY = "site"`, VariableSort.AlphabeticalAsc),
    );
}

/** Something to choose from what the history holds; the first is chosen at the beginning. */
export function choice(name: string, label: string, query: string, sort: VariableSort): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(dataSource)
    .query(query)
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(sort)
    .multi(false)
    .includeAll(false);
}

/** Marks on the curves. Grafana's InfluxDB data source reads the columns' names beside the question. */
export function marks(
  name: string,
  color: string,
  query: string,
  columns: { readonly text: string; readonly tags: string },
): Builder<AnnotationQuery> {
  const built = {
    ...new AnnotationQueryBuilder().name(name).datasource(dataSource).enable(true).iconColor(color).build(),
    query,
    textColumn: columns.text,
    tagsColumn: columns.tags,
    target: {
      refId: "Anno",
      query,
      rawQuery: true,
      fromAnnotations: true,
      textEditor: true,
      textColumn: columns.text,
      tagsColumn: columns.tags,
      _implementsDataqueryVariant: () => undefined,
    },
  };
  return { build: () => built };
}
