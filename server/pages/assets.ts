import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

/** The adapter that reads the files which pages load: our own and those of the libraries, once at the start. */

const own = (name: string): string => fileURLToPath(new URL(`./assets/${name}`, import.meta.url));
const library = (name: string): string => fileURLToPath(import.meta.resolve(name));

/** Reads a file without the pointer to a source map that is not served. */
const text = (file: string): string =>
  readFileSync(file, "utf8").replace(/^\/\/# sourceMappingURL=.*$/gm, "");

const script = "text/javascript; charset=utf-8";
const style = "text/css; charset=utf-8";

/**
 * `htmx.js` carries its extension for server-sent events in the same file: htmx begins as soon as it may, and an extension that is
 * loaded later would miss the page.
 */
const sources = {
  "coldkeep.css": { files: () => [own("coldkeep.css")], type: style },
  "site.css": { files: () => [own("site.css")], type: style },
  "forms.css": { files: () => [own("forms.css")], type: style },
  "canary.css": { files: () => [own("canary.css")], type: style },
  "trail.css": { files: () => [own("trail.css")], type: style },
  "live.js": { files: () => [own("live.js")], type: script },
  "charts.js": { files: () => [own("charts.js")], type: script },
  "icon.svg": { files: () => [own("icon.svg")], type: "image/svg+xml" },
  "htmx.js": {
    files: () => [library("htmx.org/dist/htmx.min.js"), library("htmx.org/dist/ext/hx-sse.min.js")],
    type: script,
  },
  "uplot.js": { files: () => [library("uplot/dist/uPlot.iife.min.js")], type: script },
  "uplot.css": { files: () => [library("uplot/dist/uPlot.min.css")], type: style },
} as const;

/** A file that pages may load. */
export type AssetName = keyof typeof sources;

/** Gives the address of a file. It holds a hash of the content, so that a browser may keep it for ever. */
export type AssetUrls = (name: AssetName) => string;

/** One file as it goes over the wire. */
export interface Asset {
  readonly type: string;
  readonly plain: Buffer;
  readonly gzip: Buffer;
}

/** All files by their name with the hash in it, and what makes their addresses. */
export interface Assets {
  readonly urls: AssetUrls;
  readonly byName: ReadonlyMap<string, Asset>;
}

/** Reads all files. */
export function readAssets(): Assets {
  const byName = new Map<string, Asset>();
  const urls = new Map<AssetName, string>();
  for (const name of Object.keys(sources) as AssetName[]) {
    const plain = Buffer.from(sources[name].files().map(text).join("\n"));
    const hash = createHash("sha256").update(plain).digest("hex").slice(0, 16);
    const hashed = name.replace(".", `.${hash}.`);
    byName.set(hashed, { type: sources[name].type, plain, gzip: gzipSync(plain) });
    urls.set(name, `/assets/${hashed}`);
  }
  return { byName, urls: (name) => urls.get(name) ?? "" };
}
