// What is being written and not yet stored: it outlives a reload, a lost connection and a session that ends.

const NAME = 'console';
const STORE = 'drafts';

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function within<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | undefined> {
  try {
    const db = await open();
    return await new Promise<T>((resolve, reject) => {
      const request = work(db.transaction(STORE, mode).objectStore(STORE));
      request.transaction!.oncomplete = () => {
        db.close();
        resolve(request.result);
      };
      request.transaction!.onabort = () => reject(request.error);
    });
  } catch {
    // A browser that keeps nothing (private windows) loses drafts on a reload; the page works all the same.
    return undefined;
  }
}

export const readDraft = <T>(key: string) => within<T>('readonly', (store) => store.get(key));
export const writeDraft = (key: string, draft: unknown) => within('readwrite', (store) => store.put(draft, key));
export const deleteDraft = (key: string) => within('readwrite', (store) => store.delete(key));
export const wipeDrafts = () => within('readwrite', (store) => store.clear());
