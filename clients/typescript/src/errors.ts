/** An error of the edge, RFC 9457; or, as `EdgeUnavailableError`, none of the edge's at all. */
export class EdgeError extends Error {
  override name = "EdgeError";
  constructor(
    /** The HTTP status; 0 if there was no response. */
    readonly status: number,
    /** The problem's code, for programs. */
    readonly code: string,
    /** The problem's explanation, for people. */
    readonly detail: string,
    /** The request's id, as in the edge's log. */
    readonly requestId?: string,
    options?: ErrorOptions,
  ) {
    super(`${code}: ${detail}`, options);
  }
}

/** The edge cannot answer now: no connection, no answer in time, a 429, a 5xx, or an answer that cannot be read. */
export class EdgeUnavailableError extends EdgeError {
  override name = "EdgeUnavailableError";
  constructor(
    detail: string,
    /** Whether trying once more may help: the connection failed, or a gateway said so without `Retry-After`. */
    readonly passing = false,
    status = 0,
    code = "UNAVAILABLE",
    requestId?: string,
    options?: ErrorOptions,
  ) {
    super(status, code, detail, requestId, options);
  }
}

export type TokenErrorCode = "UNAVAILABLE" | "TOKEN_INVALID" | "TOKEN_MISMATCH" | "TOKEN_EXPIRED" | "TOKEN_SUPERSEDED";

/** Why a seat token is refused. */
export class TokenError extends Error {
  override name = "TokenError";
  constructor(
    readonly code: TokenErrorCode,
    detail: string,
    options?: ErrorOptions,
  ) {
    super(`${code}: ${detail}`, options);
  }
}

export type WebhookErrorCode = "WEBHOOK_HEADERS_MISSING" | "WEBHOOK_TIMESTAMP" | "WEBHOOK_SIGNATURE" | "WEBHOOK_BODY";

/** Why a webhook is refused. */
export class WebhookError extends Error {
  override name = "WebhookError";
  constructor(
    readonly code: WebhookErrorCode,
    detail: string,
    options?: ErrorOptions,
  ) {
    super(`${code}: ${detail}`, options);
  }
}
