//! Links over HTTP.

use axum::extract::{Path, State};
use axum::response::Response;
use edge_http::Problem;

use super::link::{UnsubscribeLink, UnsubscribeLinks};
use super::page::{Page, hidden};
use crate::contact::Contact;
use crate::error::ContactError;
use crate::router::AppState;
use crate::suppression::SuppressionReason;

/// Show an unsubscribe link
///
/// A page that asks whether to unsubscribe. It changes nothing: programs that look at mail follow links.
#[utoipa::path(
    get, path = "/unsubscribe/{token}", operation_id = "show_unsubscribe_link", tag = "Contacts", security(()),
    params(("token" = String, Path, description = "The signed token of a link.")),
    responses(
        (status = 200, description = "The page.", body = String, content_type = "text/html"),
        (status = 404, description = "A page that says that the link is not valid."),
    ),
)]
pub(crate) async fn show_link(State(state): State<AppState>, Path(token): Path<String>) -> Result<Response, Problem> {
    let Some(link) = state.read_link(&token).await? else { return Ok(Page::Invalid.response()) };
    let Some((contact, address)) = state.owner(&link).await? else {
        return Ok(Page::Done { sender: None, channel: link.channel }.response());
    };
    let sender = state.sender(&contact).await?;
    let page = if state.suppressions.is_suppressed(&contact.tenant, link.channel, &address).await? {
        Page::Done { sender: Some(&sender), channel: link.channel }.response()
    } else {
        let address = hidden(link.channel, &address);
        Page::Ask { sender: &sender, channel: link.channel, address: &address }.response()
    };
    Ok(page)
}

/// Unsubscribe
///
/// The contact of the link is not written to any more over its channel, also not what is queued already. Mail programs send
/// this by themselves (RFC 8058), so no key and no page is needed; whatever the body says is not looked at.
#[utoipa::path(
    post, path = "/unsubscribe/{token}", operation_id = "unsubscribe", tag = "Contacts", security(()),
    params(("token" = String, Path, description = "The signed token of a link.")),
    responses(
        (status = 200, description = "A page that says so.", body = String, content_type = "text/html"),
        (status = 404, description = "A page that says that the link is not valid."),
    ),
)]
pub(crate) async fn use_link(State(state): State<AppState>, Path(token): Path<String>) -> Result<Response, Problem> {
    let Some(link) = state.read_link(&token).await? else { return Ok(Page::Invalid.response()) };
    let Some((contact, address)) = state.owner(&link).await? else {
        return Ok(Page::Done { sender: None, channel: link.channel }.response());
    };
    let (reason, now) = (SuppressionReason::Unsubscribed, state.now());
    state.suppressions.add(&contact.tenant, link.channel, &address, reason, now).await?;
    let sender = state.sender(&contact).await?;
    Ok(Page::Done { sender: Some(&sender), channel: link.channel }.response())
}

impl AppState {
    async fn read_link(&self, token: &str) -> Result<Option<UnsubscribeLink>, Problem> {
        Ok(self.links().await?.read(token))
    }

    pub(crate) async fn links(&self) -> Result<UnsubscribeLinks, Problem> {
        Ok(UnsubscribeLinks::load(&*self.capabilities.config).await.map_err(ContactError::from)?)
    }

    /// The contact of `link`, and the address by which it is reached over its channel.
    async fn owner(&self, link: &UnsubscribeLink) -> Result<Option<(Contact, String)>, Problem> {
        let UnsubscribeLink { contact, channel } = link;
        let contact = self.contacts.find_any(contact).await?;
        let with_address = |contact: Contact| contact.address(*channel).map(str::to_owned).map(|to| (contact, to));
        Ok(contact.and_then(with_address))
    }

    /// What the tenant of `contact` is called.
    async fn sender(&self, contact: &Contact) -> Result<String, Problem> {
        let tenant = self.tenants.find(&contact.tenant).await?;
        Ok(tenant.map(|tenant| tenant.name).unwrap_or_default())
    }
}
