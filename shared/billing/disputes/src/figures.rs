//! Figures over all disputes of a tenant.

use edge_capabilities::Timestamp;
use edge_database::{Conditions, DatabaseError, Value, places};
use edge_money::Currency;

use crate::dispute::{Dispute, DisputeStatus, Disputes};
use crate::error::DisputesError;
use crate::refund::RefundStatus;
use crate::resolution::ResolutionKind;

/// The disputes that were open at a time, in a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenDisputes {
    /// The place of the time in the question.
    pub place: usize,
    /// The currency.
    pub currency: Currency,
    /// What is disputed, in the currency's smallest unit.
    pub amount: i64,
    /// How many there are.
    pub disputes: i64,
}

/// A refund that is not made yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefundUnderWay {
    /// The currency.
    pub currency: Currency,
    /// How much, in the currency's smallest unit.
    pub amount: i64,
    /// What is known of it.
    pub status: RefundStatus,
}

impl Disputes {
    /// The disputes of `tenant` that were opened before each of `times` and not decided before it, by currency; only those of
    /// `entities` where some are given.
    pub async fn open_at(
        &self,
        tenant: &str,
        entities: Option<&[String]>,
        times: &[Timestamp],
    ) -> Result<Vec<OpenDisputes>, DatabaseError> {
        let mut found = Vec::new();
        for (place, at) in times.iter().enumerate() {
            let mut values: Vec<Value> = vec![tenant.into(), (*at).into()];
            let mut filter = String::new();
            if let Some(ids) = entities {
                filter = format!(" AND entity_id IN ({})", places(3, ids.len()));
                values.extend(ids.iter().map(|id| Value::from(id.as_str())));
            }
            let statement = format!(
                "SELECT currency, CAST(SUM(amount) AS BIGINT), COUNT(*) FROM disputes
                 WHERE tenant_id = $1 AND created_at < $2 AND (closed_at IS NULL OR closed_at >= $2){filter}
                 GROUP BY currency ORDER BY currency"
            );
            for row in self.0.query_owned(&statement, values).await? {
                let refused = |error: edge_money::InvalidMoney| DatabaseError::Refused(error.to_string());
                let currency = Currency::parse(row.text(0)?).map_err(refused)?;
                found.push(OpenDisputes { place, currency, amount: row.integer(1)?, disputes: row.integer(2)? });
            }
        }
        Ok(found)
    }

    /// The refunds of disputes of `tenant` that are being resolved now; only those of `entities` where some are given.
    pub async fn refunds_under_way(
        &self,
        tenant: &str,
        entities: Option<&[String]>,
    ) -> Result<Vec<RefundUnderWay>, DisputesError> {
        let conditions = Conditions::of("tenant_id", tenant).and("status", DisputeStatus::Resolving.as_str());
        let conditions = match entities {
            Some(ids) => conditions.and_in("entity_id", ids.iter().map(String::as_str)),
            None => conditions,
        };
        let resolving: Vec<Dispute> = self.0.select(conditions, "created_at, id").await?;
        let of = |dispute: &Dispute| {
            let resolution = dispute.resolution.as_ref().filter(|one| one.kind == ResolutionKind::Refund)?;
            let status = resolution.refund.as_ref().map_or(RefundStatus::Pending, |refund| refund.status);
            Some(RefundUnderWay { currency: dispute.currency, amount: resolution.amount.unwrap_or(0), status })
        };
        Ok(resolving.iter().filter_map(of).collect())
    }
}
