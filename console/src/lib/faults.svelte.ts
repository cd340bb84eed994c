// What the edge says is wrong with which field of a form: it is shown beside the field.
import { getContext, setContext } from 'svelte';
import type { FieldError } from './api';

const KEY = Symbol('faults');

export class Faults {
  all: FieldError[] = $state.raw([]);
  /** The fields that show what is wrong with them themselves. */
  readonly #fields: string[] = [];

  of(field: string): string | undefined {
    return this.all.find((error) => error.field === field)?.message;
  }

  /** From now on `field` shows its faults itself; gives how to end that. */
  claim(field: string): () => void {
    this.#fields.push(field);
    return () => void this.#fields.splice(this.#fields.indexOf(field), 1);
  }

  /** Whether a field on the page shows what is wrong with it. */
  isShown = ({ field }: FieldError): boolean => this.#fields.includes(field);
}

export const provideFaults = (): Faults => setContext(KEY, new Faults());
export const faultsOfForm = (): Faults | undefined => getContext<Faults | undefined>(KEY);
