//! The ERP's seats, as the edge's own checks see them: with what payments and the rule `seat_access` say. Who is granted
//! access by these is who must be granted access afterwards.

use edge_seats::SubscriptionStatus;
use http::Method;
use serde_json::{Value, json};

use crate::api::{EdgeApi, ImportError, ask, encoded, get, list, text};
use crate::{SourceSeat, SourceState, SourceSubscription};

/// The most checks in one request.
const BATCH: usize = 100;

/// How often a check is repeated that the ERP did not answer.
const MAX_ATTEMPTS: usize = 3;

/// A user to ask about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The line of the file that names the user.
    pub line: Option<u64>,
    /// The organization's id in the application.
    pub external_org: String,
    /// The user.
    pub user: String,
    /// The organization's id at the edge, where the edge may not know the external id yet.
    pub organization: Option<String>,
    /// The plan of the subscription, if it has to be made.
    pub plan: Option<String>,
    /// The number of purchased seats.
    pub seats: Option<i64>,
}

impl From<SourceSeat> for Subject {
    fn from(seat: SourceSeat) -> Self {
        let SourceSeat { line, external_org, user, organization, plan, seats, .. } = seat;
        Self { line, external_org, user, organization, plan, seats }
    }
}

/// The users of all organizations with an id in `application`.
pub async fn known_subjects(api: &dyn EdgeApi, application: &str) -> Result<Vec<Subject>, ImportError> {
    let mut subjects = Vec::new();
    for organization in list(api, "/organizations").await? {
        let external_org = organization.get("externalIds").and_then(|ids| text(ids, application));
        let (Some(id), Some(external_org)) = (text(&organization, "id"), external_org) else { continue };
        for user in list(api, &format!("/api/v1/tenants/{}/users", encoded(id))).await? {
            let Some(user) = text(&user, "user_id") else { continue };
            subjects.push(Subject {
                line: None,
                external_org: external_org.to_owned(),
                user: user.to_owned(),
                organization: None,
                plan: None,
                seats: None,
            });
        }
    }
    Ok(subjects)
}

/// The seats of `subjects` in the ERP. `progress` is told of how many are read.
pub async fn read(
    api: &dyn EdgeApi,
    application: &str,
    subjects: Vec<Subject>,
    mut progress: impl FnMut(usize),
) -> Result<Vec<SourceSeat>, ImportError> {
    let shown = get(api, &format!("/applications/{}", encoded(application))).await?;
    if text(&shown, "seatSource") != Some("erp") {
        let why = format!("the seats of {application} live at the edge already: there is nothing to ask the ERP for");
        return Err(ImportError::Refused(why));
    }
    let mut seats = Vec::with_capacity(subjects.len());
    for batch in subjects.chunks(BATCH) {
        seats.extend(read_batch(api, application, batch).await?);
        progress(seats.len());
    }
    Ok(seats)
}

async fn read_batch(api: &dyn EdgeApi, application: &str, batch: &[Subject]) -> Result<Vec<SourceSeat>, ImportError> {
    let mut found: Vec<Option<SourceSeat>> = vec![None; batch.len()];
    for attempt in 1..=MAX_ATTEMPTS {
        let open = || batch.iter().zip(&found).filter(|(_, found)| found.is_none()).map(|(subject, _)| subject);
        // What the edge remembers may be some seconds old, and somebody's seat may be gone since.
        let mut organizations: Vec<&str> = open().map(|subject| subject.external_org.as_str()).collect();
        organizations.sort_unstable();
        organizations.dedup();
        for external_org in organizations {
            let of = json!({"applicationSlug": application, "externalOrgId": external_org});
            ask(api, Method::POST, "/api/v1/seats/invalidate", Some(&of)).await?;
        }
        let checks: Vec<Value> = open()
            .map(|subject| {
                json!({"applicationSlug": application, "externalOrgId": subject.external_org, "userId": subject.user})
            })
            .collect();
        let answer = ask(api, Method::POST, "/verify-seats", Some(&json!({"requests": checks}))).await?;
        let Some(results) = answer.body.get("results").and_then(Value::as_array) else {
            return Err(ImportError::Refused(format!("/verify-seats: {}", answer.problem())));
        };
        let mut results = results.iter();
        for (subject, found) in batch.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
            let seat = results.next().map_or_else(|| unknown(subject, "no answer"), |result| seat(subject, result));
            let is_known = !matches!(seat.state, SourceState::Unknown(_));
            if is_known || attempt == MAX_ATTEMPTS {
                *found = Some(seat);
            }
        }
        if found.iter().all(Option::is_some) {
            break;
        }
        api.pause(std::time::Duration::from_secs(1)).await;
    }
    Ok(found.into_iter().flatten().collect())
}

fn unknown(subject: &Subject, why: &str) -> SourceSeat {
    with_state(subject, SourceState::Unknown(format!("the ERP did not answer: {why}")))
}

fn with_state(subject: &Subject, state: SourceState) -> SourceSeat {
    SourceSeat {
        line: subject.line,
        external_org: subject.external_org.clone(),
        user: subject.user.clone(),
        state,
        organization: subject.organization.clone(),
        plan: subject.plan.clone(),
        seats: subject.seats,
        subscription: None,
    }
}

/// What a check says.
fn seat(subject: &Subject, result: &Value) -> SourceSeat {
    if let Some(error) = result.get("error") {
        return unknown(subject, text(error, "code").unwrap_or("an error"));
    }
    let source = text(result, "source").unwrap_or_default();
    if source == "stale" {
        return unknown(subject, "only an old answer is known");
    }
    let reason = text(result, "reason").unwrap_or_default();
    let state = match (result.get("hasAccess").and_then(Value::as_bool), reason) {
        (Some(true), _) => SourceState::Active,
        (Some(false), "SEAT_REVOKED") => SourceState::Revoked,
        (Some(false), "SEAT_NOT_FOUND" | "SEAT_PENDING" | "ORGANIZATION_NOT_FOUND") => SourceState::None,
        (Some(false), reason) => SourceState::Denied(reason.to_owned()),
        (None, _) => return unknown(subject, "not a verdict"),
    };
    let status = text(result, "subscriptionStatus").and_then(SubscriptionStatus::parse);
    let period_end = text(result, "expiresAt").map(ToOwned::to_owned);
    let subscription = status.map(|status| SourceSubscription { status, period_end });
    SourceSeat { subscription, ..with_state(subject, state) }
}
