//! Contacts over HTTP.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use edge_access::{MessagesRead, MessagesWrite};
use edge_capabilities::random;
use edge_database::Cursor;
use edge_http::{Code, Json, Listing, Page, Problem, Text};
use edge_idempotency::Idempotent;
use edge_notifications::phone_number;
use edge_tenants::{Scoped, TenantHeader};
use http::header::{ETAG, IF_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

use super::fields::Changes;
use super::model::Contact;
use super::request::ContactRequest;
use super::response::ContactResponse;
use super::store::ContactFilter;
use crate::error::ContactError;
use crate::router::AppState;

/// Whether a text can be an id of a contact.
fn is_id(text: &str) -> bool {
    Text::<64>::accepts(text)
}

/// Create a contact
///
/// A contact has an e-mail address, a phone number or both; a tenant has one contact of each. Phone numbers are kept as `+`
/// and digits.
#[utoipa::path(
    post, path = "/api/v1/contacts", operation_id = "create_contact", tag = "Contacts",
    security(("key" = ["messages:write"])),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = ContactRequest,
    responses(
        (status = 201, description = "The contact was created.", body = ContactResponse),
        (status = 409, description = "`ALREADY_EXISTS`: another contact, `contact_id`, has this e-mail address or phone number: `field`."),
    ),
)]
pub(crate) async fn create_contact(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<MessagesWrite>,
    request: Idempotent<ContactRequest>,
) -> Result<Response, Problem> {
    let scope = caller.idempotency_scope_in(&tenant.id);
    let work = async |new: ContactRequest| {
        let id = format!("con_{}", random::hex::<12>(&*state.capabilities.random));
        let mut contact = Contact::new(id, &tenant.id, state.now());
        Changes::from(new).apply(&mut contact).map_err(ContactError::Invalid)?;
        state.contacts.insert(&contact).await?;
        let detail = json!({"contact_id": contact.id});
        let mark = format!("{}.created", contact.id);
        state.audit(&tenant.id, "contact.created", mark, &detail, &actor).await?;
        Ok((StatusCode::CREATED, state.show(contact).await?))
    };
    state.idempotency.once(&scope, request, work).await
}

/// The filters of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ContactListQuery {
    /// Only the contact with this e-mail address.
    email: Option<String>,
    /// Only the contact with this phone number.
    phone: Option<String>,
    /// Only contacts from this source.
    source: Option<String>,
    /// Only contacts with this tag.
    tag: Option<String>,
}

/// List contacts
#[utoipa::path(
    get, path = "/api/v1/contacts", operation_id = "list_contacts", tag = "Contacts",
    security(("key" = ["messages:read"])), params(Page, ContactListQuery, TenantHeader),
    responses((status = 200, description = "A page of contacts, newest first.", body = Listing<ContactResponse>)),
)]
pub(crate) async fn list_contacts(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<MessagesRead>,
    page: Page,
    uri: Uri,
) -> Result<Json<Listing<ContactResponse>>, Problem> {
    let unreadable = |_| Problem::field("query", "cannot be read");
    let Query(query) = Query::<ContactListQuery>::try_from_uri(&uri).map_err(unreadable)?;
    let texts = [("email", &query.email), ("source", &query.source), ("tag", &query.tag)];
    let errors = texts.into_iter().filter_map(|(name, text)| {
        let text = text.as_deref();
        edge_http::FieldError::of_text::<256>(name, text)
    });
    let errors: Vec<_> = errors.collect();
    if !errors.is_empty() {
        return Err(Problem::fields(errors));
    }
    let phone = query.phone.as_deref().map(|written| {
        // A + is a blank in a query that nobody encoded.
        let written = written.trim();
        let plus = || phone_number(&format!("+{written}"));
        phone_number(written).or_else(plus).ok_or_else(|| Problem::field("phone", "must be + and 7 to 15 digits"))
    });
    let filter = ContactFilter { email: query.email, phone: phone.transpose()?, source: query.source, tag: query.tag };
    let cursor = page.cursor(is_id)?;
    let found = state.contacts.list(&tenant.id, &filter, cursor, page.rows()).await?;
    let mut suppressed = state.suppressions.of_contacts(&tenant.id, &found).await?;
    let links = state.links().await?;
    let position = |contact: &Contact| Cursor::new(contact.created_at, contact.id.as_str());
    Ok(Json(page.listing(found, position, |contact| {
        let suppressed = suppressed.remove(&contact.id).unwrap_or_default();
        ContactResponse::new(contact, &suppressed, &links)
    })))
}

/// Get a contact
#[utoipa::path(
    get, path = "/api/v1/contacts/{contact_id}", operation_id = "get_contact", tag = "Contacts",
    security(("key" = ["messages:read"])),
    params(("contact_id" = String, Path, description = "The contact's id."), TenantHeader),
    responses(
        (status = 200, description = "The contact; its version as `ETag`.", body = ContactResponse),
        (status = 404, description = "`CONTACT_NOT_FOUND`: the contact does not exist or belongs to another tenant."),
    ),
)]
pub(crate) async fn get_contact(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<MessagesRead>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let contact = state.find_contact(&tenant.id, &id).await?;
    state.tagged(contact).await
}

/// Update a contact
///
/// Fields that are absent keep their values, fields that are null are emptied.
#[utoipa::path(
    put, path = "/api/v1/contacts/{contact_id}", operation_id = "update_contact", tag = "Contacts",
    security(("key" = ["messages:write"])),
    params(
        ("contact_id" = String, Path, description = "The contact's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the version to change."),
        TenantHeader,
    ),
    request_body = ContactRequest,
    responses(
        (status = 200, description = "The contact was updated; its version as `ETag`.", body = ContactResponse),
        (status = 404, description = "`CONTACT_NOT_FOUND`: the contact does not exist or belongs to another tenant."),
        (status = 409, description = "`ALREADY_EXISTS`: another contact, `contact_id`, has this e-mail address or phone number: `field`."),
        (status = 412, description = "`PRECONDITION_FAILED`: it has changed since it was read."),
    ),
)]
pub(crate) async fn update_contact(
    State(state): State<AppState>,
    Scoped { tenant, actor, .. }: Scoped<MessagesWrite>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Json(request): Json<ContactRequest>,
) -> Result<Response, Problem> {
    let before = state.find_contact(&tenant.id, &id).await?;
    let may_change = |contact: &Contact| matches(&headers, contact);
    let contact = state.contacts.change(&tenant.id, &id, &request.into(), may_change, state.now()).await?;
    if contact.revision != before.revision {
        let detail = json!({"contact_id": contact.id});
        let mark = format!("{}.{}", contact.id, contact.revision);
        state.audit(&tenant.id, "contact.changed", mark, &detail, &actor).await?;
    }
    state.tagged(contact).await
}

/// Erase a contact
///
/// What is known of the person is removed: the contact, its replies and clicks, and its addresses in messages that are sent.
/// That an address is suppressed stays known, by a hash of it. An import that began before that does not make the contact
/// again.
#[utoipa::path(
    delete, path = "/api/v1/contacts/{contact_id}", operation_id = "delete_contact", tag = "Contacts",
    security(("key" = ["messages:write"])),
    params(("contact_id" = String, Path, description = "The contact's id."), TenantHeader),
    responses(
        (status = 204, description = "The contact is erased."),
        (status = 404, description = "`CONTACT_NOT_FOUND`: the contact does not exist or belongs to another tenant."),
    ),
)]
pub(crate) async fn delete_contact(
    State(state): State<AppState>,
    Scoped { tenant, actor, .. }: Scoped<MessagesWrite>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let contact = state.find_contact(&tenant.id, &id).await?;
    state.suppressions.forget(&contact).await?;
    state.activities.forget(&contact.id).await?;
    for text in [&contact.email, &contact.email_key, &contact.phone].into_iter().flatten() {
        state.notifications.redact(&tenant.id, text, "erased").await?;
    }
    let detail = json!({"contact_id": contact.id});
    state.audit(&tenant.id, "contact.erased", format!("{}.erased", contact.id), &detail, &actor).await?;
    state.erasures.note(&contact, state.now()).await?;
    // Last: an instance that dies before this leaves a contact that can be erased again.
    state.contacts.remove(&tenant.id, &contact.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn etag(contact: &Contact) -> String {
    format!("\"{}\"", contact.revision)
}

/// Whether `If-Match` names the version of `contact`, or is absent.
fn matches(headers: &HeaderMap, contact: &Contact) -> bool {
    let own = etag(contact);
    let values = headers.get_all(IF_MATCH).iter();
    let mut sent = values.flat_map(|value| value.to_str().unwrap_or_default().split(',')).map(str::trim).peekable();
    sent.peek().is_none() || sent.any(|known| known == "*" || known == own)
}

impl AppState {
    /// The contact `id` of `tenant`.
    pub(crate) async fn find_contact(&self, tenant: &str, id: &str) -> Result<Contact, Problem> {
        let found = if is_id(id) { self.contacts.get(tenant, id).await? } else { None };
        found.ok_or_else(|| Problem::new(Code::ContactNotFound, "There is no such contact."))
    }

    /// `contact` as it is now.
    async fn show(&self, contact: Contact) -> Result<ContactResponse, Problem> {
        let mut suppressed = self.suppressions.of_contacts(&contact.tenant, std::slice::from_ref(&contact)).await?;
        let suppressed = suppressed.remove(&contact.id).unwrap_or_default();
        Ok(ContactResponse::new(contact, &suppressed, &self.links().await?))
    }

    /// `contact` with its `ETag`.
    async fn tagged(&self, contact: Contact) -> Result<Response, Problem> {
        let etag = HeaderValue::try_from(etag(&contact));
        let mut response = Json(self.show(contact).await?).into_response();
        if let Ok(etag) = etag {
            response.headers_mut().insert(ETAG, etag);
        }
        Ok(response)
    }
}
