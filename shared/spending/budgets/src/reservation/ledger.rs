//! The ledger: an append-only list of the amounts that were reserved, spent, released and refunded.
//!
//! INVARIANT: a budget's entries are numbered without a gap, and each holds the sums after it. One statement makes an entry
//! from the entry before it and takes the next number. If two statements start from the same state, one finds its number
//! taken, adds nothing and is tried again. So the conditions that a statement sets on the sums hold for the ledger, however
//! many callers there are, on one machine or several.

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Row, Value};
use edge_database::Db;
use edge_money::Currency;

/// The table of the ledger.
pub(crate) const LEDGER: &str = "budget_ledger";

/// The ledger of all budgets.
#[derive(Clone)]
pub struct Ledger(Db);

/// Identifies a reservation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReservationKey<'a> {
    /// The id of the budget.
    pub budget: &'a str,
    /// The caller's reference of the reservation.
    pub reference: &'a str,
}

/// The amounts spent and reserved, in the currency's smallest unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// The amount spent.
    pub spent: i64,
    /// The amount reserved and neither spent nor released.
    pub reserved: i64,
}

impl Sums {
    /// The amount spent or reserved.
    pub const fn used(self) -> i64 {
        self.spent.saturating_add(self.reserved)
    }
}

/// How a reservation was settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// This amount of it was spent, and the rest was released.
    Committed(i64),
    /// It was released.
    Released,
    /// It was spent, and all or part of that was refunded.
    Refunded {
        /// The amount spent.
        spent: i64,
        /// The part of it that was refunded.
        refunded: i64,
    },
}

/// An amount that was reserved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reservation {
    /// The id of the budget.
    pub budget: String,
    /// The caller's reference.
    pub reference: String,
    /// The name of the period.
    pub period: String,
    /// The amount, in the currency's smallest unit.
    pub amount: i64,
    /// When it is released automatically.
    pub expires_at: Option<Timestamp>,
    /// How it was settled; None: it was not.
    pub settled: Option<Settled>,
}

impl Reservation {
    /// What identifies it.
    pub fn key(&self) -> ReservationKey<'_> {
        ReservationKey { budget: &self.budget, reference: &self.reference }
    }

    /// The amount spent, and the part of it that was refunded; None: it was not spent.
    pub(crate) const fn spent(&self) -> Option<(i64, i64)> {
        match self.settled {
            Some(Settled::Committed(spent)) => Some((spent, 0)),
            Some(Settled::Refunded { spent, refunded }) => Some((spent, refunded)),
            Some(Settled::Released) | None => None,
        }
    }
}

/// A reservation to be made.
pub(crate) struct NewReservation<'a> {
    pub(crate) key: ReservationKey<'a>,
    /// The budget's revision from which the ceiling follows: the budget must not have been changed since.
    pub(crate) revision: i64,
    pub(crate) period: &'a str,
    pub(crate) amount: i64,
    /// The most that the period's sums may reach.
    pub(crate) ceiling: Option<i64>,
    /// The number of the last entry of earlier periods, which determine the amount carried over: there must be no later one.
    pub(crate) last_earlier_entry: i64,
    pub(crate) actor: &'a str,
    pub(crate) decision: Option<&'a str>,
    pub(crate) rule_version: Option<i64>,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) at: Timestamp,
    /// The alerts that the rule asked for, JSON, and when another instance raises all alerts that follow; None: none can.
    pub(crate) alerts: Option<(String, Timestamp)>,
}

/// A reservation of which the alerts that follow are still to be raised.
pub(crate) struct UnraisedAlerts {
    pub(crate) tenant: String,
    pub(crate) budget: String,
    reference: String,
    /// The alerts that the rule asked for, JSON.
    pub(crate) alerts: String,
    /// When it was made.
    pub(crate) at: Timestamp,
}

impl UnraisedAlerts {
    pub(crate) fn key(&self) -> ReservationKey<'_> {
        ReservationKey { budget: &self.budget, reference: &self.reference }
    }
}

/// An entry that settles a reservation, or refunds what was spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LedgerStep<'a> {
    /// Spends this amount of the reservation, else all of it. The rest is released.
    Commit(Option<i64>),
    /// Releases the reservation.
    Release,
    /// Refunds a part of what was spent.
    Refund(RefundStep<'a>),
}

/// A refund of a part of what was spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RefundStep<'a> {
    /// The name of the step. A reservation has each step only once.
    pub(crate) step: &'a str,
    /// The amount to refund.
    pub(crate) amount: i64,
    /// The amount spent and not refunded, before this step.
    pub(crate) left: i64,
}

/// A reservation that a payment settled.
pub(crate) struct PaymentSettlement {
    budget: String,
    reference: String,
    pub(super) currency: Currency,
    /// Whether the reservation was spent and not released.
    pub(super) is_spent: bool,
}

impl PaymentSettlement {
    pub(super) fn key(&self) -> ReservationKey<'_> {
        ReservationKey { budget: &self.budget, reference: &self.reference }
    }
}

const NEXT: &str = "COALESCE((SELECT MAX(l.number) FROM budget_ledger l WHERE l.budget_id = $1), 0) + 1";

impl Ledger {
    /// The ledger in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// The sums of a period.
    pub async fn sums(&self, budget: &str, period: &str) -> Result<Sums, DatabaseError> {
        let statement = "SELECT spent, reserved FROM budget_ledger WHERE budget_id = $1 AND period = $2
            ORDER BY number DESC LIMIT 1";
        let rows = self.0.query(statement, &[budget.into(), period.into()]).await?;
        let Some(row) = rows.first() else { return Ok(Sums::default()) };
        Ok(Sums { spent: row.integer(0)?, reserved: row.integer(1)? })
    }

    /// The amount used in the periods before `period`, and the number of their last entry.
    pub(crate) async fn used_before(&self, budget: &str, period: &str) -> Result<(i64, i64), DatabaseError> {
        let statement =
            "SELECT CAST(COALESCE(SUM(spent_change + reserved_change), 0) AS BIGINT), COALESCE(MAX(number), 0)
            FROM budget_ledger WHERE budget_id = $1 AND period < $2";
        let rows = self.0.query(statement, &[budget.into(), period.into()]).await?;
        let row = rows.first().ok_or_else(|| DatabaseError::Refused("an aggregate returned no row".into()))?;
        Ok((row.integer(0)?, row.integer(1)?))
    }

    /// The highest amount that was used in a period.
    pub(crate) async fn peak(&self, budget: &str, period: &str) -> Result<i64, DatabaseError> {
        let statement =
            "SELECT COALESCE(MAX(spent + reserved), 0) FROM budget_ledger WHERE budget_id = $1 AND period = $2";
        let rows = self.0.query(statement, &[budget.into(), period.into()]).await?;
        rows.first().map_or(Ok(0), |row| row.integer(0))
    }

    /// Reserves an amount. None: it would go past the ceiling, the reference exists already, or the budget or the ledger
    /// changed since they were read.
    pub(crate) async fn reserve(&self, new: &NewReservation<'_>) -> Result<Option<Sums>, DatabaseError> {
        let last = |column: &str| {
            format!(
                "COALESCE((SELECT {column} FROM budget_ledger l WHERE l.budget_id = $1 AND l.period = CAST($2 AS TEXT)
                 ORDER BY l.number DESC LIMIT 1), 0)"
            )
        };
        let statement = format!(
            "INSERT INTO budget_ledger (budget_id, number, period, step, kind, reference, spent_change, reserved_change,
                spent, reserved, actor, decision_id, rule_version, expires_at, at, alerts, alerts_due)
             SELECT b.id, {NEXT}, CAST($2 AS TEXT), 'reserve', 'reserve', CAST($3 AS TEXT), 0, CAST($4 AS BIGINT),
                {}, {} + CAST($4 AS BIGINT), CAST($5 AS TEXT), CAST($6 AS TEXT), CAST($7 AS BIGINT), CAST($8 AS BIGINT),
                CAST($9 AS BIGINT), CAST($13 AS TEXT), CAST($14 AS BIGINT)
             FROM budgets b
             WHERE b.id = $1 AND b.is_active = 1 AND b.revision = CAST($10 AS BIGINT)
                AND {} <= CAST($11 AS BIGINT) - CAST($4 AS BIGINT)
                AND COALESCE((SELECT MAX(l.number) FROM budget_ledger l
                    WHERE l.budget_id = $1 AND l.period < CAST($2 AS TEXT)), 0) = CAST($12 AS BIGINT)
             ON CONFLICT DO NOTHING RETURNING spent, reserved",
            last("l.spent"),
            last("l.reserved"),
            last("l.spent + l.reserved"),
        );
        let (alerts, alerts_due) = new.alerts.clone().unzip();
        let values: [Value; 14] = [
            new.key.budget.into(),
            new.period.into(),
            new.key.reference.into(),
            new.amount.into(),
            new.actor.into(),
            new.decision.into(),
            new.rule_version.into(),
            new.expires_at.into(),
            new.at.into(),
            new.revision.into(),
            new.ceiling.unwrap_or(i64::MAX).into(),
            new.last_earlier_entry.into(),
            alerts.into(),
            alerts_due.into(),
        ];
        sums(&self.0.query(&statement, &values).await?)
    }

    /// Notes that the alerts that follow from a reservation are raised.
    pub(crate) async fn note_raised(&self, key: ReservationKey<'_>) -> Result<(), DatabaseError> {
        let statement = "UPDATE budget_ledger SET alerts = NULL, alerts_due = NULL
            WHERE budget_id = $1 AND reference = $2 AND alerts_due IS NOT NULL";
        self.0.query(statement, &[key.budget.into(), key.reference.into()]).await.map(drop)
    }

    /// Up to `limit` reservations whose alerts were not raised by `now`: whoever made them died.
    pub(crate) async fn unraised(&self, now: Timestamp, limit: u32) -> Result<Vec<UnraisedAlerts>, DatabaseError> {
        let statement = "SELECT b.tenant_id, l.budget_id, l.reference, l.alerts, l.at
            FROM budget_ledger l JOIN budgets b ON b.id = l.budget_id
            WHERE l.alerts_due <= $1 ORDER BY l.alerts_due LIMIT $2";
        let read = |row: &Row| {
            Ok(UnraisedAlerts {
                tenant: row.text(0)?.to_owned(),
                budget: row.text(1)?.to_owned(),
                reference: row.text(2)?.to_owned(),
                alerts: row.optional_text(3)?.unwrap_or("[]").to_owned(),
                at: Timestamp::from_millis(row.integer(4)?),
            })
        };
        self.0.query(statement, &[now.into(), i64::from(limit).into()]).await?.iter().map(read).collect()
    }

    /// Adds a step to a reservation. None: there is nothing to settle or to refund, or the ledger changed since it was read.
    pub(crate) async fn add_step(
        &self,
        key: ReservationKey<'_>,
        step: LedgerStep<'_>,
        actor: &str,
        at: Timestamp,
    ) -> Result<Option<Sums>, DatabaseError> {
        let (of, of_spent) = ("r.step = 'reserve'", "r.step = 'settle' AND r.kind = 'commit'");
        let (name, amount, left) = match step {
            LedgerStep::Commit(amount) => ("settle", amount, None),
            LedgerStep::Release => ("settle", None, None),
            LedgerStep::Refund(RefundStep { step, amount, left }) => (step, Some(amount), Some(left)),
        };
        let (kind, spent, reserved, of, max) = match step {
            LedgerStep::Commit(_) => {
                let spent = "COALESCE(CAST($5 AS BIGINT), r.reserved_change)";
                ("commit", spent, "- r.reserved_change", of, "r.reserved_change")
            }
            LedgerStep::Release => ("release", "0", "- r.reserved_change", of, "r.reserved_change"),
            LedgerStep::Refund(_) => ("refund", "- CAST($5 AS BIGINT)", "0", of_spent, "CAST($6 AS BIGINT)"),
        };
        let last = |column: &str| {
            format!(
                "COALESCE((SELECT l.{column} FROM budget_ledger l WHERE l.budget_id = $1 AND l.period = r.period
                 ORDER BY l.number DESC LIMIT 1), 0)"
            )
        };
        let statement = format!(
            "INSERT INTO budget_ledger (budget_id, number, period, step, kind, reference, spent_change, reserved_change,
                spent, reserved, actor, at)
             SELECT r.budget_id, {NEXT}, r.period, CAST($7 AS TEXT), '{kind}', r.reference, {spent}, {reserved},
                {} + ({spent}), {} + ({reserved}), CAST($3 AS TEXT), CAST($4 AS BIGINT)
             FROM budget_ledger r
             WHERE r.budget_id = $1 AND r.reference = $2 AND {of}
                AND (CAST($5 AS BIGINT) IS NULL OR CAST($5 AS BIGINT) BETWEEN 0 AND {max})
                AND (CAST($6 AS BIGINT) IS NULL OR CAST($6 AS BIGINT) =
                    (SELECT CAST(SUM(s.spent_change) AS BIGINT) FROM budget_ledger s
                     WHERE s.budget_id = $1 AND s.reference = $2))
             ON CONFLICT DO NOTHING RETURNING spent, reserved",
            last("spent"),
            last("reserved"),
        );
        let values: [Value; 7] =
            [key.budget.into(), key.reference.into(), actor.into(), at.into(), amount.into(), left.into(), name.into()];
        sums(&self.0.query(&statement, &values).await?)
    }

    /// The reservation with this key.
    pub async fn find(&self, key: ReservationKey<'_>) -> Result<Option<Reservation>, DatabaseError> {
        let values = [key.budget.into(), key.reference.into()];
        let found = self.select("budget_id = $1 AND reference = $2", &values).await?;
        Ok(found.into_iter().next())
    }

    /// The reservations with this reference, of all budgets.
    pub async fn by_reference(&self, reference: &str) -> Result<Vec<Reservation>, DatabaseError> {
        self.select("reference = $1", &[reference.into()]).await
    }

    async fn select(&self, condition: &str, values: &[Value]) -> Result<Vec<Reservation>, DatabaseError> {
        let statement = format!(
            "SELECT budget_id, kind, reference, period, spent_change, reserved_change, expires_at FROM budget_ledger
             WHERE {condition} ORDER BY budget_id, number"
        );
        let mut found: Vec<Reservation> = Vec::new();
        for row in self.0.query(&statement, values).await? {
            let spent = row.integer(4)?;
            match (row.text(1)?, found.last_mut()) {
                ("reserve", _) => found.push(Reservation {
                    budget: row.text(0)?.to_owned(),
                    reference: row.text(2)?.to_owned(),
                    period: row.text(3)?.to_owned(),
                    amount: row.integer(5)?,
                    expires_at: row.optional_integer(6)?.map(Timestamp::from_millis),
                    settled: None,
                }),
                ("commit", Some(last)) => last.settled = Some(Settled::Committed(spent)),
                ("release", Some(last)) => last.settled = Some(Settled::Released),
                ("refund", Some(last)) if let Some((total, refunded)) = last.spent() => {
                    // The change of a refund is negative.
                    let refunded = refunded.saturating_sub(spent);
                    last.settled = Some(Settled::Refunded { spent: total, refunded });
                }
                _ => return Err(DatabaseError::Refused("budget_ledger settles what was not reserved".into())),
            }
        }
        Ok(found)
    }

    /// Up to 100 unsettled reservations whose references begin with `prefix`, oldest first.
    pub(crate) async fn open(&self, budget: &str, prefix: &str) -> Result<Vec<Reservation>, DatabaseError> {
        let condition =
            "budget_id = $1 AND step = 'reserve' AND SUBSTR(reference, 1, LENGTH(CAST($2 AS TEXT))) = CAST($2 AS TEXT)
            AND NOT EXISTS (SELECT 1 FROM budget_ledger s WHERE s.budget_id = budget_ledger.budget_id
                AND s.reference = budget_ledger.reference AND s.step = 'settle')";
        let mut found = self.select(condition, &[budget.into(), prefix.into()]).await?;
        found.truncate(100);
        Ok(found)
    }

    /// The first reservation that `actor`, a payment, settled in the budgets of `tenant`.
    pub(crate) async fn settled_by(
        &self,
        tenant: &str,
        actor: &str,
    ) -> Result<Option<PaymentSettlement>, DatabaseError> {
        let statement = "SELECT l.budget_id, b.currency, l.reference, l.kind
            FROM budget_ledger l JOIN budgets b ON b.id = l.budget_id
            WHERE b.tenant_id = $1 AND l.actor = $2 AND l.step = 'settle' ORDER BY l.at, l.budget_id, l.number LIMIT 1";
        let rows = self.0.query(statement, &[tenant.into(), actor.into()]).await?;
        let unknown = |_| DatabaseError::Refused("budgets.currency is unknown".into());
        let read = |row: &Row| {
            Ok(PaymentSettlement {
                budget: row.text(0)?.to_owned(),
                currency: Currency::parse(row.text(1)?).map_err(unknown)?,
                reference: row.text(2)?.to_owned(),
                is_spent: row.text(3)? == "commit",
            })
        };
        rows.first().map(read).transpose()
    }

    /// Whether a reservation has this step.
    pub(crate) async fn has_step(&self, key: ReservationKey<'_>, step: &str) -> Result<bool, DatabaseError> {
        let statement = "SELECT number FROM budget_ledger WHERE budget_id = $1 AND reference = $2 AND step = $3";
        Ok(!self.0.query(statement, &[key.budget.into(), key.reference.into(), step.into()]).await?.is_empty())
    }

    /// The references of up to 100 unsettled reservations that had expired at `now`.
    pub(crate) async fn expired(&self, budget: &str, now: Timestamp) -> Result<Vec<String>, DatabaseError> {
        let statement = "SELECT r.reference FROM budget_ledger r
            WHERE r.budget_id = $1 AND r.expires_at IS NOT NULL AND r.expires_at <= $2 AND r.step = 'reserve'
                AND NOT EXISTS (SELECT 1 FROM budget_ledger s
                    WHERE s.budget_id = r.budget_id AND s.reference = r.reference AND s.step = 'settle')
            ORDER BY r.number LIMIT 100";
        let rows = self.0.query(statement, &[budget.into(), now.into()]).await?;
        rows.iter().map(|row| row.text(0).map(ToOwned::to_owned)).collect()
    }

    /// The sums of a period over time: the last ones of each quarter of an hour in which they changed, oldest first. Time
    /// zones are whole quarters of an hour apart, so each day of any zone ends with one.
    pub(crate) async fn sums_over_time(
        &self,
        budget: &str,
        period: &str,
    ) -> Result<Vec<(Timestamp, Sums)>, DatabaseError> {
        let statement = "SELECT at, spent, reserved FROM budget_ledger
            WHERE budget_id = $1 AND period = $2 AND number IN (SELECT MAX(number) FROM budget_ledger
                WHERE budget_id = $1 AND period = $2 GROUP BY at / 900000)
            ORDER BY number";
        let rows = self.0.query(statement, &[budget.into(), period.into()]).await?;
        let read = |row: &Row| {
            let sums = Sums { spent: row.integer(1)?, reserved: row.integer(2)? };
            Ok((Timestamp::from_millis(row.integer(0)?), sums))
        };
        rows.iter().map(read).collect()
    }
}

fn sums(rows: &[Row]) -> Result<Option<Sums>, DatabaseError> {
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(Some(Sums { spent: row.integer(0)?, reserved: row.integer(1)? }))
}
