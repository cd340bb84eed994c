// Replays events one by one, so that of each is known what became of it.
import { asProblem, post } from '../../lib/api';
import { effectOf, eventPath, type WebhookEvent } from './types';

/** How many are replayed at once. */
const AT_ONCE = 4;

export type Result = { event: WebhookEvent; words: string; kind: 'effective' | 'unchanged' | 'waits' | 'failed' };

/** What a replay did, from the event before and after. */
export function result(before: WebhookEvent, after: WebhookEvent): Result {
  const of = (kind: Result['kind'], words: string): Result => ({ event: after, kind, words });
  if (before.status === 'processed') return of('unchanged', 'was in effect before, and is not applied a second time');
  const reason = after.reason ? `: ${after.reason}` : '';
  switch (after.status) {
    case 'processed':
      return of('effective', `is now in effect${effectOf(after) ? `: ${effectOf(after)}` : ''}`);
    case 'ignored':
      return of('unchanged', `has no effect${reason}`);
    case 'quarantined':
      return of('unchanged', `is still quarantined${reason}`);
    case 'dead':
      return of('failed', `failed again${reason}`);
    default:
      return of('waits', `is tried again${reason}`);
  }
}

export class Replay {
  done: Result[] = $state.raw([]);
  total = $state(0);
  isRunning = $state(false);
  #isStopped = false;

  get isStopped(): boolean {
    return this.#isStopped;
  }

  stop(): void {
    this.#isStopped = true;
  }

  async run(events: WebhookEvent[]): Promise<void> {
    this.done = [];
    this.total = events.length;
    this.isRunning = true;
    this.#isStopped = false;
    const waiting = [...events];
    const work = async () => {
      for (let event = waiting.shift(); event && !this.#isStopped; event = waiting.shift()) {
        const came = await this.#one(event);
        this.done = [...this.done, came];
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    this.isRunning = false;
  }

  async #one(event: WebhookEvent): Promise<Result> {
    for (;;) {
      try {
        return result(event, (await post<WebhookEvent>(`${eventPath(event.id)}/replay`, undefined)).data);
      } catch (error) {
        const problem = asProblem(error);
        if (problem.status === 401 || problem.status === 403) this.stop();
        if (problem.status !== 429 || this.#isStopped) return { event, kind: 'failed', words: problem.detail };
        await new Promise((go) => setTimeout(go, (problem.retryAfter ?? 1) * 1000));
      }
    }
  }
}
