import { get, withQuery, type Listing } from './api';

type Query = Record<string, string | number | null | undefined>;

/** The first `pages` pages of the list at `path`, as one. */
export async function firstPages<T>(
  path: string,
  query: Query,
  pages: number,
  options: { signal?: AbortSignal; headers?: Record<string, string> } = {},
): Promise<Listing<T>> {
  let whole: Listing<T> = { data: [], nextCursor: null };
  for (let page = 0; page < pages; page++) {
    const { data } = await get<Listing<T>>(withQuery(path, { limit: 50, ...query, cursor: whole.nextCursor }), options);
    whole = { data: [...whole.data, ...data.data], nextCursor: data.nextCursor };
    if (data.nextCursor === null) break;
  }
  return whole;
}

/** As much of the list at `path` as is chosen from: 2,000 entries. */
export const manyOf = <T>(path: string, query: Query, options: { signal?: AbortSignal; headers?: Record<string, string> } = {}): Promise<Listing<T>> =>
  firstPages<T>(path, { limit: 200, ...query }, 10, options);
