//! Enrolments in the database.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use edge_capabilities::Timestamp;
use edge_database::{
    Column as _, Conditions, DatabaseError, Db, Dialect, MAX_ROWS, Record as _, Value, changed_rows, columns, read_all,
};

use super::model::{Enrolment, Send, SendState};

/// Enrolments in a database.
#[derive(Clone)]
pub(crate) struct Enrolments(Db);

/// A campaign that has something due.
#[derive(Clone, Debug)]
struct Lane {
    campaign: String,
    tenant: String,
    /// How many of it are claimed at most.
    share: i64,
}

/// The most campaigns in one claim.
const MAX_LANES: usize = 50;

/// The columns that change, with their types.
const CHANGING: [(&str, &str); 12] = [
    ("version", "BIGINT"),
    ("status", "TEXT"),
    ("reason", "TEXT"),
    ("position", "BIGINT"),
    ("base_at", "BIGINT"),
    ("scheduled_at", "BIGINT"),
    ("due_at", "BIGINT"),
    ("message_id", "TEXT"),
    ("steps_completed", "BIGINT"),
    ("messages_sent", "BIGINT"),
    ("last_step_at", "BIGINT"),
    ("completed_at", "BIGINT"),
];

/// `lanes` in the order in which they are served: one of each tenant, then another of each that has another, and so on, each
/// time in an order that `lot` decides. Those that wait for longest would be the same ones again and again, where each has
/// more to do than a claim takes.
fn drawn(mut lanes: Vec<Lane>, lot: &str) -> Vec<Lane> {
    let draw = |lane: &Lane| {
        let mut hasher = DefaultHasher::new();
        (lot, &lane.campaign).hash(&mut hasher);
        hasher.finish()
    };
    lanes.sort_by_cached_key(draw);
    let mut turns: HashMap<String, usize> = HashMap::new();
    let mut in_turn: Vec<(usize, Lane)> = Vec::with_capacity(lanes.len());
    for lane in lanes {
        let turn = turns.entry(lane.tenant.clone()).or_default();
        in_turn.push((*turn, lane));
        *turn = turn.saturating_add(1);
    }
    in_turn.sort_by_key(|(turn, _)| *turn);
    in_turn.into_iter().map(|(_, lane)| lane).collect()
}

impl Enrolments {
    pub(crate) fn new(db: Db) -> Self {
        Self(db)
    }

    pub(crate) const fn db(&self) -> &Db {
        &self.0
    }

    /// Stores a new enrolment, unless the contact is on its way through the campaign; gives whether it did.
    pub(crate) async fn insert(&self, enrolment: &Enrolment) -> Result<bool, DatabaseError> {
        self.0.insert_new(enrolment).await
    }

    /// The enrolment `id`.
    pub(crate) async fn find(&self, tenant: &str, id: &str) -> Result<Option<Enrolment>, DatabaseError> {
        self.0.find(Conditions::of("id", id).and("tenant_id", tenant)).await
    }

    /// The last enrolment of a contact in a campaign.
    pub(crate) async fn last(&self, contact: &str, campaign: &str) -> Result<Option<Enrolment>, DatabaseError> {
        let of = Conditions::of("contact_id", contact).and("campaign_id", campaign);
        Ok(self.0.select(of, "started_at DESC, id DESC LIMIT 1").await?.pop())
    }

    /// The enrolments with these ids.
    pub(crate) async fn find_all(&self, ids: &[String]) -> Result<Vec<Enrolment>, DatabaseError> {
        self.0.select(Conditions::default().and_in("id", ids.iter().map(String::as_str)), "id").await
    }

    /// What became of the steps of an enrolment.
    pub(crate) async fn sends(&self, enrolment: &str) -> Result<Vec<Send>, DatabaseError> {
        self.0.select(Conditions::of("enrolment_id", enrolment), "step_number, id").await
    }

    /// The campaigns that have something due. All tenants get the same share of `limit`, and so do all campaigns of one.
    /// `lease` draws lots where there are too many.
    async fn lanes(&self, lease: &str, now: Timestamp, limit: u32) -> Result<Vec<Lane>, DatabaseError> {
        let statement = "SELECT c.id, c.tenant_id,
                (SELECT MIN(e.due_at) FROM campaign_enrolments e WHERE e.campaign_id = c.id AND e.due_at IS NOT NULL)
            FROM campaigns c WHERE c.status = 'active'";
        let mut lanes = Vec::new();
        for row in self.0.query(statement, &[]).await? {
            if row.optional_integer(2)?.is_some_and(|due| due <= now.as_millis()) {
                lanes.push(Lane { campaign: row.text(0)?.into(), tenant: row.text(1)?.into(), share: 0 });
            }
        }
        let mut lanes = drawn(lanes, lease);
        lanes.truncate(MAX_LANES);
        let mut tenants: Vec<String> = lanes.iter().map(|lane| lane.tenant.clone()).collect();
        tenants.sort_unstable();
        let count_of = |tenant: &str| tenants.iter().filter(|other| *other == tenant).count();
        let mut distinct = tenants.clone();
        distinct.dedup();
        let of_tenant = i64::from(limit) / i64::try_from(distinct.len()).unwrap_or(1).max(1);
        for lane in &mut lanes {
            let own = i64::try_from(count_of(&lane.tenant)).unwrap_or(1).max(1);
            lane.share = (of_tenant / own).max(1);
        }
        Ok(lanes)
    }

    /// Gives up to some `limit` enrolments of active campaigns that are due to the caller until `until`: of two callers, one
    /// gets each. `lease` names the caller.
    pub(crate) async fn claim(
        &self,
        lease: &str,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Enrolment>, DatabaseError> {
        let lanes = self.lanes(lease, now, limit).await?;
        if lanes.is_empty() {
            return Ok(Vec::new());
        }
        // Another worker that claims at the same time skips what this one has locked, in place of waiting for it.
        let lock = match self.0.dialect().await? {
            Dialect::Sqlite => "",
            Dialect::Postgres => "FOR UPDATE SKIP LOCKED",
        };
        let mut values: Vec<Value> = vec![lease.into(), until.into(), now.into()];
        let mut due = Vec::new();
        for lane in &lanes {
            values.extend([lane.campaign.as_str().into(), Value::Integer(lane.share)]);
            let (campaign, share) = (values.len().saturating_sub(1), values.len());
            due.push(format!(
                "SELECT id FROM (SELECT id FROM campaign_enrolments WHERE campaign_id = ${campaign} AND due_at <= $3
                 ORDER BY due_at LIMIT ${share} {lock}) AS lane{campaign}"
            ));
        }
        let statement = format!(
            "UPDATE campaign_enrolments SET lease = $1, due_at = $2 WHERE due_at <= $3 AND id IN ({}) RETURNING {}",
            due.join(" UNION ALL "),
            columns::<Enrolment>()
        );
        read_all(&self.0.query_owned(&statement, values).await?)
    }

    /// Stores `enrolments`, those that the caller still has by `lease`, and gives them back.
    pub(crate) async fn store_claimed(&self, enrolments: &[Enrolment], lease: &str) -> Result<(), DatabaseError> {
        self.store(enrolments, "e.lease = ", &[lease.into()]).await
    }

    /// Stores `enrolments`, those that are still active and wait for the message of `messages` beside them.
    pub(crate) async fn store_settled(
        &self,
        enrolments: &[Enrolment],
        messages: &[String],
    ) -> Result<(), DatabaseError> {
        let messages: Vec<Value> = messages.iter().map(|message| Value::from(message.as_str())).collect();
        self.store(enrolments, "e.status = 'active' AND e.message_id = ", &messages).await
    }

    /// Stores what changes in `enrolments` where `condition` holds of the value beside each; one value is all's.
    async fn store(&self, enrolments: &[Enrolment], condition: &str, guards: &[Value]) -> Result<(), DatabaseError> {
        let columns: Vec<(&str, &str)> = [("id", "TEXT"), ("guard", "TEXT")].into_iter().chain(CHANGING).collect();
        let set = CHANGING.map(|(column, _)| format!("{column} = changed.{column}")).join(", ");
        for (batch, chunk) in enrolments.chunks(MAX_ROWS).enumerate() {
            let mut rows = Vec::with_capacity(chunk.len());
            for (place, enrolment) in chunk.iter().enumerate() {
                let place = batch.saturating_mul(MAX_ROWS).saturating_add(place);
                let guard = guards.get(place).or(guards.first()).cloned().unwrap_or(Value::Null);
                let all: HashMap<&str, Value> = Enrolment::COLUMNS.iter().copied().zip(enrolment.values()?).collect();
                let changing = CHANGING.map(|(column, _)| all.get(column).cloned().unwrap_or(Value::Null));
                rows.push([Value::from(enrolment.id.as_str()), guard].into_iter().chain(changing).collect());
            }
            let (changed, values) = changed_rows(&columns, rows);
            let statement = format!(
                "{changed} UPDATE campaign_enrolments AS e SET {set}, lease = NULL FROM changed
                 WHERE e.id = changed.id AND {condition} changed.guard"
            );
            self.0.query_owned(&statement, values).await?;
        }
        Ok(())
    }

    /// Notes what becomes of steps; those that are noted stay as they are.
    pub(crate) async fn note(&self, sends: &[Send]) -> Result<(), DatabaseError> {
        let rows = sends.iter().map(edge_database::Record::values).collect::<Result<Vec<_>, _>>()?;
        let head = format!("INSERT INTO campaign_sends ({})", columns::<Send>());
        self.0.insert_rows(&head, rows, "ON CONFLICT DO NOTHING").await.map(drop)
    }

    /// Up to `limit` steps whose messages are to be asked for, until `until` to no other caller.
    pub(crate) async fn claim_open(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Send>, DatabaseError> {
        let lock = match self.0.dialect().await? {
            Dialect::Sqlite => "",
            Dialect::Postgres => "FOR UPDATE SKIP LOCKED",
        };
        let statement = format!(
            "UPDATE campaign_sends SET look_at = $1 WHERE look_at <= $2 AND id IN (
                SELECT id FROM campaign_sends WHERE look_at <= $2 ORDER BY look_at LIMIT $3 {lock}) RETURNING {}",
            columns::<Send>()
        );
        read_all(&self.0.query(&statement, &[until.into(), now.into(), i64::from(limit).into()]).await?)
    }

    /// Notes the state, the reason and the times of `sends` whose messages are in the outbox.
    pub(crate) async fn settle(&self, sends: &[Send]) -> Result<(), DatabaseError> {
        for chunk in sends.chunks(MAX_ROWS) {
            let mut rows = Vec::with_capacity(chunk.len());
            for send in chunk {
                rows.push(vec![
                    Value::from(send.id.as_str()),
                    send.state.to_value()?,
                    send.reason.to_value()?,
                    send.look_at.to_value()?,
                    send.settled_at.to_value()?,
                ]);
            }
            let columns = [
                ("id", "TEXT"),
                ("state", "TEXT"),
                ("reason", "TEXT"),
                ("look_at", "BIGINT"),
                ("settled_at", "BIGINT"),
            ];
            let (changed, values) = changed_rows(&columns, rows);
            let statement = format!(
                "{changed} UPDATE campaign_sends AS s SET state = changed.state, reason = changed.reason,
                    look_at = changed.look_at, settled_at = changed.settled_at
                 FROM changed WHERE s.id = changed.id AND s.state = '{}'",
                SendState::Queued.as_str(),
            );
            self.0.query_owned(&statement, values).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_with_many_campaigns_keeps_no_other_out_and_each_has_its_turn() {
        let lane = |tenant: &str, number: u32| Lane {
            campaign: format!("cmp_{tenant}{number}"),
            tenant: tenant.to_owned(),
            share: 0,
        };
        let lanes =
            || (0..200).map(|number| lane("large", number)).chain([lane("small", 0), lane("tiny", 0)]).collect();
        let mut served = std::collections::BTreeSet::new();
        for claim in 0..60 {
            let mut chosen = drawn(lanes(), &claim.to_string());
            assert!(["small", "tiny"].iter().all(|tenant| chosen[..3].iter().any(|lane| lane.tenant == *tenant)));
            chosen.truncate(MAX_LANES);
            served.extend(chosen.into_iter().map(|lane| lane.campaign));
        }
        assert_eq!(served.len(), 202);
    }
}
