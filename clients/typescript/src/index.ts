export { EdgeClient, type EdgeClientOptions } from "./client.js";
export type { CallArguments, Exchange, OperationName } from "./calls.js";
export type { Clock } from "./clock.js";
export type { Credential } from "./connection.js";
export { EdgeError, EdgeUnavailableError, TokenError, WebhookError, type TokenErrorCode, type WebhookErrorCode } from "./errors.js";
export type { Operations, Schemas } from "./openapi.js";
export type { SeatToken, TokenAudience } from "./tokens.js";
export type { Fallback, OnUnavailable, Origin, SeatCheck, Verdict } from "./verdict.js";
export { signWebhook, verifyWebhook, type SignedWebhook, type WebhookEvent, type WebhookHeaders } from "./webhooks.js";
