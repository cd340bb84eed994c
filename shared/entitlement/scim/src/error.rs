//! Errors, in the shape of RFC 7644, section 3.12.

use axum::response::{IntoResponse, Response};
use edge_capabilities::database::DatabaseError;
use edge_http::{Code, Problem};
use edge_seats::StorageError;
use edge_tenants::MemberError;
use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde_json::json;

/// The media type of SCIM.
pub(crate) const SCIM_JSON: HeaderValue = HeaderValue::from_static("application/scim+json");

/// Why a request was not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ScimError {
    /// There is no such resource.
    #[error("there is no such resource")]
    NotFound,
    /// Another user has the name.
    #[error("another user has this userName")]
    NameTaken,
    /// An attribute has a value that it cannot have.
    #[error("the value of {0} is missing or not valid")]
    InvalidValue(&'static str),
    /// The body is not what it must be.
    #[error("{0}")]
    InvalidSyntax(&'static str),
    /// A path of a change is not understood.
    #[error("the path is not understood")]
    InvalidPath,
    /// A removal names nothing.
    #[error("a removal needs a path")]
    NoTarget,
    /// A filter is not understood.
    #[error("the filter is not supported: use userName, externalId, id or emails.value with eq")]
    InvalidFilter,
    /// The description is too large.
    #[error("the user is larger than 16 KiB")]
    TooLarge,
    /// The tenant's members cannot be so.
    #[error(transparent)]
    Member(#[from] MemberError),
    /// Too many change the user at once.
    #[error("the user is being changed by others; try again")]
    Busy,
    /// An error of the edge's conventions.
    #[error("{0:?}")]
    Problem(Box<Problem>),
    /// A store cannot be reached.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<DatabaseError> for ScimError {
    fn from(error: DatabaseError) -> Self {
        Self::Storage(error.into())
    }
}

impl From<Problem> for ScimError {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl ScimError {
    const fn scim_type(&self) -> Option<&'static str> {
        match self {
            Self::NameTaken => Some("uniqueness"),
            Self::InvalidValue(_) => Some("invalidValue"),
            Self::InvalidSyntax(_) => Some("invalidSyntax"),
            Self::InvalidPath => Some("invalidPath"),
            Self::NoTarget => Some("noTarget"),
            Self::InvalidFilter => Some("invalidFilter"),
            _ => None,
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::NameTaken => StatusCode::CONFLICT,
            Self::InvalidValue(_)
            | Self::InvalidSyntax(_)
            | Self::InvalidPath
            | Self::NoTarget
            | Self::InvalidFilter => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Member(MemberError::Busy | MemberError::Cache(_) | MemberError::Db(_))
            | Self::Busy
            | Self::Storage(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Problem(problem) => problem.code().status(),
            Self::Member(_) => StatusCode::CONFLICT,
        }
    }
}

impl IntoResponse for ScimError {
    fn into_response(self) -> Response {
        let (status, scim_type) = (self.status(), self.scim_type());
        // [`in_scim_shape`] gives it its shape.
        if let Self::Problem(problem) = self {
            return problem.into_response();
        }
        let detail = match &self {
            Self::Member(MemberError::LastOwner) => {
                "A tenant keeps at least one owner: make somebody else one first.".to_owned()
            }
            Self::Member(MemberError::Full) => "The tenant has as many users as its plan allows.".to_owned(),
            Self::Member(MemberError::Cache(_) | MemberError::Db(_)) | Self::Storage(_) => {
                "A store of the edge cannot be reached; try again.".to_owned()
            }
            error => error.to_string(),
        };
        error_response(status, scim_type, &detail)
    }
}

/// An error in SCIM's shape.
fn error_response(status: StatusCode, scim_type: Option<&str>, detail: &str) -> Response {
    let mut body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": status.as_str(), "detail": detail,
    });
    if let (Some(scim_type), Some(object)) = (scim_type, body.as_object_mut()) {
        object.insert("scimType".to_owned(), json!(scim_type));
    }
    let mut response = (status, [(CONTENT_TYPE, SCIM_JSON)], body.to_string()).into_response();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

/// Gives an error of the edge's conventions the shape that SCIM has for errors.
pub(crate) async fn in_scim_shape(mut response: Response) -> Response {
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    let body = problem.body("");
    let scim_type = (problem.code() == Code::ValidationError).then_some("invalidSyntax");
    let detail = match problem.errors().first() {
        Some(error) => format!("{} {}", error.field, error.message),
        None => body.detail,
    };
    let mut shaped = error_response(response.status(), scim_type, &detail);
    if problem.code() == Code::Unauthenticated {
        shaped.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    shaped
}
