import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";

/** A dashboard as it stands in its file. */
export function written(model: Dashboard): string {
  return `${JSON.stringify(model, null, 2)}\n`;
}
