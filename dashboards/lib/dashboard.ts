import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  type Panel,
  RowBuilder,
  type VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** A panel builder of the SDK: it is placed here. */
interface Placeable extends Builder<Panel> {
  span(width: number): unknown;
  height(height: number): unknown;
}

/** Panels side by side under a heading. Widths are shares of the 24 columns; left out, they are equal. */
export interface Section {
  title: string;
  height: number;
  panels: readonly (Placeable | { of: Placeable; width: number })[];
}

export interface DashboardSpec {
  /** Part of its address: never change it. Begins with `cd-`. */
  uid: string;
  title: string;
  description: string;
  variables: readonly Builder<VariableModel>[];
  sections: readonly Section[];
  /** `now-7d` unless said otherwise. */
  from?: string;
  refresh?: string;
}

export const tag = 'customer-dynamics';

/** A dashboard with what all of ours share: the tag, links to the others, UTC, weeks that begin on Monday. */
export function dashboard({
  uid,
  title,
  description,
  variables,
  sections,
  from = 'now-7d',
  refresh,
}: DashboardSpec): Dashboard {
  const builder = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags([tag])
    .timezone('utc')
    .weekStart('monday')
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from, to: 'now' })
    .variables([...variables])
    .links([
      new DashboardLinkBuilder('Customer Dynamics')
        .type(DashboardLinkType.Dashboards)
        .tags([tag])
        .asDropdown(true)
        .includeVars(true)
        .keepTime(true),
    ]);
  if (refresh !== undefined) builder.refresh(refresh);
  for (const section of sections) {
    builder.withRow(new RowBuilder(section.title));
    for (const entry of section.panels) {
      const [panel, width] = 'of' in entry ? [entry.of, entry.width] : [entry, 24 / section.panels.length];
      panel.span(width);
      panel.height(section.height);
      builder.withPanel(panel);
    }
  }
  return numbered(builder.build());
}

/** Ids in order, so that the same code gives the same file. */
function numbered(built: Dashboard): Dashboard {
  const all = (built.panels ?? []).flatMap((panel) => [panel, ...('panels' in panel ? panel.panels : [])]);
  all.forEach((panel, index) => {
    panel.id = index + 1;
  });
  return built;
}
