import type { Json } from '../../lib/json';

/** A rule and its active version. */
export type Rule = {
  name: string;
  version: number;
  sha256: string;
  script?: string;
  tests?: Json;
  note: string | null;
  author: string;
  createdAt: string;
  activatedBy: string | null;
  activatedAt: string | null;
};

export type Version = {
  version: number;
  sha256: string;
  active: boolean;
  script?: string;
  tests?: Json;
  note: string | null;
  author: string;
  basedOn: number | null;
  createdAt: string;
};

export type Place = { line: number; column: number; message: string };
export type TestResult = { name: string; group?: string | null; passed: boolean; expected: Json; actual?: Json; error?: string | null };
export type Report = {
  ok: boolean;
  errors: Place[];
  warnings: Place[];
  tests: TestResult[];
  coverage: { lines: number; missedLines: number[]; branches: number; missedBranches: number[] };
};

export type Backtest = {
  compared: number;
  changed: number;
  reworded: number;
  errors: number;
  cutShort: boolean;
  examples: { decisionId: string; input: Json; before: Json; after: Json }[];
};

export type Decision = {
  id: string;
  at: string;
  actor: string;
  tenantId?: string | null;
  version: number;
  sha256: string;
  input: Json;
  outcome?: Json;
  failure?: { message: string; line?: number | null } | null;
  durationUs: number;
  operations: number;
  requestId: string;
};

/** What the rules decide. */
export const DECIDES: Record<string, string> = {
  approval: 'who has to approve a purchase',
  budget: 'whether a budget allows a purchase',
  role_mapping: 'the role of an employee',
  seat_access: 'whether a seat grants access',
};

export const rulePath = (name: string) => `/api/v1/rules/${encodeURIComponent(name)}`;
