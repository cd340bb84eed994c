//! How attempts to collect went.

use edge_payment_history::{AttemptCounts, InvoiceCounts};
use serde::Serialize;
use utoipa::ToSchema;

use crate::report::rate;

/// How attempts to collect went.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PaymentSuccess {
    by_attempt: Attempts,
    by_invoice: Invoices,
    /// Why attempts failed, in the gateways' words, the most frequent first.
    failure_reasons: Vec<FailureReason>,
}

/// Attempts in the period.
#[derive(Serialize, ToSchema)]
pub(crate) struct Attempts {
    total: i64,
    succeeded: i64,
    failed: i64,
    /// The share that succeeded; null: there were none.
    rate: Option<f64>,
}

/// Invoices whose first attempt was in the period.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Invoices {
    total: i64,
    paid: i64,
    /// The share that was paid; null: there were none.
    rate: Option<f64>,
    /// Those that were paid at the first attempt.
    first_try: i64,
    first_try_rate: Option<f64>,
    /// Those that were paid at a later attempt.
    recovered: i64,
    /// Their share of those that were not paid at the first attempt; null: there were none.
    recovered_rate: Option<f64>,
}

/// Why attempts failed.
#[derive(Serialize, ToSchema)]
pub(crate) struct FailureReason {
    /// In the gateway's words; `unknown`: it did not say.
    reason: String,
    count: i64,
}

impl PaymentSuccess {
    pub(super) fn new(attempts: Option<&AttemptCounts>, invoices: Option<&InvoiceCounts>) -> Self {
        let attempts = attempts.cloned().unwrap_or_default();
        let InvoiceCounts { total, paid, first_try } = invoices.copied().unwrap_or_default();
        let recovered = paid.saturating_sub(first_try);
        let all = attempts.succeeded.saturating_add(attempts.failed);
        let reason = |(reason, count)| FailureReason { reason, count };
        let mut failure_reasons: Vec<FailureReason> = attempts.reasons.into_iter().map(reason).collect();
        failure_reasons.sort_by_key(|reason| std::cmp::Reverse(reason.count));
        failure_reasons.truncate(20);
        Self {
            by_attempt: Attempts {
                total: all,
                succeeded: attempts.succeeded,
                failed: attempts.failed,
                rate: rate(attempts.succeeded, all),
            },
            by_invoice: Invoices {
                total,
                paid,
                rate: rate(paid, total),
                first_try,
                first_try_rate: rate(first_try, total),
                recovered,
                recovered_rate: rate(recovered, total.saturating_sub(first_try)),
            },
            failure_reasons,
        }
    }
}
