//! What people want to be told, and when. It is looked at when a message is sent, not when it is queued.

use std::collections::BTreeMap;

use edge_capabilities::Timestamp;
use edge_database::{Conditions, DatabaseError, Db};
use edge_time_zones::Zone;
use jiff::civil::Time;
use serde::{Deserialize, Serialize};

use crate::channel::Channel;
use crate::event_types::{Category, EventType};

/// When digests are sent, in the person's time zone.
const DIGEST_AT: Time = Time::constant(8, 0, 0, 0);

/// The part of the day in which a person wants to be left alone; over midnight where `from` is after `to`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    /// When it begins: `22:00`.
    pub from: String,
    /// When it ends: `07:00`.
    pub to: String,
}

/// Whether messages are gathered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Digest {
    /// Each message is sent by itself.
    #[default]
    None,
    /// The e-mails of a day are one.
    Daily,
}

/// A person's preferences.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preferences {
    /// Which channels are wanted for which category; what is not said is wanted.
    #[serde(default)]
    pub categories: BTreeMap<Category, BTreeMap<Channel, bool>>,
    /// When nothing is sent.
    #[serde(default)]
    pub quiet_hours: Option<QuietHours>,
    /// The time zone of the quiet hours and of digests. None: the tenant's.
    #[serde(default)]
    pub timezone: Option<String>,
    /// Whether e-mails are gathered.
    #[serde(default)]
    pub digest: Digest,
}

edge_database::json_column!(Preferences);

/// Reads a time of day: `22:00`.
fn time_of_day(written: &str) -> Option<Time> {
    let (hours, minutes) = written.split_once(':')?;
    let is_valid = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_valid(hours) || !is_valid(minutes) {
        return None;
    }
    Time::new(hours.parse().ok()?, minutes.parse().ok()?, 0, 0).ok()
}

impl QuietHours {
    /// What is wrong with them.
    pub fn problem(&self) -> Option<&'static str> {
        match (time_of_day(&self.from), time_of_day(&self.to)) {
            (Some(from), Some(to)) if from != to => None,
            (Some(_), Some(_)) => Some("from and to must differ"),
            _ => Some("from and to must be times of day: 22:00"),
        }
    }

    /// When they end that last at `now` where the first zone of `zones` that is known is, else in UTC; None: they do not
    /// last.
    pub fn end_in(&self, now: Timestamp, zones: [Option<&str>; 2]) -> Option<Timestamp> {
        self.end(now, &zone(zones))
    }

    /// When they end that last at `now`; None: they do not last.
    fn end(&self, now: Timestamp, zone: &Zone) -> Option<Timestamp> {
        let (from, to) = (time_of_day(&self.from)?, time_of_day(&self.to)?);
        let local = zone.local(now)?;
        let (date, time) = (local.date(), local.time());
        let ends = if from <= to {
            (from <= time && time < to).then_some(date)?
        } else if time >= from {
            date.tomorrow().ok()?
        } else {
            (time < to).then_some(date)?
        };
        zone.when(ends.to_datetime(to)).filter(|end| *end > now)
    }
}

/// Whether there is a time zone of this name in the IANA database.
pub fn is_timezone(name: &str) -> bool {
    Zone::parse(name).is_some()
}

fn zone(names: [Option<&str>; 2]) -> Zone {
    names.into_iter().flatten().find_map(Zone::parse).unwrap_or(Zone::UTC)
}

/// What preferences make of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Send it.
    Send,
    /// Do not send it.
    Suppress,
    /// Send it then.
    Later(Timestamp),
    /// Send it with others then.
    Gather(Timestamp),
}

impl Preferences {
    /// What the person wants of a message of `event_type` over `channel` at `now`. `tenant_zone` is the zone of a person
    /// who has not said where they are.
    pub(crate) fn wish(
        &self,
        event_type: &EventType,
        channel: Channel,
        tenant_zone: Option<&str>,
        now: Timestamp,
    ) -> Wish {
        if event_type.is_critical {
            return Wish::Send;
        }
        let wanted = self.categories.get(&event_type.category).and_then(|channels| channels.get(&channel));
        if wanted == Some(&false) {
            return Wish::Suppress;
        }
        if channel == Channel::InApp {
            return Wish::Send;
        }
        let zone = zone([self.timezone.as_deref(), tenant_zone]);
        // A digest lists what happened; what somebody wrote to the person is not of that kind.
        if channel == Channel::Email && self.digest == Digest::Daily && !event_type.has_own_text {
            return next_digest(now, &zone).map_or(Wish::Send, Wish::Gather);
        }
        self.quiet_hours.as_ref().and_then(|hours| hours.end(now, &zone)).map_or(Wish::Send, Wish::Later)
    }
}

/// When the next digest after `now` is sent.
fn next_digest(now: Timestamp, zone: &Zone) -> Option<Timestamp> {
    let today = zone.date(now)?;
    match zone.when(today.to_datetime(DIGEST_AT)) {
        Some(at) if at > now => Some(at),
        _ => zone.when(today.tomorrow().ok()?.to_datetime(DIGEST_AT)),
    }
}

struct StoredPreferences {
    tenant_id: String,
    user_id: String,
    preferences: Preferences,
    updated_at: Timestamp,
}

edge_database::record! {
    StoredPreferences in "notification_preferences" { tenant_id, user_id, preferences, updated_at }
}

/// The preferences in a database.
#[derive(Clone)]
pub struct PreferenceStore(Db);

impl PreferenceStore {
    /// The preferences in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// The preferences of a user of a tenant; those of somebody who never said anything want everything.
    pub async fn of(&self, tenant: &str, user: &str) -> Result<Preferences, DatabaseError> {
        let of = Conditions::of("tenant_id", tenant).and("user_id", user);
        let found: Option<StoredPreferences> = self.0.find(of).await?;
        Ok(found.map(|stored| stored.preferences).unwrap_or_default())
    }

    /// Stores the preferences of a user.
    pub async fn put(
        &self,
        tenant: &str,
        user: &str,
        preferences: &Preferences,
        now: Timestamp,
    ) -> Result<(), DatabaseError> {
        use edge_database::Column as _;
        let statement = "INSERT INTO notification_preferences (tenant_id, user_id, preferences, updated_at)
            VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id, user_id) DO UPDATE
            SET preferences = excluded.preferences, updated_at = excluded.updated_at";
        let values = [tenant.into(), user.into(), preferences.to_value()?, now.into()];
        self.0.query(statement, &values).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event_types::{WORKSPACE_INVOICE_GENERATED, WORKSPACE_PAYMENT_FAILED};

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn quiet(from: &str, to: &str, zone: &str) -> Preferences {
        let hours = QuietHours { from: from.into(), to: to.into() };
        assert_eq!(hours.problem(), None);
        Preferences { quiet_hours: Some(hours), timezone: Some(zone.into()), ..Preferences::default() }
    }

    #[test]
    fn quiet_hours_end_by_the_clock_on_the_persons_wall() {
        let rows = [
            ("22:00", "07:00", "Asia/Kolkata", "2026-01-10T16:29:59Z", None),
            ("22:00", "07:00", "Asia/Kolkata", "2026-01-10T16:30:00Z", Some("2026-01-11T01:30:00Z")),
            ("22:00", "07:00", "Asia/Kolkata", "2026-01-11T01:29:59Z", Some("2026-01-11T01:30:00Z")),
            ("22:00", "07:00", "Asia/Kolkata", "2026-01-11T01:30:00Z", None),
            ("13:00", "14:00", "UTC", "2026-01-11T13:30:00Z", Some("2026-01-11T14:00:00Z")),
            ("13:00", "14:00", "UTC", "2026-01-11T14:00:00Z", None),
            // Clocks in Berlin go from 2 to 3 on 29 March, and from 3 to 2 on 25 October.
            ("22:00", "07:00", "Europe/Berlin", "2026-03-28T21:30:00Z", Some("2026-03-29T05:00:00Z")),
            ("22:00", "07:00", "Europe/Berlin", "2026-10-24T20:30:00Z", Some("2026-10-25T06:00:00Z")),
            // They end when the clocks skip the hour of their end, and the first time that the clocks show it.
            ("22:00", "02:30", "Europe/Berlin", "2026-03-28T23:00:00Z", Some("2026-03-29T01:00:00Z")),
            ("22:00", "02:30", "Europe/Berlin", "2026-03-29T01:00:00Z", None),
            ("22:00", "02:30", "Europe/Berlin", "2026-10-24T22:00:00Z", Some("2026-10-25T00:30:00Z")),
            ("22:00", "02:30", "Europe/Berlin", "2026-10-25T00:30:00Z", None),
            // What begins in the skipped hour begins after it; what lasts in the doubled one ends in its first.
            ("02:30", "07:00", "Europe/Berlin", "2026-03-29T00:59:59Z", None),
            ("02:30", "07:00", "Europe/Berlin", "2026-03-29T01:00:00Z", Some("2026-03-29T05:00:00Z")),
        ];
        for (from, to, zone, now, end) in rows {
            let expected = end.map_or(Wish::Send, |end| Wish::Later(at(end)));
            let wish = quiet(from, to, zone).wish(&WORKSPACE_INVOICE_GENERATED, Channel::Sms, None, at(now));
            assert_eq!(wish, expected, "{from} {to} {zone} {now}");
        }
        for (from, to) in [("22", "07:00"), ("24:00", "07:00"), ("7:00", "08:00"), ("", "07:00"), ("07:00", "07:00")] {
            assert!(QuietHours { from: from.into(), to: to.into() }.problem().is_some(), "{from}");
        }
    }

    #[test]
    fn what_is_critical_is_sent_whatever_the_person_prefers() {
        let mut all = quiet("00:00", "23:59", "UTC");
        all.digest = Digest::Daily;
        all.categories.entry(Category::Billing).or_default().extend(Channel::ALL.map(|channel| (channel, false)));
        for channel in Channel::ALL {
            let now = at("2026-01-11T13:30:00Z");
            assert_eq!(all.wish(&WORKSPACE_PAYMENT_FAILED, channel, None, now), Wish::Send);
            assert_eq!(all.wish(&WORKSPACE_INVOICE_GENERATED, channel, None, now), Wish::Suppress);
        }
    }

    #[test]
    fn a_daily_digest_is_due_at_eight_of_the_persons_zone_else_of_the_tenants() {
        let mut daily = Preferences { digest: Digest::Daily, ..Preferences::default() };
        let wish =
            |daily: &Preferences, channel, zone, now| daily.wish(&WORKSPACE_INVOICE_GENERATED, channel, zone, at(now));
        let kolkata = Some("Asia/Kolkata");
        let gathered = Wish::Gather(at("2026-01-11T02:30:00Z"));
        assert_eq!(wish(&daily, Channel::Email, kolkata, "2026-01-10T12:00:00Z"), gathered);
        assert_eq!(wish(&daily, Channel::Sms, kolkata, "2026-01-10T12:00:00Z"), Wish::Send);
        daily.timezone = Some("UTC".into());
        let gathered = Wish::Gather(at("2026-01-12T08:00:00Z"));
        assert_eq!(wish(&daily, Channel::Email, kolkata, "2026-01-11T08:00:00Z"), gathered);
    }
}
