//! Events of the identity provider about people: a person who is deleted there, or has left an organization, is no member
//! any more and has no seat. Each step may be repeated.

use std::sync::Arc;

use edge_audit::Actor;
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::Db;
use edge_gateways::{EventKind, GatewayEvent};
use edge_subscriptions::Subscriptions;
use edge_tenants::{Departures, ExternalIds, MemberError, MemberRecords, Tenants};

use crate::error::WebhookError;
use crate::event::{EventOutcome, WebhookEvent};

/// The application whose external ids are the identity provider's ids of organizations.
const CLERK: &str = "clerk";

/// Ends memberships.
#[derive(Clone)]
pub(crate) struct Memberships {
    capabilities: Capabilities,
    departures: Departures,
    external_ids: ExternalIds,
    tenants: Tenants,
}

impl Memberships {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db) -> Self {
        let records: Vec<Arc<dyn MemberRecords>> = vec![Arc::new(Subscriptions::new(capabilities, db))];
        Self {
            capabilities: capabilities.clone(),
            departures: Departures::new(capabilities, db, records),
            external_ids: ExternalIds::new(db.clone()),
            tenants: Tenants::new(db.clone()),
        }
    }

    /// Ends the membership of `user` in the organization that `event` names, or in all where the user was deleted.
    pub(crate) async fn remove(
        &self,
        stored: &WebhookEvent,
        event: &GatewayEvent,
        user: &str,
    ) -> Result<EventOutcome, WebhookError> {
        let tenants = match event.kind {
            EventKind::UserDeleted => self.departures.tenants_of(user).await?,
            _ => match self.tenant_of(event).await? {
                Some(tenant) => vec![tenant],
                None => return Ok(EventOutcome::Ignored("unknown_organization")),
            },
        };
        let actor = Actor { id: format!("clerk:{}", stored.identity), address: None };
        let now: Timestamp = self.capabilities.clock.now();
        for tenant in tenants {
            match self.departures.leave(&tenant, user, &actor, now).await {
                Ok(_) => {}
                // Somebody has to make another one the owner. Until then the person stays, without a seat: nobody can sign
                // in as them any more.
                Err(MemberError::LastOwner) => self.departures.release(&tenant, user, &actor).await?,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(EventOutcome::Processed)
    }

    /// The tenant that the event's organization is: by its metadata, or by the external id of the application `clerk`.
    async fn tenant_of(&self, event: &GatewayEvent) -> Result<Option<String>, WebhookError> {
        if let Some(tenant) = &event.tenant_id {
            let tenant = self.tenants.find(&tenant.to_ascii_lowercase()).await?;
            return Ok(tenant.map(|tenant| tenant.id));
        }
        match &event.organization_id {
            Some(organization) => Ok(self.external_ids.holder(CLERK, organization).await?),
            None => Ok(None),
        }
    }
}
