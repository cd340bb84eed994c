// All entities of the tenant, for what is chosen from them.
import type { Entity } from 'edge';
import type { Listing } from '../../lib/api';
import { manyOf } from '../../lib/listing';
import { Load } from '../../lib/load.svelte';
import { inTenant } from '../../lib/tenant.svelte';
import { shown } from '../../lib/text';
import { flat, treeOf } from '../../lib/tree';
import { API } from './types';

export class AllEntities extends Load<Listing<Entity>> {
  look = () => this.run((signal) => manyOf<Entity>(API, {}, { signal, headers: inTenant() }));

  nameOf(id: string | null | undefined): string {
    return this.data?.data.find((entity) => entity.id === id)?.name ?? id ?? '';
  }

  /** What can be chosen, in the order of the tree; without `except` and what lies below it. */
  choices(except: string | null = null): { id: string; text: string }[] {
    const all = (this.data?.data ?? []).filter(({ status }) => status === 'active');
    return flat(treeOf(all), except).map(({ of, depth }) => ({ id: of.id, text: `${'\u2003'.repeat(depth)}${shown(of.name)}` }));
  }
}
