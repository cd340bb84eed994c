import type { Role } from '../tenants/types';

export type Kind = 'employees' | 'projects';

/** A run of a sync, and what it has done so far. */
export type Run = {
  job_id: string;
  kind: Kind;
  status: 'running' | 'needs_confirmation' | 'completed' | 'failed' | 'superseded';
  phase: 'reading' | 'deactivating' | null;
  pages: number;
  total?: number;
  synced?: number;
  created?: number;
  updated?: number;
  reactivated?: number;
  unchanged?: number;
  kept_by_hand?: number;
  deactivated?: number;
  duplicates?: number;
  inactive?: number;
  failed?: number;
  rule_version: number | null;
  started_by: string;
  started_at: string;
  updated_at: string;
  finished_at: string | null;
  deactivations: { gone: number; active: number; reason: string } | null;
  error: string | null;
};

export type Status = {
  kind: Kind | null;
  status: string;
  errors: { employee_id: string | null; error: string }[];
  last_good_run: { job_id: string; finished_at: string } | null;
  next_due: string | null;
  employees: Run | null;
  projects: Run | null;
};

/** An employee or a project that a run would deactivate. */
export type Leaver = { erp_id: string; user_id: string | null; name: string | null; role: Role | null; department: string | null; job_title: string | null };

export type Project = { id: string; name: string; description: string | null; team: string[] };

export const API = '/api/v1/erp-sync';
export const WHAT: Record<Kind, string> = { employees: 'Employees', projects: 'Projects' };
