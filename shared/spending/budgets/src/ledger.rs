//! What was promised, spent and given back: entries that are added, never changed and never deleted.
//!
//! INVARIANT: a budget's entries are numbered without a gap, and each holds the sums after it. An entry is made by one
//! statement from the entry before it, and takes the next number: of two that are made on the same state one finds its
//! number taken, adds nothing and is made again. So whatever a condition of that statement says of the sums holds of the
//! ledger, however many come at once, on one machine or several.

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Row, Value};
use edge_database::Db;

/// The ledger of all budgets.
#[derive(Clone)]
pub struct Ledger(Db);

/// What was spent and what is promised, in the currency's smallest unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// What was spent.
    pub spent: i64,
    /// What is promised.
    pub reserved: i64,
}

impl Sums {
    /// Both.
    pub const fn used(self) -> i64 {
        self.spent.saturating_add(self.reserved)
    }
}

/// What became of what was reserved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It was spent: so much of it.
    Committed(i64),
    /// It was given back.
    Released,
    /// It was spent, and of that something was given back.
    Refunded {
        /// So much of it was spent.
        spent: i64,
        /// So much of that was given back.
        back: i64,
    },
}

/// Something that was reserved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reservation {
    /// From which budget.
    pub budget: String,
    /// What the caller calls it.
    pub reference: String,
    /// In which period.
    pub period: String,
    /// How much, in the currency's smallest unit.
    pub amount: i64,
    /// When it is given back by itself.
    pub expires_at: Option<Timestamp>,
    /// What became of it; None: nothing yet.
    pub settled: Option<Settled>,
}

impl Reservation {
    /// What was spent of it, and how much of that was given back; None: it was not spent.
    pub(crate) const fn spent(&self) -> Option<(i64, i64)> {
        match self.settled {
            Some(Settled::Committed(spent)) => Some((spent, 0)),
            Some(Settled::Refunded { spent, back }) => Some((spent, back)),
            Some(Settled::Released) | None => None,
        }
    }
}

/// A reservation to be made.
pub(crate) struct New<'a> {
    pub(crate) budget: &'a str,
    /// The budget must not have been changed since the ceiling was read.
    pub(crate) revision: i64,
    pub(crate) period: &'a str,
    pub(crate) reference: &'a str,
    pub(crate) amount: i64,
    /// How far the period's sums may go.
    pub(crate) ceiling: Option<i64>,
    /// The last entry of earlier periods: what they left over follows from it.
    pub(crate) earlier: i64,
    pub(crate) actor: &'a str,
    pub(crate) decision: Option<&'a str>,
    pub(crate) rule_version: Option<i64>,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) at: Timestamp,
}

/// How what was reserved is to be settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Settling<'a> {
    /// It is spent: so much of it, else all. The rest is given back.
    Commit(Option<i64>),
    /// It is given back.
    Release,
    /// Of what was spent something is given back.
    Refund(Back<'a>),
}

/// Something that is given back of what was spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Back<'a> {
    /// What makes it the same however often it is done.
    pub(crate) step: &'a str,
    /// How much.
    pub(crate) amount: i64,
    /// What is left of what was spent, before it.
    pub(crate) left: i64,
}

/// What somebody settled.
pub(crate) struct SettledBy {
    pub(crate) budget: String,
    pub(crate) currency: String,
    pub(crate) reference: String,
    pub(crate) is_spent: bool,
}

const NEXT: &str = "COALESCE((SELECT MAX(l.number) FROM budget_ledger l WHERE l.budget_id = $1), 0) + 1";

impl Ledger {
    /// That in `db`.
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

    /// What was used in the periods before `period`, and the number of their last entry.
    pub(crate) async fn before(&self, budget: &str, period: &str) -> Result<(i64, i64), DatabaseError> {
        let statement =
            "SELECT CAST(COALESCE(SUM(spent_change + reserved_change), 0) AS BIGINT), COALESCE(MAX(number), 0)
            FROM budget_ledger WHERE budget_id = $1 AND period < $2";
        let rows = self.0.query(statement, &[budget.into(), period.into()]).await?;
        let row = rows.first().ok_or_else(|| DatabaseError::Refused("an aggregate gave no row".into()))?;
        Ok((row.integer(0)?, row.integer(1)?))
    }

    /// The most that was used at once in a period.
    pub(crate) async fn peak(&self, budget: &str, period: &str) -> Result<i64, DatabaseError> {
        let statement =
            "SELECT COALESCE(MAX(spent + reserved), 0) FROM budget_ledger WHERE budget_id = $1 AND period = $2";
        let rows = self.0.query(statement, &[budget.into(), period.into()]).await?;
        rows.first().map_or(Ok(0), |row| row.integer(0))
    }

    /// Reserves, where there is room. None: there is no room, or the reference is taken, or the state is another.
    pub(crate) async fn reserve(&self, new: &New<'_>) -> Result<Option<Sums>, DatabaseError> {
        let last = |column: &str| {
            format!(
                "COALESCE((SELECT {column} FROM budget_ledger l WHERE l.budget_id = $1 AND l.period = CAST($2 AS TEXT)
                 ORDER BY l.number DESC LIMIT 1), 0)"
            )
        };
        let statement = format!(
            "INSERT INTO budget_ledger (budget_id, number, period, step, kind, reference, spent_change, reserved_change,
                spent, reserved, actor, decision_id, rule_version, expires_at, at)
             SELECT b.id, {NEXT}, CAST($2 AS TEXT), 'reserve', 'reserve', CAST($3 AS TEXT), 0, CAST($4 AS BIGINT),
                {}, {} + CAST($4 AS BIGINT), CAST($5 AS TEXT), CAST($6 AS TEXT), CAST($7 AS BIGINT), CAST($8 AS BIGINT),
                CAST($9 AS BIGINT)
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
        let values: [Value; 12] = [
            new.budget.into(),
            new.period.into(),
            new.reference.into(),
            new.amount.into(),
            new.actor.into(),
            new.decision.into(),
            new.rule_version.into(),
            new.expires_at.into(),
            new.at.into(),
            new.revision.into(),
            new.ceiling.unwrap_or(i64::MAX).into(),
            new.earlier.into(),
        ];
        sums(&self.0.query(&statement, &values).await?)
    }

    /// Settles what was reserved. None: there is nothing to settle, or the state is another.
    pub(crate) async fn settle(
        &self,
        budget: &str,
        reference: &str,
        how: Settling<'_>,
        actor: &str,
        at: Timestamp,
    ) -> Result<Option<Sums>, DatabaseError> {
        let (of, of_spent) = ("r.step = 'reserve'", "r.step = 'settle' AND r.kind = 'commit'");
        let (step, amount, left) = match how {
            Settling::Commit(amount) => ("settle", amount, None),
            Settling::Release => ("settle", None, None),
            Settling::Refund(Back { step, amount, left }) => (step, Some(amount), Some(left)),
        };
        let (kind, spent, reserved, of, most) = match how {
            Settling::Commit(_) => {
                let spent = "COALESCE(CAST($5 AS BIGINT), r.reserved_change)";
                ("commit", spent, "- r.reserved_change", of, "r.reserved_change")
            }
            Settling::Release => ("release", "0", "- r.reserved_change", of, "r.reserved_change"),
            Settling::Refund(_) => ("refund", "- CAST($5 AS BIGINT)", "0", of_spent, "CAST($6 AS BIGINT)"),
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
                AND (CAST($5 AS BIGINT) IS NULL OR CAST($5 AS BIGINT) BETWEEN 0 AND {most})
                AND (CAST($6 AS BIGINT) IS NULL OR CAST($6 AS BIGINT) =
                    (SELECT CAST(SUM(s.spent_change) AS BIGINT) FROM budget_ledger s
                     WHERE s.budget_id = $1 AND s.reference = $2))
             ON CONFLICT DO NOTHING RETURNING spent, reserved",
            last("spent"),
            last("reserved"),
        );
        let values: [Value; 7] =
            [budget.into(), reference.into(), actor.into(), at.into(), amount.into(), left.into(), step.into()];
        sums(&self.0.query(&statement, &values).await?)
    }

    /// What was reserved under this reference.
    pub async fn find(&self, budget: &str, reference: &str) -> Result<Option<Reservation>, DatabaseError> {
        let found = self.select("budget_id = $1 AND reference = $2", &[budget.into(), reference.into()]).await?;
        Ok(found.into_iter().next())
    }

    /// All that was reserved under this reference, from whichever budget.
    pub async fn of_reference(&self, reference: &str) -> Result<Vec<Reservation>, DatabaseError> {
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
                ("refund", Some(last)) if let Some((whole, back)) = last.spent() => {
                    last.settled = Some(Settled::Refunded { spent: whole, back: back.saturating_sub(spent) });
                }
                _ => return Err(DatabaseError::Refused("budget_ledger settles what was not reserved".into())),
            }
        }
        Ok(found)
    }

    /// Up to 100 reservations whose references begin with `prefix` and that nothing has become of, oldest first.
    pub(crate) async fn open(&self, budget: &str, prefix: &str) -> Result<Vec<Reservation>, DatabaseError> {
        let condition =
            "budget_id = $1 AND step = 'reserve' AND SUBSTR(reference, 1, LENGTH(CAST($2 AS TEXT))) = CAST($2 AS TEXT)
            AND NOT EXISTS (SELECT 1 FROM budget_ledger s WHERE s.budget_id = budget_ledger.budget_id
                AND s.reference = budget_ledger.reference AND s.step = 'settle')";
        let mut found = self.select(condition, &[budget.into(), prefix.into()]).await?;
        found.truncate(100);
        Ok(found)
    }

    /// What `actor` has settled first, in whichever budget of `tenant`.
    pub(crate) async fn settled_by(&self, tenant: &str, actor: &str) -> Result<Option<SettledBy>, DatabaseError> {
        let statement = "SELECT l.budget_id, b.currency, l.reference, l.kind
            FROM budget_ledger l JOIN budgets b ON b.id = l.budget_id
            WHERE b.tenant_id = $1 AND l.actor = $2 AND l.step = 'settle' ORDER BY l.at, l.budget_id, l.number LIMIT 1";
        let rows = self.0.query(statement, &[tenant.into(), actor.into()]).await?;
        let text = |row: &Row, index| row.text(index).map(ToOwned::to_owned);
        let read = |row: &Row| {
            let is_spent = row.text(3)? == "commit";
            Ok(SettledBy { budget: text(row, 0)?, currency: text(row, 1)?, reference: text(row, 2)?, is_spent })
        };
        rows.first().map(read).transpose()
    }

    /// Whether this step was made.
    pub(crate) async fn has_made(&self, budget: &str, reference: &str, step: &str) -> Result<bool, DatabaseError> {
        let statement = "SELECT number FROM budget_ledger WHERE budget_id = $1 AND reference = $2 AND step = $3";
        Ok(!self.0.query(statement, &[budget.into(), reference.into(), step.into()]).await?.is_empty())
    }

    /// References of up to 100 reservations whose time was over at `now`, and that nothing has become of.
    pub(crate) async fn lapsed(&self, budget: &str, now: Timestamp) -> Result<Vec<String>, DatabaseError> {
        let statement = "SELECT r.reference FROM budget_ledger r
            WHERE r.budget_id = $1 AND r.expires_at IS NOT NULL AND r.expires_at <= $2 AND r.step = 'reserve'
                AND NOT EXISTS (SELECT 1 FROM budget_ledger s
                    WHERE s.budget_id = r.budget_id AND s.reference = r.reference AND s.step = 'settle')
            ORDER BY r.number LIMIT 100";
        let rows = self.0.query(statement, &[budget.into(), now.into()]).await?;
        rows.iter().map(|row| row.text(0).map(ToOwned::to_owned)).collect()
    }

    /// How the sums of a period moved: the last of each quarter of an hour in which they did, oldest first. Time zones
    /// are whole quarters of an hour apart, so each day of any zone ends with one.
    pub(crate) async fn course(&self, budget: &str, period: &str) -> Result<Vec<(Timestamp, Sums)>, DatabaseError> {
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
