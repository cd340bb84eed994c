//! The bodies of requests that register and change applications, and their validation.

use edge_capabilities::Timestamp;
use edge_http::{FieldError, Problem, Text};
use serde::Deserialize;
use utoipa::ToSchema;

use super::model::{Application, SeatSource};

const MAX_LEN: usize = 256;
const MAX_SLUG_LEN: usize = 63;
const MAX_COOLDOWN_HOURS: u32 = 24 * 366;
const MAX_INVITATION_DAYS: u32 = 366;

/// A request to register an application.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreateApplicationRequest {
    /// The application's name in paths and seat checks: 1 to 63 of `a`–`z`, `0`–`9`, `-` and `_`, unique.
    slug: String,
    /// The application's name for people, 1 to 256 bytes. Default: the slug.
    #[serde(default)]
    name: Option<String>,
    /// The application's name for an organisation's id: `hospital_id`. Default: `external_id`.
    #[serde(default)]
    external_id_name: Option<String>,
    /// Where the application's seats live: `erp` (default) or `edge`.
    #[serde(default)]
    seat_source: Option<SeatSource>,
    /// The hours that must pass before a seat that was assigned can be transferred. Default: 0.
    #[serde(default)]
    seat_cooldown_hours: Option<u32>,
    /// The days for which an invitation to a seat holds: 1 to 366. Default: 7.
    #[serde(default)]
    invitation_days: Option<u32>,
    /// Whether the seats live at the edge although the ERP has seats that were not imported. Default: false.
    #[serde(default)]
    pub(crate) force: Option<bool>,
}

/// The fields of an application that can be updated. Omitted fields keep their values; of a new application they have
/// the default.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UpdateApplicationRequest {
    /// The application's name for people, 1 to 256 bytes. Default: the slug.
    #[serde(default)]
    name: Option<String>,
    /// The application's name for an organisation's id: `hospital_id`. Default: `external_id`.
    #[serde(default)]
    external_id_name: Option<String>,
    /// Where the application's seats live: `erp` (default) or `edge`.
    #[serde(default)]
    pub(crate) seat_source: Option<SeatSource>,
    /// The hours that must pass before a seat that was assigned can be transferred. Default: 0.
    #[serde(default)]
    seat_cooldown_hours: Option<u32>,
    /// The days for which an invitation to a seat holds: 1 to 366. Default: 7.
    #[serde(default)]
    invitation_days: Option<u32>,
    /// Whether `seatSource` becomes `edge` although the ERP has seats that were not imported. Default: false.
    #[serde(default)]
    pub(crate) force: Option<bool>,
}

pub(crate) fn is_valid_text(text: &str) -> bool {
    Text::<MAX_LEN>::accepts(text) && !text.trim().is_empty()
}

pub(crate) fn is_slug(slug: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_';
    (1..=MAX_SLUG_LEN).contains(&slug.len()) && slug.bytes().all(is_allowed)
}

impl CreateApplicationRequest {
    /// Validates the request; gives the application to register.
    pub(crate) fn read(self, by: &str, now: Timestamp) -> Result<Application, Problem> {
        let mut errors = Vec::new();
        if !is_slug(&self.slug) {
            errors.push(FieldError::new("slug", "must be 1 to 63 of a–z, 0–9, - and _"));
        }
        let mut application = Application { updated_by: by.to_owned(), ..Application::new(&self.slug, now) };
        let fields = UpdateApplicationRequest {
            name: self.name,
            external_id_name: self.external_id_name,
            seat_source: self.seat_source,
            seat_cooldown_hours: self.seat_cooldown_hours,
            invitation_days: self.invitation_days,
            force: None,
        };
        fields.apply(&mut application, &mut errors);
        if errors.is_empty() { Ok(application) } else { Err(Problem::fields(errors)) }
    }
}

impl UpdateApplicationRequest {
    /// Validates the request; gives the application after the changes, and whether there are any.
    pub(crate) fn read(&self, before: &Application, by: &str, now: Timestamp) -> Result<Option<Application>, Problem> {
        let (mut after, mut errors) = (before.clone(), Vec::new());
        self.apply(&mut after, &mut errors);
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
        Ok((after != *before).then(|| Application { updated_by: by.to_owned(), updated_at: now, ..after }))
    }

    fn apply(&self, application: &mut Application, errors: &mut Vec<FieldError>) {
        let texts = [
            ("name", &self.name, &mut application.name),
            ("externalIdName", &self.external_id_name, &mut application.external_id_name),
        ];
        for (field, sent, kept) in texts {
            match sent {
                Some(sent) if is_valid_text(sent) => sent.trim().clone_into(kept),
                Some(_) => errors.push(FieldError::new(field, "must be 1 to 256 bytes without control characters")),
                None => {}
            }
        }
        if let Some(source) = self.seat_source {
            application.seat_source = source;
        }
        let numbers = [
            (
                "seatCooldownHours",
                self.seat_cooldown_hours,
                0..=MAX_COOLDOWN_HOURS,
                &mut application.seat_cooldown_hours,
            ),
            ("invitationDays", self.invitation_days, 1..=MAX_INVITATION_DAYS, &mut application.invitation_days),
        ];
        for (field, sent, range, kept) in numbers {
            match sent {
                Some(sent) if range.contains(&sent) => *kept = sent,
                Some(_) => {
                    let message = format!("must be a number from {} to {}", range.start(), range.end());
                    errors.push(FieldError::new(field, message));
                }
                None => {}
            }
        }
    }
}
