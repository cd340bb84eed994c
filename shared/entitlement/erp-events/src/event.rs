//! An event.

use edge_capabilities::Timestamp;
use edge_money::{Currency, Money};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventType {
    /// A user joined the organisation.
    UserAdded,
    /// A user left it.
    UserRemoved,
    /// How much storage it uses.
    StorageReported,
    /// A user was given a seat.
    SeatAssigned,
    /// A seat was taken away.
    SeatRevoked,
    /// Its subscription changed.
    SubscriptionChanged,
    /// Its own fields changed, or it was created.
    OrganizationChanged,
}

impl EventType {
    const ALL: [Self; 7] = [
        Self::UserAdded,
        Self::UserRemoved,
        Self::StorageReported,
        Self::SeatAssigned,
        Self::SeatRevoked,
        Self::SubscriptionChanged,
        Self::OrganizationChanged,
    ];

    /// Its name: `user_added`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UserAdded => "user_added",
            Self::UserRemoved => "user_removed",
            Self::StorageReported => "storage_reported",
            Self::SeatAssigned => "seat_assigned",
            Self::SeatRevoked => "seat_revoked",
            Self::SubscriptionChanged => "subscription_changed",
            Self::OrganizationChanged => "organization_changed",
        }
    }

    /// Reads a name.
    pub fn parse(written: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == written)
    }

    /// What it says to people, where nobody says it better.
    pub const fn description(self) -> &'static str {
        match self {
            Self::UserAdded => "User added",
            Self::UserRemoved => "User removed",
            Self::StorageReported => "Storage usage",
            Self::SeatAssigned => "Seat assigned",
            Self::SeatRevoked => "Seat revoked",
            Self::SubscriptionChanged => "Subscription changed",
            Self::OrganizationChanged => "Organization changed",
        }
    }
}

/// How far an event has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventStatus {
    /// It is still to be sent.
    Pending,
    /// The ERP has it.
    Synced,
    /// It was given up.
    Dead,
}

impl EventStatus {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Synced => "synced",
            Self::Dead => "dead",
        }
    }

    /// Reads a name.
    pub fn parse(written: &str) -> Option<Self> {
        [Self::Pending, Self::Synced, Self::Dead].into_iter().find(|status| status.as_str() == written)
    }
}

/// An event that is raised.
#[derive(Clone, Debug, PartialEq)]
pub struct NewErpEvent {
    /// Made from the fact, and unique among all events: `member:<tenant>:<number>`.
    pub id: String,
    /// The tenant that it is about.
    pub tenant: String,
    /// What happened.
    pub kind: EventType,
    /// How many users, seats or GiB.
    pub quantity: i64,
    /// The price of one, where it has one.
    pub unit_price: Option<Money>,
    /// What the ERP may need beside: a JSON object without personal data.
    pub data: serde_json::Value,
    /// When it happened.
    pub occurred_at: Timestamp,
}

impl NewErpEvent {
    /// An event about one thing without a price.
    pub fn new(kind: EventType, id: String, tenant: &str, data: serde_json::Value, occurred_at: Timestamp) -> Self {
        Self { id, tenant: tenant.to_owned(), kind, quantity: 1, unit_price: None, data, occurred_at }
    }
}

/// An event in the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErpEvent {
    /// Its place among all events, from 1. Of a tenant's events, those with lower numbers are sent first.
    pub number: i64,
    /// As of [`NewErpEvent`].
    pub id: String,
    /// As of [`NewErpEvent`].
    pub tenant_id: String,
    /// As of [`NewErpEvent`].
    pub kind: EventType,
    /// As of [`NewErpEvent`].
    pub quantity: i64,
    /// The price of one in the currency's smallest unit.
    pub price_minor: Option<i64>,
    /// The currency of the price.
    pub currency: Option<Currency>,
    /// As of [`NewErpEvent`], JSON.
    pub data: String,
    /// As of [`NewErpEvent`].
    pub occurred_at: Timestamp,
    /// How far it has come.
    pub status: EventStatus,
    /// How often it was sent.
    pub attempts: i64,
    /// Why it was not taken last.
    pub error: Option<String>,
    /// When the ERP took it.
    pub synced_at: Option<Timestamp>,
}

impl ErpEvent {
    /// The price of one.
    pub fn unit_price(&self) -> Option<Money> {
        Some(Money { minor: self.price_minor?, currency: self.currency? })
    }
}

edge_database::record! {
    ErpEvent in "erp_events" {
        number, id, tenant_id, kind: "event_type", quantity, price_minor, currency, data, occurred_at, status, attempts,
        error, synced_at,
    }
}

edge_database::text_column!(EventType, EventStatus);
