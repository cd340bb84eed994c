// All departments of the tenant, for what is chosen from them.
import type { Department } from 'edge';
import type { Listing } from '../../lib/api';
import { manyOf } from '../../lib/listing';
import { Load } from '../../lib/load.svelte';
import { inTenant } from '../../lib/tenant.svelte';
import { shown } from '../../lib/text';
import { flat, treeOf } from '../../lib/tree';
import { API } from './types';

export class AllDepartments extends Load<Listing<Department>> {
  look = () => this.run((signal) => manyOf<Department>(API, {}, { signal, headers: inTenant() }));

  nameOf(id: string | null | undefined): string {
    return this.data?.data.find((department) => department.id === id)?.name ?? id ?? '';
  }

  /** What can be chosen, in the order of the tree; without `except` and what lies below it; of one entity, if it is named. */
  choices(except: string | null = null, entity: string | null = null): { id: string; text: string }[] {
    const all = (this.data?.data ?? []).filter(({ status, entity_id }) => status === 'active' && (entity === null || entity_id === entity));
    return flat(treeOf(all), except).map(({ of, depth }) => ({ id: of.id, text: `${'\u2003'.repeat(depth)}${shown(of.name)}` }));
  }
}
