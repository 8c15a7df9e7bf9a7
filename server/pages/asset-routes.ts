import { access } from "../access/access.ts";
import { limited } from "../access/rate.ts";
import type { FastifyInstance } from "fastify";
import { readAssets, type AssetUrls } from "./assets.ts";

/** Serves the files that pages load under `/assets/`; returns what makes their addresses. */
export function registerAssets(app: FastifyInstance): AssetUrls {
  const assets = readAssets();
  app.get<{ Params: { name: string } }>(
    "/assets/:name",
    { config: { ...access("public"), ...limited("free") }, schema: { hide: true } },
    (request, reply) => {
      const asset = assets.byName.get(request.params.name);
      if (!asset)
        return reply.code(404).header("cache-control", "no-store").type("text/plain").send("No such file.\n");
      reply
        .header("cache-control", "public, max-age=31536000, immutable")
        .header("vary", "accept-encoding")
        .type(asset.type);
      const zipped = /\bgzip\b/.test(request.headers["accept-encoding"] ?? "");
      return zipped ? reply.header("content-encoding", "gzip").send(asset.gzip) : reply.send(asset.plain);
    },
  );
  return assets.urls;
}
