//! The steps of provisioning an e-mail account. An account whose provisioning stopped half-way is pending, and the next request
//! for its address goes on with it. That request brings the password, which is kept nowhere.

use edge_access::{Caller, Role};
use edge_audit::Actor;
use edge_capabilities::Capabilities;
use edge_database::Db;
use edge_tenants::{MemberError, Members, MembershipChange, People, PersonPatch, Tenant, Tenants};

use super::model::{EmailAccount, Status};
use super::request::{MIN_QUOTA, NewEmailAccount};
use super::response::{EmailAccountDetails, EmailAccountResponse, ProvisionedEmailAccountResponse};
use super::store::EmailAccounts;
use crate::error::ProvisioningError;
use crate::mail_service::{MailError, MailService, NewMailbox};
use crate::organization::claim::{Claim, Claims};
use crate::organization::saga::new_uuid;

/// How often a request starts anew because another request settled the account meanwhile.
const MAX_ATTEMPTS: u32 = 5;

/// The quota where neither the request nor the organisation says: 1 GiB.
const DEFAULT_QUOTA: i64 = 1 << 30;

/// Provisions e-mail accounts.
#[derive(Clone)]
pub(crate) struct EmailAccountSaga {
    accounts: EmailAccounts,
    capabilities: Capabilities,
    claims: Claims,
    members: Members,
    people: People,
    tenants: Tenants,
}

impl EmailAccountSaga {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self {
            accounts: EmailAccounts::new(db.clone()),
            capabilities: capabilities.clone(),
            claims: Claims::new(db.clone()),
            members: Members::new(db.clone()),
            people: People::new(db.clone()),
            tenants: Tenants::new(db.clone()),
        }
    }

    /// Provisions `new`, or goes on with it.
    pub(crate) async fn provision(
        &self,
        new: &NewEmailAccount,
        caller: &Caller,
        actor: &Actor,
    ) -> Result<ProvisionedEmailAccountResponse, ProvisioningError> {
        let tenant = self.tenants.by_number(new.organization).await?.filter(|tenant| caller.sees(&tenant.id));
        let tenant = tenant.ok_or(ProvisioningError::UnknownOrganization)?;
        let domain = self.claims.domain_of(&tenant.id, new.domain).await?.ok_or(ProvisioningError::UnknownDomain)?;
        let mail = MailService::new(&self.capabilities).await?;
        for _ in 0..MAX_ATTEMPTS {
            let Some(account) = self.claim(&tenant, &domain, new, actor).await? else { continue };
            self.create_user(&tenant, &account, &domain, new, actor).await?;
            self.create_mailbox(&mail, &account, &domain, new, actor).await?;
            if self.accounts.settle(account.number, Status::Ready).await? {
                return Ok(response(&tenant, &account, &domain, new));
            }
        }
        Err(ProvisioningError::Busy)
    }

    /// The pending account: a new one, or the one that a former request left. None: look again.
    async fn claim(
        &self,
        tenant: &Tenant,
        domain: &Claim,
        new: &NewEmailAccount,
        actor: &Actor,
    ) -> Result<Option<EmailAccount>, ProvisioningError> {
        let limit = tenant.docs_quota_mb.map(|mib| mib.saturating_mul(1 << 20));
        let quota = new.quota.unwrap_or_else(|| default_quota(tenant, limit));
        if let Some(known) = self.accounts.find(domain.domain_number, new.local_part.as_str()).await? {
            match known.status {
                Status::Pending if known.quota == quota => return Ok(Some(known)),
                // Another quota is decided like a new account.
                Status::Pending => self.give_up(&known, actor).await?,
                Status::Ready | Status::Refused => return Err(ProvisioningError::EmailAccountExists),
            }
        }
        let account = EmailAccount {
            number: self.accounts.next_number().await?,
            tenant_id: tenant.id.clone(),
            place: 0,
            domain_number: domain.domain_number,
            local_part: new.local_part.as_str().to_owned(),
            quota,
            user_id: new_uuid(&*self.capabilities.random),
            status: Status::Pending,
            created_at: self.capabilities.clock.now(),
        };
        self.accounts.insert(account, limit).await
    }

    /// Makes the person a user of the tenant.
    async fn create_user(
        &self,
        tenant: &Tenant,
        account: &EmailAccount,
        domain: &Claim,
        new: &NewEmailAccount,
        actor: &Actor,
    ) -> Result<(), ProvisioningError> {
        let now = self.capabilities.clock.now();
        let join = MembershipChange::Join(Role::Member, tenant.max_users);
        match self.members.change(&tenant.id, &account.user_id, join, actor, now).await {
            // A former request added the person.
            Ok(_) | Err(MemberError::IsMember) => {}
            Err(error) => {
                if error == MemberError::Full {
                    self.give_up(account, actor).await?;
                }
                return Err(error.into());
            }
        }
        let names: Vec<&str> = [&new.first_name, &new.last_name].into_iter().flatten().map(String::as_str).collect();
        let person = PersonPatch {
            email: Some(Some(email(account, domain))),
            name: Some(Some(names.join(" ")).filter(|name| !name.is_empty())),
        };
        Ok(self.people.note(&tenant.id, &account.user_id, &person, now).await?)
    }

    /// Has the mail service make the mailbox. Where it refuses, the user is removed and the account is given up.
    async fn create_mailbox(
        &self,
        mail: &MailService,
        account: &EmailAccount,
        domain: &Claim,
        new: &NewEmailAccount,
        actor: &Actor,
    ) -> Result<(), ProvisioningError> {
        let mailbox = NewMailbox {
            domain: &domain.domain,
            local_part: &new.local_part,
            quota: account.quota,
            first_name: new.first_name.as_deref(),
            last_name: new.last_name.as_deref(),
            password: new.password.as_ref(),
        };
        // One key for one address: a mailbox that an earlier request made is this one.
        let key = format!("mailbox-{}-{}", account.domain_number, account.local_part);
        let Err(error) = mail.create_mailbox(&mailbox, &key).await else { return Ok(()) };
        if matches!(error, MailError::Exists | MailError::Refused(_)) {
            self.give_up(account, actor).await?;
        }
        let is_anothers = error == MailError::Exists;
        Err(if is_anothers { ProvisioningError::EmailAccountExists } else { error.into() })
    }

    /// Gives address and quota free, and removes the user, unless another request has completed the account.
    async fn give_up(&self, account: &EmailAccount, actor: &Actor) -> Result<(), ProvisioningError> {
        if !self.accounts.settle(account.number, Status::Refused).await? {
            return Ok(());
        }
        let (tenant, user, now) = (account.tenant_id.as_str(), account.user_id.as_str(), self.capabilities.clock.now());
        match self.members.change(tenant, user, MembershipChange::Leave, actor, now).await {
            Ok(_) | Err(MemberError::IsNoMember) => {}
            Err(error) => return Err(error.into()),
        }
        self.people.delete(tenant, user).await?;
        Ok(())
    }
}

/// An equal share of the organisation's storage for each user that it may have.
fn default_quota(tenant: &Tenant, limit: Option<i64>) -> i64 {
    let Some(limit) = limit else { return DEFAULT_QUOTA };
    let share = limit.checked_div(tenant.max_users.unwrap_or(1).max(1)).unwrap_or(limit);
    share.max(MIN_QUOTA)
}

fn email(account: &EmailAccount, domain: &Claim) -> String {
    format!("{}@{}", account.local_part, domain.domain)
}

fn response(
    tenant: &Tenant,
    account: &EmailAccount,
    domain: &Claim,
    new: &NewEmailAccount,
) -> ProvisionedEmailAccountResponse {
    ProvisionedEmailAccountResponse {
        provisioned: true,
        email_account: EmailAccountResponse {
            id: account.number,
            email: email(account, domain),
            first_name: new.first_name.clone(),
            last_name: new.last_name.clone(),
            quota: account.quota,
            organization_id: tenant.number,
            user_id: account.user_id.clone(),
        },
        provisioning_details: EmailAccountDetails {
            mailbox_created: true,
            user_profile_created: true,
            quota_set: true,
        },
    }
}
