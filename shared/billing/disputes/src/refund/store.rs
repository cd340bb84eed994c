//! Refund accounts in the database. Whatever changes one is one statement on one revision of its row.

use edge_capabilities::Timestamp;
use edge_database::{Column as _, Conditions, Db, Value};
use edge_money::Money;
use edge_payment_history::{RecordedPayment, RecordedRefund};

use super::account::{Refund, RefundAccount, RefundState, Reported};
use crate::error::DisputesError;

/// How often a change is tried again after somebody else was faster.
const MAX_ATTEMPTS: u32 = 100;

/// How much to reserve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// Exactly so much.
    Exactly(i64),
    /// All that is left, and at most so much.
    UpTo(i64),
}

/// What came of a reservation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reservation {
    /// It is reserved, now or before.
    Reserved(Refund),
    /// Not so much is left. What is.
    Exceeds(i64),
    /// A card dispute bars refunds.
    Barred,
}

/// Refund accounts.
#[derive(Clone)]
pub struct RefundAccounts(Db);

impl RefundAccounts {
    /// The accounts in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// The account of `payment` of `tenant`.
    pub async fn find(&self, tenant: &str, payment: &str) -> Result<Option<RefundAccount>, DisputesError> {
        Ok(self.0.find(Conditions::of("tenant_id", tenant).and("payment", payment)).await?)
    }

    /// The tenants that have an account of `payment`.
    pub(crate) async fn tenants_of(&self, payment: &str) -> Result<Vec<String>, DisputesError> {
        let accounts: Vec<RefundAccount> = self.0.select(Conditions::of("payment", payment), "created_at").await?;
        Ok(accounts.into_iter().map(|account| account.tenant).collect())
    }

    /// Opens the account of a payment, with the refunds that were made of it before. One that is open gets what is missing.
    pub async fn open(
        &self,
        payment: &RecordedPayment,
        refunds: &[RecordedRefund],
        now: Timestamp,
    ) -> Result<RefundAccount, DisputesError> {
        let (account, ()) = self
            .change(&payment.organization, &payment.payment, now, |account| {
                account.provider.clone_from(&payment.provider);
                account.currency = Some(payment.amount.currency);
                account.captured = Some(payment.amount.minor);
                for refund in refunds {
                    account.note_processed(&Reported {
                        gateway_id: None,
                        reference: None,
                        event: &refund.name,
                        amount: Some(refund.amount),
                        is_total: false,
                        reason: None,
                        at: refund.at,
                    });
                }
            })
            .await?;
        Ok(account)
    }

    /// Changes the account of `payment` by `change`, which may be called several times. There is one afterwards.
    pub(crate) async fn change<T>(
        &self,
        tenant: &str,
        payment: &str,
        now: Timestamp,
        mut change: impl FnMut(&mut RefundAccount) -> T,
    ) -> Result<(RefundAccount, T), DisputesError> {
        for _ in 0..MAX_ATTEMPTS {
            let Some(before) = self.find(tenant, payment).await? else {
                let mut account = RefundAccount::new(tenant, payment, now);
                let result = change(&mut account);
                account.count();
                if self.0.insert_new(&account).await? {
                    return Ok((account, result));
                }
                continue;
            };
            let mut account = before.clone();
            let result = change(&mut account);
            account.count();
            if account == before {
                return Ok((account, result));
            }
            if self.0.update_if_revision(&account, &["tenant_id", "payment"], &["created_at"]).await? {
                account.revision = account.revision.saturating_add(1);
                return Ok((account, result));
            }
        }
        Err(DisputesError::Busy)
    }

    /// Reserves the refund `id` of `dispute`, unless it is there: in one statement, which the database lets through only while
    /// the sum of the refunds that did not fail stays within what was captured, and nothing bars refunds.
    pub async fn reserve(
        &self,
        (tenant, payment): (&str, &str),
        (id, dispute): (&str, &str),
        want: Want,
        now: Timestamp,
    ) -> Result<Reservation, DisputesError> {
        for _ in 0..MAX_ATTEMPTS {
            let account = self.find(tenant, payment).await?.ok_or(DisputesError::PaymentUnknown)?;
            if let Some(known) = account.refund(id) {
                return Ok(Reservation::Reserved(known.clone()));
            }
            let (Some(currency), left) = (account.currency, account.left()) else {
                return Err(DisputesError::PaymentUnknown);
            };
            if account.is_barred {
                return Ok(Reservation::Barred);
            }
            let amount = match want {
                Want::Exactly(amount) => amount,
                Want::UpTo(most) => left.min(most),
            };
            if amount <= 0 || amount > left {
                return Ok(Reservation::Exceeds(left));
            }
            let refund = Refund {
                id: id.to_owned(),
                dispute: Some(dispute.to_owned()),
                gateway_id: None,
                name: None,
                amount,
                currency: currency.to_string(),
                state: RefundState::Reserved,
                reason: None,
                created_at: now,
                asked_at: None,
            };
            let mut refunds = account.refunds;
            refunds.push(refund.clone());
            // INVARIANT: `refunds` is that of this revision, so the sum and the list change together.
            let statement = "UPDATE refund_accounts
                SET refunds = $1, taken = taken + CAST($2 AS BIGINT), revision = revision + 1
                WHERE tenant_id = $3 AND payment = $4 AND revision = $5 AND CAST($2 AS BIGINT) > 0
                    AND taken + CAST($2 AS BIGINT) <= captured AND is_barred = 0
                RETURNING revision";
            let values = vec![
                refunds.to_value()?,
                Value::Integer(amount),
                tenant.into(),
                payment.into(),
                Value::Integer(account.revision),
            ];
            if !self.0.query_owned(statement, values).await?.is_empty() {
                return Ok(Reservation::Reserved(refund));
            }
        }
        Err(DisputesError::Busy)
    }

    /// Takes it on to ask the gateway for our refund `id`: of all who want to, one does, once.
    pub(crate) async fn claim(
        &self,
        tenant: &str,
        payment: &str,
        id: &str,
        now: Timestamp,
    ) -> Result<Option<Money>, DisputesError> {
        let (account, is_claimed) = self
            .change(tenant, payment, now, |account| {
                let reserved = account.refund_mut(id).filter(|refund| refund.state == RefundState::Reserved);
                reserved.is_some_and(|refund| {
                    refund.state = RefundState::Asked;
                    refund.asked_at = Some(now);
                    true
                })
            })
            .await?;
        let amount = account.refund(id).zip(account.currency);
        Ok(amount.filter(|_| is_claimed).map(|(refund, currency)| Money { minor: refund.amount, currency }))
    }
}
