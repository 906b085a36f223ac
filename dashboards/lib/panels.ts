import type { PanelBuilder as BarChartPanel } from '@grafana/grafana-foundation-sdk/barchart';
import * as barchart from '@grafana/grafana-foundation-sdk/barchart';
import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import * as common from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardLinkBuilder,
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
  MappingType,
} from '@grafana/grafana-foundation-sdk/dashboard';
import * as nodegraph from '@grafana/grafana-foundation-sdk/nodegraph';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as table from '@grafana/grafana-foundation-sdk/table';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import { NoUnit } from '@grafana/grafana-foundation-sdk/units';
import { good, seriesColours } from './colours';
import { clickhouse, prometheus, promQuery, sqlQuery } from './queries';

/** What every panel must say; a test fails where one does not. */
export interface About {
  title: string;
  /** What it shows, what it counts, and what a reader would otherwise get wrong. */
  description: string;
  /** A unit of Grafana: see the SDK's `units`. Tables name one by column. */
  unit?: string;
  /** The view that it reads: its definitions are one click away. */
  view: string;
  /** Where to look next. */
  links?: readonly Builder<ReturnType<DashboardLinkBuilder['build']>>[];
}

type Colours = Readonly<Record<string, string>>;

/** What all panel builders of the SDK share. */
interface AnyPanel {
  title(title: string): this;
  description(description: string): this;
  unit(unit: string): this;
  datasource(datasource: typeof clickhouse): this;
  links(links: Builder<ReturnType<DashboardLinkBuilder['build']>>[]): this;
  withTarget(target: Builder<Dataquery>): this;
  noValue(noValue: string): this;
}

/** A link to another dashboard of ours, in the same time range and with the same choices. */
export const linkTo = (title: string, uid: string, query = ''): DashboardLinkBuilder =>
  new DashboardLinkBuilder(title).url(
    `/d/${uid}?\${__url_time_range}&\${clickhouse:queryparam}${query === '' ? '' : `&${query}`}`,
  );

export const definitionsUid = 'cd-definitions';

export function about<Panel extends AnyPanel>(
  panel: Panel,
  { title, description, unit, view, links = [] }: About,
): Panel {
  return panel
    .title(title)
    .description(description)
    .unit(unit ?? NoUnit)
    .datasource(clickhouse)
    .noValue('nothing in this range')
    .links([...links, linkTo(`Definitions: ${view}`, definitionsUid, `var-view=${view}`)]);
}

/** Numbers of Prometheus over time: each query with the name of its series. */
export function promSeries(
  { title, description, unit }: Required<Pick<About, 'title' | 'description' | 'unit'>>,
  queries: readonly (readonly [expr: string, legend: string])[],
  look: SeriesLook = {},
): timeseries.PanelBuilder {
  const panel = styled(new timeseries.PanelBuilder(), look)
    .title(title)
    .description(description)
    .unit(unit)
    .datasource(prometheus)
    .links([linkTo('Volume trends', 'cd-volume-trends')]);
  queries.forEach(([expr, legend], index) => {
    panel.withTarget(promQuery(expr, legend, String.fromCharCode(65 + index)));
  });
  return panel;
}

const fixed = (colour: string): DynamicConfigValue => ({ id: 'color', value: { mode: 'fixed', fixedColor: colour } });

/** Series are found by the end of their name, which is the value of their label or the name of their column. */
const named = (name: string): string => `/(^|\\s)${name.replace(/[.]/g, '\\.')}$/`;

interface SeriesLook {
  colours?: Colours;
  /** Stacked bars where the parts make a whole; lines otherwise. */
  stacked?: boolean;
  /** The label that names a series; none where columns do. */
  by?: string;
  decimals?: number;
  max?: number;
}

/** One or several numbers over time: `time`, then either columns of numbers, or one named `Value` with a label. */
export function series(of: About, sql: string, look: SeriesLook = {}): timeseries.PanelBuilder {
  return styled(about(new timeseries.PanelBuilder(), of), look).withTarget(sqlQuery(sql, 'series'));
}

export function styled(
  panel: timeseries.PanelBuilder,
  { colours = {}, stacked = false, by, decimals, max }: SeriesLook,
) {
  panel
    .min(0)
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true)
        .calcs([]),
    )
    .tooltip(
      new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending),
    )
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName))
    .lineWidth(stacked ? 0 : 2)
    .fillOpacity(stacked ? 85 : 0)
    .showPoints(stacked ? common.VisibilityMode.Never : common.VisibilityMode.Auto)
    .pointSize(4);
  if (stacked) {
    panel
      .drawStyle(common.GraphDrawStyle.Bars)
      .stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal).group('A'));
  }
  if (by !== undefined) panel.displayName(`\${__field.labels.${by}}`);
  if (decimals !== undefined) panel.decimals(decimals);
  if (max !== undefined) panel.max(max);
  for (const [name, colour] of Object.entries(colours)) panel.overrideByRegexp(named(name), [fixed(colour)]);
  return panel;
}

/** Colours for columns that are neither channels nor outcomes, in order. */
export const inOrder = (...names: string[]): Colours =>
  Object.fromEntries(names.map((name, index) => [name, seriesColours[index % seriesColours.length]!]));

/** One number, large. The query answers one row; several columns are several numbers. */
export function number(of: About, sql: string, decimals?: number): stat.PanelBuilder {
  const panel = about(new stat.PanelBuilder(), of)
    .graphMode(common.BigValueGraphMode.None)
    .colorMode(common.BigValueColorMode.None)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('').values(false))
    .withTarget(sqlQuery(sql, 'table'));
  return decimals === undefined ? panel : panel.decimals(decimals);
}

/** How a column of a table is shown. */
interface ColumnLook {
  unit?: string;
  decimals?: number;
  width?: number;
  /** A bar in the cell, as long as its share of the column's largest. */
  bar?: boolean;
  colours?: Colours;
  link?: { title: string; url: string };
  title?: string;
}

export function rows(of: About, sql: string, columns: Readonly<Record<string, ColumnLook>> = {}): table.PanelBuilder {
  const panel = about(new table.PanelBuilder(), of)
    .showHeader(true)
    .cellHeight(common.TableCellHeight.Sm)
    .withTarget(sqlQuery(sql, 'table'));
  for (const [name, look] of Object.entries(columns)) panel.overrideByName(name, columnProperties(look));
  return panel;
}

function columnProperties({ unit, decimals, width, bar, colours, link, title }: ColumnLook): DynamicConfigValue[] {
  const properties: DynamicConfigValue[] = [];
  if (title !== undefined) properties.push({ id: 'displayName', value: title });
  if (unit !== undefined) properties.push({ id: 'unit', value: unit });
  if (decimals !== undefined) properties.push({ id: 'decimals', value: decimals });
  if (width !== undefined) properties.push({ id: 'custom.width', value: width });
  if (bar) {
    properties.push({ id: 'custom.cellOptions', value: { type: 'gauge', mode: 'basic', valueDisplayMode: 'text' } });
    properties.push(fixed(good), { id: 'min', value: 0 });
  }
  if (colours !== undefined) {
    properties.push({ id: 'mappings', value: mappingsOf(colours) });
    properties.push({ id: 'custom.cellOptions', value: { type: 'color-text' } });
  }
  if (link !== undefined) properties.push({ id: 'links', value: [link] });
  return properties;
}

/** A value keeps its text and takes its colour. */
const mappingsOf = (colours: Colours): object[] => [
  {
    type: MappingType.ValueToText,
    options: Object.fromEntries(
      Object.entries(colours).map(([value, color], index) => [value, { color, index, text: value }]),
    ),
  },
];

/** A table whose numbers are shades: the darker, the more. */
export function shades(of: About, sql: string, columns: Readonly<Record<string, ColumnLook>>): table.PanelBuilder {
  return rows(of, sql, columns)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.ContinuousBlues))
    .cellOptions({
      type: common.TableCellDisplayMode.ColorBackground,
      mode: common.TableCellBackgroundDisplayMode.Basic,
    });
}

/** Lying bars: `category` is the column of names, the others are the bars. */
export function bars(
  of: About,
  sql: string,
  category: string,
  look: Pick<SeriesLook, 'colours' | 'stacked'> = {},
): BarChartPanel {
  const panel = about(new barchart.PanelBuilder(), of)
    .orientation(common.VizOrientation.Horizontal)
    .xField(category)
    .stacking(look.stacked ? common.StackingMode.Normal : common.StackingMode.None)
    .showValue(common.VisibilityMode.Auto)
    .fillOpacity(85)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor(good))
    .legend(new common.VizLegendOptionsBuilder().showLegend(look.stacked ?? false).calcs([]))
    .tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi))
    .withTarget(sqlQuery(sql, 'table'));
  for (const [name, colour] of Object.entries(look.colours ?? {})) panel.overrideByName(name, [fixed(colour)]);
  return panel;
}

/** Nodes and edges by the column names that Grafana's node graph knows; `arc__…` are shares with a colour each. */
export function graph(of: About, nodes: string, edges: string, arcs: Colours): nodegraph.PanelBuilder {
  const panel = about(new nodegraph.PanelBuilder(), of)
    .nodes(
      new nodegraph.NodeOptionsBuilder().arcs(
        Object.entries(arcs).map(([field, color]) => new nodegraph.ArcOptionBuilder().field(field).color(color)),
      ),
    )
    .withTarget(sqlQuery(nodes, 'table', 'nodes'))
    .withTarget(sqlQuery(edges, 'table', 'edges'));
  for (const [field, colour] of Object.entries(arcs)) panel.overrideByName(field, [fixed(colour)]);
  return panel;
}
