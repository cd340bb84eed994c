// Addresses: everything that can be looked at has one, filters included.

const BASE = '/console';

function read() {
  const path = location.pathname.startsWith(BASE) ? location.pathname.slice(BASE.length) : location.pathname;
  return { path: path === '' ? '/' : path, query: new URLSearchParams(location.search) };
}

let current = $state.raw(read());

export const route = {
  get path(): string {
    return current.path;
  },
  get query(): URLSearchParams {
    return current.query;
  },
};

/** The address of a page of the console. */
export const to = (path: string) => `${BASE}${path}`;

export function go(path: string, isReplacement = false): void {
  if (isReplacement) history.replaceState(null, '', to(path));
  else history.pushState(null, '', to(path));
  current = read();
}

/** Changes filters in the address; an empty value takes one out. */
export function filter(changes: Record<string, string | null>): void {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  go(`${current.path}${text === '' ? '' : `?${text}`}`, true);
}

export function watch(): void {
  addEventListener('popstate', () => (current = read()));
  document.addEventListener('click', (event) => {
    const link = (event.target as Element | null)?.closest?.('a');
    const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (!link || !isPlain || event.defaultPrevented || link.target || link.download) return;
    const url = new URL(link.href, location.href);
    if (url.origin !== location.origin || !url.pathname.startsWith(`${BASE}/`) || url.hash) return;
    event.preventDefault();
    go(url.pathname.slice(BASE.length) + url.search);
  });
}
