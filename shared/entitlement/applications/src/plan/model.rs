//! A plan of an application.

use edge_capabilities::Timestamp;
use edge_database::{Column, DatabaseError, Fields, Record, Value};
use edge_money::{Currency, Money};
use edge_plans::Cycle;

/// A version of a plan. It never changes: a change of the plan is a new version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationPlan {
    /// The application's slug.
    pub application: String,
    /// The plan's id within the application.
    pub id: String,
    /// The version, from 1.
    pub version: i64,
    /// The plan's number among the plans of all applications, from 1, for callers that know plans by an integer. All
    /// versions have the same.
    pub number: i64,
    /// The plan's name for people.
    pub name: String,
    /// The price of one seat for one billing cycle.
    pub price_per_seat: Money,
    /// How often it is paid.
    pub billing_cycle: Cycle,
    /// The days for which a new subscription is not paid.
    pub trial_days: u32,
    /// The smallest number of seats that can be bought.
    pub min_seats: u32,
    /// The largest number of seats that can be bought; None: any number.
    pub max_seats: Option<u32>,
    /// The id of the same price at Stripe.
    pub stripe_price_id: Option<String>,
    /// Whether it is sold. Running subscriptions keep it also when it is not.
    pub active: bool,
    /// When the plan was created.
    pub created_at: Timestamp,
    /// When this version was made.
    pub updated_at: Timestamp,
    /// Who made this version.
    pub updated_by: String,
}

impl Record for ApplicationPlan {
    const TABLE: &'static str = "application_plans";
    const COLUMNS: &'static [&'static str] = &[
        "application",
        "id",
        "version",
        "number",
        "name",
        "price_minor",
        "currency",
        "billing_cycle",
        "trial_days",
        "min_seats",
        "max_seats",
        "stripe_price_id",
        "active",
        "created_at",
        "updated_at",
        "updated_by",
    ];

    fn values(&self) -> Result<Vec<Value>, DatabaseError> {
        Ok(vec![
            self.application.to_value()?,
            self.id.to_value()?,
            self.version.to_value()?,
            self.number.to_value()?,
            self.name.to_value()?,
            self.price_per_seat.minor.to_value()?,
            self.price_per_seat.currency.to_value()?,
            self.billing_cycle.as_str().into(),
            self.trial_days.to_value()?,
            self.min_seats.to_value()?,
            self.max_seats.to_value()?,
            self.stripe_price_id.to_value()?,
            self.active.to_value()?,
            self.created_at.to_value()?,
            self.updated_at.to_value()?,
            self.updated_by.to_value()?,
        ])
    }

    fn read(row: &Fields<'_>) -> Result<Self, DatabaseError> {
        let (minor, currency) = (row.get("price_minor")?, row.get::<Currency>("currency")?);
        let cycle: String = row.get("billing_cycle")?;
        let unknown = || DatabaseError::Refused(format!("column billing_cycle: holds {cycle:?}, which is not known"));
        Ok(Self {
            application: row.get("application")?,
            id: row.get("id")?,
            version: row.get("version")?,
            number: row.get("number")?,
            name: row.get("name")?,
            price_per_seat: Money { minor, currency },
            billing_cycle: Cycle::parse(&cycle).ok_or_else(unknown)?,
            trial_days: row.get("trial_days")?,
            min_seats: row.get("min_seats")?,
            max_seats: row.get("max_seats")?,
            stripe_price_id: row.get("stripe_price_id")?,
            active: row.get("active")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
            updated_by: row.get("updated_by")?,
        })
    }
}
