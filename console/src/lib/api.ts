// Calls to the edge.
import { noteDate } from './clock.svelte';
import { holdOff } from './every';
import { parse, stringify } from './json';

export type FieldError = { field: string; message: string };

/** Why a call failed: the edge's own words, or that there was no answer. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly requestId: string | null,
    readonly errors: FieldError[],
    readonly retryAfter: number | null,
    /** All that the edge said. */
    readonly body: Record<string, unknown>,
  ) {
    super(detail);
  }
  /** Whether the edge may have acted all the same. */
  get isUnknown(): boolean {
    return this.status === 0 || this.status === 503 || this.status === 504 || this.status === 502;
  }
}

export type Answer<T> = { data: T; etag: string | null; status: number };

type Options = {
  /** What is there already: it is given again if it has not changed, without being sent. */
  known?: Answer<unknown> | undefined;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  isQuiet?: boolean;
  isText?: boolean;
  /** The answer is a file, of the type that `Accept` names. */
  isFile?: boolean;
  /** The type of a body that is sent as it is, instead of as JSON. */
  type?: string;
};

let credential: string | null = null;
let onUnauthenticated: () => void = () => {};
let onForbidden: () => void = () => {};

export function useCredential(bearer: string | null): void {
  credential = bearer;
}

export function whenRefused(unauthenticated: () => void, forbidden: () => void): void {
  onUnauthenticated = unauthenticated;
  onForbidden = forbidden;
}

/** No answer within this time counts as none, milliseconds. */
const PATIENCE = 30_000;

/** What is asked for before anybody is signed in. */
const isOpen = (path: string) => path.startsWith('/console/') || path === '/readyz';

async function send<T>(method: string, path: string, body: unknown, options: Options): Promise<Answer<T>> {
  // A page that is on its way out does not ask any more.
  if (credential === null && !isOpen(path)) throw new Problem(401, 'UNAUTHENTICATED', 'Nobody is signed in.', null, [], null, {});
  const headers: Record<string, string> = { Accept: 'application/json', ...options.headers };
  if (credential !== null) headers['Authorization'] = `Bearer ${credential}`;
  if (body !== undefined) headers['Content-Type'] = options.type ?? 'application/json';
  const { known } = options;
  if (known?.etag) headers['If-None-Match'] = known.etag;
  const patience = AbortSignal.timeout(PATIENCE);
  let response: Response;
  let text: string;
  let file: Blob | null = null;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : options.type ? (body as Blob) : stringify(body),
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      signal: options.signal ? AbortSignal.any([options.signal, patience]) : patience,
    });
    if (options.isFile && response.ok) file = await response.blob();
    text = file === null ? await response.text() : '';
  } catch (error) {
    if (options.signal?.aborted) throw error;
    const detail = patience.aborted ? 'The edge did not answer within 30 seconds.' : 'The edge cannot be reached.';
    throw new Problem(0, 'NO_ANSWER', detail, null, [], null, {});
  }
  noteDate(response.headers.get('Date'));
  if (response.status === 304 && known) return known as Answer<T>;
  let data: unknown = null;
  try {
    data = file !== null ? file : text === '' ? null : options.isText && response.ok ? text : parse(text);
  } catch {
    throw problem(response, { detail: 'The answer cannot be read.' });
  }
  if (response.ok) return { data: data as T, etag: response.headers.get('ETag'), status: response.status };
  const failure = problem(response, (data ?? {}) as Record<string, unknown>);
  if (failure.status === 429 || failure.status === 503) holdOff(failure.retryAfter);
  if (!options.isQuiet && failure.status === 401) onUnauthenticated();
  if (!options.isQuiet && failure.status === 403) onForbidden();
  throw failure;
}

function problem(response: Response, body: Record<string, unknown>): Problem {
  const wait = Number(response.headers.get('Retry-After') ?? NaN);
  return new Problem(
    response.status,
    String(body['code'] ?? `HTTP_${response.status}`),
    String(body['detail'] ?? body['title'] ?? 'The edge failed.'),
    (body['requestId'] as string | undefined) ?? response.headers.get('X-Request-Id'),
    Array.isArray(body['errors']) ? (body['errors'] as FieldError[]) : [],
    Number.isNaN(wait) ? null : wait,
    body,
  );
}

export const get = <T>(path: string, options: Options = {}) => send<T>('GET', path, undefined, options);
export const post = <T>(path: string, body: unknown, options: Options = {}) => send<T>('POST', path, body, options);
export const patch = <T>(path: string, body: unknown, options: Options = {}) => send<T>('PATCH', path, body, options);
export const put = <T>(path: string, body: unknown, options: Options = {}) => send<T>('PUT', path, body, options);
export const remove = <T>(path: string, options: Options = {}) => send<T>('DELETE', path, undefined, options);

/** `path` with a query of those of `parameters` that are set. */
export function withQuery(path: string, parameters: Record<string, string | number | null | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null && value !== undefined && value !== '') query.set(name, String(value));
  }
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}

export type Listing<T> = { data: T[]; nextCursor: string | null };

/** The words for a failure that was thrown. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(-1, 'CONSOLE', error instanceof Error ? error.message : String(error), null, [], null, {});
}
