// What is told in passing, and read out.

export type Notice = { id: number; text: string; isFailure: boolean };

let count = 0;
export const notices: { list: Notice[] } = $state({ list: [] });

export function tell(text: string, isFailure = false): void {
  const notice = { id: ++count, text, isFailure };
  notices.list = [...notices.list.slice(-2), notice];
  // A failure stays until it is closed.
  if (!isFailure) setTimeout(() => dismiss(notice.id), 6000);
}

export function dismiss(id: number): void {
  notices.list = notices.list.filter((notice) => notice.id !== id);
}
