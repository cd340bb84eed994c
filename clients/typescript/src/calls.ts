import { json, problem, text, type Connection, type Outgoing, type Reply } from "./connection.js";
import type { Operations } from "./openapi.js";

/** An operation of the edge's API: its method and path. */
export type OperationName = keyof Operations & string;

interface CallOptions {
  /** Milliseconds: 30,000 by default. */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

type Input<Name extends OperationName> = Omit<Operations[Name], "response"> & CallOptions;

/** What an operation is called with. It may be left out if nothing in it is required. */
export type CallArguments<Name extends OperationName> = object extends Input<Name> ? [input?: Input<Name>] : [input: Input<Name>];

/** The response to a call. */
export interface Exchange<Name extends OperationName> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Operations[Name]["response"];
}

/** What every operation may be called with. */
interface Parts extends CallOptions {
  readonly path?: Record<string, string | number>;
  readonly query?: Record<string, unknown>;
  readonly headers?: Record<string, string | null | undefined>;
  readonly body?: unknown;
}

/** Calls operations of the edge's API. */
export class Calls {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async exchange<Name extends OperationName>(operation: Name, ...args: CallArguments<Name>): Promise<Exchange<Name>> {
    const { path = {}, query = {}, headers = {}, body, timeout = 30_000, signal } = (args[0] ?? {}) as Parts;
    const [method, template] = operation.split(" ", 2) as [string, string];
    const filled = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(required(path[name], name))));
    const reply = await this.#connection.send(method, filled + search(query), timeout, { ...content(headers, body), signal });
    // 304 is what `If-None-Match` asks for.
    if (reply.status >= 400 || (reply.status >= 300 && reply.status !== 304)) throw problem(reply);
    return { status: reply.status, headers: reply.headers, body: contentOf(reply) as Operations[Name]["response"] };
  }
}

function required<T>(value: T | undefined, name: string): T {
  // `..` would be another operation's path: an empty or dotted id names nothing.
  if (value === undefined || value === null || /^\.{0,2}$/.test(String(value))) throw new TypeError(`\`path.${name}\` is missing or not an id`);
  return value;
}

function search(query: Record<string, unknown>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null) parameters.append(name, String(value));
  }
  return parameters.size > 0 ? `?${parameters}` : "";
}

function content(headers: Record<string, string | null | undefined>, body: unknown): Outgoing {
  const sent: Record<string, string> = {};
  if (body !== undefined) sent["content-type"] = "application/json";
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && value !== null) sent[name.toLowerCase()] = value;
  }
  if (body === undefined) return { headers: sent };
  return { headers: sent, body: sent["content-type"] === "application/json" ? JSON.stringify(body) : (body as BodyInit) };
}

/** JSON is read, text is a string, anything else bytes, and nothing undefined. */
function contentOf(reply: Reply): unknown {
  if (reply.body.length === 0) return undefined;
  const type = reply.headers.get("content-type") ?? "";
  if (/[/+]json\b/.test(type)) return json(reply);
  return type.startsWith("text/") ? text(reply) : reply.body;
}
