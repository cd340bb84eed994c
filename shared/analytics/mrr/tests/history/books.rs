//! Movements of subscriptions, written as the edge writes them.

use edge_capabilities::Timestamp;
use edge_capabilities::testing::World;
use edge_database::{Db, Value};
use edge_money::Currency;
use edge_plans::Cycle;
use edge_subscriptions::{GatewayName, PlanTerms, Scheduled, Status, Terms};

use crate::{APPLICATIONS, DAY, Dice};

/// A movement.
#[derive(Clone)]
pub struct Row {
    pub number: i64,
    pub subscription: String,
    pub at: Timestamp,
    pub recorded_at: Timestamp,
    pub terms: Terms,
    before: (i64, i64),
    is_first: bool,
}

/// An organization and an application.
pub struct Account {
    pub organization: String,
    pub application: String,
    pub rows: Vec<Row>,
    committed: usize,
}

pub struct Books {
    db: Db,
    pub accounts: Vec<Account>,
}

fn plan(currency: &str, price: i64, cycle: Cycle) -> PlanTerms {
    PlanTerms {
        id: format!("{currency}-{price}"),
        version: 1,
        name: "Pro".into(),
        price,
        currency: Currency::parse(currency).unwrap(),
        cycle,
        stripe_price: None,
    }
}

impl Account {
    /// Appends a movement; what is due by itself comes first.
    fn push(&mut self, subscription: String, terms: Terms, at: Timestamp, now: Timestamp) {
        self.write_due(now);
        let last = self.rows.last();
        let before = last.map_or((0, 0), |row| (row.terms.annual_amount(), row.terms.purchased()));
        let is_first = last.is_none_or(|row| row.subscription != subscription);
        let number = last.map_or(0, |row| row.number) + 1;
        self.rows.push(Row { number, subscription, at, recorded_at: now, terms, before, is_first });
    }

    fn write_due(&mut self, now: Timestamp) {
        let Some(last) = self.rows.last().cloned() else { return };
        let mut terms = last.terms.clone();
        let mut before = (last.terms.annual_amount(), last.terms.purchased());
        for (number, (at, terms)) in (last.number + 1..).zip(terms.advance(now)) {
            let after = (terms.annual_amount(), terms.purchased());
            let subscription = last.subscription.clone();
            self.rows.push(Row { number, subscription, at, recorded_at: now, terms, before, is_first: false });
            before = after;
        }
    }

    /// The terms as they are now.
    fn terms(&self, now: Timestamp) -> Option<Terms> {
        let mut terms = self.rows.last()?.terms.clone();
        terms.advance(now);
        Some(terms)
    }
}

impl Books {
    pub fn new(world: &World) -> Self {
        Self { db: Db::new(world.db.clone()), accounts: Vec::new() }
    }

    fn account(&mut self, organization: &str, application: &str) -> usize {
        let is_it = |account: &Account| account.organization == organization && account.application == application;
        self.accounts.iter().position(is_it).unwrap_or_else(|| {
            self.accounts.push(Account {
                organization: organization.into(),
                application: application.into(),
                rows: Vec::new(),
                committed: 0,
            });
            self.accounts.len() - 1
        })
    }

    pub fn sell(
        &mut self,
        organization: &str,
        application: &str,
        price: i64,
        seats: i64,
        at: Timestamp,
        now: Timestamp,
    ) -> usize {
        self.sell_in(organization, application, "USD", price, seats, at, now)
    }

    #[allow(clippy::too_many_arguments, reason = "a sale has as many sides")]
    pub fn sell_in(
        &mut self,
        organization: &str,
        application: &str,
        currency: &str,
        price: i64,
        seats: i64,
        at: Timestamp,
        now: Timestamp,
    ) -> usize {
        let account = self.account(organization, application);
        let terms = Terms::new(plan(currency, price, Cycle::Monthly), seats, GatewayName::Manual, at).begin(None, at);
        self.start(account, terms, at, now);
        account
    }

    pub fn trial(&mut self, organization: &str, application: &str, price: i64, seats: i64, now: Timestamp, days: u32) {
        let account = self.account(organization, application);
        let terms = Terms::new(plan("USD", price, Cycle::Monthly), seats, GatewayName::Manual, now);
        self.start(account, terms.begin(Some(now.plus(DAY * days)), now), now, now);
    }

    fn start(&mut self, account: usize, terms: Terms, at: Timestamp, now: Timestamp) {
        let number = self.accounts[account].rows.len();
        let subscription = format!("sub-{account}-{number}");
        self.accounts[account].push(subscription, terms, at, now);
    }

    fn alter(&mut self, account: usize, at: Timestamp, now: Timestamp, alter: impl FnOnce(&mut Terms)) {
        let account = &mut self.accounts[account];
        account.write_due(now);
        let last = account.rows.last().unwrap();
        let (subscription, mut terms) = (last.subscription.clone(), account.terms(now).unwrap());
        alter(&mut terms);
        account.push(subscription, terms, at, now);
    }

    pub fn set_status(&mut self, account: usize, status: Status, at: Timestamp, now: Timestamp) {
        self.alter(account, at, now, |terms| {
            if status == Status::Cancelled {
                terms.end(at);
            } else {
                terms.status = status;
            }
        });
    }

    pub fn cancel_at_period_end(&mut self, account: usize, now: Timestamp) {
        self.alter(account, now, now, |terms| terms.cancel_at_period_end = true);
    }

    /// Writes the movements of all that is due by itself.
    pub fn write_due(&mut self, now: Timestamp) {
        for account in &mut self.accounts {
            account.write_due(now);
        }
    }

    /// Something happens to somebody.
    pub fn change(&mut self, dice: &Dice, now: Timestamp) {
        let organization = format!("org-{}", dice.below(5));
        let account = self.account(&organization, dice.of(&APPLICATIONS));
        // A gateway may tell of it weeks later.
        let late = if dice.below(3) == 0 { dice.below(45 * 24) * 3_600_000 } else { 0 };
        let late = Timestamp::from_millis(now.as_millis() - i64::try_from(late).unwrap());
        let Some(terms) = self.accounts[account].terms(now).filter(|terms| terms.status.is_live()) else {
            let cycle = dice.of(&[Cycle::Monthly, Cycle::Quarterly, Cycle::Annual]);
            let currency = dice.of(&["USD", "USD", "JPY", "KWD"]);
            let price = i64::try_from(dice.below(5_000)).unwrap();
            let seats = i64::try_from(dice.below(20)).unwrap() + 1;
            let terms = Terms::new(plan(currency, price, cycle), seats, GatewayName::Manual, now);
            let trial = (dice.below(3) == 0).then(|| now.plus(DAY * 14));
            return self.start(account, terms.begin(trial, now), now, now);
        };
        let seats = i64::try_from(dice.below(20)).unwrap() + 1;
        let price = i64::try_from(dice.below(5_000)).unwrap();
        let currency = terms.plan.currency;
        match dice.below(8) {
            0 | 1 => self.alter(account, now, now, |terms| terms.set_seats(seats, now)),
            2 => self.alter(account, now, now, |terms| {
                terms.plan = plan(currency.as_str(), price, Cycle::Annual);
            }),
            3 => self.cancel_at_period_end(account, now),
            4 => self.alter(account, now, now, |terms| {
                let at = terms.period.unwrap().1;
                terms.scheduled = Some(Scheduled { seats: Some(seats), plan: None, at });
            }),
            5 => self.set_status(account, Status::Paused, late, now),
            6 => self.set_status(account, Status::Active, late, now),
            _ => self.set_status(account, Status::Cancelled, late, now),
        }
    }

    pub fn has_uncommitted(&self) -> bool {
        self.accounts.iter().any(|account| account.committed < account.rows.len())
    }

    /// Commits what is recorded, in any order of the accounts.
    pub async fn commit(&mut self, dice: &Dice) {
        let first = usize::try_from(dice.below(8)).unwrap();
        let count = self.accounts.len();
        for place in 0..count {
            self.commit_account((place + first) % count).await;
        }
    }

    pub async fn commit_all(&mut self) {
        for account in 0..self.accounts.len() {
            self.commit_account(account).await;
        }
    }

    async fn commit_account(&mut self, account: usize) {
        let account = &mut self.accounts[account];
        for row in &account.rows[account.committed..] {
            let after = (row.terms.annual_amount(), row.terms.purchased());
            let values: Vec<Value> = vec![
                account.organization.as_str().into(),
                account.application.as_str().into(),
                row.number.into(),
                row.subscription.as_str().into(),
                if row.is_first { "created" } else { "updated" }.into(),
                row.at.into(),
                row.recorded_at.into(),
                row.terms.plan.currency.as_str().into(),
                row.before.1.into(),
                after.1.into(),
                row.before.0.into(),
                after.0.into(),
                serde_json::to_string(&row.terms).unwrap().into(),
            ];
            let statement = "INSERT INTO subscription_movements (organization_id, application, number, subscription_id,
                    kind, effective_at, recorded_at, currency, seats_before, seats_after, annual_before, annual_after,
                    terms, assigned_before, assigned_after, pending, terms_number, actor)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0, 0, 0, $3, 'test')";
            self.db.query(statement, &values).await.unwrap();
        }
        account.committed = account.rows.len();
    }
}
