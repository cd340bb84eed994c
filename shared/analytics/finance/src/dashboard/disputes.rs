//! Disputes that are not decided, and refunds.

use std::collections::BTreeSet;

use edge_disputes::{OpenDisputes as Found, RefundStatus, RefundUnderWay};
use edge_http::{Code, Problem};
use edge_money::{Currency, DecimalAmount};
use serde::Serialize;
use utoipa::ToSchema;

use crate::figure::{Compared, amount};
use crate::query::ReportQuery;
use crate::router::AppState;

/// Disputes that are not decided.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = ReportOpenDisputes)]
pub(crate) struct OpenDisputes {
    disputes: i64,
    /// What is disputed.
    #[schema(value_type = f64)]
    amount: DecimalAmount,
}

/// Refunds of disputes that are not made yet, as it is now.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct RefundsUnderWay {
    refunds: i64,
    /// The gateway makes them, or is about to be asked.
    #[schema(value_type = f64)]
    pending: DecimalAmount,
    /// The gateway was asked, and what came of it is not known.
    #[schema(value_type = f64)]
    unknown: DecimalAmount,
    /// The two together.
    #[schema(value_type = f64)]
    total: DecimalAmount,
}

/// What was read of disputes.
pub(super) struct Disputed {
    open: Vec<Found>,
    refunds: Vec<RefundUnderWay>,
}

impl Disputed {
    /// The figures of `query`.
    pub(super) async fn read(state: &AppState, query: &ReportQuery) -> Result<Self, Problem> {
        let (tenant, entities) = (query.tenant.id.as_str(), query.entities());
        let times = query.days.ends().map(|end| end.ends);
        let refunds = state.disputes.refunds_under_way(tenant, entities).await;
        let unread = |error| Problem::new(Code::StoreUnavailable, "The disputes cannot be read now.").because(error);
        Ok(Self { open: state.disputes.open_at(tenant, entities, &times).await?, refunds: refunds.map_err(unread)? })
    }

    pub(super) fn currencies(&self, found: &mut BTreeSet<Currency>) {
        found.extend(self.open.iter().map(|open| open.currency));
        found.extend(self.refunds.iter().map(|refund| refund.currency));
    }

    pub(super) fn open(&self, currency: Currency) -> Compared<OpenDisputes> {
        Compared::of(|place| {
            let found = self.open.iter().find(|open| open.place == place && open.currency == currency);
            let (disputes, minor) = found.map_or((0, 0), |open| (open.disputes, open.amount));
            OpenDisputes { disputes, amount: amount(minor, currency) }
        })
    }

    pub(super) fn refunds(&self, currency: Currency) -> RefundsUnderWay {
        let (mut refunds, mut pending, mut unknown) = (0_i64, 0_i64, 0_i64);
        for refund in self.refunds.iter().filter(|refund| refund.currency == currency) {
            refunds = refunds.saturating_add(1);
            let sum = if refund.status == RefundStatus::Unknown { &mut unknown } else { &mut pending };
            *sum = sum.saturating_add(refund.amount);
        }
        RefundsUnderWay {
            refunds,
            pending: amount(pending, currency),
            unknown: amount(unknown, currency),
            total: amount(pending.saturating_add(unknown), currency),
        }
    }
}
