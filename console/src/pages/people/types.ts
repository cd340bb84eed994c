import type { SyncKind } from 'edge';

export const API = '/api/v1/erp-sync';
export const WHAT: Record<SyncKind, string> = { employees: 'Employees', projects: 'Projects' };
