// Packs an order piece by piece, as fast as a scanner reads: each scan is noted at the edge in its turn.
import type { CustomerOrder, CustomerOrderItem } from 'edge';
import { asProblem, put } from '../../lib/api';
import { inTenant } from '../../lib/tenant.svelte';
import { left, orderPath, parcel, wanted } from './types';

export type Said = { text: string; kind: 'good' | 'bad' };

/** How often a count is sent again whose answer was lost. It is absolute, so that it may be. */
const TRIES = 3;

export class Packing {
  order: CustomerOrder | undefined = $state.raw();
  /** What came of the last scan: it is read out. */
  said: Said | null = $state.raw(null);
  #waiting: { item: string; count: number }[] = [];
  #isSending = false;
  #counts = 0;

  /** Fetches the order. What is known here is newer, if something was counted since the edge was asked. */
  async look<T extends { data: CustomerOrder }>(ask: () => Promise<T>): Promise<T> {
    const before = this.#counts;
    const wasSending = this.#isSending;
    const answer = await ask();
    if (this.order === undefined || (before === this.#counts && !wasSending)) this.order = answer.data;
    return answer;
  }

  /** Another piece of the article. */
  scan(written: string): void {
    const sku = written.trim();
    if (sku === '' || !this.order) return;
    const same = parcel(this.order).filter((item) => item.sku?.toLowerCase() === sku.toLowerCase());
    const item = same.find((one) => left(one) > 0);
    if (same.length === 0) this.#say(`${sku} is not in this order. Put it back.`, 'bad');
    else if (!item) this.#say(`All of ${sku} are packed already. Put it back.`, 'bad');
    else this.count(item, item.packed_quantity + 1);
  }

  /** So many pieces of `item` are packed. */
  count(item: CustomerOrderItem, count: number): void {
    if (!this.order) return;
    const packed = Math.min(Math.max(count, 0), wanted(item));
    this.#counts++;
    const items = this.order.items.map((one) => (one.id === item.id ? { ...one, packed_quantity: packed } : one));
    this.order = { ...this.order, items };
    const rest = parcel(this.order).reduce((sum, one) => sum + left(one), 0);
    this.#say(`${packed} of ${wanted(item)} ${item.product_name} packed. ${rest === 0 ? 'The order is packed.' : `${rest} to go.`}`, 'good');
    this.#waiting.push({ item: item.id, count: packed });
    void this.#send();
  }

  #say(text: string, kind: Said['kind']): void {
    this.said = { text, kind };
  }

  async #send(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      try {
        await this.#one(next.item, next.count);
      } catch (error) {
        this.#waiting = [];
        this.#say(`It was not noted: ${asProblem(error).detail} Scan it again.`, 'bad');
      }
    }
    this.#isSending = false;
  }

  async #one(id: string, packed_quantity: number): Promise<void> {
    const path = `${orderPath(this.order!.id)}/items/${encodeURIComponent(id)}/pack`;
    for (let attempt = 1; ; attempt++) {
      try {
        await put<CustomerOrderItem>(path, { packed_quantity }, { headers: inTenant() });
        return;
      } catch (error) {
        const problem = asProblem(error);
        if (attempt >= TRIES || !(problem.isUnknown || problem.status === 429)) throw error;
        await new Promise((go) => setTimeout(go, (problem.retryAfter ?? 1) * 1000));
      }
    }
  }
}
