// What the reports answer.
import type { Amount, ContractRenewalMode, ContractStatus, ReportFilter, ReportOrder, ReportTime } from 'edge';

export type Compared<T> = { current: T; previous: T };
export type Movements = { opening: Amount; new: Amount; expansion: Amount; reactivation: Amount; contraction: Amount; churn: Amount; mrr: Amount; arr: Amount };
export type ReportHead = { as_of: string; from: string; to: string; timezone: string; entity_id?: string | null; previous_period: { from: string; to: string } };
export type RenewalsDue = { days: string; contracts: number; arr: Amount };
export type CfoDashboardFigures = { currency: string; recurring: Compared<{ subscriptions?: null | Movements; contracts: Movements; total: Movements }>; collected: Compared<{ gateways: Amount; invoices: Amount; collected: Amount; refunded: Amount; net: Amount }>; invoiced: Compared<{ amount: Amount; invoices: number }>; receivables: Compared<{ not_due: Amount; days_1_30: Amount; days_31_60: Amount; days_61_90: Amount; over_90_days: Amount; total: Amount; credits: Amount; invoices: number }>; dso: Compared<Amount | null>; deferred_revenue: Compared<{ opening: Amount; charged: Amount; recognised: Amount; closing: Amount }>; deferred_schedule: { month: string; amount: Amount }[]; budgets: Compared<{ budgets: number; budget: Amount; reserved: Amount; actual: Amount; variance: Amount; variance_percent?: Amount | null }>; spend: { departments: { department_id: string; name?: string | null; amount: Amount; previous: Amount }[]; unallocated: Compared<Amount>; total: Compared<Amount> }; backlog: Compared<{ contracts: number; contracted: Amount; recognised: Amount; backlog: Amount }>; renewals: { by_end: RenewalsDue[]; by_notice: RenewalsDue[] }; open_disputes: Compared<{ disputes: number; amount: Amount }>; refunds_under_way: { refunds: number; pending: Amount; unknown: Amount; total: Amount } };
export type CfoDashboard = ReportHead & { currencies: CfoDashboardFigures[] };
export type Cost = { value: string; name?: string | null; amount: Amount; previous?: Amount | null; lines: number };
export type CostTable = { by: string; costs: Cost[]; unallocated: Compared<Amount>; total: Compared<Amount> };
export type CurrencyCosts = { currency: string; total: Compared<Amount>; tables: CostTable[] };
export type CostAnalysis = ReportHead & { basis: 'billed' | 'paid'; currencies: CurrencyCosts[] };
export type PerformanceFigures = { currency: string; limit: Amount; carried: Amount; budget: Amount; reserved: Amount; actual: Amount; variance: Amount; variance_percent?: Amount | null };
export type BudgetPerformanceRow = { budget_id: string; name: string; entity_id?: string | null; department_id?: string | null; cost_center?: string | null; period: string; period_from: string; period_to: string } & PerformanceFigures;
export type BudgetPerformance = ReportHead & { rows: BudgetPerformanceRow[]; totals: PerformanceFigures[] };
export type ContractRow = { id: string; number?: string | null; title: string; counterparty: string; entity_id: string; status: ContractStatus; start: string; end: string; currency: string; arr: Amount; tcv: Amount; acv: Amount; recognised: Amount; backlog: Amount; renewal_mode?: null | ContractRenewalMode; last_notice_day: string; days_to_end: number };
export type ContractTotals = { currency: string; contracts: number; arr: Amount; tcv: Amount; acv: Amount; recognised: Amount; backlog: Amount };
export type ContractsReport = ReportHead & { rows: ContractRow[]; totals: ContractTotals[] };
export type ReportSchedule = { every: string; at: string; recipients: string[] };
export type CustomReport = { measures?: string[]; dimensions?: string[]; time?: ReportTime | null; filters?: ReportFilter[]; order?: ReportOrder[]; limit?: number | null; timezone?: string | null; name?: string | null; schedule?: null | ReportSchedule };
export type SavedReport = { id: string; next_at?: string | null; created_by: string; created_at: string; updated_at: string } & CustomReport;
