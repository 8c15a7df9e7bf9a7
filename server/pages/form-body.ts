import type { FastifyInstance, FastifyRequest } from "fastify";
import { formBytesMax } from "./limits.ts";

/** Lets the routes of a plugin take what HTML forms send. `bytesMax` is for forms that carry more than a few fields. */
export function acceptForms(app: FastifyInstance, bytesMax: number = formBytesMax): void {
  app.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string", bodyLimit: bytesMax },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  );
}

/** The fields of a sent form; none where something else was sent. */
export function formOf(request: FastifyRequest): URLSearchParams {
  return request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
}

/** One field without blanks around it; empty where it was not sent. */
export function fieldOf(request: FastifyRequest, name: string): string {
  return (formOf(request).get(name) ?? "").trim();
}
