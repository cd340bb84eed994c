//! Takes the enrolments that are due a step further.

use async_trait::async_trait;
use edge_capabilities::{Timestamp, random};
use edge_contacts::Contact;
use edge_database::DatabaseError;
use edge_jobs::{Job, JobHandler, JobOutcome, JobResult};
use edge_notifications::event_types::CAMPAIGN_MESSAGE;
use edge_notifications::{Channel, MessageText, NewMessage, Recipient};
use edge_time_zones::Zone;
use serde_json::{Map, Value, json};

use super::decide::{Next, Situation};
use super::wanted::sealed;
use super::{BATCH, BATCHES, LEASE, Sending, TEMPLATE};
use crate::campaign::{Campaign, Definition};
use crate::enrolment::{Enrolment, Send, SendState};
use crate::step::Step;
use crate::template::{Format, Renderer, TemplateError, Values};

/// How long after it was queued the outbox is first asked what became of a message.
const FIRST_LOOK: std::time::Duration = std::time::Duration::from_secs(5);

/// Queues the messages of the steps that are due.
pub(crate) struct Advance(pub(crate) Sending);

#[async_trait]
impl JobHandler for Advance {
    async fn run(&self, _: &Job) -> JobResult {
        for _ in 0..BATCHES {
            if self.0.advance(BATCH).await? == 0 {
                return Ok(JobOutcome::Done);
            }
        }
        Ok(JobOutcome::Again(self.0.now()))
    }
}

/// What is to be stored of a batch.
#[derive(Default)]
struct Outcome {
    sends: Vec<Send>,
    messages: Vec<NewMessage>,
}

impl Sending {
    /// Takes up to some `limit` enrolments that are due a step further; gives how many.
    pub(crate) async fn advance(&self, limit: u32) -> Result<usize, DatabaseError> {
        let now = self.now();
        let lease = random::hex::<8>(&*self.capabilities.random);
        let mut claimed = self.enrolments.claim(&lease, now, now.plus(LEASE), limit).await?;
        if claimed.is_empty() {
            return Ok(0);
        }
        let plans = self.plans(&mut claimed, now).await?;
        let audience = self.audience(&claimed, &plans).await?;
        let renderer = Renderer::new();
        let links = self.links().await?;
        let mut outcome = Outcome::default();
        for enrolment in &mut claimed {
            let contact = audience.contact(enrolment);
            let zone = contact.and_then(Contact::zone).unwrap_or_else(|| plans.zone(&enrolment.tenant));
            let zone = &zone;
            let before = enrolment.clone();
            let situation = Situation {
                enrolment: &before,
                campaign: plans.campaigns.get(&before.campaign),
                definition: plans.definition(&before),
                contact,
                suppressed: audience.suppressed(&before.contact),
                engagement: audience.engagement(&before),
                zone,
                now,
            };
            match situation.next() {
                Next::Stay => enrolment.due_at = Some(now),
                Next::Wait { due } => (enrolment.scheduled_at, enrolment.due_at) = (Some(due), Some(due)),
                Next::End { status, reason } => enrolment.end(status, reason, now),
                Next::Skip { step, reason } => {
                    outcome.sends.push(send(&before, step, SendState::Skipped, Some(reason.to_owned()), now));
                    if let Some(definition) = situation.definition {
                        enrolment.pass(definition, now, zone, now);
                    }
                }
                Next::Send { step, expires } => {
                    let (Some(contact), Some(campaign), Some(definition)) =
                        (contact, situation.campaign, situation.definition)
                    else {
                        continue;
                    };
                    let link = links.url(contact, step.channel);
                    match text(&renderer, campaign, definition, step, contact, link.as_deref(), zone) {
                        Ok(text) => {
                            let message = message(&before, step, contact, text, expires);
                            outcome.sends.push(send(&before, step, SendState::Queued, None, now));
                            enrolment.message = Some(message.id.clone());
                            (enrolment.scheduled_at, enrolment.due_at) = (None, None);
                            outcome.messages.push(message);
                        }
                        Err(error) => {
                            let reason = Some(format!("{TEMPLATE}{error}"));
                            outcome.sends.push(send(&before, step, SendState::Failed, reason, now));
                            enrolment.pass(definition, now, zone, now);
                        }
                    }
                }
            }
        }
        // In this order: whoever dies in between leaves what is done again to the same end.
        if !outcome.sends.is_empty() {
            self.enrolments.note(&outcome.sends).await?;
        }
        if !outcome.messages.is_empty() {
            self.notifications.queue(&outcome.messages, now).await?;
        }
        self.enrolments.store_claimed(&claimed, &lease).await?;
        Ok(claimed.len())
    }
}

/// What is noted of a step.
fn send(enrolment: &Enrolment, step: &Step, state: SendState, reason: Option<String>, now: Timestamp) -> Send {
    let is_open = state == SendState::Queued;
    Send {
        id: enrolment.message_of(&step.id),
        tenant: enrolment.tenant.clone(),
        campaign: enrolment.campaign.clone(),
        enrolment: enrolment.id.clone(),
        contact: enrolment.contact.clone(),
        step: step.id.clone(),
        step_number: step.step_number,
        channel: step.channel,
        state,
        reason,
        look_at: is_open.then(|| now.plus(FIRST_LOOK)),
        queued_at: now,
        settled_at: (!is_open).then_some(now),
        replied_at: None,
        clicked_at: None,
    }
}

fn message(enrolment: &Enrolment, step: &Step, contact: &Contact, text: MessageText, expires: Timestamp) -> NewMessage {
    NewMessage {
        id: enrolment.message_of(&step.id),
        tenant_id: enrolment.tenant.clone(),
        event_id: format!("campaign.{}.{}", enrolment.campaign, step.id),
        event_type: &CAMPAIGN_MESSAGE,
        channel: step.channel,
        recipient: Recipient {
            user_id: Some(contact.id.clone()),
            email: contact.email.clone(),
            phone: contact.phone.clone(),
            name: contact.name.clone(),
            locale: contact.locale.clone(),
        },
        text,
        expires_at: expires,
        sealed: Some(sealed(&enrolment.id)),
    }
}

/// What templates see as `contact`.
fn values(contact: &Contact) -> Map<String, Value> {
    // Attributes have their place, and a name of their own where no field has it.
    let mut values = contact.attributes.0.clone();
    let fields = json!({
        "id": contact.id, "name": contact.name, "email": contact.email, "phone": contact.phone,
        "timezone": contact.timezone, "locale": contact.locale, "source": contact.source, "tags": contact.tags,
        "attributes": contact.attributes.0,
    });
    if let Value::Object(fields) = fields {
        values.extend(fields);
    }
    values
}

/// What the step says to the contact.
fn text(
    renderer: &Renderer,
    campaign: &Campaign,
    definition: &Definition,
    step: &Step,
    contact: &Contact,
    unsubscribe_url: Option<&str>,
    zone: &Zone,
) -> Result<MessageText, TemplateError> {
    let is_email = step.channel == Channel::Email;
    let values = Values::new(&values(contact), &definition.values(&campaign.id), unsubscribe_url);
    let format = if is_email { Format::Html } else { Format::Text };
    let body = renderer.render(&step.message_template, format, &values)?;
    let subject = match (&step.subject, is_email) {
        (_, false) => None,
        (Some(subject), true) => Some(renderer.render(subject, Format::Subject, &values)?),
        (None, true) => Some(definition.name.clone()),
    };
    Ok(MessageText {
        subject,
        body,
        quiet_hours: campaign.quiet_hours.as_ref().map(|hours| hours.0.clone()),
        timezone: Some(zone.as_str().to_owned()),
        unsubscribe_url: unsubscribe_url.map(ToOwned::to_owned),
    })
}
