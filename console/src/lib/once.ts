// Requests that create something: the same request again, after an answer that was lost, creates nothing twice.
import { asProblem, post, type Answer } from './api';
import { stringify } from './json';
import { inTenant } from './tenant.svelte';

export class Once {
  #of = '';
  #key = '';

  /** Sends `body`; with the same idempotency key as long as it is not known what came of the same body before. */
  async post<T>(path: string, body: unknown): Promise<Answer<T>> {
    const of = `${path} ${stringify(body)}`;
    if (this.#of !== of) [this.#of, this.#key] = [of, crypto.randomUUID()];
    try {
      const answer = await post<T>(path, body, { headers: { ...inTenant(), 'Idempotency-Key': this.#key } });
      this.#of = '';
      return answer;
    } catch (error) {
      if (!asProblem(error).isUnknown) this.#of = '';
      throw error;
    }
  }
}
