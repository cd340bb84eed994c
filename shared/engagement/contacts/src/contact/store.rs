//! Contacts in the database. Whatever changes a contact is one statement on one revision of its row.

use edge_capabilities::Timestamp;
use edge_database::{Conditions, Cursor, DatabaseError, Db};
use edge_notifications::Channel;

use super::fields::{Changes, email_key};
use super::model::Contact;
use crate::error::ContactError;

/// How often a change is tried again after somebody else was faster.
const MAX_ATTEMPTS: u32 = 20;

/// Whose the contacts are, where their ids or addresses find them. Not as a plain comparison: PostgreSQL would read all
/// contacts of the tenant by the index on it, as long as it has no statistics of a table that has just grown.
pub(crate) const OF_TENANT: &str = "tenant_id || '' = ?";

/// Contacts in a database.
#[derive(Clone)]
pub struct Contacts(pub(crate) Db);

/// Which contacts a list holds; None: all.
#[derive(Clone, Debug, Default)]
pub(crate) struct ContactFilter {
    pub(crate) email: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) source: Option<String>,
    pub(crate) tag: Option<String>,
}

impl Contacts {
    /// The contacts in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// The contact `id` of `tenant`.
    pub async fn get(&self, tenant: &str, id: &str) -> Result<Option<Contact>, DatabaseError> {
        self.0.find(Conditions::of("id", id).and("tenant_id", tenant)).await
    }

    /// The contact `id`, whosever it is: for links, which are signed.
    pub(crate) async fn find_any(&self, id: &str) -> Result<Option<Contact>, DatabaseError> {
        self.0.find(Conditions::of("id", id)).await
    }

    /// Those of `ids` that are contacts of `tenant`, in no order.
    pub async fn get_all<'i>(
        &self,
        tenant: &str,
        ids: impl IntoIterator<Item = &'i str>,
    ) -> Result<Vec<Contact>, DatabaseError> {
        self.0.select(Conditions::default().and_in("id", ids).and_where(OF_TENANT, tenant), "id").await
    }

    /// The contact of `tenant` with this e-mail address.
    pub async fn by_email(&self, tenant: &str, email: &str) -> Result<Option<Contact>, DatabaseError> {
        self.0.find(Conditions::of("email_key", email_key(email)).and("tenant_id", tenant)).await
    }

    /// The contact of `tenant` with this phone number, `+` and digits.
    pub async fn by_phone(&self, tenant: &str, phone: &str) -> Result<Option<Contact>, DatabaseError> {
        self.0.find(Conditions::of("phone", phone).and("tenant_id", tenant)).await
    }

    /// The contacts of all tenants that are reached at `address` over `channel`, in the one spelling.
    pub(crate) async fn with_address(&self, channel: Channel, address: &str) -> Result<Vec<Contact>, DatabaseError> {
        let column = match channel {
            Channel::Email => "email_key",
            Channel::Sms | Channel::WhatsApp => "phone",
            Channel::Push | Channel::InApp => return Ok(Vec::new()),
        };
        self.0.select(Conditions::of(column, address), "tenant_id").await
    }

    /// Up to `limit` contacts of `tenant`, newest first, from after `cursor`.
    pub(crate) async fn list(
        &self,
        tenant: &str,
        filter: &ContactFilter,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<Contact>, DatabaseError> {
        let of = Conditions::of("tenant_id", tenant)
            .and_if("email_key", filter.email.as_deref().map(email_key))
            .and_if("phone", filter.phone.as_deref())
            .and_if("source", filter.source.as_deref());
        let of = match &filter.tag {
            None => of,
            Some(tag) => {
                // As the JSON list has it, with the signs escaped that LIKE has a meaning for.
                let json = serde_json::Value::from(tag.as_str()).to_string();
                let pattern = json.replace('!', "!!").replace('%', "!%").replace('_', "!_");
                of.and_where("tags LIKE ? ESCAPE '!'", format!("%{pattern}%"))
            }
        };
        self.0.page(of, "created_at", cursor, limit).await
    }

    /// Stores a new contact.
    pub(crate) async fn insert(&self, contact: &Contact) -> Result<(), ContactError> {
        match self.0.insert(contact).await {
            Err(DatabaseError::Duplicate(reason)) => Err(self.taken(contact, reason).await?),
            result => Ok(result?),
        }
    }

    /// Makes `changes` to the contact `id` of `tenant`, if `may_change` allows it for the revision that is there; gives it as
    /// it is now.
    pub(crate) async fn change(
        &self,
        tenant: &str,
        id: &str,
        changes: &Changes,
        may_change: impl Fn(&Contact) -> bool,
        now: Timestamp,
    ) -> Result<Contact, ContactError> {
        for _ in 0..MAX_ATTEMPTS {
            let before = self.get(tenant, id).await?.ok_or(ContactError::NotFound)?;
            if !may_change(&before) {
                return Err(ContactError::Changed);
            }
            let mut contact = before.clone();
            changes.apply(&mut contact).map_err(ContactError::Invalid)?;
            if contact == before {
                return Ok(before);
            }
            contact.updated_at = now;
            match self.0.update_if_revision(&contact, &["id", "tenant_id"], &["created_at"]).await {
                Ok(true) => {
                    contact.revision = contact.revision.saturating_add(1);
                    return Ok(contact);
                }
                Ok(false) => {}
                Err(DatabaseError::Duplicate(reason)) => return Err(self.taken(&contact, reason).await?),
                Err(error) => return Err(error.into()),
            }
        }
        Err(ContactError::Busy)
    }

    /// Which field of `contact` another contact has.
    async fn taken(&self, contact: &Contact, reason: String) -> Result<ContactError, DatabaseError> {
        if let Some(email) = &contact.email
            && let Some(other) = self.by_email(&contact.tenant, email).await?.filter(|other| other.id != contact.id)
        {
            return Ok(ContactError::Taken { field: "email", contact: other.id });
        }
        if let Some(phone) = &contact.phone
            && let Some(other) = self.by_phone(&contact.tenant, phone).await?.filter(|other| other.id != contact.id)
        {
            return Ok(ContactError::Taken { field: "phone", contact: other.id });
        }
        // The other one is gone meanwhile.
        Ok(ContactError::Db(DatabaseError::Unavailable(reason)))
    }

    /// Removes the contact `id` of `tenant`; gives whether it was there.
    pub(crate) async fn remove(&self, tenant: &str, id: &str) -> Result<bool, DatabaseError> {
        let statement = "DELETE FROM contacts WHERE id = $1 AND tenant_id = $2 RETURNING id";
        Ok(!self.0.query(statement, &[id.into(), tenant.into()]).await?.is_empty())
    }
}
