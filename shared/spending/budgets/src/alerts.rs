//! Thresholds that were reached: each is told of once in a period.

use std::sync::Arc;

use edge_capabilities::config::ConfigError;
use edge_capabilities::database::{DatabaseError, Row, Value};
use edge_capabilities::{Capabilities, Clock, Config, Timestamp};
use edge_database::Db;
use edge_notifications::{Channel, Message, Notifications};
use edge_rulebook::contract::BudgetAlert;
use edge_tenants::Tenants;
use serde_json::json;

use crate::budget::{Budget, Severity};
use crate::ledger::Ledger;
use crate::standing::PeriodBalance;

/// A threshold that was reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// In which period.
    pub period: String,
    /// Percent of what the period allows.
    pub threshold: String,
    /// `soft`, `hard`.
    pub severity: String,
    /// For people.
    pub message: String,
    /// What was used of the period, at its most, when it was told.
    pub used: i64,
    /// What the period allowed then.
    pub allowance: i64,
    /// When it was told.
    pub at: Timestamp,
}

/// An alert on its way.
struct Raised {
    threshold: String,
    severity: Severity,
    message: String,
}

/// Tells of thresholds.
#[derive(Clone)]
pub(crate) struct Alerts {
    db: Db,
    ledger: Ledger,
    notifications: Notifications,
    tenants: Tenants,
    clock: Arc<dyn Clock>,
    config: Arc<dyn Config>,
}

/// Where a page of alerts begins: behind this one.
pub(crate) struct Cursor {
    pub(crate) at: Timestamp,
    pub(crate) threshold: String,
}

impl Alerts {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self {
            ledger: Ledger::new(db.clone()),
            notifications: Notifications::new(db.clone()),
            tenants: Tenants::new(db.clone()),
            db: db.clone(),
            clock: capabilities.clock.clone(),
            config: capabilities.config.clone(),
        }
    }

    /// Tells of every threshold that `budget` has reached in its period, also by what was given back since; and of what
    /// the rule said. What nobody could be told of when it happened is told of now.
    pub(crate) async fn raise(
        &self,
        budget: &Budget,
        standing: &PeriodBalance,
        said: &[BudgetAlert],
    ) -> Result<(), DatabaseError> {
        self.raise_all(budget, standing, said, None).await
    }

    /// Tells that `amount` was refused, where that is for want of room below what is hard.
    pub(crate) async fn refused(
        &self,
        budget: &Budget,
        standing: &PeriodBalance,
        amount: i64,
    ) -> Result<(), DatabaseError> {
        let hard = budget.thresholds.iter().filter(|threshold| threshold.severity == Severity::Hard);
        let lowest = hard.map(|threshold| threshold.percent).min();
        let passes = |most: i64| standing.sums.used() > most.saturating_sub(amount);
        let passed = lowest.filter(|_| standing.ceiling.is_some_and(passes));
        self.raise_all(budget, standing, &[], passed).await
    }

    async fn raise_all(
        &self,
        budget: &Budget,
        standing: &PeriodBalance,
        said: &[BudgetAlert],
        refused_at: Option<u32>,
    ) -> Result<(), DatabaseError> {
        let used = self.ledger.peak(&budget.id, &standing.period).await?;
        let reached = |percent: u32| {
            let (used, allowance) = (i128::from(used), i128::from(standing.allowance));
            used > 0 && used.saturating_mul(100) >= allowance.saturating_mul(i128::from(percent))
        };
        let own = budget.thresholds.iter().filter(|threshold| reached(threshold.percent)).map(|threshold| Raised {
            threshold: threshold.percent.to_string(),
            severity: threshold.severity,
            message: format!("{} percent of the budget for {} is used.", threshold.percent, standing.period),
        });
        let refused = refused_at.map(|percent| Raised {
            threshold: percent.to_string(),
            severity: Severity::Hard,
            message: format!(
                "Something was refused that would go past {percent} percent of the budget for {}.",
                standing.period
            ),
        });
        let said = said.iter().map(|said| Raised {
            threshold: plain(&said.threshold.to_string()),
            severity: Severity::Soft,
            message: said.message.clone(),
        });
        let wanted: Vec<Raised> = own.chain(refused).chain(said).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let statement = "SELECT threshold FROM budget_alerts WHERE budget_id = $1 AND period = $2";
        let rows = self.db.query(statement, &[budget.id.as_str().into(), standing.period.as_str().into()]).await?;
        let told = rows.iter().map(|row| row.text(0)).collect::<Result<Vec<_>, _>>()?;
        for raised in wanted.iter().filter(|raised| !told.contains(&raised.threshold.as_str())) {
            self.tell(budget, standing, raised, used).await?;
        }
        Ok(())
    }

    /// Queues the message first: whoever dies in between tells of it again under the same id.
    async fn tell(
        &self,
        budget: &Budget,
        standing: &PeriodBalance,
        raised: &Raised,
        used: i64,
    ) -> Result<(), DatabaseError> {
        let now = self.clock.now();
        let Raised { threshold, severity, message } = raised;
        let unread = |error: ConfigError| DatabaseError::Unavailable(error.to_string());
        let is_configured = edge_notifications::is_configured(&*self.config).await.map_err(unread)?;
        if let Some(tenant) = self.tenants.find(&budget.tenant).await? {
            let body = json!({"to": tenant.billing_address(), "template_name": "budget_alert", "template_vars": {
                "customer_name": tenant.name, "budget_name": budget.name, "period": standing.period,
                "threshold": threshold, "severity": severity.as_str(), "message": message,
                "used": budget.money(used).to_decimal(), "allowance": budget.money(standing.allowance).to_decimal(),
                "currency": budget.currency.as_str(),
            }});
            let message = Message {
                id: format!("{}.{}.{threshold}", budget.id, standing.period),
                tenant_id: tenant.id,
                event_id: budget.id.clone(),
                channel: Channel::Email,
                body,
            };
            self.notifications.queue(vec![message], is_configured, now).await?;
        }
        let statement =
            "INSERT INTO budget_alerts (budget_id, period, threshold, severity, message, used, allowance, at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
        let values: [Value; 8] = [
            budget.id.as_str().into(),
            standing.period.as_str().into(),
            threshold.as_str().into(),
            severity.as_str().into(),
            message.as_str().into(),
            used.into(),
            standing.allowance.into(),
            now.into(),
        ];
        self.db.query(statement, &values).await.map(drop)
    }

    /// Up to `limit` alerts of a budget, newest first.
    pub(crate) async fn list(
        &self,
        budget: &str,
        behind: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<Alert>, DatabaseError> {
        // Behind every threshold there is.
        let behind = behind.unwrap_or(Cursor { at: Timestamp::from_millis(i64::MAX), threshold: String::new() });
        let statement = "SELECT period, threshold, severity, message, used, allowance, at FROM budget_alerts
            WHERE budget_id = $1 AND (at < $2 OR (at = $2 AND threshold < $3))
            ORDER BY at DESC, threshold DESC LIMIT $4";
        let values: [Value; 4] = [budget.into(), behind.at.into(), behind.threshold.into(), i64::from(limit).into()];
        self.db.query(statement, &values).await?.iter().map(from_row).collect()
    }
}

/// A threshold of the rule's as a budget's own is written: `80` for `80.0`.
fn plain(number: &str) -> String {
    match number.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|digit| digit == b'0') => whole.to_owned(),
        _ => number.to_owned(),
    }
}

fn from_row(row: &Row) -> Result<Alert, DatabaseError> {
    let text = |index| row.text(index).map(ToOwned::to_owned);
    Ok(Alert {
        period: text(0)?,
        threshold: text(1)?,
        severity: text(2)?,
        message: text(3)?,
        used: row.integer(4)?,
        allowance: row.integer(5)?,
        at: Timestamp::from_millis(row.integer(6)?),
    })
}
