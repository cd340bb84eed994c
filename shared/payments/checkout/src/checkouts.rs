//! Checkouts in the database. Whoever works on one holds its lease; who comes meanwhile is told so, and who comes after it
//! goes on with what is stored.

use std::time::Duration;

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Row, Value};
use edge_database::Db;
use edge_idempotency::RequestKey;
use edge_money::{Currency, Money};
use edge_plans::Terms;
use serde::{Deserialize, Serialize};

/// How long a key stands for its purchase.
const KEPT: Duration = Duration::from_hours(24);

/// Checkouts in the database.
#[derive(Clone)]
pub(crate) struct Checkouts(Db);

/// What a purchase costs and gives, as it was when it was first asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Quoted {
    pub(crate) terms: Terms,
    pub(crate) seats: i64,
    /// In the currency's smallest unit.
    pub(crate) minor: i64,
    pub(crate) currency: String,
}

/// A checkout that is ours to go on with.
#[derive(Clone, Debug)]
pub(crate) struct Checkout {
    pub(crate) id: String,
    /// None: nobody got that far.
    pub(crate) quote: Option<Quoted>,
    /// The decisions that allow it. None: nobody got that far.
    pub(crate) decision: Option<Vec<String>>,
}

/// An answer that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Given {
    pub(crate) status: u16,
    /// JSON.
    pub(crate) body: String,
}

/// What came of asking for a checkout.
pub(crate) enum Begun {
    /// Ours to go on with.
    Ours(Checkout),
    /// Done before.
    Given(Given),
    /// The key stands for another purchase.
    OfAnother,
    /// Somebody is at it.
    Taken,
}

/// How a checkout stands that nobody seemed to be at.
pub(crate) enum Left {
    /// Ours to find out about.
    Ours {
        /// None: nobody got that far.
        quote: Option<Quoted>,
        /// Whether a request may come again under its key.
        has_key: bool,
    },
    /// Somebody is at it.
    Taken,
    /// It was answered, or refused and forgotten.
    Over {
        /// Whether the answer was an order.
        is_ordered: bool,
    },
}

/// Who asks, and for what.
pub(crate) struct Claim<'a> {
    /// The id of the checkout, should it be a new one.
    pub(crate) id: &'a str,
    pub(crate) tenant: &'a str,
    pub(crate) named: Option<&'a RequestKey>,
    pub(crate) actor: &'a str,
    pub(crate) lease: &'a str,
    pub(crate) now: Timestamp,
    pub(crate) until: Timestamp,
}

impl Quoted {
    pub(crate) fn amount(&self) -> Result<Money, DatabaseError> {
        let wrong = |_| DatabaseError::Refused("checkouts.quote has no currency".into());
        Ok(Money { minor: self.minor, currency: Currency::parse(&self.currency).map_err(wrong)? })
    }
}

impl Checkouts {
    pub(crate) fn new(db: Db) -> Self {
        Self(db)
    }

    /// Takes up the checkout that `claim` is for, new or not.
    pub(crate) async fn begin(&self, claim: &Claim<'_>) -> Result<Begun, DatabaseError> {
        let (key, fingerprint) =
            claim.named.map_or((None, ""), |named| (Some(named.key.as_str()), named.fingerprint.as_str()));
        if let Some(key) = key {
            let before = self.0.expired_before(claim.now, KEPT).await?;
            let statement = "UPDATE checkouts SET idempotency_key = NULL
                WHERE tenant_id = $1 AND idempotency_key = $2 AND created_at < $3";
            self.0.query(statement, &[claim.tenant.into(), key.into(), before.into()]).await?;
        }
        let statement = "INSERT INTO checkouts
                (id, tenant_id, idempotency_key, fingerprint, actor, created_at, lease, leased_until)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (tenant_id, idempotency_key) DO UPDATE
            SET lease = excluded.lease, leased_until = excluded.leased_until
            WHERE checkouts.status IS NULL AND checkouts.leased_until <= $6
              AND checkouts.fingerprint = excluded.fingerprint
            RETURNING id, quote, decision";
        let values: [Value; 8] = [
            claim.id.into(),
            claim.tenant.into(),
            key.into(),
            fingerprint.into(),
            claim.actor.into(),
            claim.now.into(),
            claim.lease.into(),
            claim.until.into(),
        ];
        if let Some(row) = self.0.query(statement, &values).await?.first() {
            let (quote, decision) = (row.optional_text(1)?, row.optional_text(2)?);
            return Ok(Begun::Ours(Checkout {
                id: row.text(0)?.to_owned(),
                quote: quote.map(|json| from_json(json, "quote")).transpose()?,
                decision: decision.map(|json| from_json(json, "decision")).transpose()?,
            }));
        }
        let statement =
            "SELECT fingerprint, status, answer FROM checkouts WHERE tenant_id = $1 AND idempotency_key = $2";
        let rows = self.0.query(statement, &[claim.tenant.into(), key.into()]).await?;
        // It was there a moment ago: whoever was at it was refused and took it away.
        let Some(row) = rows.first() else { return Ok(Begun::Taken) };
        if row.text(0)? != fingerprint {
            return Ok(Begun::OfAnother);
        }
        Ok(given(row, 1)?.map_or(Begun::Taken, Begun::Given))
    }

    /// Stores what it costs; gives whether it is still ours.
    pub(crate) async fn quoted(&self, id: &str, lease: &str, quote: &Quoted) -> Result<bool, DatabaseError> {
        self.step("quote", id, lease, &to_json(quote)?).await
    }

    /// Stores that it may be made; gives whether it is still ours.
    pub(crate) async fn allowed(&self, id: &str, lease: &str, decisions: &[String]) -> Result<bool, DatabaseError> {
        self.step("decision", id, lease, &to_json(&decisions)?).await
    }

    async fn step(&self, column: &str, id: &str, lease: &str, json: &str) -> Result<bool, DatabaseError> {
        let statement =
            format!("UPDATE checkouts SET {column} = $1 WHERE id = $2 AND lease = $3 AND status IS NULL RETURNING id");
        Ok(!self.0.query(&statement, &[json.into(), id.into(), lease.into()]).await?.is_empty())
    }

    /// Stores that it may not be made any more, before what was held for it is given back: whoever goes on with it asks
    /// the rules anew. Gives whether it is still ours.
    pub(crate) async fn disallow(&self, id: &str, lease: &str) -> Result<bool, DatabaseError> {
        let statement = "UPDATE checkouts SET decision = NULL WHERE id = $1 AND lease = $2 AND status IS NULL
            RETURNING id";
        Ok(!self.0.query(statement, &[id.into(), lease.into()]).await?.is_empty())
    }

    /// Takes up a checkout that nobody is at, to find out what became of it.
    pub(crate) async fn take(
        &self,
        id: &str,
        lease: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Left, DatabaseError> {
        let statement = "UPDATE checkouts SET lease = $1, leased_until = $2
            WHERE id = $3 AND status IS NULL AND leased_until <= $4 RETURNING quote, idempotency_key";
        let values: [Value; 4] = [lease.into(), until.into(), id.into(), now.into()];
        if let Some(row) = self.0.query(statement, &values).await?.first() {
            let quote = row.optional_text(0)?.map(|json| from_json(json, "quote")).transpose()?;
            return Ok(Left::Ours { quote, has_key: row.optional_text(1)?.is_some() });
        }
        let rows = self.0.query("SELECT status, order_id FROM checkouts WHERE id = $1", &[id.into()]).await?;
        let Some(row) = rows.first() else { return Ok(Left::Over { is_ordered: false }) };
        Ok(match row.optional_integer(0)? {
            None => Left::Taken,
            Some(_) => Left::Over { is_ordered: row.optional_text(1)?.is_some() },
        })
    }

    /// Holds on to it until `until`; gives whether it is still ours.
    pub(crate) async fn hold(&self, id: &str, lease: &str, until: Timestamp) -> Result<bool, DatabaseError> {
        let statement = "UPDATE checkouts SET leased_until = $1 WHERE id = $2 AND lease = $3 AND status IS NULL
            RETURNING id";
        Ok(!self.0.query(statement, &[until.into(), id.into(), lease.into()]).await?.is_empty())
    }

    /// Stores the answer, and with it the order where there is one. The first answer counts: it is given back.
    pub(crate) async fn answer(
        &self,
        id: &str,
        order: Option<&str>,
        given_now: Given,
        now: Timestamp,
    ) -> Result<Given, DatabaseError> {
        let statement =
            "UPDATE checkouts SET order_id = $1, status = $2, answer = $3, ordered_at = $4, leased_until = 0
            WHERE id = $5 AND status IS NULL RETURNING id";
        let ordered_at = order.map(|_| now);
        let values: [Value; 5] = [
            order.into(),
            i64::from(given_now.status).into(),
            given_now.body.as_str().into(),
            ordered_at.into(),
            id.into(),
        ];
        if !self.0.query(statement, &values).await?.is_empty() {
            return Ok(given_now);
        }
        let rows = self.0.query("SELECT status, answer FROM checkouts WHERE id = $1", &[id.into()]).await?;
        let first = rows.first().map(|row| given(row, 0)).transpose()?.flatten();
        first.ok_or_else(|| DatabaseError::Refused("the checkout is gone".into()))
    }

    /// Lets others go on with it.
    pub(crate) async fn let_go(&self, id: &str, lease: &str) -> Result<(), DatabaseError> {
        let statement = "UPDATE checkouts SET leased_until = 0 WHERE id = $1 AND lease = $2 AND status IS NULL";
        self.0.query(statement, &[id.into(), lease.into()]).await.map(drop)
    }

    /// Forgets it: it was refused before anything was done.
    pub(crate) async fn forget(&self, id: &str, lease: &str) -> Result<(), DatabaseError> {
        let statement = "DELETE FROM checkouts WHERE id = $1 AND lease = $2 AND status IS NULL";
        self.0.query(statement, &[id.into(), lease.into()]).await.map(drop)
    }

    /// Whether `tenant` has the order `order`.
    pub(crate) async fn has_order(&self, tenant: &str, order: &str) -> Result<bool, DatabaseError> {
        let statement = "SELECT id FROM checkouts WHERE tenant_id = $1 AND order_id = $2";
        Ok(!self.0.query(statement, &[tenant.into(), order.into()]).await?.is_empty())
    }
}

fn given(row: &Row, first: usize) -> Result<Option<Given>, DatabaseError> {
    let Some(status) = row.optional_integer(first)? else { return Ok(None) };
    let status = u16::try_from(status).map_err(|_| DatabaseError::Refused("checkouts.status is none".into()))?;
    Ok(Some(Given { status, body: row.text(first.saturating_add(1))?.to_owned() }))
}

fn from_json<T: serde::de::DeserializeOwned>(json: &str, column: &str) -> Result<T, DatabaseError> {
    serde_json::from_str(json).map_err(|error| DatabaseError::Refused(format!("checkouts.{column}: {error}")))
}

fn to_json<T: Serialize>(value: &T) -> Result<String, DatabaseError> {
    serde_json::to_string(value).map_err(|error| DatabaseError::Refused(error.to_string()))
}
