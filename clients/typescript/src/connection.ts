import type { Clock, Passage } from "./clock.js";
import { EdgeError, EdgeUnavailableError } from "./errors.js";

/** The key, or a function that gives it for each request: for access tokens, which end. */
export type Credential = string | (() => string | Promise<string>);

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

export interface Outgoing {
  readonly headers?: Record<string, string>;
  readonly body?: BodyInit;
  readonly signal?: AbortSignal | undefined;
  /** Without a credential. */
  readonly anonymous?: boolean;
}

/** Sends requests to one edge. */
export class Connection {
  readonly #url: string;
  readonly #credential: Credential;
  readonly #fetch: typeof fetch;
  readonly #clock: Clock;
  readonly #passage: Passage;
  /** Told of the `Date` of each response, in milliseconds since 1970. */
  onDate: (date: number) => void = () => undefined;

  constructor(url: string, credential: Credential, fetcher: typeof fetch, clock: Clock, passage: Passage) {
    const { protocol } = new URL(url);
    if (protocol !== "https:" && protocol !== "http:") throw new TypeError(`not the URL of an edge: ${url}`);
    this.#url = url.replace(/\/+$/, "");
    this.#credential = credential;
    this.#fetch = fetcher;
    this.#clock = clock;
    this.#passage = passage;
  }

  /**
   * The response, its body read, if it comes within `timeout` milliseconds; whatever its status is. One that comes later counts
   * as none, also where the machine was suspended and no timer fired.
   *
   * @throws {EdgeUnavailableError} if there is none. It is `passing` if the connection failed.
   */
  async send(method: string, path: string, timeout: number, { headers, body, signal, anonymous }: Outgoing = {}): Promise<Reply> {
    signal?.throwIfAborted();
    const sent = this.#passage.now();
    const late = () => new EdgeUnavailableError(`no answer within ${Math.round(timeout)} ms`);
    const controller = new AbortController();
    let cancel = () => {};
    let abandon = () => {};
    const ended = new Promise<never>((_, reject) => {
      cancel = this.#clock.after(timeout, () => {
        reject(late());
        controller.abort();
      });
      abandon = () => {
        reject(signal?.reason);
        controller.abort();
      };
    });
    signal?.addEventListener("abort", abandon);
    const request: RequestInit = { method, signal: controller.signal };
    if (body !== undefined) request.body = body;
    const received = this.#receive(path, request, headers, anonymous).catch((cause: unknown) => {
      throw new EdgeUnavailableError(`no connection: ${reason(cause)}`, true, 0, "UNAVAILABLE", undefined, { cause });
    });
    try {
      const reply = await Promise.race([received, ended]);
      if (this.#passage.now() - sent > timeout) throw late();
      const date = Date.parse(reply.headers.get("date") ?? "");
      if (Number.isFinite(date)) this.onDate(date);
      return reply;
    } finally {
      cancel();
      signal?.removeEventListener("abort", abandon);
    }
  }

  async #receive(path: string, request: RequestInit, headers?: Record<string, string>, anonymous = false): Promise<Reply> {
    const credential = this.#credential;
    const key = anonymous ? undefined : typeof credential === "string" ? credential : await credential();
    request.headers = { ...(key === undefined ? {} : { authorization: `Bearer ${key}` }), ...headers };
    const fetcher = this.#fetch;
    const response = await fetcher(this.#url + path, request);
    return { status: response.status, headers: response.headers, body: new Uint8Array(await response.arrayBuffer()) };
  }
}

const reason = (error: unknown): string => {
  const { message, cause } = error as { message?: string; cause?: { message?: string } };
  return cause?.message ?? message ?? String(error);
};

export const text = (reply: Reply): string => new TextDecoder().decode(reply.body);

/** The JSON of a reply; undefined if it is none. */
export function json(reply: Reply): unknown {
  try {
    return JSON.parse(text(reply));
  } catch {
    return undefined;
  }
}

/** Milliseconds that `Retry-After` says; undefined without one that can be read. */
export function retryAfter(headers: Headers, wall: number): number | undefined {
  const value = headers.get("retry-after")?.trim();
  if (value === undefined) return undefined;
  const milliseconds = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - wall;
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : undefined;
}

/** The error of a reply whose status is not one of success. */
export function problem(reply: Reply): EdgeError {
  return described(reply.status, json(reply), reply.headers.has("retry-after"));
}

/** The error that a problem stands for: of a status, or of a check in a batch. */
export function described(status: number, body: unknown, later = false): EdgeError {
  const { code, detail, title, requestId } = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const string = (value: unknown) => (typeof value === "string" ? value : undefined);
  const explained = string(detail) ?? string(title) ?? `the response has status ${status}`;
  if (status === 429 || status >= 500) {
    const passing = !later && status >= 502 && status <= 504;
    return new EdgeUnavailableError(explained, passing, status, string(code), string(requestId));
  }
  return new EdgeError(status, string(code) ?? "UNKNOWN", explained, string(requestId));
}
