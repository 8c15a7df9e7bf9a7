import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { alarmQuality } from "./alarm-quality.ts";
import { appliancePage } from "./appliance.ts";
import { platform } from "./platform.ts";
import type { DashboardSettings } from "./settings.ts";
import { siteToday } from "./site-today.ts";
import { wallBoard } from "./wall-board.ts";

/** A dashboard and the name of its file, without the ending. */
export interface NamedDashboard {
  readonly name: string;
  readonly model: Dashboard;
}

/** Every dashboard. Its panels are numbered in their order, so that links to a panel last as long as the order does. */
export function allDashboards(settings: DashboardSettings): NamedDashboard[] {
  const built = {
    "wall-board": wallBoard,
    appliance: appliancePage,
    "site-today": siteToday,
    "alarm-quality": alarmQuality,
    platform,
  };
  return Object.entries(built).map(([name, build]) => {
    const model = build(settings).build();
    const panels = (model.panels ?? []).map((panel, index) => ({ ...panel, id: index + 1 }));
    // Links stand beside the title, not in a menu.
    for (const link of model.links ?? []) delete link.placement;
    return { name, model: { ...model, panels } };
  });
}
