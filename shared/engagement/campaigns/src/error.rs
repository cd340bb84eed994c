//! Why something was not done with a campaign.

use edge_capabilities::database::DatabaseError;
use edge_http::{Code, FieldError, Problem};

/// Why something was not done with a campaign.
#[derive(Debug, thiserror::Error)]
pub enum CampaignError {
    /// The tenant has no such campaign.
    #[error("there is no such campaign")]
    NotFound,
    /// The campaign has no such step.
    #[error("the campaign has no such step")]
    StepNotFound,
    /// The tenant has no such contact.
    #[error("there is no such contact")]
    ContactNotFound,
    /// The contact was never enrolled.
    #[error("the contact is not enrolled")]
    NotEnrolled,
    /// The contact wants no messages over a channel of the campaign.
    #[error("the contact has unsubscribed")]
    Unsubscribed,
    /// Another step of the campaign has this number.
    #[error("another step has this number")]
    NumberTaken,
    /// The campaign has no step that is active.
    #[error("the campaign has no active step")]
    NoSteps,
    /// It is not active.
    #[error("the campaign is not active")]
    NotActive,
    /// Fields are not valid.
    #[error("fields are not valid")]
    Invalid(Vec<FieldError>),
    /// It was changed since the caller read it.
    #[error("the campaign was changed")]
    Changed,
    /// Too many callers change it at once.
    #[error("too many callers change the campaign at once")]
    Busy,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DatabaseError),
}

impl From<CampaignError> for Problem {
    fn from(error: CampaignError) -> Self {
        match error {
            CampaignError::NotFound => Self::new(Code::CampaignNotFound, "There is no such campaign."),
            CampaignError::StepNotFound => Self::new(Code::StepNotFound, "The campaign has no such step."),
            CampaignError::ContactNotFound => Self::new(Code::ContactNotFound, "There is no such contact."),
            CampaignError::NotEnrolled => {
                Self::new(Code::NotEnrolled, "The contact was never enrolled in the campaign.")
            }
            CampaignError::Unsubscribed => {
                let detail = "The contact is not written to over a channel of the campaign.";
                Self::new(Code::ContactUnsubscribed, detail)
            }
            CampaignError::NumberTaken => {
                Self::new(Code::AlreadyExists, "Another step of the campaign has this number.")
            }
            CampaignError::NoSteps => {
                Self::new(Code::CampaignEmpty, "The campaign has no active step: there is nothing to send.")
            }
            CampaignError::NotActive => Self::new(Code::CampaignNotActive, "The campaign is not active."),
            CampaignError::Invalid(errors) => Self::fields(errors),
            CampaignError::Changed => {
                Self::new(Code::PreconditionFailed, "The campaign has changed since it was read.")
            }
            CampaignError::Busy => {
                let detail = "Too many callers change this campaign at once; try again.";
                Self::new(Code::StoreUnavailable, detail).retry_after(1)
            }
            CampaignError::Db(error) => error.into(),
        }
    }
}
