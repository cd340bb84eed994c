// A change to a rule, from the version that it began with until it is in force.
import { untrack } from 'svelte';
import { Problem, asProblem, get, post } from '../../lib/api';
import { deleteDraft, readDraft, writeDraft } from '../../lib/drafts';
import { parse, same, stringify, type Json } from '../../lib/json';
import { session } from '../../lib/session.svelte';
import { read, write, type Card, type Tests, type Unreadable } from './tests';
import { rulePath, type Report, type Rule } from './types';

/** How long nobody writes before a check, milliseconds. With the check itself, problems show within 300. */
const PAUSE = 150;

type Stored = { etag: string; base: string; script: string; tests: string; note: string };

export type Outcome = 'activated' | 'conflict' | 'invalid';

const channel = new BroadcastChannel('console.rules');

export class Draft {
  /** The version that the change began with. */
  base: Rule | undefined = $state.raw();
  etag = $state('');
  /** The version in force, and its ETag: another than the base if somebody was faster. */
  active: Rule | undefined = $state.raw();
  activeEtag = $state('');
  script = $state('');
  tests: Tests = $state({ cards: [], isList: false, rest: '{}' });
  note = $state('');
  report: Report | undefined = $state.raw();
  isChecking = $state(false);
  checkProblem: Problem | undefined = $state.raw();
  unreadable: Unreadable[] = $state.raw([]);
  problem: Problem | undefined = $state.raw();
  isRestored = $state(false);

  #timer: ReturnType<typeof setTimeout> | undefined;
  #abort: AbortController | undefined;
  #isClosed = false;

  get #key(): string {
    return `${session.me?.kind}:${session.me?.id}/${this.name}`;
  }

  constructor(
    readonly name: string,
    readonly mayWrite: boolean,
  ) {}

  get isConflict(): boolean {
    return this.base !== undefined && this.active !== undefined && this.etag !== this.activeEtag;
  }

  /** Whether there is something to put in force. */
  get isChanged(): boolean {
    if (!this.base) return false;
    const written = write($state.snapshot(this.tests) as Tests);
    return this.script !== this.base.script || 'unreadable' in written || !same(written.tests, read_and_write(this.base.tests));
  }

  async open(): Promise<void> {
    await this.refresh();
    if (!this.active) return;
    const stored = this.mayWrite ? await readDraft<Stored>(this.#key) : undefined;
    if (stored) {
      this.base = parse<Rule>(stored.base);
      this.etag = stored.etag;
      this.script = stored.script;
      this.tests = tests_of(stored.tests);
      this.note = stored.note;
      this.isRestored = true;
    } else this.#begin();
    void this.check();
    channel.addEventListener('message', this.#told);
  }

  #told = (event: MessageEvent) => {
    if (event.data === this.name) void this.refresh();
  };

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#abort?.abort();
    channel.removeEventListener('message', this.#told);
  }

  /** Looks at what is in force. Without a change of one's own, the page follows it. */
  async refresh(): Promise<void> {
    try {
      // Whoever has it look must not be run again by what it finds.
      const known = untrack(() => this.active && { data: this.active, etag: this.activeEtag, status: 200 });
      const { data, etag } = await get<Rule>(rulePath(this.name), { known });
      if (this.#isClosed) return;
      const isFollowing = this.base !== undefined && !this.isChanged && this.activeEtag !== etag;
      this.active = data;
      this.activeEtag = etag ?? '';
      this.problem = undefined;
      if (isFollowing) {
        this.#begin();
        void this.check();
      }
    } catch (error) {
      this.problem = asProblem(error);
    }
  }

  #begin(): void {
    this.base = this.active;
    this.etag = this.activeEtag;
    this.script = this.active?.script ?? '';
    this.tests = read(this.active?.tests);
    this.note = '';
    this.isRestored = false;
  }

  /** Throws the change away and takes what is in force. */
  async discard(): Promise<void> {
    await deleteDraft(this.#key);
    this.#begin();
    void this.check();
  }

  /** Keeps the change, to go on top of what is in force now. */
  async rebase(): Promise<void> {
    this.base = this.active;
    this.etag = this.activeEtag;
    await this.#store();
  }

  /** Takes another version's script and tests as the change. */
  take(script: string, tests: Json | undefined): void {
    this.script = script;
    this.tests = read(tests);
    this.touched();
  }

  /** To be called after every change: keeps it, and has it checked after a pause. */
  touched(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      void this.#store();
      void this.check();
    }, PAUSE);
  }

  async #store(): Promise<void> {
    if (!this.mayWrite || !this.base) return;
    if (!this.isChanged && this.note === '') return void (await deleteDraft(this.#key));
    const stored: Stored = {
      etag: this.etag, base: stringify(this.base), script: this.script, note: this.note,
      tests: stringify($state.snapshot(this.tests)),
    };
    await writeDraft(this.#key, stored);
  }

  /** Has the edge check the script with its tests. An answer to an older text is dropped. */
  async check(): Promise<void> {
    if (!this.mayWrite) return;
    this.#abort?.abort();
    const abort = (this.#abort = new AbortController());
    const written = write($state.snapshot(this.tests) as Tests);
    this.unreadable = 'unreadable' in written ? written.unreadable : [];
    this.isChecking = true;
    try {
      const body = { script: this.script, ...('tests' in written ? { tests: written.tests } : {}) };
      const { data } = await post<Report>(`${rulePath(this.name)}/check`, body, { signal: abort.signal });
      if (abort.signal.aborted) return;
      this.report = data;
      this.checkProblem = undefined;
    } catch (error) {
      if (abort.signal.aborted) return;
      this.checkProblem = asProblem(error);
    }
    this.isChecking = false;
  }

  addTest(card: Card): void {
    this.tests.cards.push(card);
    this.touched();
  }

  /**
   * Stores the change as a version and puts it in force in place of the base. Where the answer is lost, the edge is asked
   * what became of it.
   */
  async activate(): Promise<Outcome> {
    const written = write($state.snapshot(this.tests) as Tests);
    if ('unreadable' in written) return 'invalid';
    const version = { script: this.script, tests: written.tests, ...(this.note.trim() === '' ? {} : { note: this.note.trim() }) };
    let made: number;
    try {
      made = (await post<{ version: number }>(`${rulePath(this.name)}/versions`, version)).data.version;
    } catch (error) {
      const problem = asProblem(error);
      if (problem.code !== 'RULE_INVALID') throw problem;
      this.report = problem.body as unknown as Report;
      return 'invalid';
    }
    return this.#putInForce(made, 'activate', { version: made });
  }

  /** Goes back to the version before, unless somebody changed what is in force. */
  async rollBack(): Promise<Outcome> {
    const outcome = await this.#putInForce(null, 'rollback', undefined);
    return outcome;
  }

  async #putInForce(version: number | null, act: 'activate' | 'rollback', body: unknown): Promise<Outcome> {
    const before = act === 'activate' ? this.etag : this.activeEtag;
    try {
      await post(`${rulePath(this.name)}/${act}`, body, { headers: { 'If-Match': before } });
    } catch (error) {
      const problem = asProblem(error);
      if (problem.status === 412) {
        await this.refresh();
        return 'conflict';
      }
      if (!problem.isUnknown) throw problem;
      // It may have been done: only what is in force now tells.
      const isInForce = await this.#isInForce(version, before);
      if (isInForce === null) {
        const detail = 'The answer was lost, and what is in force cannot be read now. The change may or may not be in force. What you wrote is kept: look again before you repeat it.';
        throw new Problem(0, 'OUTCOME_UNKNOWN', detail, null, [], null, {});
      }
      if (!isInForce) throw new Problem(0, 'NOT_DONE', 'The answer was lost. The edge was asked again: nothing was changed. Try again.', null, [], null, {});
    }
    if (act === 'activate') await deleteDraft(this.#key);
    await this.refresh();
    // A change that is being written stays while another version is gone back to.
    if (act === 'activate' || !this.isChanged) this.#begin();
    void this.check();
    channel.postMessage(this.name);
    return 'activated';
  }

  /** Whether `version` is in force, or for null another than `before`; null: nobody can say. */
  async #isInForce(version: number | null, before: string): Promise<boolean | null> {
    for (const wait of [0, 1000, 2000]) {
      await new Promise((done) => setTimeout(done, wait));
      try {
        const { data, etag } = await get<Rule>(rulePath(this.name));
        return etag !== before && (version === null || data.version === version);
      } catch {
        // Asked again.
      }
    }
    return null;
  }
}

const read_and_write = (tests: Json | undefined): Json => {
  const written = write(read(tests));
  return 'tests' in written ? written.tests : null;
};

/** Cards as they were kept, with numbers of this page. */
function tests_of(stored: string): Tests {
  const tests = parse<Tests>(stored);
  const fresh = read([]);
  return { ...fresh, ...tests, cards: tests.cards.map((card) => ({ ...card, id: nextId() })) };
}

let ids = -1;
const nextId = () => ids--;
