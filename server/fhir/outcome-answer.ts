import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { type FhirRefusal, operationOutcome } from "@coldkeep/core/fhir/outcome.ts";
import { ownErrorSystem } from "@coldkeep/core/fhir/systems.ts";
import type { FastifyReply } from "fastify";
import { problemOf } from "../http/problems.ts";

/** The media type of everything under `/fhir`. */
export const fhirMediaType = "application/fhir+json; charset=utf-8";

/** FHIR's words for what an HTTP status says. */
const issueTypes: Readonly<Record<number, string>> = {
  401: "login",
  403: "forbidden",
  404: "not-found",
  409: "conflict",
  413: "too-long",
  415: "not-supported",
  429: "throttled",
  503: "transient",
};

/** Answers with a resource. */
export function sendResource(reply: FastifyReply, resource: object, status = 200): FastifyReply {
  return reply
    .code(status)
    .header("cache-control", "no-store")
    .type(fhirMediaType)
    .send(JSON.stringify(resource));
}

/** Answers with what is wrong with a resource that was sent. */
export function sendRefusals(reply: FastifyReply, refusals: readonly FhirRefusal[]): FastifyReply {
  return sendResource(reply, operationOutcome(refusals), 422);
}

/** Answers whatever was thrown as FHIR has it. `count` hears the code. */
export function sendThrown(reply: FastifyReply, error: unknown, count: (code: string) => void): FastifyReply {
  const { status, code, detail } = problemOf(error);
  count(code);
  if (status >= 500) reply.request.log.error({ err: error }, "a FHIR call failed");
  const issue = {
    severity: "error",
    code: issueTypes[status] ?? (status >= 500 ? "exception" : "invalid"),
    details: { coding: [{ system: ownErrorSystem, code }], text: detail },
  };
  return sendResource(reply, { resourceType: "OperationOutcome", issue: [issue] }, status);
}

/** The error of what is asked for and is not there. */
export function notThere(what: string): CodedError {
  return new CodedError("unit.unknown", what);
}
