import { WebhookError } from "./errors.js";

const TOLERANCE = 300;

/** A webhook's headers, as `Headers` or as Node.js has them. Names are in any case. */
export type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/** The headers that a signed webhook is sent with. */
export interface SignedWebhook {
  readonly "webhook-id": string;
  readonly "webhook-timestamp": string;
  readonly "webhook-signature": string;
}

/** A webhook that is genuine. */
export interface WebhookEvent<Body = unknown> {
  /** The event's id: the same whenever it is sent again. */
  readonly id: string;
  /** When this attempt was signed. */
  readonly timestamp: Date;
  /** The body, read as JSON. */
  readonly body: Body;
}

/**
 * Signs a webhook by Standard Webhooks 1.0, with each of `secrets` (`whsec_…`): during a rotation with the new one and the old.
 * `body` must be sent exactly as it is given. `timestamp` is now by default.
 */
export async function signWebhook(
  secrets: string | readonly string[],
  { id, body, timestamp = new Date() }: { id: string; body: string | Uint8Array; timestamp?: Date },
): Promise<SignedWebhook> {
  if (id === "" || id.includes(".")) throw new TypeError("a webhook's id is not empty and has no full stop");
  const seconds = String(Math.floor(timestamp.getTime() / 1000));
  const signed = message(id, seconds, body);
  const signatures = await Promise.all(
    (await keys(secrets)).map(async (key) => `v1,${toBase64(await crypto.subtle.sign("HMAC", key, signed))}`),
  );
  return { "webhook-id": id, "webhook-timestamp": seconds, "webhook-signature": signatures.join(" ") };
}

/**
 * Verifies a webhook by Standard Webhooks 1.0: one of its signatures is by one of `secrets`, and it was signed within 300 s of
 * now. `body` is what was received, byte for byte, before anything reads it as JSON.
 *
 * @throws {WebhookError}
 */
export async function verifyWebhook<Body = unknown>(
  secrets: string | readonly string[],
  { headers, body, now = new Date() }: { headers: WebhookHeaders; body: string | Uint8Array; now?: Date },
): Promise<WebhookEvent<Body>> {
  const [id, timestamp, signatures] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => header(headers, name));
  if (!id || !timestamp || !signatures) {
    throw new WebhookError("WEBHOOK_HEADERS_MISSING", "`webhook-id`, `webhook-timestamp` or `webhook-signature` is missing");
  }
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(Math.floor(now.getTime() / 1000) - Number(timestamp)) > TOLERANCE) {
    throw new WebhookError("WEBHOOK_TIMESTAMP", `it was not signed within ${TOLERANCE} s of now`);
  }
  const signed = message(id, timestamp, body);
  const candidates = signatures.split(" ").flatMap((one) => (one.startsWith("v1,") ? (fromBase64(one.slice(3)) ?? []) : []));
  // WebCrypto compares in constant time, and each is compared with each.
  const genuine = await Promise.all(
    (await keys(secrets)).flatMap((key) => candidates.map((candidate) => crypto.subtle.verify("HMAC", key, candidate, signed))),
  );
  if (!genuine.includes(true)) throw new WebhookError("WEBHOOK_SIGNATURE", "no signature is by one of the secrets");
  try {
    const read = JSON.parse(typeof body === "string" ? body : new TextDecoder("utf-8", { fatal: true }).decode(body)) as Body;
    return { id, timestamp: new Date(Number(timestamp) * 1000), body: read };
  } catch (cause) {
    throw new WebhookError("WEBHOOK_BODY", "it is genuine, but its body is not JSON", { cause });
  }
}

function header(headers: WebhookHeaders, name: string): string | undefined {
  if (typeof (headers as Headers).get === "function") return (headers as Headers).get(name) ?? undefined;
  for (const [key, value] of Object.entries(headers as Record<string, string | readonly string[] | undefined>)) {
    if (key.toLowerCase() === name) return typeof value === "string" ? value : value?.join(" ");
  }
  return undefined;
}

function message(id: string, timestamp: string, body: string | Uint8Array): Uint8Array<ArrayBuffer> {
  const head = new TextEncoder().encode(`${id}.${timestamp}.`);
  const tail = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const joined = new Uint8Array(head.length + tail.length);
  joined.set(head);
  joined.set(tail, head.length);
  return joined;
}

async function keys(secrets: string | readonly string[]): Promise<CryptoKey[]> {
  const given = typeof secrets === "string" ? [secrets] : secrets;
  if (given.length === 0) throw new TypeError("there is no secret");
  return Promise.all(
    given.map((secret) => {
      const bytes = fromBase64(secret.replace(/^whsec_/, ""));
      if (bytes === undefined || bytes.length === 0) throw new TypeError("a secret is not `whsec_` and base64");
      return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
    }),
  );
}

const toBase64 = (bytes: ArrayBuffer): string => btoa(String.fromCharCode(...new Uint8Array(bytes)));

function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
