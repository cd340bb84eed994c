// Decides requests one by one, so that of each is known what became of it.
import type { ApprovalRequest, ApprovalVerdict } from 'edge';
import { asProblem, get, post } from '../../lib/api';
import { inTenant } from '../../lib/tenant.svelte';
import { requestPath } from './types';

/** How many are decided at once. */
const AT_ONCE = 4;

export type Result = { request: ApprovalRequest; kind: 'done' | 'waits' | 'failed' | 'unknown'; words: string };

/** What a verdict did, as the request is after it. */
function words(after: ApprovalRequest): Result {
  const of = (kind: Result['kind'], words: string): Result => ({ request: after, kind, words });
  if (after.status === 'approved') return of('done', 'approved by everybody: it may be bought now');
  if (after.status === 'rejected') return of('done', 'rejected');
  const level = after.levels[(after.current_level ?? 1) - 1];
  return of('waits', `counted; now level ${after.current_level} of ${after.levels.length} is asked, ${level?.approvals ?? 0} of ${level?.quorum ?? 0} have approved`);
}

export class Decisions {
  done: Result[] = $state.raw([]);
  total = $state(0);
  isRunning = $state(false);
  #isStopped = false;

  stop(): void {
    this.#isStopped = true;
  }

  async run(requests: ApprovalRequest[], action: ApprovalVerdict, comment: string): Promise<void> {
    this.done = [];
    this.total = requests.length;
    this.isRunning = true;
    this.#isStopped = false;
    const waiting = [...requests];
    const work = async () => {
      for (let request = waiting.shift(); request && !this.#isStopped; request = waiting.shift()) {
        const came = await this.#one(request, action, comment);
        this.done = [...this.done, came];
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    this.isRunning = false;
  }

  async #one(request: ApprovalRequest, action: ApprovalVerdict, comment: string): Promise<Result> {
    // The same again, after an answer that was lost, counts once.
    const headers = { ...inTenant(), 'Idempotency-Key': crypto.randomUUID() };
    for (let attempt = 0; ; attempt++) {
      try {
        const body = { action, ...(comment === '' ? {} : { comment }) };
        return words((await post<ApprovalRequest>(`${requestPath(request.id)}/process`, body, { headers })).data);
      } catch (error) {
        const problem = asProblem(error);
        if (problem.status === 401) this.stop();
        if (problem.status === 429 && !this.#isStopped) {
          await new Promise((go) => setTimeout(go, (problem.retryAfter ?? 1) * 1000));
        } else if (problem.isUnknown && attempt < 2 && !this.#isStopped) {
          await new Promise((go) => setTimeout(go, 1000));
        } else if (problem.isUnknown) {
          return this.#look(request);
        } else return { request, kind: 'failed', words: `${problem.detail} (${problem.code})` };
      }
    }
  }

  /** The connection broke: what the edge says now. */
  async #look(request: ApprovalRequest): Promise<Result> {
    try {
      const { data } = await get<ApprovalRequest>(requestPath(request.id), { headers: inTenant() });
      if (data.actions.length > request.actions.length) return words(data);
      return { request: data, kind: 'unknown', words: 'nothing has come of it yet: the edge did not answer' };
    } catch {
      return { request, kind: 'unknown', words: 'it is not known: the edge did not answer' };
    }
  }
}
