//! Seats over HTTP.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use edge_access::{AnyScope, Granted, Scope};
use edge_audit::Actor;
use edge_capabilities::{Timestamp, random};
use edge_http::{Address, Code, Json, Listing, Page, Problem, ProblemBody, Raw, RequestId};
use edge_idempotency::Idempotent;
use http::{HeaderMap, StatusCode, Uri};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::decision::{Decided, Proof, SeatCommand, SeatError};
use super::model::{Seat, SeatState, fold_address};
use super::request::{AssignSeatsRequest, Assignee, ClaimSeatRequest, TransferSeatRequest, WantedSeats, read_user};
use crate::error::SubscriptionError;
use crate::movement::StoredSubscription;
use crate::router::AppState;
use crate::router::access::require_any;
use crate::subscription::api::{READERS, optional};

/// Who may assign seats: also who may buy them.
const ASSIGNERS: &[Scope] = &[Scope::SeatsWrite, Scope::SubscriptionsWrite];

/// A seat.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Seat)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SeatResponse {
    seat_id: String,
    /// Who has the seat; null: nobody has accepted it.
    user_id: Option<String>,
    /// To whom it was offered, in lower case; null: it was assigned to a user.
    email: Option<String>,
    state: SeatState,
    /// When it was assigned; null: it was not.
    assigned_at: Option<String>,
    /// When the offer ends; null: it is not an offer.
    expires_at: Option<String>,
    /// Increases with every change. Pass it to `POST /verify-seat` as `minVersion` to exclude older data.
    version: i64,
}

impl SeatResponse {
    /// The seat as it is at `now`.
    pub(crate) fn new(seat: Seat, now: Timestamp) -> Self {
        Self {
            state: seat.state_at(now),
            seat_id: seat.id,
            user_id: seat.user,
            email: seat.email,
            assigned_at: seat.assigned_at.map(|at| at.to_rfc3339_millis()),
            expires_at: seat.expires_at.map(|at| at.to_rfc3339_millis()),
            version: seat.version,
        }
    }
}

/// The outcomes of several assignments, in their order.
#[derive(Serialize, ToSchema)]
pub(crate) struct AssignSeatsResponse {
    results: Vec<SeatOutcome>,
}

/// The outcome of one assignment.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum SeatOutcome {
    /// The seat.
    Seat(SeatResponse),
    /// There is none.
    Error {
        /// Why.
        error: ProblemBody,
    },
}

/// What is answered to a request for seats.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum AssignedSeats {
    /// One seat was asked for.
    One(SeatResponse),
    /// Several were.
    Several(AssignSeatsResponse),
}

/// Assign seats
///
/// `userId` assigns a seat to a user, `email` offers one to an address. A user or an address that has one keeps it (200, the
/// same seat). With `assignments`, up to 100 are assigned in one step, each with its own outcome in `results`.
#[utoipa::path(
    post, path = "/subscriptions/{id}/seats", tag = "Subscriptions", security(("key" = ["seats:write"])),
    params(
        ("id" = String, Path, description = "The subscription's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
    ),
    request_body = AssignSeatsRequest,
    responses(
        (status = 201, description = "The seat, or the outcomes.", body = AssignedSeats),
        (status = 409, description = "`SEAT_LIMIT_REACHED`: all seats are taken; `SUBSCRIPTION_INACTIVE`: it is not paid or has ended."),
    ),
)]
pub(crate) async fn assign_seats(
    State(state): State<AppState>,
    granted: Granted<AnyScope>,
    address: Address,
    headers: HeaderMap,
    Path(id): Path<String>,
    request_id: RequestId,
    request: Idempotent<AssignSeatsRequest>,
) -> Result<Response, Problem> {
    let caller = granted.caller;
    require_any(&caller, ASSIGNERS)?;
    let stored = state.subscription(&caller, &headers, &id).await?;
    let actor = caller.actor(address);
    let scope = caller.idempotency_scope_in(&stored.account.organization);
    state
        .idempotency
        .once(&scope, request, async |wanted| {
            let now = state.now();
            let status = |is_new: bool| if is_new { StatusCode::CREATED } else { StatusCode::OK };
            match wanted.read()? {
                WantedSeats::One(assignee) => {
                    let Decided { seat, is_new } =
                        state.assign(&stored, vec![assignee], &actor).await?.pop().ok_or(SeatError::NotFound)??;
                    Ok((status(is_new), AssignedSeats::One(SeatResponse::new(seat, now))))
                }
                WantedSeats::Several(wanted) => {
                    let valid = wanted.iter().flatten().cloned().collect();
                    let mut decided = state.assign(&stored, valid, &actor).await?.into_iter();
                    let mut any_new = false;
                    let mut outcome = |wanted: Result<Assignee, Problem>| {
                        let decided = wanted.and_then(|_| Ok(decided.next().unwrap_or(Err(SeatError::NotFound))?));
                        match decided {
                            Ok(Decided { seat, is_new }) => {
                                any_new |= is_new;
                                SeatOutcome::Seat(SeatResponse::new(seat, now))
                            }
                            Err(problem) => SeatOutcome::Error { error: problem.body(request_id.as_str()) },
                        }
                    };
                    let results = wanted.into_iter().map(&mut outcome).collect();
                    Ok((status(any_new), AssignedSeats::Several(AssignSeatsResponse { results })))
                }
            }
        })
        .await
}

/// The filter of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SeatListQuery {
    /// Only seats in this state: `PENDING`, `ACTIVE` or `REVOKED`.
    state: Option<String>,
}

/// List seats
///
/// Those that changed last first. An offer that has expired is `REVOKED`.
#[utoipa::path(
    get, path = "/subscriptions/{id}/seats", tag = "Subscriptions", security(("key" = ["subscriptions:read"])),
    params(("id" = String, Path, description = "The subscription's id."), Page, SeatListQuery),
    responses((status = 200, description = "A page of seats.", body = Listing<SeatResponse>)),
)]
pub(crate) async fn list_seats(
    State(state): State<AppState>,
    granted: Granted<AnyScope>,
    headers: HeaderMap,
    Path(id): Path<String>,
    page: Page,
    uri: Uri,
) -> Result<Json<Listing<SeatResponse>>, Problem> {
    require_any(&granted.caller, READERS)?;
    let stored = state.subscription(&granted.caller, &headers, &id).await?;
    let unreadable = |_| Problem::field("query", "cannot be read");
    let Query(query) = Query::<SeatListQuery>::try_from_uri(&uri).map_err(unreadable)?;
    let unknown = || Problem::field("state", "must be PENDING, ACTIVE or REVOKED");
    let wanted =
        query.state.map(|text| SeatState::parse(&text.to_ascii_uppercase()).ok_or_else(unknown)).transpose()?;
    let (before, now) = (page.parse_cursor(|text| text.parse::<i64>().ok())?, state.now());
    let movements = state.service.movements();
    let seats = movements.list_seats(&stored.account, &stored.id, wanted, before, now, page.rows()).await?;
    Ok(Json(page.listing(seats, |seat| seat.version, |seat| SeatResponse::new(seat, now))))
}

/// Revoke a seat
///
/// The next check denies. Revoking is final: the same user gets another seat later.
#[utoipa::path(
    delete, path = "/subscriptions/{id}/seats/{seatId}", tag = "Subscriptions", security(("key" = ["seats:write"])),
    params(
        ("id" = String, Path, description = "The subscription's id."),
        ("seatId" = String, Path, description = "The seat's id."),
    ),
    responses(
        (status = 204, description = "The seat is revoked."),
        (status = 404, description = "`SEAT_NOT_FOUND`."),
    ),
)]
pub(crate) async fn revoke_seat(
    State(state): State<AppState>,
    granted: Granted<AnyScope>,
    address: Address,
    headers: HeaderMap,
    Path((id, seat)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    require_any(&granted.caller, ASSIGNERS)?;
    let stored = state.subscription(&granted.caller, &headers, &id).await?;
    state.one(&stored, SeatCommand::Revoke { id: seat }, &granted.caller.actor(address)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Transfer a seat
///
/// The seat is revoked and another one assigned to the other user, in one step. A seat that was assigned less than the
/// application's `seatCooldownHours` ago cannot be transferred.
#[utoipa::path(
    post, path = "/subscriptions/{id}/seats/{seatId}/transfer", tag = "Subscriptions",
    security(("key" = ["seats:write"])),
    params(
        ("id" = String, Path, description = "The subscription's id."),
        ("seatId" = String, Path, description = "The seat's id."),
    ),
    request_body = TransferSeatRequest,
    responses(
        (status = 200, description = "The other user's seat.", body = SeatResponse),
        (status = 409, description = "`SEAT_COOLDOWN`, `SEAT_REVOKED`, `SEAT_PENDING`; `ALREADY_EXISTS`: the user has a seat."),
    ),
)]
pub(crate) async fn transfer_seat(
    State(state): State<AppState>,
    granted: Granted<AnyScope>,
    address: Address,
    headers: HeaderMap,
    Path((id, seat)): Path<(String, String)>,
    Json(request): Json<TransferSeatRequest>,
) -> Result<Json<SeatResponse>, Problem> {
    require_any(&granted.caller, ASSIGNERS)?;
    let stored = state.subscription(&granted.caller, &headers, &id).await?;
    let user = read_user("userId", &request.user_id)?;
    let application = state.applications.registered(&stored.account.application).await?;
    let cooldown = application.map(|application| application.seat_cooldown()).unwrap_or_default();
    let command = SeatCommand::Transfer { id: seat, new: state.seat_id(), user, cooldown };
    let seat = state.one(&stored, command, &granted.caller.actor(address)).await?;
    Ok(Json(SeatResponse::new(seat, state.now())))
}

/// Claim a seat
///
/// Takes a person's token: the seat becomes that person's if its verified address is the invited one, or with the `code` of
/// the invitation. A person who has a seat keeps that one, and the offer ends.
#[utoipa::path(
    post, path = "/subscriptions/{id}/seats/{seatId}/claim", tag = "Subscriptions", security(("key" = [])),
    params(
        ("id" = String, Path, description = "The subscription's id."),
        ("seatId" = String, Path, description = "The seat's id."),
    ),
    request_body = ClaimSeatRequest,
    responses(
        (status = 200, description = "The person's seat.", body = SeatResponse),
        (status = 404, description = "`SEAT_NOT_FOUND`: it is not offered to this person."),
        (status = 409, description = "`INVITATION_EXPIRED`, `SEAT_REVOKED`; `SEAT_LIMIT_REACHED`: the number of seats fell since."),
    ),
)]
pub(crate) async fn claim_seat(
    State(state): State<AppState>,
    granted: Granted<AnyScope>,
    address: Address,
    Path((id, seat)): Path<(String, String)>,
    body: Raw,
) -> Result<Json<SeatResponse>, Problem> {
    let request: ClaimSeatRequest = optional(&body)?;
    let caller = granted.caller;
    let Some(user) = caller.person() else {
        return Err(Problem::new(Code::PermissionDenied, "A seat is claimed with the person's own token."));
    };
    let proof = match (request.code, &caller.email) {
        (Some(code), _) => Proof::Code(code),
        (None, Some(email)) => Proof::Address(fold_address(email)),
        (None, None) => return Err(Problem::field("code", "is required: the token has no verified address")),
    };
    // An invitation says nothing to anybody else, not even whether it exists. Whom it is for need not belong to the
    // organization.
    let not_found = |error| match error {
        SubscriptionError::NotFound => SeatError::NotFound.into(),
        error => Problem::from(error),
    };
    let stored = state.service.find(&id).await.map_err(not_found)?;
    let command = SeatCommand::Claim { id: seat, user: user.to_owned(), proof };
    let seat = state.one(&stored, command, &caller.actor(address)).await?;
    Ok(Json(SeatResponse::new(seat, state.now())))
}

impl AppState {
    fn seat_id(&self) -> String {
        format!("seat_{}", random::hex::<16>(&*self.capabilities.random))
    }

    async fn one(&self, stored: &StoredSubscription, command: SeatCommand, actor: &Actor) -> Result<Seat, Problem> {
        let mut decided = self.service.change_seats(&stored.account, &stored.id, &[command], actor).await?;
        Ok(decided.pop().unwrap_or(Err(SeatError::NotFound))?.seat)
    }

    /// Gives seats to `assignees`; those who are invited are told.
    async fn assign(
        &self,
        stored: &StoredSubscription,
        assignees: Vec<Assignee>,
        actor: &Actor,
    ) -> Result<Vec<Result<Decided, SeatError>>, Problem> {
        let organization = &stored.account.organization;
        let application = self.applications.find(&stored.account.application).await?;
        let expires_at = self.now().plus(application.invitation_lifetime());
        let mut commands = Vec::new();
        for assignee in assignees {
            let (id, code) = (self.seat_id(), random::hex::<16>(&*self.capabilities.random));
            commands.push(match assignee {
                Assignee::User(user) => {
                    // Who was invited and is assigned a seat by the user's id has one seat.
                    let address = match stored.pending {
                        0 => None,
                        _ => self.people.email_of(organization, &user).await?.flatten(),
                    };
                    SeatCommand::Assign { id, user, address: address.map(|address| fold_address(&address)) }
                }
                Assignee::Address(email) => {
                    let holder = self.people.user_with_email(organization, &email).await?;
                    SeatCommand::Invite { id, email, code, expires_at, holder }
                }
            });
        }
        Ok(self.service.change_seats(&stored.account, &stored.id, &commands, actor).await?)
    }
}
