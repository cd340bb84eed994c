import { asProblem, type Problem } from './api';

/** Something that is fetched, and fetched anew. What was there stays while news is fetched, and when that fails. */
export class Load<T> {
  data: T | undefined = $state.raw(undefined);
  problem: Problem | undefined = $state.raw(undefined);
  isLoading = $state(false);
  /** When `data` was fetched. */
  at: string | null = $state(null);
  #abort: AbortController | undefined;
  #last: Promise<void> | undefined;

  /** Fetches by `work`; a fetch in progress is given up, and its answer dropped. Ends when what is newest is there. */
  async run(work: (signal: AbortSignal) => Promise<T>): Promise<void> {
    this.#abort?.abort();
    this.#abort = new AbortController();
    let own: Promise<void> | undefined = (this.#last = this.#fetch(work, this.#abort));
    // Another fetch may have taken over meanwhile.
    for (; own; own = own === this.#last ? undefined : this.#last) await own;
  }

  async #fetch(work: (signal: AbortSignal) => Promise<T>, abort: AbortController): Promise<void> {
    this.isLoading = true;
    try {
      const data = await work(abort.signal);
      if (abort.signal.aborted) return;
      this.data = data;
      this.at = new Date().toISOString();
      this.problem = undefined;
    } catch (error) {
      if (abort.signal.aborted) return;
      this.problem = asProblem(error);
    }
    this.isLoading = false;
  }

  stop(): void {
    this.#abort?.abort();
  }
}
