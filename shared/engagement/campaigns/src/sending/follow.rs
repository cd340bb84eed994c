//! Notes what became of messages, and has their enrolments go on.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::Timestamp;
use edge_database::DatabaseError;
use edge_jobs::{Job, JobHandler, JobOutcome, JobResult};
use edge_notifications::{Message, MessageState};
use edge_time_zones::Zone;

use super::{BATCH, BATCHES, LEASE, Sending};
use crate::enrolment::{Enrolment, EnrolmentStatus, Send, SendState};

/// A message that is not in the outbox this long after its step was noted never will be, unless its enrolment still stands at
/// that step: whoever noted it died, and what it was about has changed since.
const LOST_AFTER: Duration = Duration::from_mins(10);

/// The wait between two looks, at least and at most.
const MIN_WAIT: Duration = Duration::from_secs(5);
const MAX_WAIT: Duration = Duration::from_mins(5);

/// Notes what became of messages.
pub(crate) struct FollowMessages(pub(crate) Sending);

#[async_trait]
impl JobHandler for FollowMessages {
    async fn run(&self, _: &Job) -> JobResult {
        for _ in 0..BATCHES {
            if self.0.follow(BATCH).await? == 0 {
                return Ok(JobOutcome::Done);
            }
        }
        Ok(JobOutcome::Again(self.0.now()))
    }
}

/// How long until the next look at a message that waits since `queued`.
fn wait(queued: Timestamp, now: Timestamp) -> Duration {
    let age = now.as_millis().saturating_sub(queued.as_millis()).max(0).unsigned_abs();
    Duration::from_millis(age / 4).clamp(MIN_WAIT, MAX_WAIT)
}

impl Send {
    /// Whether the message may have been lost before it was in the outbox.
    fn is_old(&self, now: Timestamp) -> bool {
        self.queued_at.plus(LOST_AFTER) <= now
    }

    /// Notes what the outbox says of the message; gives whether that is its end. With `is_to_come`, its enrolment will queue
    /// it yet.
    fn settle(&mut self, message: Option<&Message>, is_to_come: bool, now: Timestamp) -> bool {
        let Some(message) = message else {
            if is_to_come || !self.is_old(now) {
                self.look_at = Some(now.plus(wait(self.queued_at, now)));
                return false;
            }
            (self.state, self.reason) = (SendState::Skipped, Some("NOT_QUEUED".to_owned()));
            (self.look_at, self.settled_at) = (None, Some(now));
            return true;
        };
        let (state, at) = match message.status {
            MessageState::Queued => {
                self.look_at = Some(now.plus(wait(self.queued_at, now)));
                return false;
            }
            MessageState::Sent | MessageState::Delivered | MessageState::Read => (SendState::Sent, message.sent_at),
            MessageState::Suppressed => (SendState::Skipped, message.status_at),
            // One that Notify took and could not deliver was sent all the same: the next step counts from then.
            MessageState::Failed | MessageState::Dead => (SendState::Failed, message.sent_at.or(message.status_at)),
        };
        self.state = state;
        self.reason.clone_from(&message.reason);
        (self.look_at, self.settled_at) = (None, Some(at.unwrap_or(now)));
        true
    }
}

impl Sending {
    /// Notes what became of up to `limit` messages; gives at how many it looked.
    pub(crate) async fn follow(&self, limit: u32) -> Result<usize, DatabaseError> {
        let now = self.now();
        let mut open = self.enrolments.claim_open(now, now.plus(LEASE), limit).await?;
        if open.is_empty() {
            return Ok(0);
        }
        let ids: Vec<String> = open.iter().map(|send| send.id.clone()).collect();
        let messages = self.notifications.find_all(&ids).await?;
        let messages: HashMap<&str, &Message> = messages.iter().map(|message| (message.id.as_str(), message)).collect();
        let missing = open.iter().filter(|send| send.is_old(now) && !messages.contains_key(send.id.as_str()));
        let to_come = self.to_come(missing.map(|send| send.enrolment.clone()).collect(), now).await?;
        let mut ended: HashMap<String, Send> = HashMap::new();
        for send in &mut open {
            if send.settle(messages.get(send.id.as_str()).copied(), to_come.contains(&send.id), now) {
                ended.insert(send.id.clone(), send.clone());
            }
        }
        // Enrolments first: whoever dies in between leaves the messages open, and another comes to the same end.
        self.go_on(&ended, now).await?;
        self.enrolments.settle(&open).await?;
        Ok(open.len())
    }

    /// The messages that `enrolments` will queue next.
    async fn to_come(&self, enrolments: Vec<String>, now: Timestamp) -> Result<HashSet<String>, DatabaseError> {
        if enrolments.is_empty() {
            return Ok(HashSet::new());
        }
        let mut found = self.enrolments.find_all(&enrolments).await?;
        found.retain(|enrolment| enrolment.status == EnrolmentStatus::Active && enrolment.message.is_none());
        let plans = self.plans(&mut found, now).await?;
        let next = |enrolment: &Enrolment| {
            let step = plans.definition(enrolment)?.step_at(enrolment.position)?;
            Some(enrolment.message_of(&step.id))
        };
        Ok(found.iter().filter_map(next).collect())
    }

    /// Has the enrolments go on that waited for the messages `ended`.
    async fn go_on(&self, ended: &HashMap<String, Send>, now: Timestamp) -> Result<(), DatabaseError> {
        let ids: Vec<String> = ended.values().map(|send| send.enrolment.clone()).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let found = self.enrolments.find_all(&ids).await?;
        let waits = |enrolment: &Enrolment| enrolment.message.as_ref().is_some_and(|id| ended.contains_key(id));
        let mut waiting: Vec<Enrolment> = found.into_iter().filter(waits).collect();
        let plans = self.plans(&mut waiting, now).await?;
        let contacts = self.contacts_of(&waiting).await?.into_iter().flat_map(|(_, contacts)| contacts);
        let zones: HashMap<String, Zone> =
            contacts.filter_map(|contact| contact.zone().map(|zone| (contact.id, zone))).collect();
        let (mut going_on, mut guards) = (Vec::new(), Vec::new());
        for mut enrolment in waiting {
            let Some(message) = enrolment.message.clone() else { continue };
            let (Some(send), Some(definition)) = (ended.get(&message), plans.definition(&enrolment).cloned()) else {
                continue;
            };
            let zone = zones.get(&enrolment.contact).cloned().unwrap_or_else(|| plans.zone(&enrolment.tenant));
            let base = send.settled_at.unwrap_or(now);
            if send.state == SendState::Sent {
                enrolment.messages_sent = enrolment.messages_sent.saturating_add(1);
            }
            enrolment.pass(&definition, base, &zone, now);
            going_on.push(enrolment);
            guards.push(message);
        }
        self.enrolments.store_settled(&going_on, &guards).await
    }
}
