//! The steps of provisioning an organisation. Each is recorded in the claim before the next begins, and each may be repeated:
//! whoever asks again goes on where the last request stopped, also while another request is at work.

use edge_applications::{ApplicationPlan, Plans};
use edge_audit::Actor;
use edge_capabilities::{Capabilities, Random, Timestamp};
use edge_database::Db;
use edge_tenants::{MemberError, Members, MembershipChange, Mode, People, PersonPatch, Tenant, TenantError, Tenants};

use super::claim::{Claim, Claims};
use super::plan;
use super::request::NewOrganization;
use super::response::{
    OrganizationResponse, ProvisionedOrganizationResponse, ProvisioningDetails, SubscriptionResponse,
};
use crate::error::ProvisioningError;
use crate::mail_service::{MailError, MailService};

/// How often a request starts anew because another request gave the claim up meanwhile.
const MAX_ATTEMPTS: u32 = 5;

/// A label in addresses, and what is left of it beside a customer's id.
const MAX_SLUG_LEN: usize = 63;
const MAX_SLUG_STEM_LEN: usize = 40;

const MIB_PER_GIB: i64 = 1024;

/// The answer to a request, JSON.
pub(crate) enum Provisioned {
    /// Nobody was given it before.
    First(String),
    /// The same request was given it before.
    Again(String),
}

/// Provisions organisations.
#[derive(Clone)]
pub(crate) struct OrganizationSaga {
    capabilities: Capabilities,
    claims: Claims,
    members: Members,
    people: People,
    plans: Plans,
    tenants: Tenants,
}

impl OrganizationSaga {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self {
            capabilities: capabilities.clone(),
            claims: Claims::new(db.clone()),
            members: Members::new(db.clone()),
            people: People::new(db.clone()),
            plans: Plans::new(db.clone()),
            tenants: Tenants::new(db.clone()),
        }
    }

    /// Provisions `new`, or goes on with it, or gives the answer that it was given.
    pub(crate) async fn provision(
        &self,
        new: &NewOrganization,
        actor: &Actor,
    ) -> Result<Provisioned, ProvisioningError> {
        for _ in 0..MAX_ATTEMPTS {
            let claim = match self.claims.of_customer(new.odoo_customer_id).await? {
                Some(claim) => claim,
                None => match self.claim(new).await? {
                    Some(claim) => claim,
                    None => continue,
                },
            };
            if claim.fingerprint != new.fingerprint() {
                return Err(ProvisioningError::CustomerExists);
            }
            if let Some(answer) = claim.answer {
                return Ok(Provisioned::Again(answer));
            }
            let plan = self.plan(new).await?;
            if let Some(claim) = self.create_domain(claim, new).await?
                && let Some(claim) = self.create_tenant(claim, new, plan.as_ref(), actor).await?
            {
                let claim = self.create_admin(claim, new, actor).await?;
                return self.answer(&claim, new, plan.as_ref()).await;
            }
        }
        Err(ProvisioningError::Busy)
    }

    async fn plan(&self, new: &NewOrganization) -> Result<Option<ApplicationPlan>, ProvisioningError> {
        match &new.plan {
            None => Ok(None),
            Some(named) => Ok(Some(plan::find(&self.plans, named).await??)),
        }
    }

    /// Claims customer and domain; None: another request was faster.
    async fn claim(&self, new: &NewOrganization) -> Result<Option<Claim>, ProvisioningError> {
        // A request that cannot succeed claims nothing.
        self.plan(new).await?;
        if self.claims.has_domain(&new.domain).await? || self.tenants.of_domain(new.domain.as_str()).await?.is_some() {
            return match self.claims.of_customer(new.odoo_customer_id).await? {
                Some(claim) => Ok(Some(claim)),
                None => Err(ProvisioningError::OrganizationExists),
            };
        }
        let random = &*self.capabilities.random;
        let claim = Claim {
            odoo_customer_id: new.odoo_customer_id,
            domain: new.domain.as_str().to_owned(),
            domain_number: self.claims.next_domain_number().await?,
            tenant_id: new_uuid(random),
            admin_user_id: new_uuid(random),
            fingerprint: new.fingerprint(),
            dns_records: None,
            tenant_created: false,
            admin_created: false,
            answer: None,
            created_at: self.now(),
        };
        Ok(self.claims.insert(&claim).await?.then_some(claim))
    }

    /// Has the mail service make the domain; None: the claim was given up.
    async fn create_domain(&self, mut claim: Claim, new: &NewOrganization) -> Result<Option<Claim>, ProvisioningError> {
        if claim.dns_records.is_some() {
            return Ok(Some(claim));
        }
        let mail = MailService::new(&self.capabilities).await?;
        // The same key for the same customer and domain, also after a claim was given up.
        let key = format!("domain-{}-{}", claim.odoo_customer_id, claim.domain);
        match mail.create_domain(&new.domain, &claim.tenant_id, &key).await {
            Ok(records) => {
                let exists = self.claims.set_domain_created(&claim, &records).await?;
                claim.dns_records = Some(records);
                Ok(exists.then_some(claim))
            }
            Err(error) => {
                // Nothing was made: the customer may be provisioned with another domain.
                if matches!(error, MailError::Exists | MailError::Refused(_)) {
                    self.claims.release_without_domain(&claim).await?;
                }
                let is_anothers = error == MailError::Exists;
                Err(if is_anothers { ProvisioningError::OrganizationExists } else { error.into() })
            }
        }
    }

    /// Creates the tenant; None: the claim was given up.
    async fn create_tenant(
        &self,
        mut claim: Claim,
        new: &NewOrganization,
        plan: Option<&ApplicationPlan>,
        actor: &Actor,
    ) -> Result<Option<Claim>, ProvisioningError> {
        if claim.tenant_created {
            return Ok(Some(claim));
        }
        let mut tenant = self.tenant(&claim, new, plan);
        let random = &*self.capabilities.random;
        for slug in slugs(&claim) {
            tenant.slug = slug;
            let created = self.tenants.create(tenant.clone(), actor, random).await;
            match created {
                Ok(_) => {}
                Err(TenantError::Db(error)) => return Err(error.into()),
                Err(TenantError::Taken(field)) if self.tenants.find(&claim.tenant_id).await?.is_none() => match field {
                    "slug" => continue,
                    _ => {
                        self.claims.release_without_tenant(&claim).await?;
                        return Err(ProvisioningError::OrganizationExists);
                    }
                },
                // A former request created it.
                Err(TenantError::Taken(_)) => {}
            }
            let exists = self.claims.set_tenant_created(&claim).await?;
            claim.tenant_created = true;
            return Ok(exists.then_some(claim));
        }
        Err(ProvisioningError::Tenant(TenantError::Taken("slug")))
    }

    fn tenant(&self, claim: &Claim, new: &NewOrganization, plan: Option<&ApplicationPlan>) -> Tenant {
        let settings = match &new.address {
            None => serde_json::json!({}),
            Some(address) => serde_json::json!({"address": address}),
        };
        Tenant {
            name: new.name.clone(),
            domain: Some(claim.domain.clone()),
            erp_customer_id: Some(claim.odoo_customer_id.to_string()),
            owner_email: new.admin_email.clone(),
            billing_phone: new.phone.clone(),
            plan: plan.map(|plan| plan.id.clone()),
            subscription_plan: plan.map(|plan| plan.name.clone()),
            max_users: Some(new.max_users),
            docs_quota_mb: Some(new.max_storage_gb.saturating_mul(MIB_PER_GIB)),
            settings: settings.to_string(),
            is_provisioned: true,
            ..Tenant::new(claim.tenant_id.clone(), Mode::External, self.now())
        }
    }

    /// Makes the first administrator an owner of the tenant.
    async fn create_admin(
        &self,
        mut claim: Claim,
        new: &NewOrganization,
        actor: &Actor,
    ) -> Result<Claim, ProvisioningError> {
        if claim.admin_created {
            return Ok(claim);
        }
        let (tenant, user, now) = (claim.tenant_id.as_str(), claim.admin_user_id.as_str(), self.now());
        let join = MembershipChange::Join(edge_access::Role::Owner, None);
        match self.members.change(tenant, user, join, actor, now).await {
            // A former request added the person.
            Ok(_) | Err(MemberError::IsMember) => {}
            Err(error) => return Err(error.into()),
        }
        let person = PersonPatch { email: Some(Some(new.admin_email.clone())), name: None };
        self.people.note(tenant, user, &person, now).await?;
        self.claims.set_admin_created(&claim).await?;
        claim.admin_created = true;
        Ok(claim)
    }

    /// Stores the answer, which is given for all time.
    async fn answer(
        &self,
        claim: &Claim,
        new: &NewOrganization,
        plan: Option<&ApplicationPlan>,
    ) -> Result<Provisioned, ProvisioningError> {
        let tenant = self.tenants.find(&claim.tenant_id).await?.ok_or(ProvisioningError::UnknownOrganization)?;
        let dns_records = claim.dns_records.clone().unwrap_or_default();
        let response = ProvisionedOrganizationResponse {
            provisioned: true,
            organization: OrganizationResponse {
                id: tenant.number,
                name: new.name.clone(),
                domain_name: claim.domain.clone(),
                domain_id: claim.domain_number,
                odoo_customer_id: claim.odoo_customer_id,
                max_users: new.max_users,
                max_storage_gb: new.max_storage_gb,
                is_active: tenant.is_active,
                created_at: claim.created_at,
                organization_id: claim.tenant_id.clone(),
            },
            subscription: plan.map(|plan| SubscriptionResponse::new(tenant.number, plan)),
            provisioning_details: ProvisioningDetails {
                domain_created: true,
                dns_records_generated: !dns_records.is_empty(),
                initial_admin_created: claim.admin_created,
                dns_records,
            },
        };
        let unwritten = |error: serde_json::Error| edge_database::DatabaseError::Refused(error.to_string());
        let answer = serde_json::to_string(&response).map_err(unwritten)?;
        if self.claims.set_answer(claim, &answer).await? {
            return Ok(Provisioned::First(answer));
        }
        let stored = self.claims.of_customer(claim.odoo_customer_id).await?;
        stored.and_then(|claim| claim.answer).map(Provisioned::Again).ok_or(ProvisioningError::Busy)
    }

    fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }
}

/// What the tenant may be called in addresses: after its domain, and where that is taken, with the customer's id.
fn slugs(claim: &Claim) -> [String; 2] {
    let of_domain = claim.domain.replace('.', "-");
    let cut = |len: usize| of_domain.chars().take(len).collect::<String>();
    [cut(MAX_SLUG_LEN), format!("{}-{}", cut(MAX_SLUG_STEM_LEN), claim.odoo_customer_id)]
}

pub(crate) fn new_uuid(random: &dyn Random) -> String {
    let mut bytes = [0; 16];
    random.fill(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}
