//! Why something was not done with a contact.

use edge_capabilities::config::ConfigError;
use edge_capabilities::database::DatabaseError;
use edge_http::{Code, FieldError, Problem};

/// Why something was not done with a contact.
#[derive(Debug, thiserror::Error)]
pub enum ContactError {
    /// The tenant has no such contact.
    #[error("there is no such contact")]
    NotFound,
    /// Another contact of the tenant has this e-mail address or phone number.
    #[error("another contact has this {field}")]
    Taken {
        /// `email` or `phone`.
        field: &'static str,
        /// The other contact's id.
        contact: String,
    },
    /// Fields are not valid.
    #[error("fields are not valid")]
    Invalid(Vec<FieldError>),
    /// It was changed since the caller read it.
    #[error("the contact was changed")]
    Changed,
    /// Too many callers change it at once.
    #[error("too many callers change the contact at once")]
    Busy,
    /// A variable cannot be read.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DatabaseError),
}

impl From<ContactError> for Problem {
    fn from(error: ContactError) -> Self {
        match error {
            ContactError::NotFound => Self::new(Code::ContactNotFound, "There is no such contact."),
            ContactError::Taken { field, contact } => {
                let name = if field == "email" { "e-mail address" } else { "phone number" };
                Self::new(Code::AlreadyExists, format!("Another contact has this {name}."))
                    .with("field", serde_json::Value::from(field).to_string())
                    .with("contact_id", serde_json::Value::from(contact).to_string())
            }
            ContactError::Invalid(errors) => Self::fields(errors),
            ContactError::Changed => Self::new(Code::PreconditionFailed, "The contact has changed since it was read."),
            ContactError::Busy => {
                let detail = "Too many callers change this contact at once; try again.";
                Self::new(Code::StoreUnavailable, detail).retry_after(1)
            }
            ContactError::Config(error) => {
                let detail = "The edge's settings cannot be read; try again.";
                Self::new(Code::StoreUnavailable, detail).retry_after(1).because(error)
            }
            ContactError::Db(error) => error.into(),
        }
    }
}
