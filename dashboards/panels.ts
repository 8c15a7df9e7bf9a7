import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import {
  BigValueColorMode,
  BigValueGraphMode,
  type DataSourceRef,
  LegendDisplayMode,
  LegendPlacement,
  LineInterpolation,
  ReduceDataOptionsBuilder,
  TableCellHeight,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import {
  DashboardLinkBuilder,
  type DynamicConfigValue,
  type FieldColor,
  FieldColorBuilder,
  FieldColorModeId,
  type MatcherConfig,
  type ThresholdsConfig,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder as StatPanel } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TimelinePanel } from "@grafana/grafana-foundation-sdk/statetimeline";
import { PanelBuilder as TablePanel } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as CurvePanel } from "@grafana/grafana-foundation-sdk/timeseries";
import { dataSource, type Influxql, influxql } from "./query.ts";

/** What every panel has. */
export interface Frame {
  readonly title: string;
  /** What it shows and what to do about it: read behind the (i) of the panel and in docs/dashboards.md. */
  readonly description: string;
  /** A unit of Grafana, such as `celsius`; `none` for counts, `string` for words. */
  readonly unit: string;
  /** Columns, of 24. */
  readonly width: number;
  /** Rows of 30 pixels. */
  readonly height: number;
  readonly queries: readonly Influxql[];
  /** What stands there where a question finds nothing. */
  readonly nothing: string;
}

interface Framed {
  title(title: string): this;
  description(description: string): this;
  datasource(datasource: DataSourceRef): this;
  unit(unit: string): this;
  span(width: number): this;
  height(height: number): this;
  noValue(text: string): this;
  thresholds(thresholds: Builder<ThresholdsConfig>): this;
  colorScheme(color: Builder<FieldColor>): this;
  withTarget(target: Builder<Dataquery>): this;
}

function framed<P extends Framed>(panel: P, frame: Frame): P {
  const { title, description, unit, width, height, queries, nothing } = frame;
  panel.title(title).description(description).datasource(dataSource).unit(unit);
  // Said outright: Grafana's own default turns red from 80 on, whatever the figure is.
  panel
    .span(width)
    .height(height)
    .noValue(nothing)
    .thresholds(steps([null, "green"]));
  for (const query of queries) panel.withTarget(influxql(query));
  return panel;
}

/** Colours from limits: the first from the very bottom. */
export function steps(...colors: readonly (readonly [from: number | null, color: string])[]) {
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps(colors.map(([value, color]) => ({ value, color })));
}

/** A link to a page, one of ours or another dashboard. `${coldkeep:raw}` stands for where our pages are. */
export function pageLink(title: string, url: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title).url(url).targetBlank(true);
}

/** A few large figures. */
export function figures(frame: Frame): StatPanel {
  return framed(new StatPanel(), frame)
    .graphMode(BigValueGraphMode.None)
    .colorMode(BigValueColorMode.BackgroundSolid)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]));
}

/** Curves over time. A gap in the readings is a gap in the curve. */
export function curves(frame: Frame): CurvePanel {
  return framed(new CurvePanel(), frame)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName))
    .spanNulls(false)
    .lineInterpolation(LineInterpolation.Linear)
    .lineWidth(2)
    .fillOpacity(0)
    .showPoints(VisibilityMode.Auto)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi));
}

/** States along time as coloured stretches. */
export function timeline(frame: Frame): TimelinePanel {
  return framed(new TimelinePanel(), frame)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .showValue(VisibilityMode.Auto)
    .mergeValues(true)
    .rowHeight(0.9)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi));
}

/** Rows with columns. */
export function table(frame: Frame): TablePanel {
  return framed(new TablePanel(), frame).cellHeight(TableCellHeight.Md).showHeader(true);
}

/** Properties for the column of a table. */
export function column(
  panel: TablePanel,
  name: string,
  properties: Readonly<Record<string, unknown>>,
): TablePanel {
  return panel.overrideByName(name, valuesOf(properties));
}

/** Properties for what one question gave. */
export function forQuery(
  refId: string,
  properties: Readonly<Record<string, unknown>>,
): {
  matcher: MatcherConfig;
  properties: DynamicConfigValue[];
} {
  return { matcher: { id: "byFrameRefID", options: refId }, properties: valuesOf(properties) };
}

function valuesOf(properties: Readonly<Record<string, unknown>>): DynamicConfigValue[] {
  return Object.entries(properties).map(([id, value]) => ({ id, value }));
}

/** A step of a panel's own on what its questions gave. */
export interface Transformation {
  id: string;
  options: unknown;
  filter?: MatcherConfig;
}

/** Of many rows about one thing the last of each: the newest revision, or how it stands now. The columns keep their names. */
export function newestOf(key: string, columns: readonly string[]): Transformation[] {
  const fields = Object.fromEntries(
    columns.map((name) => [name, { aggregations: ["last"], operation: "aggregate" }]),
  );
  return [
    {
      id: "groupBy",
      options: { fields: { [key]: { aggregations: [], operation: "groupby" }, ...fields } },
    },
    {
      id: "organize",
      options: {
        excludeByName: {},
        includeByName: {},
        indexByName: {},
        renameByName: Object.fromEntries(columns.map((name) => [`${name} (last)`, name])),
      },
    },
  ];
}

/** The order and names of a table's columns; others are left out. */
export function columns(
  order: Readonly<Record<string, string>>,
  left: readonly string[] = ["Time"],
): Transformation {
  return {
    id: "organize",
    options: {
      excludeByName: Object.fromEntries(left.map((name) => [name, true])),
      includeByName: {},
      indexByName: Object.fromEntries(Object.keys(order).map((name, index) => [name, index])),
      renameByName: order,
    },
  };
}

/** Sorts rows by a column. */
export function sorted(field: string, desc: boolean): Transformation {
  return { id: "sortBy", options: { fields: {}, sort: [{ field, desc }] } };
}
