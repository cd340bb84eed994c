//! Is this genuine, and which event is it?

use std::time::Duration;

use edge_capabilities::Timestamp;
use http::HeaderMap;

use crate::definition::Definition;
use crate::error::{EventError, Rejection};
use crate::event::GatewayEvent;
use crate::identity::Identity;
use crate::json::JsonObject;
use crate::provider::Provider;
use crate::secrets::Secrets;
use crate::signature::SignatureHeaders;

/// How long ago, and how far in the future, a webhook may have been signed, where the scheme signs the time.
pub const TOLERANCE: Duration = Duration::from_secs(300);

/// The longest delivery id that is shown, bytes.
const MAX_DELIVERY_ID_LEN: usize = 256;

/// A webhook that was proven genuine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// What makes it the same event as another delivery.
    pub identity: Identity,
    /// When it was signed, where the scheme signs that.
    pub signed_at: Option<Timestamp>,
    /// The id that the sender gave the event or the delivery in a header: to find it in the sender's logs. Mostly not
    /// signed: never to decide by.
    pub delivery_id: Option<String>,
    /// Which of the secrets signed it, from 0, the newest. Once none but 0 is seen for as long as the provider retries, the
    /// others can go.
    pub secret: usize,
}

/// Proves that `provider` signed exactly these bytes: before anything in them is parsed, in time that does not tell where
/// a signature is wrong, with every secret and every signature that was sent.
pub fn verify(
    provider: Provider,
    secrets: &Secrets,
    headers: &HeaderMap,
    body: &[u8],
    now: Timestamp,
) -> Result<Verified, Rejection> {
    let signature = Signature::verify(provider, secrets, headers, body, now)?;
    let needs_object = signature.headers.id.is_none() && !provider.definition().id_fields.is_empty();
    let object = if needs_object { JsonObject::parse(body) } else { None };
    Ok(signature.verified(provider, headers, body, object.as_ref()))
}

/// Verifies a webhook as [`verify`] does, and reads its event as [`GatewayEvent::parse`] does; parses the body once for both.
pub fn receive(
    provider: Provider,
    secrets: &Secrets,
    headers: &HeaderMap,
    body: &[u8],
    now: Timestamp,
) -> Result<(Verified, Result<GatewayEvent, EventError>), Rejection> {
    let signature = Signature::verify(provider, secrets, headers, body, now)?;
    let object = JsonObject::parse(body);
    let event = GatewayEvent::from_object(provider, object.as_ref(), headers);
    Ok((signature.verified(provider, headers, body, object.as_ref()), event))
}

/// A signature that is genuine.
struct Signature {
    headers: SignatureHeaders,
    /// Which of the secrets made it.
    secret: usize,
}

impl Signature {
    fn verify(
        provider: Provider,
        secrets: &Secrets,
        headers: &HeaderMap,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Self, Rejection> {
        if secrets.is_empty() {
            return Err(Rejection::NoSecret);
        }
        let headers = SignatureHeaders::read(provider.definition(), headers)?;
        let secret = secrets.signer(&headers, body).ok_or(Rejection::BadSignature)?;
        // Whole seconds, as the senders count: what was signed 300.9 s ago was signed 300 s ago.
        let seconds = now.as_millis().div_euclid(1000);
        if headers.time.is_some_and(|time| seconds.abs_diff(time) > TOLERANCE.as_secs()) {
            return Err(Rejection::Timestamp);
        }
        Ok(Self { headers, secret })
    }

    fn verified(
        self,
        provider: Provider,
        headers: &HeaderMap,
        body: &[u8],
        object: Option<&JsonObject<'_>>,
    ) -> Verified {
        let definition = provider.definition();
        let id_of =
            |object: &JsonObject<'_>| definition.id_fields.iter().find_map(|field| object.text(field).ok().flatten());
        let id = self.headers.id.clone().or_else(|| object.and_then(id_of));
        Verified {
            identity: match id {
                Some(id) => Identity::of_id(provider, &id, body),
                None => Identity::of_body(provider, body),
            },
            signed_at: self.headers.time.map(|time| Timestamp::from_millis(time.saturating_mul(1000))),
            delivery_id: self.headers.id.or_else(|| delivery_id(definition, headers)),
            secret: self.secret,
        }
    }
}

fn delivery_id(definition: &Definition, headers: &HeaderMap) -> Option<String> {
    let values = definition.delivery_headers.iter().filter_map(|name| headers.get(*name)?.to_str().ok());
    values.map(str::trim).find(|id| (1..=MAX_DELIVERY_ID_LEN).contains(&id.len())).map(str::to_owned)
}

/// Whether this is what WooCommerce sends, unsigned and form-encoded, when a webhook is set up: `webhook_id=12`. It gets a
/// 2xx, else the webhook cannot be saved, and changes nothing.
pub fn is_set_up_ping(provider: Provider, headers: &HeaderMap, body: &[u8]) -> bool {
    if provider != Provider::WooCommerce {
        return false;
    }
    let signed = headers.get_all(provider.definition().signature_header).iter().any(|value| !value.is_empty());
    let id = body.strip_prefix(b"webhook_id=");
    !signed && id.is_some_and(|id| (1..=20).contains(&id.len()) && id.iter().all(u8::is_ascii_digit))
}
