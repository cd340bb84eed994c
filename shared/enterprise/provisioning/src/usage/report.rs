//! Puts a summary together from what the edge knows.

use std::collections::BTreeMap;

use edge_database::Db;
use edge_erp_events::{ErpEvent, ErpEvents, EventFilter};
use edge_http::{Code, Problem};
use edge_money::{Currency, DecimalAmount, Money};
use edge_tenants::{Members, Tenant, Tenants};
use edge_webhooks::{Payment, Payments};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::period::Period;
use super::response::{
    BillingEventDetails, BillingEventResponse, Gib, OrganizationDetails, OrganizationUsageResponse, PeriodResponse,
    Revenue, StorageResponse, SubscriptionUsageResponse, TotalsResponse, Truncated, UsageSummaryResponse,
    UsersResponse, percentage,
};
use crate::email_account::store::EmailAccounts;
use crate::organization::claim::{Claim, Claims};

/// How many organisations and events a summary lists at most.
const MAX_LISTED: u32 = 1_000;

/// How many payment events are read at most.
const MAX_PAYMENTS: u32 = 20_000;

/// What a summary is about.
pub(crate) struct SummaryQuery<'q> {
    pub(crate) period: Period,
    /// Only this organisation.
    pub(crate) tenant: Option<&'q Tenant>,
    pub(crate) currency: Currency,
    pub(crate) with_details: bool,
}

/// Reads summaries from a database.
#[derive(Clone)]
pub(crate) struct UsageReports {
    accounts: EmailAccounts,
    claims: Claims,
    events: ErpEvents,
    members: Members,
    payments: Payments,
    tenants: Tenants,
}

/// What is known of one organisation beside its row.
#[derive(Default)]
struct Known {
    users: i64,
    accounts: i64,
    used_bytes: i64,
    revenue: Revenue,
    last_payment: Option<Money>,
    claim: Option<Claim>,
}

/// The subscription in the answer that provisioning was given.
#[derive(Deserialize)]
struct Answer {
    subscription: Option<ProvisionedSubscription>,
}

#[derive(Deserialize)]
struct ProvisionedSubscription {
    plan_name: String,
    amount: Box<RawValue>,
    currency: String,
}

impl UsageReports {
    pub(crate) fn new(db: &Db) -> Self {
        Self {
            accounts: EmailAccounts::new(db.clone()),
            claims: Claims::new(db.clone()),
            events: ErpEvents::new(db.clone()),
            members: Members::new(db.clone()),
            payments: Payments::new(db.clone()),
            tenants: Tenants::new(db.clone()),
        }
    }

    pub(crate) async fn summary(&self, question: &SummaryQuery<'_>) -> Result<UsageSummaryResponse, Problem> {
        let only = question.tenant.map(|tenant| tenant.id.as_str());
        let (from, to) = question.period.instants();
        let mut known: BTreeMap<String, Known> = BTreeMap::new();
        for (tenant, users) in self.members.count_by_tenant(only).await? {
            known.entry(tenant).or_default().users = users;
        }
        for (tenant, accounts, bytes) in self.accounts.usage(only).await? {
            let known = known.entry(tenant).or_default();
            (known.accounts, known.used_bytes) = (accounts, bytes);
        }
        for claim in self.claims.all(only).await? {
            let known = known.entry(claim.tenant_id.clone()).or_default();
            known.claim = Some(claim);
        }
        let payments = self.payments.between(from, to, only, MAX_PAYMENTS).await?;
        let too_many = || Problem::field("end_date", "there are too many payments in the period: ask for fewer days");
        let mut revenue = Revenue::default();
        for Payment { tenant, amount, refunded, .. } in payments.ok_or_else(too_many)? {
            let Some(amount) = amount else { continue };
            revenue.add(amount, refunded);
            let known = known.entry(tenant).or_default();
            known.revenue.add(amount, refunded);
            known.last_payment = Some(amount);
        }
        let tenants = match question.tenant {
            Some(tenant) => vec![tenant.clone()],
            None => self.tenants.first_by_number(MAX_LISTED.saturating_add(1)).await?,
        };
        let (states, mut truncated) = (self.tenants.states(only).await?, Truncated::default());
        truncated.organizations = tenants.len() > MAX_LISTED as usize;
        let mut totals = TotalsResponse {
            total_organizations: 0,
            active_organizations: 0,
            suspended_organizations: 0,
            total_users: 0,
            active_users: 0,
            total_storage_gb: Gib(0),
            total_revenue: revenue.net(question.currency),
            currency: question.currency,
            revenue_by_currency: revenue.response(),
        };
        let nothing = Known::default();
        for (id, state) in &states {
            let known = known.get(id).unwrap_or(&nothing);
            let active = i64::from(state.is_active);
            add(&mut totals.total_organizations, 1);
            add(&mut totals.active_organizations, active);
            add(&mut totals.suspended_organizations, 1_i64.saturating_sub(active));
            add(&mut totals.total_users, known.users);
            add(&mut totals.active_users, known.users.saturating_mul(active));
            add(&mut totals.total_storage_gb.0, known.used_bytes);
        }
        let listed = tenants.iter().take(MAX_LISTED as usize);
        let organizations = listed
            .map(|tenant| organization(tenant, known.get(&tenant.id).unwrap_or(&nothing), question.with_details))
            .collect();
        let filter = EventFilter { tenant: only, from, to };
        let mut events = self.events.list(filter, MAX_LISTED.saturating_add(1)).await?;
        truncated.billing_events = events.len() > MAX_LISTED as usize;
        events.truncate(MAX_LISTED as usize);
        let number = |id: &str| states.get(id).map(|state| state.number);
        let events = events.into_iter().map(|one| event(number(&one.tenant_id), one, question.with_details)).collect();
        Ok(UsageSummaryResponse {
            period: PeriodResponse {
                start_date: question.period.start.to_string(),
                end_date: question.period.end.to_string(),
            },
            summary: totals,
            organizations,
            billing_events: events,
            truncated,
        })
    }

    /// The organisation with this id.
    pub(crate) async fn own(&self, id: &str) -> Result<Tenant, Problem> {
        self.tenants.find(&id.to_ascii_lowercase()).await?.ok_or_else(not_found)
    }

    /// The organisation with this number, if `is_visible` says so.
    pub(crate) async fn find(&self, number: i64, is_visible: impl Fn(&str) -> bool) -> Result<Tenant, Problem> {
        let tenant = self.tenants.by_number(number).await?.filter(|tenant| is_visible(&tenant.id));
        tenant.ok_or_else(not_found)
    }
}

fn not_found() -> Problem {
    Problem::new(Code::OrganizationNotFound, "Organization not found.")
}

fn add(sum: &mut i64, more: i64) {
    *sum = sum.saturating_add(more);
}

fn organization(tenant: &Tenant, known: &Known, with_details: bool) -> OrganizationUsageResponse {
    let is_active = tenant.is_active && !tenant.is_suspended;
    let limit = tenant.docs_quota_mb.map(|mib| mib.saturating_mul(1 << 20));
    let active = if is_active { known.users } else { 0 };
    OrganizationUsageResponse {
        id: tenant.number,
        name: tenant.name.clone(),
        odoo_customer_id: known.claim.as_ref().map(|claim| claim.odoo_customer_id),
        users: UsersResponse { total: known.users, active, inactive: known.users.saturating_sub(active) },
        storage: StorageResponse {
            used_gb: Gib(known.used_bytes),
            limit_gb: limit.map(Gib),
            percentage: percentage(known.used_bytes, limit),
        },
        subscription: subscription(tenant, known),
        details: with_details.then(|| OrganizationDetails {
            organization_id: tenant.id.clone(),
            domain_name: tenant.domain.clone(),
            email_accounts: known.accounts,
            max_users: tenant.max_users,
            is_active,
            revenue_by_currency: known.revenue.response(),
        }),
    }
}

/// The subscription that a tenant pays for; without one, the plan that it was provisioned with.
fn subscription(tenant: &Tenant, known: &Known) -> Option<SubscriptionUsageResponse> {
    let answer = known.claim.as_ref().and_then(|claim| claim.answer.as_deref());
    let provisioned = answer.and_then(|answer| serde_json::from_str::<Answer>(answer).ok()?.subscription);
    let price = provisioned.as_ref().and_then(|plan| {
        let currency = Currency::parse(&plan.currency).ok()?;
        Money::parse(plan.amount.get(), currency).ok()
    });
    let provisioned_name = provisioned.map(|plan| plan.plan_name);
    let plan_name = tenant.subscription_plan.clone().or_else(|| provisioned_name.clone());
    let status = match tenant.subscription_status {
        Some(status) => status.as_str().to_ascii_lowercase(),
        None if plan_name.is_some() => "active".to_owned(),
        None => return None,
    };
    // A plan that was bought since has a price of its own.
    let is_provisioned = provisioned_name == plan_name;
    let amount = price.filter(|_| is_provisioned).or(known.last_payment);
    Some(SubscriptionUsageResponse {
        plan_name,
        amount: amount.map(DecimalAmount),
        currency: amount.map(|amount| amount.currency),
        status,
    })
}

pub(crate) fn event(organization: Option<i64>, event: ErpEvent, with_details: bool) -> BillingEventResponse {
    let date = event.occurred_at.to_rfc3339_millis();
    BillingEventResponse {
        id: event.number,
        organization_id: organization,
        event_type: event.kind.as_str(),
        event_date: date.get(..10).unwrap_or(&date).to_owned(),
        quantity: event.quantity,
        unit_price: event.unit_price().map(DecimalAmount),
        description: event.kind.description(),
        odoo_synced: event.synced_at.is_some(),
        sync_status: event.status.as_str(),
        details: with_details.then(|| BillingEventDetails {
            event_id: event.id,
            occurred_at: date,
            attempts: event.attempts,
            error: event.error,
            synced_at: event.synced_at.map(|at| at.to_rfc3339_millis()),
        }),
    }
}
