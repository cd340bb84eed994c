//! The links by which contacts unsubscribe.

use edge_contacts::UnsubscribeLinks;
use edge_database::DatabaseError;

use super::Sending;

impl Sending {
    /// What makes the links. Without `unsubscribe_key` there are none, and a template that has one fails.
    pub(super) async fn links(&self) -> Result<UnsubscribeLinks, DatabaseError> {
        let links = UnsubscribeLinks::load(&*self.capabilities.config).await;
        links.map_err(|error| DatabaseError::Unavailable(error.to_string()))
    }
}
