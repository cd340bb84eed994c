//! Which messages are sent next. Tenants take turns, so that nobody's first message waits for another's many; and of each
//! tenant no more are sent in a minute than its limit, however many are due, such as after an outage. What is critical, and
//! entries of feeds, go first and count for no limit.

use std::collections::HashMap;

use edge_capabilities::Timestamp;
use edge_capabilities::database::Row;
use edge_database::{DatabaseError, Value, columns, places, read_all};

use crate::notifier::Notifier;
use crate::outbox::Message;

/// How many messages of a tenant that has set no other limit are sent in a minute.
pub(crate) const PER_MINUTE: i64 = 1_000;

/// The most that a tenant may set.
const MAX_PER_MINUTE: i64 = 100_000;

const MINUTE: i64 = 60_000;

/// How many minutes the clocks of two machines may differ. A count of a later minute was made by a clock that was wrong.
const MAX_AHEAD: i64 = 5;

/// Messages to which the limit applies, or to which it does not.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lane {
    Urgent,
    Limited,
}

impl Lane {
    const fn value(self) -> Value {
        Value::Integer(match self {
            Self::Urgent => 0,
            Self::Limited => 1,
        })
    }
}

/// A message that may be sent next.
struct Candidate {
    id: String,
    tenant: String,
    /// How many of the tenant's go before it.
    turn: usize,
}

impl Notifier {
    /// Gives up to `limit` messages that are due to the caller, until the lease ends.
    pub(crate) async fn claim(&self, limit: u32, lease: Timestamp) -> Result<Vec<Message>, DatabaseError> {
        let now = self.now();
        let any = self.db.query("SELECT id FROM notifications WHERE due_at <= $1 LIMIT 1", &[now.into()]).await?;
        let mut messages = Vec::new();
        for lane in [Lane::Urgent, Lane::Limited].into_iter().filter(|_| !any.is_empty()) {
            let left = usize::try_from(limit).unwrap_or(usize::MAX).saturating_sub(messages.len());
            messages.extend(self.claim_from(lane, left, lease, now).await?);
        }
        Ok(messages)
    }

    async fn claim_from(
        &self,
        lane: Lane,
        limit: usize,
        lease: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Message>, DatabaseError> {
        let tenants = if limit == 0 { Vec::new() } else { self.waiting(lane, limit, now).await? };
        if tenants.is_empty() {
            return Ok(Vec::new());
        }
        let mut candidates = self.candidates(lane, &tenants, limit.div_ceil(tenants.len()), now).await?;
        candidates.truncate(limit);
        let mut granted = HashMap::new();
        if lane == Lane::Limited {
            let mut wanted: HashMap<&str, i64> = HashMap::new();
            for candidate in &candidates {
                let count = wanted.entry(&candidate.tenant).or_default();
                *count = count.saturating_add(1);
            }
            granted = self.grant(&wanted, now).await?;
            let is_granted = |one: &Candidate| {
                let most = granted.get(&one.tenant).copied().unwrap_or(0);
                i64::try_from(one.turn).is_ok_and(|turn| turn < most)
            };
            candidates.retain(is_granted);
        }
        if candidates.is_empty() {
            return Ok(Vec::new());
        }
        // Where the sender ends, the message is due again once its lease has ended.
        let statement = format!(
            "UPDATE notifications SET due_at = $1, attempts = attempts + 1 WHERE due_at <= $2 AND id IN ({}) RETURNING {}",
            places(3, candidates.len()),
            columns::<Message>()
        );
        let mut values: Vec<Value> = vec![lease.into(), now.into()];
        values.extend(candidates.iter().map(|one| Value::from(one.id.as_str())));
        let mut messages: Vec<Message> = read_all(&self.db.query_owned(&statement, values).await?)?;
        let turns: HashMap<&str, usize> = candidates.iter().map(|one| (one.id.as_str(), one.turn)).collect();
        messages.sort_by_key(|message| turns.get(message.id.as_str()).copied());
        self.give_back(granted, &messages, now).await?;
        Ok(messages)
    }

    /// The condition that a message can be sent by this sender.
    fn is_mine(&self) -> &'static str {
        if self.opens_sealed() { "" } else { "AND n.sealed IS NULL" }
    }

    /// Up to `limit` tenants with messages that are due and may be sent, who waited for longest first.
    async fn waiting(&self, lane: Lane, limit: usize, now: Timestamp) -> Result<Vec<String>, DatabaseError> {
        let mine = self.is_mine();
        let of_lane = "n.is_limited = $1 AND n.due_at IS NOT NULL";
        // It walks from tenant to tenant along the index notifications_lanes.
        let statement = format!(
            "WITH RECURSIVE lanes (tenant) AS (
                SELECT MIN(n.tenant_id) FROM notifications n WHERE {of_lane}
                UNION ALL
                SELECT (SELECT MIN(n.tenant_id) FROM notifications n WHERE {of_lane} AND n.tenant_id > lanes.tenant)
                FROM lanes WHERE lanes.tenant IS NOT NULL
             ),
             waiting (tenant, since) AS (
                SELECT lanes.tenant, (SELECT MIN(n.due_at) FROM notifications n
                    WHERE n.is_limited = $1 AND n.tenant_id = lanes.tenant AND n.due_at <= $2 {mine})
                FROM lanes WHERE lanes.tenant IS NOT NULL
             )
             SELECT w.tenant FROM waiting w LEFT JOIN notification_rates r ON r.tenant_id = w.tenant AND $1 = 1
             WHERE w.since IS NOT NULL
                AND NOT (COALESCE(r.minute, 0) >= $3 AND r.minute <= $4 AND r.taken >= r.per_minute)
             ORDER BY COALESCE(r.claimed_at, 0), w.since, w.tenant LIMIT $5"
        );
        let minute = minute(now);
        let latest = minute.saturating_add(MAX_AHEAD);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let values = [lane.value(), now.into(), minute.into(), latest.into(), limit.into()];
        let rows = self.db.query(&statement, &values).await?;
        rows.iter().map(|row| row.text(0).map(ToOwned::to_owned)).collect()
    }

    /// The first `share` messages of each of `tenants` that are due: the first of all tenants, then the second of all.
    async fn candidates(
        &self,
        lane: Lane,
        tenants: &[String],
        share: usize,
        now: Timestamp,
    ) -> Result<Vec<Candidate>, DatabaseError> {
        let mine = self.is_mine();
        let share = i64::try_from(share).unwrap_or(i64::MAX);
        let mut values: Vec<Value> = vec![lane.value(), now.into(), share.into()];
        let of_tenant: Vec<String> = (4..)
            .zip(tenants)
            .map(|(place, _)| {
                format!(
                    "SELECT id, tenant_id FROM (SELECT n.id, n.tenant_id FROM notifications n
                     WHERE n.is_limited = $1 AND n.tenant_id = ${place} AND n.due_at <= $2 {mine}
                     ORDER BY n.due_at, n.id LIMIT $3) AS t{place}"
                )
            })
            .collect();
        values.extend(tenants.iter().map(|tenant| Value::from(tenant.as_str())));
        let mut turns: HashMap<String, usize> = HashMap::new();
        let read = |row: &Row| {
            let tenant = row.text(1)?.to_owned();
            let next = turns.entry(tenant.clone()).or_default();
            let turn = *next;
            *next = turn.saturating_add(1);
            Ok(Candidate { id: row.text(0)?.to_owned(), tenant, turn })
        };
        let rows = self.db.query_owned(&of_tenant.join(" UNION ALL "), values).await?;
        let mut candidates = rows.iter().map(read).collect::<Result<Vec<_>, DatabaseError>>()?;
        candidates.sort_by_key(|one| one.turn);
        Ok(candidates)
    }

    /// Counts messages for the limits of their tenants; gives how many of the `wanted` may be sent in this minute.
    pub(crate) async fn grant(
        &self,
        wanted: &HashMap<&str, i64>,
        now: Timestamp,
    ) -> Result<HashMap<String, i64>, DatabaseError> {
        let tenants: Vec<&str> = wanted.keys().copied().collect();
        let limits = self.directory.messages_per_minute(&tenants).await?;
        let (rate, taken) = ("notification_rates", "excluded.granted");
        let is_other = format!("({rate}.minute < excluded.minute OR {rate}.minute > excluded.minute + {MAX_AHEAD})");
        let left = format!("(excluded.per_minute - CASE WHEN {is_other} THEN 0 ELSE {rate}.taken END)");
        let granted = format!("CASE WHEN {left} <= 0 THEN 0 WHEN {left} < {taken} THEN {left} ELSE {taken} END");
        let tail = format!(
            "ON CONFLICT (tenant_id) DO UPDATE SET granted = {granted},
                taken = CASE WHEN {is_other} THEN 0 ELSE {rate}.taken END + {granted},
                minute = CASE WHEN {is_other} THEN excluded.minute ELSE {rate}.minute END,
                per_minute = excluded.per_minute, claimed_at = excluded.claimed_at
             RETURNING tenant_id, granted"
        );
        let row = |(tenant, count): (&&str, &i64)| -> Vec<Value> {
            let limit = limits.get(*tenant).copied().unwrap_or(PER_MINUTE).clamp(1, MAX_PER_MINUTE);
            let first = (*count).min(limit);
            vec![(*tenant).into(), minute(now).into(), first.into(), first.into(), limit.into(), now.into()]
        };
        let head = "INSERT INTO notification_rates (tenant_id, minute, taken, granted, per_minute, claimed_at)";
        let rows = self.db.insert_rows(head, wanted.iter().map(row).collect(), &tail).await?;
        rows.iter().map(|row| Ok((row.text(0)?.to_owned(), row.integer(1)?))).collect()
    }

    /// Takes out of the counts what another sender was faster to claim.
    async fn give_back(
        &self,
        mut granted: HashMap<String, i64>,
        claimed: &[Message],
        now: Timestamp,
    ) -> Result<(), DatabaseError> {
        for message in claimed {
            if let Some(count) = granted.get_mut(&message.tenant_id) {
                *count = count.saturating_sub(1);
            }
        }
        for (tenant, unused) in granted.into_iter().filter(|(_, unused)| *unused > 0) {
            let statement = "UPDATE notification_rates SET taken = taken - $3
                WHERE tenant_id = $1 AND minute = $2 AND taken >= $3";
            self.db.query(statement, &[tenant.into(), minute(now).into(), unused.into()]).await?;
        }
        Ok(())
    }

    /// Counts `message`, which is sent again, for its tenant's limit; gives when it may be sent where that is reached.
    pub(crate) async fn held_until(&self, message: &Message) -> Result<Option<Timestamp>, DatabaseError> {
        let now = self.now();
        if !message.is_limited() {
            return Ok(None);
        }
        let granted = self.grant(&HashMap::from([(message.tenant_id.as_str(), 1)]), now).await?;
        let is_granted = granted.get(&message.tenant_id).is_some_and(|granted| *granted > 0);
        let next = minute(now).saturating_add(1).saturating_mul(MINUTE);
        Ok((!is_granted).then_some(Timestamp::from_millis(next)))
    }

    /// Suppresses up to `limit` messages that are due and have expired, so that they take nobody's turn; gives how many.
    pub(crate) async fn expire(&self, limit: u32) -> Result<usize, DatabaseError> {
        let now = self.now();
        let statement =
            "UPDATE notifications SET status = 'suppressed', reason = 'EXPIRED', due_at = NULL, sealed = NULL,
                settled_at = $1, status_at = $1
             WHERE due_at <= $1 AND status = 'queued' AND id IN (SELECT id FROM notifications
                WHERE expires_at <= $1 AND due_at <= $1 AND status = 'queued' ORDER BY expires_at LIMIT $2)
             RETURNING id";
        Ok(self.db.query(statement, &[now.into(), i64::from(limit).into()]).await?.len())
    }
}

/// The minute of `at`, counted from the epoch.
const fn minute(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(MINUTE)
}
