import { type Problem, problemMediaType } from "@coldkeep/core/contract/problem.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";

/** The HTTP status of each code that a request can be refused with; listed in docs/errors.md. */
export const problemStatus: Readonly<Record<string, number>> = {
  "auth.missing": 401,
  "auth.unknown": 401,
  "auth.role": 403,
  "auth.person-needed": 403,
  "auth.foreign-origin": 403,
  "sign.refused": 401,
  "sign.busy": 503,
  "sign.stage": 403,
  "sign.session-ended": 401,
  "sign.link-invalid": 404,
  "sign.proof-spent": 403,
  "sign.role": 403,
  "sign.reason": 422,
  "sign.changed": 409,
  "password.length": 422,
  "password.personal": 422,
  "password.weak": 422,
  "password.reused": 422,
  "account.unknown": 404,
  "account.exists": 409,
  "account.invalid": 422,
  "account.why-missing": 422,
  "account.unchanged": 409,
  "account.disabled": 409,
  "account.own-role": 409,
  "account.own-state": 409,
  "account.last-administrator": 409,
  "factor.code-wrong": 422,
  "factor.not-begun": 409,
  "factor.required": 409,
  "session.unknown": 404,
  "token.exists": 409,
  "token.invalid": 422,
  "token.unknown": 404,
  "token.of-settings": 409,
  "auth.gateway": 403,
  "batch.not-json": 400,
  "batch.shape-invalid": 400,
  "batch.too-large": 413,
  "batch.encoding-invalid": 400,
  "batch.sequence-reused": 409,
  "channel.signature": 403,
  "channel.inbound-unreadable": 422,
  "request.invalid": 400,
  "request.too-large": 413,
  "request.media-type": 415,
  "request.not-found": 404,
  "request.too-many": 429,
  "probe.unknown": 404,
  "excursion.unknown": 404,
  "excursion.not-closed": 409,
  "alarm.unknown": 404,
  "alarm.not-resettable": 409,
  "alarm.not-shelved": 409,
  "alarm.out-of-service": 409,
  "appliance.unknown": 404,
  "appliance.until-invalid": 422,
  "appliance.not-empty": 409,
  "appliance.in-service": 409,
  "unit.unknown": 404,
  "unit.not-held": 409,
  "unit.signature-needed": 403,
  "disposition.no-units": 422,
  "disposition.excursion-open": 409,
  "disposition.unknown": 404,
  "disposition.answered": 409,
  "disposition.same-person": 403,
  "corrective.unknown": 404,
  "corrective.ended": 409,
  "corrective.future": 422,
  "corrective.too-many": 409,
  "test-message.no-way": 409,
  "test-message.too-many": 429,
  "drill.unknown": 404,
  "drill.over": 409,
  "drill.not-over": 409,
  "drill.too-many": 409,
  "drill.probe-unknown": 422,
  "drill.no-alarm": 422,
  "drill.trace-unfit": 422,
  "drill.too-late": 422,
  "units-import.unknown": 404,
  "units-import.busy": 409,
  "units-import.unreadable": 422,
  "movement.appliance-unknown": 422,
  "movement.at-future": 422,
  "site.missing": 503,
  "proposal.unknown": 404,
  "proposal.closed": 409,
  "proposal.empty": 409,
  "proposal.reason": 422,
  "proposal.own": 403,
  "proposal.changed": 409,
  "proposal.stale": 409,
  "proposal.untested": 409,
  "proposal.full": 409,
  "proposal.days": 422,
  "proposal.backtest-busy": 409,
  "proposal.backtest-failed": 500,
  "site.invalid": 400,
  "records.unavailable": 503,
  "internal.error": 500,
};

/** Fastify's own refusals, by their code. */
const fastifyCodes: Readonly<Record<string, string>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "request.too-large",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "request.media-type",
  FST_ERR_CTP_EMPTY_JSON_BODY: "request.invalid",
  FST_ERR_CTP_INVALID_JSON_BODY: "request.invalid",
  FST_ERR_VALIDATION: "request.invalid",
  FST_ERR_RESPONSE_SERIALIZATION: "internal.error",
};

/** Turns whatever went wrong into an RFC 9457 problem. Only our own messages go out; the rest stays in the log. */
export function problemOf(error: unknown): Problem {
  if (error instanceof CodedError) return problem(error.code, error.message);
  if (isSqliteError(error)) {
    return problem(
      "records.unavailable",
      "The records cannot be written at the moment. Nothing was taken; send it again.",
    );
  }
  const { code, message, statusCode } = error as FastifyError;
  const known = fastifyCodes[code] ?? (statusCode === 429 ? "request.too-many" : undefined);
  if (known !== undefined && known !== "internal.error") return problem(known, message);
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return problem("request.invalid", message);
  return problem("internal.error", "Something went wrong on our side. It is logged; please try again.");
}

function isSqliteError(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_SQLITE_ERROR";
}

function problem(code: string, detail: string): Problem {
  const status = problemStatus[code] ?? 500;
  return {
    type: `urn:coldkeep:error:${code}`,
    title: code.replace(".", ": ").replaceAll("-", " "),
    status,
    detail,
    code,
  };
}

/** Answers with a problem. */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
  count: (code: string) => void,
): void {
  const answer = problemOf(error);
  count(answer.code);
  if (answer.status >= 500)
    request.log.error({ err: error }, `${request.method} ${request.routeOptions.url ?? "?"} failed`);
  void reply.code(answer.status).type(problemMediaType).send(answer);
}
