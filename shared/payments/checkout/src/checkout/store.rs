//! Checkouts in the database. The request that works on a checkout holds its lease: other requests are answered that it
//! is in progress, and the next request after it resumes from what is stored.

use std::time::Duration;

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Value};
use edge_database::{Conditions, Db, columns, json_column, read_all, record};
use edge_idempotency::RequestKey;
use edge_money::{Currency, Money};
use edge_plans::Terms;
use serde::{Deserialize, Serialize};

use crate::error::CheckoutError;

/// How long an idempotency key stands for its checkout.
const KEPT: Duration = Duration::from_hours(24);

/// What a purchase costs and gives, as it was when it was first requested.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CheckoutQuote {
    pub(crate) terms: Terms,
    pub(crate) seats: i64,
    /// In the currency's smallest unit.
    pub(crate) minor: i64,
    pub(crate) currency: String,
    /// The subscription of seats that it is for; None: it is for the tenant's own plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) of_seats: Option<OfSeats>,
}

/// What an order does to a subscription of seats, once it is paid. `edge-webhooks` reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OfSeats {
    /// The subscription.
    pub(crate) subscription: String,
    /// When the order lapses, if it is for more seats of a subscription that runs; None: it begins the subscription.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) lapses_at: Option<Timestamp>,
}

/// A checkout whose lease is held.
#[derive(Clone, Debug)]
pub(crate) struct Checkout {
    pub(crate) id: String,
    pub(crate) lease: String,
    pub(crate) idempotency_key: Option<String>,
    /// None: the checkout has no quote yet.
    pub(crate) quote: Option<CheckoutQuote>,
    /// The ids of the rule decisions that allow the purchase. None: it is not allowed yet.
    pub(crate) decisions: Option<Vec<String>>,
}

/// How far a checkout is, read without its lease.
struct CheckoutState {
    fingerprint: String,
    order_id: Option<String>,
    /// The status of the answer; None: there is no answer yet.
    status: Option<i64>,
    answer: Option<String>,
}

json_column!(CheckoutQuote);
record! { Checkout in "checkouts" { id, lease, idempotency_key, quote, decisions: "decision" } }
record! { CheckoutState in "checkouts" { fingerprint, order_id, status, answer } }

/// The answer to a checkout: it is given again for each request with the same key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredResponse {
    pub(crate) status: u16,
    /// JSON.
    pub(crate) body: String,
}

/// A checkout to be claimed: a new one, or the one under the same idempotency key.
pub(crate) struct NewCheckout<'a> {
    pub(crate) id: &'a str,
    pub(crate) tenant: &'a str,
    pub(crate) named: Option<&'a RequestKey>,
    pub(crate) actor: &'a str,
    pub(crate) lease: &'a str,
    pub(crate) now: Timestamp,
    pub(crate) leased_until: Timestamp,
}

/// What a request finds that claims a checkout.
pub(crate) enum Claim {
    /// The request holds the lease.
    Claimed(Box<Checkout>),
    /// The checkout was answered before.
    Answered(StoredResponse),
}

/// What recovery finds that claims a checkout whose lease ran out.
pub(crate) enum RecoveryClaim {
    /// The recovery holds the lease.
    Claimed(Box<Checkout>),
    /// A request works on the checkout.
    InProgress,
    /// The checkout was answered with an order.
    Ordered,
    /// The checkout was answered without an order, or refused and deleted.
    NotOrdered,
}

impl CheckoutQuote {
    pub(crate) fn amount(&self) -> Result<Money, DatabaseError> {
        let wrong = |_| DatabaseError::Refused("checkouts.quote has no currency".into());
        Ok(Money { minor: self.minor, currency: Currency::parse(&self.currency).map_err(wrong)? })
    }
}

impl CheckoutState {
    fn response(self) -> Result<Option<StoredResponse>, DatabaseError> {
        let (Some(status), Some(body)) = (self.status, self.answer) else { return Ok(None) };
        let status = u16::try_from(status).map_err(|_| DatabaseError::Refused("checkouts.status is none".into()))?;
        Ok(Some(StoredResponse { status, body }))
    }
}

/// Checkouts in the database.
#[derive(Clone)]
pub(crate) struct Checkouts(Db);

impl Checkouts {
    pub(crate) fn new(db: Db) -> Self {
        Self(db)
    }

    /// Claims the checkout that `new` describes, or the one that has its idempotency key.
    pub(crate) async fn claim(&self, new: &NewCheckout<'_>) -> Result<Claim, CheckoutError> {
        let (key, fingerprint) =
            new.named.map_or((None, ""), |named| (Some(named.key.as_str()), named.fingerprint.as_str()));
        if let Some(key) = key {
            let before = self.0.expired_before(new.now, KEPT).await?;
            let statement = "UPDATE checkouts SET idempotency_key = NULL
                WHERE tenant_id = $1 AND idempotency_key = $2 AND created_at < $3";
            self.0.query(statement, &[new.tenant.into(), key.into(), before.into()]).await?;
        }
        let statement = format!(
            "INSERT INTO checkouts (id, tenant_id, idempotency_key, fingerprint, actor, created_at, lease, leased_until)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (tenant_id, idempotency_key) DO UPDATE
             SET lease = excluded.lease, leased_until = excluded.leased_until
             WHERE checkouts.status IS NULL AND checkouts.leased_until <= $6
               AND checkouts.fingerprint = excluded.fingerprint
             RETURNING {}",
            columns::<Checkout>()
        );
        let values: [Value; 8] = [
            new.id.into(),
            new.tenant.into(),
            key.into(),
            fingerprint.into(),
            new.actor.into(),
            new.now.into(),
            new.lease.into(),
            new.leased_until.into(),
        ];
        if let Some(checkout) = read_all(&self.0.query(&statement, &values).await?)?.pop() {
            return Ok(Claim::Claimed(Box::new(checkout)));
        }
        let same_key = Conditions::of("tenant_id", new.tenant).and("idempotency_key", key);
        // Where it is gone now, the request that held its lease was refused and deleted it.
        let state: CheckoutState = self.0.find(same_key).await?.ok_or(CheckoutError::InProgress)?;
        if state.fingerprint != fingerprint {
            return Err(CheckoutError::KeyReused);
        }
        state.response()?.map(Claim::Answered).ok_or(CheckoutError::InProgress)
    }

    /// Claims the checkout `id` whose lease ran out, to find out what became of it.
    pub(crate) async fn claim_abandoned(
        &self,
        id: &str,
        lease: &str,
        now: Timestamp,
        leased_until: Timestamp,
    ) -> Result<RecoveryClaim, DatabaseError> {
        let statement = format!(
            "UPDATE checkouts SET lease = $1, leased_until = $2
             WHERE id = $3 AND status IS NULL AND leased_until <= $4 RETURNING {}",
            columns::<Checkout>()
        );
        let values: [Value; 4] = [lease.into(), leased_until.into(), id.into(), now.into()];
        if let Some(checkout) = read_all(&self.0.query(&statement, &values).await?)?.pop() {
            return Ok(RecoveryClaim::Claimed(Box::new(checkout)));
        }
        let state: Option<CheckoutState> = self.0.find(Conditions::of("id", id)).await?;
        Ok(match state {
            Some(CheckoutState { status: None, .. }) => RecoveryClaim::InProgress,
            Some(CheckoutState { order_id: Some(_), .. }) => RecoveryClaim::Ordered,
            _ => RecoveryClaim::NotOrdered,
        })
    }

    /// Stores what the purchase costs.
    pub(crate) async fn set_quote(&self, checkout: &Checkout, quote: &CheckoutQuote) -> Result<(), CheckoutError> {
        self.update(checkout, "quote", edge_database::Column::to_value(quote)?).await
    }

    /// Stores that the purchase is allowed, or is not allowed any more.
    pub(crate) async fn set_decisions(
        &self,
        checkout: &Checkout,
        decisions: Option<Vec<String>>,
    ) -> Result<(), CheckoutError> {
        self.update(checkout, "decision", edge_database::Column::to_value(&decisions)?).await
    }

    /// Holds the lease until `until`.
    pub(crate) async fn extend_lease(&self, checkout: &Checkout, until: Timestamp) -> Result<(), CheckoutError> {
        self.update(checkout, "leased_until", until.into()).await
    }

    /// Sets one column, where the lease is still held.
    async fn update(&self, checkout: &Checkout, column: &str, value: Value) -> Result<(), CheckoutError> {
        let statement =
            format!("UPDATE checkouts SET {column} = $1 WHERE id = $2 AND lease = $3 AND status IS NULL RETURNING id");
        let values = [value, checkout.id.as_str().into(), checkout.lease.as_str().into()];
        if self.0.query(&statement, &values).await?.is_empty() {
            return Err(CheckoutError::InProgress);
        }
        Ok(())
    }

    /// Stores the answer, and the order's id where there is one. The first answer counts, and is returned.
    pub(crate) async fn answer(
        &self,
        id: &str,
        order_id: Option<&str>,
        response: StoredResponse,
        now: Timestamp,
    ) -> Result<StoredResponse, DatabaseError> {
        let statement =
            "UPDATE checkouts SET order_id = $1, status = $2, answer = $3, ordered_at = $4, leased_until = 0
            WHERE id = $5 AND status IS NULL RETURNING id";
        let ordered_at = order_id.map(|_| now);
        let values: [Value; 5] = [
            order_id.into(),
            i64::from(response.status).into(),
            response.body.as_str().into(),
            ordered_at.into(),
            id.into(),
        ];
        if !self.0.query(statement, &values).await?.is_empty() {
            return Ok(response);
        }
        let state: Option<CheckoutState> = self.0.find(Conditions::of("id", id)).await?;
        let first = state.map(CheckoutState::response).transpose()?.flatten();
        first.ok_or_else(|| DatabaseError::Refused("the checkout is gone".into()))
    }

    /// Gives the lease back: the next request may continue.
    pub(crate) async fn release_lease(&self, checkout: &Checkout) -> Result<(), DatabaseError> {
        let statement = "UPDATE checkouts SET leased_until = 0 WHERE id = $1 AND lease = $2 AND status IS NULL";
        self.0.query(statement, &[checkout.id.as_str().into(), checkout.lease.as_str().into()]).await.map(drop)
    }

    /// Deletes a checkout for which there is no order.
    pub(crate) async fn delete(&self, checkout: &Checkout) -> Result<(), DatabaseError> {
        let statement = "DELETE FROM checkouts WHERE id = $1 AND lease = $2 AND status IS NULL";
        self.0.query(statement, &[checkout.id.as_str().into(), checkout.lease.as_str().into()]).await.map(drop)
    }

    /// Whether the order `order_id` is one of `tenant`.
    pub(crate) async fn has_order(&self, tenant: &str, order_id: &str) -> Result<bool, DatabaseError> {
        let statement = "SELECT id FROM checkouts WHERE tenant_id = $1 AND order_id = $2";
        Ok(!self.0.query(statement, &[tenant.into(), order_id.into()]).await?.is_empty())
    }
}
