//! Raising alerts, and the alerts in the database.

use std::sync::Arc;

use edge_capabilities::database::{DatabaseError, Value};
use edge_capabilities::{Capabilities, Clock, Timestamp};
use edge_database::{Cursor, Db, columns, read_all, record};
use edge_notifications::event_types::WORKSPACE_BUDGET_ALERT;
use edge_notifications::{NewEvent, Notifications, Recipient};
use edge_rulebook::contract::BudgetAlert;
use edge_tenants::Tenants;
use serde_json::json;

use crate::balance::PeriodBalance;
use crate::budget::{Budget, Severity};
use crate::reservation::Ledger;

/// A threshold that was reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// The budget's id.
    pub budget: String,
    /// The name of the period.
    pub period: String,
    /// The threshold, as a percentage of the period's allowance.
    pub threshold: String,
    /// The effect of the threshold.
    pub severity: Severity,
    /// The message for people.
    pub message: String,
    /// The highest amount that was used in the period when the alert was raised.
    pub used: i64,
    /// The period's allowance then.
    pub allowance: i64,
    /// When the alert was raised.
    pub at: Timestamp,
}

record! {
    Alert in "budget_alerts" { budget: "budget_id", period, threshold, severity, message, used, allowance, at }
}

/// A threshold that an alert is due for, unless the period has one for it already.
struct ReachedThreshold {
    threshold: String,
    severity: Severity,
    message: String,
}

/// Raises alerts.
#[derive(Clone)]
pub(crate) struct Alerts {
    db: Db,
    ledger: Ledger,
    notifications: Notifications,
    tenants: Tenants,
    clock: Arc<dyn Clock>,
}

impl Alerts {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self {
            ledger: Ledger::new(db.clone()),
            notifications: Notifications::new(db.clone()),
            tenants: Tenants::new(db.clone()),
            db: db.clone(),
            clock: capabilities.clock.clone(),
        }
    }

    /// Raises an alert for each threshold that `budget` has reached in its period, even if an amount was released since, and
    /// the alerts that the rule asks for. Alerts that failed to be raised earlier are raised now.
    pub(crate) async fn raise(
        &self,
        budget: &Budget,
        balance: &PeriodBalance,
        rule_alerts: &[BudgetAlert],
    ) -> Result<(), DatabaseError> {
        self.raise_all(budget, balance, rule_alerts, None).await
    }

    /// Raises an alert that `amount` was refused, if the reason is that it would go past the lowest hard threshold.
    pub(crate) async fn refused(
        &self,
        budget: &Budget,
        balance: &PeriodBalance,
        amount: i64,
    ) -> Result<(), DatabaseError> {
        let exceeds = |ceiling: i64| balance.sums.used() > ceiling.saturating_sub(amount);
        let exceeded = budget.lowest_hard_percent().filter(|_| balance.ceiling.is_some_and(exceeds));
        self.raise_all(budget, balance, &[], exceeded).await
    }

    async fn raise_all(
        &self,
        budget: &Budget,
        balance: &PeriodBalance,
        rule_alerts: &[BudgetAlert],
        refused_at: Option<u32>,
    ) -> Result<(), DatabaseError> {
        let used = self.ledger.peak(&budget.id, &balance.period).await?;
        let is_reached = |percent: u32| {
            let (used, allowance) = (i128::from(used), i128::from(balance.allowance));
            used > 0 && used.saturating_mul(100) >= allowance.saturating_mul(i128::from(percent))
        };
        let own = budget.thresholds.iter().filter(|threshold| is_reached(threshold.percent));
        let own = own.map(|threshold| ReachedThreshold {
            threshold: threshold.percent.to_string(),
            severity: threshold.severity,
            message: format!("{} percent of the budget for {} is used.", threshold.percent, balance.period),
        });
        let refused = refused_at.map(|percent| ReachedThreshold {
            threshold: percent.to_string(),
            severity: Severity::Hard,
            message: format!(
                "An amount was refused that would go past {percent} percent of the budget for {}.",
                balance.period
            ),
        });
        let by_rule = rule_alerts.iter().map(|alert| ReachedThreshold {
            threshold: normalised(&alert.threshold.to_string()),
            severity: Severity::Soft,
            message: alert.message.clone(),
        });
        let due: Vec<ReachedThreshold> = own.chain(refused).chain(by_rule).collect();
        if due.is_empty() {
            return Ok(());
        }
        let statement = "SELECT threshold FROM budget_alerts WHERE budget_id = $1 AND period = $2";
        let rows = self.db.query(statement, &[budget.id.as_str().into(), balance.period.as_str().into()]).await?;
        let raised = rows.iter().map(|row| row.text(0)).collect::<Result<Vec<_>, _>>()?;
        for reached in due.into_iter().filter(|reached| !raised.contains(&reached.threshold.as_str())) {
            self.raise_one(budget, balance, reached, used).await?;
        }
        Ok(())
    }

    /// Queues the message before it stores the alert: after a crash in between, the message is queued again under the same
    /// id, which changes nothing.
    async fn raise_one(
        &self,
        budget: &Budget,
        balance: &PeriodBalance,
        reached: ReachedThreshold,
        used: i64,
    ) -> Result<(), DatabaseError> {
        let now = self.clock.now();
        let ReachedThreshold { threshold, severity, message } = reached;
        if let Some(tenant) = self.tenants.find(&budget.tenant).await? {
            let data = json!({
                "customer_name": tenant.name, "budget_name": budget.name, "period": balance.period,
                "threshold": threshold, "severity": severity.as_str(), "message": message,
                "used": budget.money(used).to_decimal(), "allowance": budget.money(balance.allowance).to_decimal(),
                "currency": budget.currency.as_str(),
            });
            let id = format!("{}.{}.{threshold}", budget.id, balance.period);
            let recipient = Recipient::by_email(tenant.billing_address()).named(&tenant.name);
            let event = NewEvent::new(&WORKSPACE_BUDGET_ALERT, tenant.id, id).to(recipient).with(data);
            self.notifications.raise(&event, now).await?;
        }
        let (period, allowance) = (balance.period.clone(), balance.allowance);
        let alert = Alert { budget: budget.id.clone(), period, threshold, severity, message, used, allowance, at: now };
        self.db.insert_new(&alert).await.map(drop)
    }

    /// Up to `limit` alerts of a budget, newest first and then by threshold. The id of `cursor` is a threshold.
    pub(crate) async fn list(
        &self,
        budget: &str,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<Alert>, DatabaseError> {
        let cursor = cursor.unwrap_or(Cursor::new(Timestamp::from_millis(i64::MAX), ""));
        let statement = format!(
            "SELECT {} FROM budget_alerts WHERE budget_id = $1 AND (at < $2 OR (at = $2 AND threshold < $3))
             ORDER BY at DESC, threshold DESC LIMIT $4",
            columns::<Alert>()
        );
        let values: [Value; 4] = [budget.into(), cursor.at.into(), cursor.id.into(), i64::from(limit).into()];
        read_all(&self.db.query(&statement, &values).await?)
    }
}

/// A threshold of the rule, written as the budget's own are: `80` for `80.0`.
fn normalised(number: &str) -> String {
    match number.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|digit| digit == b'0') => whole.to_owned(),
        _ => number.to_owned(),
    }
}
