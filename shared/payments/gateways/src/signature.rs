//! What the headers of a webhook claim: the signatures, and what besides the body they are said to be of. Nothing of it is
//! believed here. Headers may come twice, or be joined by commas on their way: every signature in them counts, and what
//! can be there only once must not be there in two versions.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;

use crate::definition::{Definition, Encoding, Scheme};
use crate::error::Rejection;

pub(crate) const ID_HEADER: &str = "webhook-id";
pub(crate) const TIME_HEADER: &str = "webhook-timestamp";
pub(crate) const SIGNATURE_HEADER: &str = "webhook-signature";

/// The headers of the id, the time and the signatures, where each has its own: as Standard Webhooks names them, and as
/// Svix did before there was that specification, and still does.
const HEADER_SETS: [[&str; 3]; 2] =
    [[ID_HEADER, TIME_HEADER, SIGNATURE_HEADER], ["svix-id", "svix-timestamp", "svix-signature"]];

/// Signatures in one request; the sender of more is not rotating secrets but wasting time.
const MAX_SIGNATURES: usize = 16;
/// The longest `webhook-id`, bytes.
const MAX_ID_LEN: usize = 256;

/// What the headers claim.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SignatureHeaders {
    /// What is signed in front of the body.
    pub(crate) prefix: String,
    /// When it was signed, seconds since 1970.
    pub(crate) time: Option<i64>,
    /// The signed id.
    pub(crate) id: Option<String>,
    /// At least one.
    pub(crate) signatures: Vec<Signature>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Signature {
    /// HMAC-SHA256.
    Mac([u8; 32]),
    Ed25519(Box<[u8; 64]>),
}

impl SignatureHeaders {
    pub(crate) fn read(definition: &Definition, headers: &HeaderMap) -> Result<Self, Rejection> {
        match definition.scheme {
            Scheme::Body { prefix, encoding } => {
                let values = texts(headers, definition.signature_header)?;
                let items = values.iter().flat_map(|value| value.split(',')).map(str::trim);
                let macs = items.filter_map(|item| mac(item.strip_prefix(prefix)?, encoding));
                Ok(Self { prefix: String::new(), time: None, id: None, signatures: some(macs)? })
            }
            Scheme::TimeAndBody => {
                let values = texts(headers, definition.signature_header)?;
                let items = || values.iter().flat_map(|value| value.split(',')).filter_map(|item| item.split_once('='));
                let all = |name| items().filter_map(move |(key, value)| (key.trim() == name).then_some(value.trim()));
                let (written, time) = timestamp(only(all("t"), Rejection::MalformedSignature)?)?;
                if all("v1").next().is_none() {
                    return Err(Rejection::MissingSignature);
                }
                let macs = all("v1").filter_map(|item| mac(item, Encoding::Hex));
                Ok(Self { prefix: format!("{written}."), time: Some(time), id: None, signatures: some(macs)? })
            }
            Scheme::IdTimeAndBody => {
                let [ids, times, values] = complete_sets(headers)?;
                let id = only(ids.into_iter(), Rejection::MissingSignature)?;
                // With a dot in it, the same text could be signed for another id, another time and another body.
                let is_valid = |byte: u8| byte.is_ascii_graphic() && byte != b'.';
                if id.len() > MAX_ID_LEN || !id.bytes().all(is_valid) {
                    return Err(Rejection::MalformedSignature);
                }
                let (written, time) = timestamp(only(times.into_iter(), Rejection::MissingSignature)?)?;
                let signatures = some(values.iter().flat_map(|value| versioned(value)))?;
                Ok(Self { prefix: format!("{id}.{written}."), time: Some(time), id: Some(id.to_owned()), signatures })
            }
        }
    }
}

/// The ids, times and signatures of every set of headers of which none is missing; at least one. A set that lacks a header
/// says nothing.
fn complete_sets(headers: &HeaderMap) -> Result<[Vec<&str>; 3], Rejection> {
    let mut found: Option<[Vec<&str>; 3]> = None;
    for names in HEADER_SETS {
        let is_there = |name: &&str| headers.get_all(*name).iter().any(|value| !value.is_empty());
        if names.iter().all(is_there) {
            let found = found.get_or_insert_default();
            for (values, name) in found.iter_mut().zip(names) {
                values.extend(texts(headers, name)?);
            }
        }
    }
    found.ok_or(Rejection::MissingSignature)
}

/// The header's values that are not empty; at least one.
fn texts<'h>(headers: &'h HeaderMap, name: &str) -> Result<Vec<&'h str>, Rejection> {
    let values = headers.get_all(name).iter().filter(|value| !value.is_empty());
    let texts: Option<Vec<&str>> = values.map(|value| std::str::from_utf8(value.as_bytes()).ok()).collect();
    match texts {
        None => Err(Rejection::MalformedSignature),
        Some(texts) if texts.is_empty() => Err(Rejection::MissingSignature),
        Some(texts) => Ok(texts),
    }
}

/// The one value that all of `values` are.
fn only<'v>(mut values: impl Iterator<Item = &'v str>, missing: Rejection) -> Result<&'v str, Rejection> {
    let first = values.next().ok_or(missing)?;
    if values.all(|value| value == first) { Ok(first) } else { Err(Rejection::MalformedSignature) }
}

/// Seconds since 1970 as every sender writes them: digits, without a sign, without leading zeros.
fn timestamp(written: &str) -> Result<(&str, i64), Rejection> {
    let canonical = written.bytes().all(|byte| byte.is_ascii_digit()) && (written == "0" || !written.starts_with('0'));
    let time = canonical.then(|| written.parse().ok()).flatten();
    time.map(|time| (written, time)).ok_or(Rejection::MalformedSignature)
}

fn some(signatures: impl Iterator<Item = Signature>) -> Result<Vec<Signature>, Rejection> {
    let signatures: Vec<Signature> = signatures.take(MAX_SIGNATURES + 1).collect();
    let is_valid = (1..=MAX_SIGNATURES).contains(&signatures.len());
    if is_valid { Ok(signatures) } else { Err(Rejection::MalformedSignature) }
}

fn mac(written: &str, encoding: Encoding) -> Option<Signature> {
    let mut mac = [0; 32];
    match encoding {
        Encoding::Hex => hex::decode_to_slice(written, &mut mac).ok()?,
        Encoding::Base64 => mac = STANDARD.decode(written).ok()?.try_into().ok()?,
    }
    Some(Signature::Mac(mac))
}

/// `v1,base64 v1a,base64 …`. Neither a version nor base64 holds a space or a comma, so that lists which were joined by
/// commas are read as well: each version, and what follows it.
fn versioned(value: &str) -> impl Iterator<Item = Signature> {
    let items = || value.split([' ', ',']).filter(|item| !item.is_empty());
    items().zip(items().skip(1)).filter_map(|(version, written)| match version {
        "v1" => mac(written, Encoding::Base64),
        "v1a" => Some(Signature::Ed25519(Box::new(STANDARD.decode(written).ok()?.try_into().ok()?))),
        _ => None,
    })
}
