import type { RuleBacktest, RuleDecision, RuleResponse, RuleVersion } from 'edge';

/** A rule and its active version. */
export type Rule = RuleResponse;
export type Version = RuleVersion;
export type Backtest = RuleBacktest;
export type Decision = RuleDecision;
export type { Report, TestResult } from 'edge';

/** What the rules decide. */
export const DECIDES: Record<string, string> = {
  approval: 'who has to approve a purchase',
  budget: 'whether a budget allows a purchase',
  role_mapping: 'the role of an employee',
  seat_access: 'whether a seat grants access',
};

export const rulePath = (name: string) => `/api/v1/rules/${encodeURIComponent(name)}`;
