import type { BudgetPeriod } from 'edge';

export const API = '/api/v1/enterprise-billing/budgets';
export const budgetApi = (id: string) => `${API}/${encodeURIComponent(id)}`;
export const PERIODS: Record<BudgetPeriod, string> = { monthly: 'a month', quarterly: 'a quarter', yearly: 'a year' };
