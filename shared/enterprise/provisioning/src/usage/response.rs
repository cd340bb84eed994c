//! The summary as the ERP reads it.

use std::collections::BTreeMap;

use edge_money::{Currency, DecimalAmount, Money};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

/// How organizations are used, and what they paid.
#[derive(Serialize, ToSchema)]
#[schema(as = UsageSummary)]
pub(crate) struct UsageSummaryResponse {
    pub(crate) period: PeriodResponse,
    pub(crate) summary: TotalsResponse,
    pub(crate) organizations: Vec<OrganizationUsageResponse>,
    pub(crate) billing_events: Vec<BillingEventResponse>,
    /// Which lists are cut off: ask for one organization, or for fewer days.
    pub(crate) truncated: Truncated,
}

/// The days of the summary, in UTC, the last one included.
#[derive(Serialize, ToSchema)]
#[schema(as = UsagePeriod)]
pub(crate) struct PeriodResponse {
    #[schema(format = Date)]
    pub(crate) start_date: String,
    #[schema(format = Date)]
    pub(crate) end_date: String,
}

/// The totals.
#[derive(Serialize, ToSchema)]
#[schema(as = UsageTotals)]
pub(crate) struct TotalsResponse {
    pub(crate) total_organizations: i64,
    pub(crate) active_organizations: i64,
    pub(crate) suspended_organizations: i64,
    pub(crate) total_users: i64,
    /// The users of active organizations.
    pub(crate) active_users: i64,
    /// The quotas of all e-mail accounts, GiB.
    #[schema(value_type = f64)]
    pub(crate) total_storage_gb: Gib,
    /// What was paid in the period, less refunds, in the reporting currency.
    #[schema(value_type = f64)]
    pub(crate) total_revenue: DecimalAmount,
    /// The reporting currency.
    #[serde(serialize_with = "code")]
    #[schema(value_type = String)]
    pub(crate) currency: Currency,
    /// What was paid in the period, in each currency. Currencies are not converted.
    pub(crate) revenue_by_currency: Vec<RevenueResponse>,
}

/// What was paid in one currency.
#[derive(Serialize, ToSchema)]
#[schema(as = CurrencyRevenue)]
pub(crate) struct RevenueResponse {
    #[serde(serialize_with = "code")]
    #[schema(value_type = String)]
    pub(crate) currency: Currency,
    /// What was paid, less refunds.
    #[schema(value_type = f64)]
    pub(crate) amount: DecimalAmount,
    #[schema(value_type = f64)]
    pub(crate) collected: DecimalAmount,
    #[schema(value_type = f64)]
    pub(crate) refunded: DecimalAmount,
}

/// One organization.
#[derive(Serialize, ToSchema)]
#[schema(as = OrganizationUsage)]
pub(crate) struct OrganizationUsageResponse {
    /// The organization's number.
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) odoo_customer_id: Option<i64>,
    pub(crate) users: UsersResponse,
    pub(crate) storage: StorageResponse,
    pub(crate) subscription: Option<SubscriptionUsageResponse>,
    /// Present with `include_details=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) details: Option<OrganizationDetails>,
}

/// The users of an organization.
#[derive(Serialize, ToSchema)]
#[schema(as = OrganizationUsers)]
pub(crate) struct UsersResponse {
    pub(crate) total: i64,
    /// All of them while the organization is active, else none.
    pub(crate) active: i64,
    pub(crate) inactive: i64,
}

/// The storage of an organization.
#[derive(Serialize, ToSchema)]
#[schema(as = OrganizationStorage)]
pub(crate) struct StorageResponse {
    /// The quotas of its e-mail accounts, GiB.
    #[schema(value_type = f64)]
    pub(crate) used_gb: Gib,
    /// GiB; null: no limit.
    #[schema(value_type = Option<f64>)]
    pub(crate) limit_gb: Option<Gib>,
    /// Null: no limit.
    pub(crate) percentage: Option<f64>,
}

/// The subscription of an organization.
#[derive(Serialize, ToSchema)]
#[schema(as = OrganizationSubscription)]
pub(crate) struct SubscriptionUsageResponse {
    pub(crate) plan_name: Option<String>,
    /// The plan's price; of a plan that was not provisioned, the last payment of the period.
    #[schema(value_type = Option<f64>)]
    pub(crate) amount: Option<DecimalAmount>,
    #[serde(serialize_with = "optional_code")]
    #[schema(value_type = Option<String>)]
    pub(crate) currency: Option<Currency>,
    pub(crate) status: String,
}

/// More about an organization.
#[derive(Serialize, ToSchema)]
pub(crate) struct OrganizationDetails {
    /// The organization's id in the rest of this API.
    pub(crate) organization_id: String,
    pub(crate) domain_name: Option<String>,
    pub(crate) email_accounts: i64,
    pub(crate) max_users: Option<i64>,
    pub(crate) is_active: bool,
    /// What it paid in the period, in each currency.
    pub(crate) revenue_by_currency: Vec<RevenueResponse>,
}

/// An event that the ERP is told of.
#[derive(Serialize, ToSchema)]
#[schema(as = BillingEvent)]
pub(crate) struct BillingEventResponse {
    pub(crate) id: i64,
    /// The organization's number; null: it no longer exists.
    pub(crate) organization_id: Option<i64>,
    /// `user_added`, `user_removed`, `storage_reported`, `seat_assigned`, `seat_revoked`, `subscription_changed`,
    /// `organization_changed`.
    pub(crate) event_type: &'static str,
    #[schema(format = Date)]
    pub(crate) event_date: String,
    pub(crate) quantity: i64,
    /// Null: it has no price.
    #[schema(value_type = Option<f64>)]
    pub(crate) unit_price: Option<DecimalAmount>,
    pub(crate) description: &'static str,
    /// Whether the ERP has taken it.
    pub(crate) odoo_synced: bool,
    /// `pending`: it will be sent, again if need be. `synced`. `dead`: it was given up.
    pub(crate) sync_status: &'static str,
    /// Present with `include_details=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) details: Option<BillingEventDetails>,
}

/// More about an event.
#[derive(Serialize, ToSchema)]
pub(crate) struct BillingEventDetails {
    /// The id under which the ERP is sent the event.
    pub(crate) event_id: String,
    pub(crate) occurred_at: String,
    pub(crate) attempts: i64,
    /// Why the ERP did not take it last.
    pub(crate) error: Option<String>,
    pub(crate) synced_at: Option<String>,
}

/// Which lists are cut off.
#[derive(Clone, Copy, Default, Serialize, ToSchema)]
#[schema(as = UsageTruncated)]
pub(crate) struct Truncated {
    pub(crate) organizations: bool,
    pub(crate) billing_events: bool,
}

/// Bytes that are written as GiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Gib(pub(crate) i64);

impl Gib {
    /// In hundredths, rounded.
    fn hundredths(self) -> i64 {
        let hundredths = (i128::from(self.0) * 100 + (1 << 29)) >> 30;
        i64::try_from(hundredths).unwrap_or(i64::MAX)
    }
}

impl Serialize for Gib {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[expect(clippy::cast_precision_loss, reason = "no storage has more than 2^53 hundredths of a GiB")]
        let gib = self.hundredths() as f64 / 100.0;
        serializer.serialize_f64(gib)
    }
}

/// `used` of `limit` in percent, with two decimals; None: there is no limit.
pub(crate) fn percentage(used: i64, limit: Option<i64>) -> Option<f64> {
    let limit = limit.filter(|limit| *limit > 0)?;
    let hundredths = (i128::from(used) * 10_000 + i128::from(limit) / 2) / i128::from(limit);
    #[expect(clippy::cast_precision_loss, reason = "a percentage has few digits")]
    Some(hundredths as f64 / 100.0)
}

/// Collected and refunded amounts by currency.
#[derive(Clone, Debug, Default)]
pub(crate) struct Revenue(BTreeMap<Currency, (i64, i64)>);

impl Revenue {
    pub(crate) fn add(&mut self, collected: Money, refunded: Option<Money>) {
        let sums = self.0.entry(collected.currency).or_default();
        sums.0 = sums.0.saturating_add(collected.minor);
        if let Some(refunded) = refunded.filter(|refunded| refunded.currency == collected.currency) {
            sums.1 = sums.1.saturating_add(refunded.minor);
        }
    }

    /// What was paid in `currency`, less refunds.
    pub(crate) fn net(&self, currency: Currency) -> DecimalAmount {
        let (collected, refunded) = self.0.get(&currency).copied().unwrap_or_default();
        DecimalAmount(Money { minor: collected.saturating_sub(refunded), currency })
    }

    pub(crate) fn response(&self) -> Vec<RevenueResponse> {
        let amount = |minor, currency| DecimalAmount(Money { minor, currency });
        let all = self.0.iter().map(|(currency, (collected, refunded))| RevenueResponse {
            currency: *currency,
            amount: self.net(*currency),
            collected: amount(*collected, *currency),
            refunded: amount(*refunded, *currency),
        });
        all.collect()
    }
}

fn code<S: Serializer>(currency: &Currency, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(currency)
}

fn optional_code<S: Serializer>(currency: &Option<Currency>, serializer: S) -> Result<S::Ok, S::Error> {
    match currency {
        Some(currency) => code(currency, serializer),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn storage_is_written_in_gib_with_two_decimals() {
        for (bytes, gib) in [(0, "0.0"), (1 << 30, "1.0"), (5 << 29, "2.5"), (1 << 20, "0.0"), (6 << 20, "0.01")] {
            assert_eq!(serde_json::to_string(&Gib(bytes)).unwrap(), gib);
        }
        assert_eq!(percentage(5 << 29, Some(50 << 30)), Some(5.0));
        assert_eq!((percentage(1, Some(3)), percentage(1, None), percentage(1, Some(0))), (Some(33.33), None, None));
    }

    #[test]
    fn currencies_are_never_added_up() {
        let money = |minor, code| Money { minor, currency: Currency::parse(code).unwrap() };
        let mut revenue = Revenue::default();
        revenue.add(money(10_000, "USD"), Some(money(2_500, "USD")));
        revenue.add(money(249_900, "INR"), None);
        revenue.add(money(300, "JPY"), Some(money(300, "USD")));
        let json = serde_json::to_value(revenue.response()).unwrap();
        let sums: Vec<String> =
            json.as_array().unwrap().iter().map(|sum| format!("{} {}", sum["currency"], sum["amount"])).collect();
        assert_eq!(sums, ["\"INR\" 2499.0", "\"JPY\" 300", "\"USD\" 75.0"]);
        assert_eq!(revenue.net(Currency::parse("EUR").unwrap()).0.minor, 0);
    }
}
