//! The bodies of requests about seats.

use edge_http::{Problem, read_json};
use edge_json::AtMost;
use edge_seats::Id;
use serde::Deserialize;
use utoipa::ToSchema;

use super::model::fold_address;

/// The most seats in one request.
const MAX_BATCH: usize = 100;

/// Who gets a seat: either `userId` or `email`.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SeatAssignment {
    /// The user's id in the application.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 256)]
    user_id: Option<String>,
    /// The address to invite. It is compared in lower case.
    #[serde(default)]
    email: Option<String>,
}

/// The seats to assign: one, or `assignments`.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AssignSeatsRequest {
    #[serde(flatten)]
    one: SeatAssignment,
    /// Up to 100, each with its own outcome.
    #[serde(default)]
    #[schema(value_type = Option<Vec<SeatAssignment>>, max_items = 100)]
    assignments: Option<AtMost<serde_json::Value, MAX_BATCH>>,
}

/// Who gets a seat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Assignee {
    User(String),
    Address(String),
}

/// What is asked for.
pub(crate) enum WantedSeats {
    One(Assignee),
    Several(Vec<Result<Assignee, Problem>>),
}

impl SeatAssignment {
    fn read(self) -> Result<Assignee, Problem> {
        match (self.user_id, self.email) {
            (Some(user), None) => read_user("userId", &user).map(Assignee::User),
            (None, Some(email)) => {
                let email = fold_address(&email);
                if is_address(&email) {
                    Ok(Assignee::Address(email))
                } else {
                    Err(Problem::field("email", "must be an e-mail address"))
                }
            }
            (None, None) => Err(Problem::field("userId", "is required, or email")),
            (Some(_), Some(_)) => Err(Problem::field("email", "must not stand beside userId")),
        }
    }
}

impl AssignSeatsRequest {
    pub(crate) fn read(self) -> Result<WantedSeats, Problem> {
        let Some(assignments) = self.assignments else { return self.one.read().map(WantedSeats::One) };
        if self.one.user_id.is_some() || self.one.email.is_some() {
            return Err(Problem::field("assignments", "must stand alone, without userId and email"));
        }
        let assignments = assignments.into_vec();
        if assignments.is_empty() {
            return Err(Problem::field("assignments", "must not be empty"));
        }
        let read =
            |assignment: serde_json::Value| read_json::<SeatAssignment>(&assignment).and_then(SeatAssignment::read);
        Ok(WantedSeats::Several(assignments.into_iter().map(read).collect()))
    }
}

/// An id as seat checks take it.
pub(crate) fn read_user(field: &str, text: &str) -> Result<String, Problem> {
    let id = Id::parse(text).map_err(|invalid| Problem::field(field, invalid.to_string()))?;
    Ok(id.as_str().to_owned())
}

fn is_address(text: &str) -> bool {
    let is_text = text.len() <= 254 && !text.chars().any(|char| char.is_whitespace() || char.is_control());
    let parts = text.rsplit_once('@');
    is_text && parts.is_some_and(|(user, host)| !user.is_empty() && !user.contains('@') && !host.is_empty())
}

/// Another user who gets a seat.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TransferSeatRequest {
    /// The user's id in the application.
    #[schema(min_length = 1, max_length = 256)]
    pub(crate) user_id: String,
}

/// How an invitation is accepted.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ClaimSeatRequest {
    /// The code of the invitation. Not needed with a token whose verified address is the invited one.
    #[serde(default)]
    pub(crate) code: Option<String>,
}
