//! The links by which contacts unsubscribe.

use edge_contacts::Contact;
use edge_database::DatabaseError;
use edge_notifications::Channel;

use super::Sending;

pub(super) struct Links;

impl Links {
    pub(super) fn unsubscribe(&self, _contact: &Contact, _channel: Channel) -> Option<String> {
        None
    }
}

impl Sending {
    pub(super) async fn links(&self) -> Result<Links, DatabaseError> {
        Ok(Links)
    }
}
