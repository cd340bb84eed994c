//! What was collected and given back, without how collecting it went.

use std::collections::BTreeMap;

use edge_database::DatabaseError;
use edge_money::Currency;

use crate::history::{HistoryQuery, PaymentHistory, PaymentTotals, cut, filter, key};

impl PaymentHistory {
    /// What was collected and given back in the periods of `query`, by currency and place of the period.
    pub async fn totals(
        &self,
        query: &HistoryQuery,
    ) -> Result<BTreeMap<(Currency, usize), PaymentTotals>, DatabaseError> {
        if query.boundaries.len() < 2 {
            return Ok(BTreeMap::new());
        }
        let (filter, values) = filter(query);
        let statement = format!(
            "WITH cut (place, starts, ends) AS (VALUES {})
             SELECT CAST(cut.place AS BIGINT), p.currency,
                CAST(COALESCE(SUM(CASE WHEN p.kind = 'paid' THEN p.amount END), 0) AS BIGINT),
                CAST(COALESCE(SUM(CASE WHEN p.kind = 'refunded' THEN p.amount END), 0) AS BIGINT)
             FROM cut JOIN payment_reports p ON p.at >= cut.starts AND p.at < cut.ends
             WHERE {filter} AND p.kind <> 'failed' GROUP BY 1, 2",
            cut(&query.boundaries)
        );
        let mut totals = BTreeMap::new();
        for row in self.0.query_owned(&statement, values).await? {
            totals.insert(key(&row)?, PaymentTotals { collected: row.integer(2)?, refunded: row.integer(3)? });
        }
        Ok(totals)
    }
}
