import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkSettings } from "@coldkeep/core/settings/settings.ts";
import { siteSchema, type Site } from "@coldkeep/core/site/site.ts";
import { parse } from "yaml";
import { formatListen, type Listen } from "../processes/listening.ts";
import { fillTemplate } from "./template.ts";

/** Where everything of one start listens. */
export interface Places {
  readonly dataFolder: string;
  readonly server: Listen;
  readonly gatewayHealth: Listen;
  readonly smtpPort: number;
  readonly mqttPort: number;
}

/** The files that the processes are started with. */
export interface HospitalFiles {
  readonly server: string;
  readonly gateway: string;
  readonly simulator: string;
  readonly site: Site;
}

/** Fills the templates of this folder and writes them into the data folder. */
export function writeHospital(places: Places): HospitalFiles {
  const { dataFolder } = places;
  mkdirSync(dataFolder, { recursive: true });
  const values = valuesOf(places);
  const write = (name: string): string => {
    const path = join(dataFolder, name);
    writeFileSync(path, fillTemplate(readTemplate(name), values));
    return path;
  };
  write("site.yaml");
  return {
    server: write("server.yaml"),
    gateway: write("gateway.yaml"),
    simulator: write("sim.yaml"),
    site: readSite(),
  };
}

/** The site of the demo, checked. */
export function readSite(): Site {
  return checkSettings(siteSchema, parse(readTemplate("site.yaml")), "demo/hospital/site.yaml");
}

/** The text of a template. */
export function readTemplate(name: string): string {
  return readFileSync(new URL(name, import.meta.url), "utf8");
}

function valuesOf(places: Places): Record<string, string | number> {
  const { dataFolder } = places;
  const lines = join(dataFolder, "lines");
  return {
    serverData: join(dataFolder, "server"),
    gatewayData: join(dataFolder, "gateway"),
    simulatorState: join(dataFolder, "simulator"),
    siteFile: join(dataFolder, "site.yaml"),
    listen: formatListen(places.server),
    publicUrl: urlOf(places.server),
    serverUrl: urlOf(places.server),
    gatewayHealth: formatListen(places.gatewayHealth),
    smtpPort: places.smtpPort,
    mqttUrl: `mqtt://127.0.0.1:${places.mqttPort}`,
    lines,
    line1: join(lines, "line-1"),
    line2: join(lines, "line-2"),
  };
}

/** The address of a server for a browser on this machine, without a slash at the end. */
export function urlOf({ host, port }: Listen): string {
  const reachable = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return `http://${formatListen({ host: reachable, port })}`;
}
