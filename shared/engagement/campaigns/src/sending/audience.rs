//! What a batch needs to know of its contacts.

use std::collections::{HashMap, HashSet};

use edge_capabilities::Timestamp;
use edge_contacts::{ActivityKind, Contact, Suppressed};
use edge_database::DatabaseError;

use super::{Plans, Sending};
use crate::enrolment::Enrolment;
use crate::step::Engagement;

/// The contacts of a batch.
#[derive(Default)]
pub(super) struct Audience {
    contacts: HashMap<String, Contact>,
    suppressed: HashMap<String, Vec<Suppressed>>,
    /// When contacts replied and clicked, of those of whom somebody asks.
    replies: HashMap<String, Vec<Timestamp>>,
    clicks: HashMap<String, Vec<Timestamp>>,
}

impl Audience {
    pub(super) fn contact(&self, enrolment: &Enrolment) -> Option<&Contact> {
        self.contacts.get(&enrolment.contact).filter(|contact| contact.tenant == enrolment.tenant)
    }

    /// The channels over which the contact is not written to, and why.
    pub(super) fn suppressed(&self, contact: &str) -> &[Suppressed] {
        self.suppressed.get(contact).map(Vec::as_slice).unwrap_or_default()
    }

    /// What the contact did since it was enrolled.
    pub(super) fn engagement(&self, enrolment: &Enrolment) -> Engagement {
        let since = |all: &HashMap<String, Vec<Timestamp>>| {
            all.get(&enrolment.contact).is_some_and(|times| times.iter().any(|at| *at >= enrolment.started_at))
        };
        Engagement { has_replied: since(&self.replies), has_clicked: since(&self.clicks) }
    }
}

impl Sending {
    /// The contacts of `enrolments`, tenant by tenant.
    pub(super) async fn contacts_of<'e>(
        &self,
        enrolments: &'e [Enrolment],
    ) -> Result<Vec<(&'e str, Vec<Contact>)>, DatabaseError> {
        let mut by_tenant: HashMap<&str, HashSet<&str>> = HashMap::new();
        for enrolment in enrolments {
            by_tenant.entry(&enrolment.tenant).or_default().insert(&enrolment.contact);
        }
        let mut contacts = Vec::new();
        for (tenant, ids) in by_tenant {
            contacts.push((tenant, self.contacts.get_all(tenant, ids).await?));
        }
        Ok(contacts)
    }

    /// What is to be known of the contacts of `enrolments`.
    pub(super) async fn audience(&self, enrolments: &[Enrolment], plans: &Plans) -> Result<Audience, DatabaseError> {
        let mut audience = Audience::default();
        for (tenant, found) in self.contacts_of(enrolments).await? {
            audience.suppressed.extend(self.suppressions.of_contacts(tenant, &found).await?);
            audience.contacts.extend(found.into_iter().map(|contact| (contact.id.clone(), contact)));
        }
        // Most campaigns do not ask what people did.
        let asked = enrolments.iter().filter(|enrolment| {
            let stops = plans.campaigns.get(&enrolment.campaign).is_some_and(|campaign| campaign.stop_on_reply);
            let step = plans.definition(enrolment).and_then(|definition| definition.step_at(enrolment.position));
            stops || step.is_some_and(|step| step.conditions.ask_for_engagement())
        });
        let asked: Vec<&Enrolment> = asked.collect();
        if let Some(since) = asked.iter().map(|enrolment| enrolment.started_at).min() {
            let ids: HashSet<&str> = asked.iter().map(|enrolment| enrolment.contact.as_str()).collect();
            for activity in self.activities.of_contacts(ids, since).await? {
                let Some(contact) = activity.contact else { continue };
                let all = match activity.kind {
                    ActivityKind::Reply => &mut audience.replies,
                    ActivityKind::Click => &mut audience.clicks,
                    ActivityKind::Bounce | ActivityKind::Complaint | ActivityKind::Unsubscribe => continue,
                };
                all.entry(contact).or_default().push(activity.occurred_at);
            }
        }
        Ok(audience)
    }
}
