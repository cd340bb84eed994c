//! Who has a seat, as the ERP would know it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{SecondsFormat, TimeDelta, Utc};
use serde_json::{Map, Value, json};

/// A seat: the fields of the ERP's answer, but for the organisation's id.
#[derive(Clone, Debug, PartialEq)]
pub struct Seat(pub Map<String, Value>);

impl Seat {
    /// An active seat of an active subscription, good for thirty days from now.
    pub fn good(id: &str) -> Self {
        let end = Utc::now() + TimeDelta::days(30);
        let fields = json!({
            "seat_id": id, "seat_status": "ACTIVE", "subscription_id": "sub_1", "subscription_status": "ACTIVE",
            "current_period_end": end.to_rfc3339_opts(SecondsFormat::Secs, true), "version": 1,
        });
        match fields {
            Value::Object(fields) => Self(fields),
            _ => Self(Map::new()),
        }
    }

    /// The seat with other values in some fields.
    #[must_use]
    pub fn with(mut self, changes: &Map<String, Value>) -> Self {
        self.0.extend(changes.clone());
        self
    }
}

/// What the ERP answers.
pub(crate) enum Found {
    Seat(Value),
    NoOrganization,
    NoSeat,
}

struct Organization {
    id: String,
    everybody: bool,
    seats: HashMap<String, Seat>,
}

/// All organisations, by application and by their id there.
#[derive(Default)]
pub struct Directory(Mutex<HashMap<(String, String), Organization>>);

impl Directory {
    fn organizations(&self) -> MutexGuard<'_, HashMap<(String, String), Organization>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes an organisation, or changes its id. With `everybody`, each user has a seat.
    pub fn put_organization(&self, application: &str, external_org: &str, id: &str, everybody: bool) {
        let mut organizations = self.organizations();
        let organization = organizations
            .entry((application.into(), external_org.into()))
            .or_insert_with(|| Organization { id: id.to_owned(), everybody, seats: HashMap::new() });
        id.clone_into(&mut organization.id);
        organization.everybody = everybody;
    }

    /// Takes an organisation away, with its seats.
    pub fn delete_organization(&self, application: &str, external_org: &str) {
        self.organizations().remove(&(application.into(), external_org.into()));
    }

    /// Makes a seat; its organisation too, if it is not there.
    pub fn put_seat(&self, application: &str, external_org: &str, user: &str, seat: Seat) {
        let mut organizations = self.organizations();
        let organization = organizations.entry((application.into(), external_org.into())).or_insert_with(|| {
            Organization { id: format!("org_{external_org}"), everybody: false, seats: HashMap::new() }
        });
        organization.seats.insert(user.to_owned(), seat);
    }

    /// The seat of a user as it is now.
    pub fn seat(&self, application: &str, external_org: &str, user: &str) -> Option<Seat> {
        self.organizations().get(&(application.into(), external_org.into()))?.seats.get(user).cloned()
    }

    /// Takes a seat away.
    pub fn delete_seat(&self, application: &str, external_org: &str, user: &str) {
        if let Some(organization) = self.organizations().get_mut(&(application.into(), external_org.into())) {
            organization.seats.remove(user);
        }
    }

    pub(crate) fn find(&self, application: &str, external_org: &str, user: &str) -> Found {
        let organizations = self.organizations();
        let Some(organization) = organizations.get(&(application.into(), external_org.into())) else {
            return Found::NoOrganization;
        };
        let seat = match organization.seats.get(user) {
            Some(seat) => seat.clone(),
            None if organization.everybody => Seat::good(&format!("seat_{user}")),
            None => return Found::NoSeat,
        };
        let mut fields = seat.0;
        fields.entry("organization_id").or_insert_with(|| organization.id.clone().into());
        Found::Seat(Value::Object(fields))
    }
}
