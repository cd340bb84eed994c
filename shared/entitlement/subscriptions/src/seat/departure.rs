//! The seats of a user who leaves the organization.

use async_trait::async_trait;
use edge_audit::Actor;
use edge_database::DatabaseError;
use edge_seats::StorageError;
use edge_tenants::MemberRecords;

use super::model::fold_address;
use crate::error::SubscriptionError;
use crate::service::Subscriptions;

#[async_trait]
impl MemberRecords for Subscriptions {
    async fn release(&self, tenant: &str, user: &str, email: Option<&str>, actor: &Actor) -> Result<(), StorageError> {
        let addresses: Vec<String> = email.map(ToOwned::to_owned).into_iter().collect();
        match self.revoke_seats_of_all(tenant, &[user], &addresses, actor).await {
            Ok(()) => Ok(()),
            Err(SubscriptionError::Cache(error)) => Err(StorageError::Cache(error)),
            Err(SubscriptionError::Db(error)) => Err(StorageError::Db(error)),
            Err(other) => Err(StorageError::Db(DatabaseError::Unavailable(other.to_string()))),
        }
    }

    async fn tenants_of(&self, user: &str) -> Result<Vec<String>, StorageError> {
        Ok(self.movements.organizations_of(user).await?)
    }

    async fn erase(&self, tenant: &str, _: &str, email: Option<&str>) -> Result<(), StorageError> {
        match email {
            Some(email) => Ok(self.movements.redact(tenant, &fold_address(email)).await?),
            None => Ok(()),
        }
    }
}
