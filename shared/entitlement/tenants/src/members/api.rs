//! A tenant's users over HTTP.

use axum::extract::{FromRequestParts, Path, Query, State};
use axum::response::Response;
use edge_access::{Caller, Granted, Role, TenantId, TenantsAdmin};
use edge_http::{Address, Code, FieldError, InvalidText, Json, Listing, Page, Problem, Text, is_email, nullable};
use edge_idempotency::Idempotent;
use http::StatusCode;
use http::request::Parts;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::model::{Member, MembershipChange};
use super::people::PersonPatch;
use crate::error::MemberError;
use crate::router::AppState;
use crate::tenant::Tenant;
use crate::tenant::request::MAX_TEXT_LEN;
use edge_audit::Actor;

/// A request to add a user to a tenant.
#[derive(Deserialize, ToSchema)]
pub(crate) struct CreateMemberRequest {
    /// The user's id in the product's accounts, 1 to 256 bytes.
    user_id: String,
    /// `OWNER`, `BILLING_ADMIN`, `ADMIN`, `MANAGER` or `MEMBER`. The default is `MEMBER`.
    #[serde(default)]
    #[schema(value_type = Option<Role>)]
    role: Option<String>,
    #[serde(flatten)]
    person: Person,
}

/// The fields of a user that can be updated.
#[derive(Deserialize, ToSchema)]
pub(crate) struct UpdateMemberRequest {
    /// `OWNER`, `BILLING_ADMIN`, `ADMIN`, `MANAGER` or `MEMBER`.
    #[serde(default)]
    #[schema(value_type = Option<Role>)]
    role: Option<String>,
    #[serde(flatten)]
    person: Person,
}

/// Fields that may be empty: left out they stay, null clears them.
#[derive(Deserialize, ToSchema)]
struct Person {
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    email: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    name: Option<Option<String>>,
}

/// A user of a tenant.
#[derive(Serialize, ToSchema)]
#[schema(as = User)]
pub(crate) struct MemberResponse {
    user_id: String,
    role: Role,
    email: Option<String>,
    name: Option<String>,
    /// The source that created the user: `admin`, `self`, `erp_hr`.
    provisioned_by: Option<String>,
    /// The employee's id in the ERP.
    erp_employee_id: Option<String>,
    department: Option<String>,
    job_title: Option<String>,
    joined_at: String,
    /// When the role was last changed.
    updated_at: String,
}

impl From<Member> for MemberResponse {
    fn from(member: Member) -> Self {
        let updated_at = member.changed_at.to_rfc3339_millis();
        let shown = Self {
            user_id: member.user,
            role: member.role,
            email: None,
            name: None,
            provisioned_by: None,
            erp_employee_id: None,
            department: None,
            job_title: None,
            joined_at: updated_at.clone(),
            updated_at,
        };
        let Some(person) = member.person else { return shown };
        Self {
            email: person.email,
            name: person.name,
            provisioned_by: Some(person.provisioned_by),
            erp_employee_id: person.erp_employee_id,
            department: person.department,
            job_title: person.job_title,
            joined_at: person.joined_at.to_rfc3339_millis(),
            ..shown
        }
    }
}

/// The role that is written, or what is wrong with it.
fn read_role(written: Option<&str>, errors: &mut Vec<FieldError>) -> Option<Role> {
    let role = Role::parse(written?);
    if role.is_none() {
        errors.push(FieldError::new("role", "must be OWNER, BILLING_ADMIN, ADMIN, MANAGER or MEMBER"));
    }
    role
}

impl Person {
    fn read(self, errors: &mut Vec<FieldError>) -> PersonPatch {
        let person = PersonPatch { email: self.email, name: self.name };
        if person.email.iter().flatten().any(|email| !is_email(email)) {
            errors.push(FieldError::new("email", "must be an e-mail address"));
        }
        if person.name.iter().flatten().any(|name| !Text::<MAX_TEXT_LEN>::accepts(name)) {
            errors.push(FieldError::new("name", InvalidText::<MAX_TEXT_LEN>.to_string()));
        }
        person
    }
}

/// Add a user
#[utoipa::path(
    post, path = "/api/v1/tenants/{id}/users", operation_id = "add_user",
    tag = "Tenants", security(("key" = ["tenants:admin"])),
    params(("id" = String, Path, description = "The tenant's id.")), request_body = CreateMemberRequest,
    responses(
        (status = 201, description = "The user is added.", body = MemberResponse),
        (status = 409, description = "`ALREADY_EXISTS`: the user already belongs to the tenant. `USER_LIMIT_REACHED`: the plan allows no more users."),
    ),
)]
pub(crate) async fn add(
    State(state): State<AppState>,
    granted: Granted<TenantsAdmin>,
    address: Address,
    Path(id): Path<String>,
    request: Idempotent<CreateMemberRequest>,
) -> Result<Response, Problem> {
    let tenant = state.find(&granted.caller, &id).await?;
    let actor = granted.caller.actor(address);
    state
        .idempotency
        .once(&granted.caller.idempotency_scope_in(&tenant.id), request, async |new| {
            let mut errors = Vec::new();
            if !Text::<MAX_TEXT_LEN>::accepts(&new.user_id) {
                errors.push(FieldError::new("user_id", InvalidText::<MAX_TEXT_LEN>.to_string()));
            }
            let role = read_role(new.role.as_deref(), &mut errors).unwrap_or(Role::Member);
            let person = new.person.read(&mut errors);
            if !errors.is_empty() {
                return Err(Problem::fields(errors));
            }
            check_role_scopes(&granted.caller, role)?;
            let (user, now) = (new.user_id, state.now());
            state.ensure_caller_is_member(&granted.caller, &tenant, &user, &actor).await?;
            state
                .members
                .change_and_tell(&tenant, &user, MembershipChange::Join(role, tenant.max_users), &actor, now)
                .await?;
            state.people.note(&tenant.id, &user, &person, now).await?;
            state.members.tell_user(&tenant, &user, now).await?;
            Ok((StatusCode::CREATED, state.member_response(&tenant.id, &user).await?))
        })
        .await
}

/// List users
///
/// Users are sorted by id.
#[utoipa::path(
    get, path = "/api/v1/tenants/{id}/users", operation_id = "list_users",
    tag = "Tenants", security(("key" = ["tenants:admin"])),
    params(("id" = String, Path, description = "The tenant's id."), Page),
    responses((status = 200, description = "A page of users.", body = Listing<MemberResponse>)),
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    granted: Granted<TenantsAdmin>,
    Path(id): Path<String>,
    page: Page,
) -> Result<Json<Listing<MemberResponse>>, Problem> {
    let tenant = state.find(&granted.caller, &id).await?;
    let parse =
        |text: &str| String::from_utf8(hex::decode(text).ok()?).ok().filter(|user| Text::<MAX_TEXT_LEN>::accepts(user));
    let last = page.parse_cursor(parse)?.unwrap_or_default();
    let members = state.members.list(&tenant.id, &last, page.rows()).await?;
    Ok(Json(page.listing(members, |member| hex::encode(&member.user), MemberResponse::from)))
}

/// Update a user
///
/// Omitted fields keep their values; null clears an optional field.
#[utoipa::path(
    put, path = "/api/v1/tenants/{id}/users/{user_id}", operation_id = "update_user",
    tag = "Tenants", security(("key" = ["tenants:admin"])),
    params(
        ("id" = String, Path, description = "The tenant's id."),
        ("user_id" = String, Path, description = "The user's id."),
    ),
    request_body = UpdateMemberRequest,
    responses(
        (status = 200, description = "The updated user.", body = MemberResponse),
        (status = 409, description = "`LAST_OWNER`: a tenant keeps at least one owner."),
    ),
)]
pub(crate) async fn change(
    State(state): State<AppState>,
    granted: Granted<TenantsAdmin>,
    address: Address,
    Path((id, user)): Path<(String, String)>,
    Json(changes): Json<UpdateMemberRequest>,
) -> Result<Json<MemberResponse>, Problem> {
    let tenant = state.find(&granted.caller, &id).await?;
    let actor = granted.caller.actor(address);
    let mut errors = Vec::new();
    let role = read_role(changes.role.as_deref(), &mut errors);
    let person = changes.person.read(&mut errors);
    if !errors.is_empty() {
        return Err(Problem::fields(errors));
    }
    let before = state.member_response(&tenant.id, &user).await?;
    let now = state.now();
    if let Some(role) = role {
        check_role_scopes(&granted.caller, role)?;
        state.members.change(&tenant.id, &user, MembershipChange::Become(role), &actor, now).await?;
        state.members.tell_user(&tenant, &user, now).await?;
    }
    if person != PersonPatch::default() {
        // Who has left meanwhile is not known again: the person's data goes once it is there.
        let fields: Vec<&str> = [("email", person.email.is_some()), ("name", person.name.is_some())]
            .into_iter()
            .filter_map(|(field, is_said)| is_said.then_some(field))
            .collect();
        let detail = json!({"user_id": before.user_id, "fields": fields});
        state.audit.append(&tenant.id, &state.audit_entry("user.changed", &detail, &actor, now)).await?;
        state.people.note(&tenant.id, &user, &person, now).await?;
        if state.members.find(&tenant.id, &user).await?.is_none() {
            state.people.delete(&tenant.id, &user).await?;
        }
    }
    Ok(Json(state.member_response(&tenant.id, &user).await?))
}

/// Remove a user
///
/// The user's personal data is deleted. The user's id stays in the audit and payment records. The user's token no
/// longer grants access. API keys that the user created keep working unless `?api_keys=revoke` is given.
#[utoipa::path(
    delete, path = "/api/v1/tenants/{id}/users/{user_id}", operation_id = "remove_user",
    tag = "Tenants", security(("key" = ["tenants:admin"])),
    params(
        ("id" = String, Path, description = "The tenant's id."),
        ("user_id" = String, Path, description = "The user's id."),
        ("api_keys" = Option<String>, Query, description = "`revoke` also revokes the keys that the user created and all their descendants."),
    ),
    responses(
        (status = 204, description = "The user is removed."),
        (status = 409, description = "`LAST_OWNER`: a tenant keeps at least one owner."),
    ),
)]
pub(crate) async fn remove(
    State(state): State<AppState>,
    granted: Granted<TenantsAdmin>,
    address: Address,
    Path((id, user)): Path<(String, String)>,
    keys: MemberKeys,
) -> Result<StatusCode, Problem> {
    let tenant = state.find(&granted.caller, &id).await?;
    state.remove_member(&granted.caller, &granted.caller.actor(address), &tenant, &user, keys).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What becomes of the keys that a person made who is removed.
pub(crate) enum MemberKeys {
    /// They go on.
    Keep,
    /// They are revoked: `?api_keys=revoke`.
    Revoke,
}

impl<S: Sync> FromRequestParts<S> for MemberKeys {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        #[derive(Deserialize)]
        struct UsageQuery {
            api_keys: Option<String>,
        }
        let asked =
            Query::<UsageQuery>::try_from_uri(&parts.uri).map_err(|_| Problem::field("query", "cannot be read"))?;
        match asked.0.api_keys.as_deref() {
            None => Ok(Self::Keep),
            Some("revoke") => Ok(Self::Revoke),
            Some(_) => Err(Problem::field("api_keys", "must be `revoke`, or left out")),
        }
    }
}

/// Nobody of a tenant makes somebody more than they are themselves: a role in the database is a right. What every member
/// may is anybody's to give who manages members.
pub(crate) fn check_role_scopes(caller: &Caller, role: Role) -> Result<(), Problem> {
    match role.scopes().missing_from(caller.scopes.and(Role::Member.scopes())).next() {
        Some(scope) if caller.tenant.is_some() => {
            let detail =
                format!("The role {} carries the scope {scope}, which the credential does not have.", role.as_str());
            Err(Problem::new(Code::PermissionDenied, detail))
        }
        _ => Ok(()),
    }
}

impl AppState {
    /// Makes `caller` a member before the tenant's first user joins, where it is a person who acts in the tenant by their
    /// token alone: once a tenant has members only they may act in it.
    async fn ensure_caller_is_member(
        &self,
        caller: &Caller,
        tenant: &Tenant,
        joins: &str,
        actor: &Actor,
    ) -> Result<(), Problem> {
        let Some(person) = caller.person().filter(|person| *person != joins && caller.tenant.is_some()) else {
            return Ok(());
        };
        if self.members.are_kept(&tenant.id).await? {
            return Ok(());
        }
        let role = Role::ALL.into_iter().find(|role| role.scopes().missing_from(caller.scopes).next().is_none());
        let Some(role) = role else { return Ok(()) };
        let now = self.now();
        match self.members.change(&tenant.id, person, MembershipChange::Join(role, tenant.max_users), actor, now).await
        {
            Ok(_) => Ok(self.people.note(&tenant.id, person, &PersonPatch::default(), now).await?),
            Err(MemberError::IsMember) => Ok(()),
            Err(refusal) => Err(refusal.into()),
        }
    }

    /// Removes `user` from `tenant` and deletes what is known of the person. What was begun and not finished is finished
    /// when it is asked for again.
    pub(crate) async fn remove_member(
        &self,
        caller: &Caller,
        actor: &Actor,
        tenant: &Tenant,
        user: &str,
        keys: MemberKeys,
    ) -> Result<(), Problem> {
        if !Text::<MAX_TEXT_LEN>::accepts(user) {
            return Err(MemberError::IsNoMember.into());
        }
        let now = self.now();
        // Perhaps somebody left, and the instance died before the person's data was deleted.
        let has_left_before = !self.departures.leave(&tenant.id, user, actor, now).await?;
        let had_data = self.departures.erase(&tenant.id, user, actor, now).await?;
        let had_keys = match keys {
            MemberKeys::Keep => false,
            MemberKeys::Revoke => {
                self.authenticator.revoke_keys_of(user, &TenantId::new(tenant.id.clone()), caller).await?
            }
        };
        if has_left_before && !had_data && !had_keys {
            return Err(MemberError::IsNoMember.into());
        }
        Ok(())
    }

    async fn member_response(&self, tenant: &str, user: &str) -> Result<MemberResponse, Problem> {
        let found = if Text::<MAX_TEXT_LEN>::accepts(user) { self.members.find(tenant, user).await? } else { None };
        found.map(MemberResponse::from).ok_or_else(|| MemberError::IsNoMember.into())
    }
}
