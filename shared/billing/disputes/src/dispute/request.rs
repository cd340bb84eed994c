//! The bodies of requests that create and update disputes, and their validation.

use edge_capabilities::Timestamp;
use edge_http::{FieldError, FieldErrors, Problem, Text, nullable};
use edge_money::{Currency, Digits, Money};
use serde::Deserialize;
use utoipa::ToSchema;

use super::model::{Dispute, DisputeReason, DisputeStatus, Evidence, Subject};

const MAX_LEN: usize = 256;
const MAX_TEXT: usize = 4_000;
const MAX_EVIDENCE: usize = 50;

/// A dispute to create.
#[derive(Clone, Deserialize, ToSchema)]
pub(crate) struct CreateDisputeRequest {
    /// What is disputed.
    pub(super) subject: Subject,
    /// The entity that is concerned.
    #[serde(default)]
    pub(super) entity_id: Option<String>,
    /// How much is disputed, above zero, and at most what was paid. Default: all of it; required where the payment or the
    /// invoice is not known.
    #[serde(default)]
    #[schema(value_type = Option<f64>)]
    pub(super) amount: Option<Digits>,
    /// The ISO 4217 code of the currency. Default: that of what is disputed.
    #[serde(default)]
    pub(super) currency: Option<String>,
    /// Why.
    #[schema(inline)]
    pub(super) reason: DisputeReason,
    /// Why, in words: up to 4000 bytes.
    #[serde(default)]
    pub(super) description: Option<String>,
    /// Until when it is to be decided (RFC 3339).
    #[serde(default)]
    #[schema(format = DateTime)]
    pub(super) due_at: Option<String>,
    /// The evidence: up to 50 pieces.
    #[serde(default)]
    pub(super) evidence: Vec<Evidence>,
}

/// The changes to a dispute. Fields that are absent keep their values.
#[derive(Clone, Deserialize, ToSchema)]
pub(crate) struct UpdateDisputeRequest {
    /// `open`, `under_review`, `awaiting_customer` or `withdrawn`.
    #[serde(default)]
    #[schema(inline)]
    status: Option<DisputeStatus>,
    /// The evidence: up to 50 pieces. They replace the present ones.
    #[serde(default)]
    evidence: Option<Vec<Evidence>>,
    /// Until when it is to be decided (RFC 3339); null: until nobody says when.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(format = DateTime, value_type = Option<String>)]
    due_at: Option<Option<String>>,
    /// Why, in words: up to 4000 bytes.
    #[serde(default)]
    description: Option<String>,
}

/// The valid fields of a new dispute.
pub(super) struct NewDispute {
    pub(super) amount: i64,
    pub(super) currency: Currency,
    pub(super) due_at: Option<Timestamp>,
}

/// A text of people's, which may have several lines.
fn check_prose(errors: &mut FieldErrors, field: &str, text: Option<&str>) {
    let is_legible = |char: char| !char.is_control() || matches!(char, '\n' | '\t' | '\r');
    if text.is_some_and(|text| text.is_empty() || text.len() > MAX_TEXT || !text.chars().all(is_legible)) {
        errors.add(field, format!("must be 1 to {MAX_TEXT} bytes without control characters"));
    }
}

fn read_instant(errors: &mut FieldErrors, field: &str, written: Option<&str>) -> Option<Timestamp> {
    let read = written.map(Timestamp::parse);
    if read == Some(None) {
        errors.add(field, "must be a date and time (RFC 3339)");
    }
    read.flatten()
}

fn check_evidence(errors: &mut FieldErrors, evidence: &[Evidence]) {
    if evidence.len() > MAX_EVIDENCE {
        errors.add("evidence", format!("must be at most {MAX_EVIDENCE} pieces"));
    }
    for (place, piece) in evidence.iter().enumerate() {
        let field = |name: &str| format!("evidence[{place}].{name}");
        errors.check_text::<MAX_LEN>(field("name"), piece.name.as_deref());
        if piece.name.is_none() && piece.description.is_none() && piece.url.is_none() {
            errors.add(field("name"), "is required, or a description or a url");
        }
        check_prose(errors, &field("description"), piece.description.as_deref());
        let is_url = |url: &str| url.starts_with("https://") && Text::<2_000>::accepts(url);
        if piece.url.as_deref().is_some_and(|url| !is_url(url)) {
            errors.add(field("url"), "must be an https URL of up to 2000 bytes");
        }
        let is_hash = |hash: &str| hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        if piece.sha256.as_deref().is_some_and(|hash| !is_hash(hash)) {
            errors.add(field("sha256"), "must be 64 hex digits");
        }
    }
}

impl CreateDisputeRequest {
    /// An error if the subject's id cannot be one.
    pub(super) fn check_subject(&self) -> Result<(), Problem> {
        let mut errors = FieldErrors::default();
        errors.check_text::<MAX_LEN>("subject.id", Some(&self.subject.id));
        errors.finish().map_err(Problem::fields)
    }

    /// The valid fields. `known`: the amount of the thing that is disputed.
    pub(super) fn validate(&self, known: Option<Money>) -> Result<NewDispute, Problem> {
        let mut errors = FieldErrors::default();
        errors.check_text::<64>("entity_id", self.entity_id.as_deref());
        check_prose(&mut errors, "description", self.description.as_deref());
        check_evidence(&mut errors, &self.evidence);
        let due_at = read_instant(&mut errors, "due_at", self.due_at.as_deref());
        let named = self.currency.as_deref().map(Currency::parse);
        let currency = match (named, known) {
            (Some(Err(error)), _) => {
                errors.add("currency", error.to_string());
                None
            }
            (Some(Ok(named)), Some(known)) if named != known.currency => {
                errors.add("currency", format!("must be {}", known.currency));
                None
            }
            (Some(Ok(named)), _) => Some(named),
            (None, Some(known)) => Some(known.currency),
            (None, None) => {
                errors.add("currency", "is required: what is disputed is not known");
                None
            }
        };
        let amount = match (&self.amount, currency) {
            (_, None) => None,
            (None, Some(_)) => match known {
                Some(known) => Some(known.minor),
                None => {
                    errors.add("amount", "is required: what is disputed is not known");
                    None
                }
            },
            (Some(digits), Some(currency)) => match digits.read(currency) {
                Err(invalid) => {
                    errors.add("amount", invalid.to_string());
                    None
                }
                Ok(amount) if amount.minor <= 0 => {
                    errors.add("amount", "must be above zero");
                    None
                }
                Ok(amount) if known.is_some_and(|known| amount.minor > known.minor) => {
                    errors.add("amount", "must not be above the amount of what is disputed");
                    None
                }
                Ok(amount) => Some(amount.minor),
            },
        };
        let fields = currency.zip(amount);
        errors.finish().map_err(Problem::fields)?;
        let (currency, amount) = fields.ok_or_else(|| Problem::field("amount", "is required"))?;
        Ok(NewDispute { amount, currency, due_at })
    }
}

impl UpdateDisputeRequest {
    /// The status that it sets.
    pub(super) const fn status(&self) -> Option<DisputeStatus> {
        self.status
    }

    /// Validates the fields and gives when it is due from now on, where that changes.
    pub(super) fn validate(&self) -> Result<Option<Option<Timestamp>>, Problem> {
        let mut errors = FieldErrors::default();
        check_prose(&mut errors, "description", self.description.as_deref());
        check_evidence(&mut errors, self.evidence.as_deref().unwrap_or_default());
        if self.status.is_some_and(|status| !status.is_open() && status != DisputeStatus::Withdrawn) {
            errors.add("status", "must be open, under_review, awaiting_customer or withdrawn");
        }
        let due_at = self.due_at.as_ref().map(|due| read_instant(&mut errors, "due_at", due.as_deref()));
        errors.finish().map_err(Problem::fields)?;
        Ok(due_at)
    }

    /// Makes the changes, but for the status.
    pub(super) fn apply(&self, dispute: &mut Dispute, due_at: Option<Option<Timestamp>>) {
        if let Some(evidence) = &self.evidence {
            dispute.evidence.clone_from(evidence);
        }
        if let Some(due_at) = due_at {
            dispute.due_at = due_at;
        }
        if let Some(description) = &self.description {
            dispute.description = Some(description.clone());
        }
    }
}

/// What is wrong with a text that is no text of people's.
pub(crate) fn prose_error(field: &str, text: &str) -> Option<FieldError> {
    let mut errors = FieldErrors::default();
    check_prose(&mut errors, field, Some(text));
    errors.finish().err()?.pop()
}
