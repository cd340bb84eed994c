import type { Amount } from 'edge';
import type { Json } from '../../lib/json';

export type Threshold = { percent: number; severity: 'soft' | 'hard' };

/** The period that runs. */
export type Balance = {
  period: string;
  from: string;
  to: string;
  limit: Amount;
  carried: Amount;
  allowance: Amount;
  spent: Amount;
  reserved: Amount;
  remaining: Amount;
};

export type Budget = {
  id: string;
  name: string;
  limit: Amount;
  currency: string;
  period: 'monthly' | 'quarterly' | 'yearly';
  time_zone: string;
  carry_over: boolean;
  department_id: string | null;
  cost_centre: string | null;
  thresholds: Threshold[];
  is_active: boolean;
  current: Balance;
  history: { at: string; actor: string; address?: string | null; by_admin?: boolean; fields: { [name: string]: Json } }[];
};

export type Tracking = Balance & {
  currency: string;
  burn_down: { date: string; spent: Amount; reserved: Amount; remaining: Amount }[];
  forecast: { used: Amount; remaining: Amount; runs_out_at: string | null };
};

export type Alert = { period: string; threshold: string; severity: string; message: string; used: Amount; allowance: Amount; raised_at: string };

export const API = '/api/v1/enterprise-billing/budgets';
export const budgetApi = (id: string) => `${API}/${encodeURIComponent(id)}`;
export const PERIODS = { monthly: 'a month', quarterly: 'a quarter', yearly: 'a year' } as const;
