//! The bodies of requests about approval requests, and their validation.

use edge_access::Caller;
use edge_http::{FieldError, Problem, RequestId};
use edge_money::{Currency, Digits};
use serde::Deserialize;
use utoipa::ToSchema;

use super::model::{Purchase, Verdict};
use crate::service::NewApprovalRequest;
use crate::validation::{MAX_TEXT_LEN, read_amount};

/// The maximum length of a description or a comment, in bytes.
const MAX_COMMENT_LEN: usize = 2048;

/// A purchase to approve.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = CreateApprovalRequest)]
pub(crate) struct CreateRequest {
    /// The kind of purchase: 1 to 256 bytes. Default: `checkout`.
    #[serde(default)]
    kind: Option<String>,
    /// The price, in `currency`.
    #[schema(value_type = f64)]
    amount: Digits,
    /// The ISO 4217 code of the currency.
    currency: String,
    /// The plan that is bought.
    #[serde(default)]
    plan_id: Option<String>,
    /// The department that pays.
    #[serde(default)]
    department_id: Option<String>,
    /// The contract that covers the purchase.
    #[serde(default)]
    contract_id: Option<String>,
    /// A description for the approvers: at most 2,048 bytes.
    #[serde(default)]
    description: Option<String>,
}

impl CreateRequest {
    /// Validates the request of `caller`; gives what to submit with this reference.
    pub(super) fn read(
        self,
        tenant: &str,
        reference: String,
        caller: &Caller,
        request_id: &RequestId,
    ) -> Result<NewApprovalRequest, Problem> {
        let kind = self.kind.unwrap_or_else(|| "checkout".to_owned());
        let texts = [
            ("kind", Some(kind.as_str())),
            ("plan_id", self.plan_id.as_deref()),
            ("department_id", self.department_id.as_deref()),
            ("contract_id", self.contract_id.as_deref()),
        ];
        let invalid = texts.into_iter().filter_map(|(field, text)| FieldError::of_text::<MAX_TEXT_LEN>(field, text));
        let mut errors: Vec<FieldError> = invalid.collect();
        if self.description.as_ref().is_some_and(|text| text.len() > MAX_COMMENT_LEN) {
            errors.push(FieldError::new("description", "must be at most 2,048 bytes"));
        }
        let currency = Currency::parse(&self.currency);
        if let Err(invalid) = currency {
            errors.push(FieldError::new("currency", invalid.to_string()));
        }
        let minor = currency.map(|currency| read_amount(&self.amount, currency)).unwrap_or(Ok(0));
        if let Err(message) = &minor {
            errors.push(FieldError::new("amount", message));
        }
        let (Ok(currency), Ok(minor), true) = (currency, minor, errors.is_empty()) else {
            return Err(Problem::fields(errors));
        };
        Ok(NewApprovalRequest {
            tenant: tenant.to_owned(),
            reference,
            purchase: Purchase { kind, minor, currency: currency.as_str().to_owned(), plan: self.plan_id },
            department: self.department_id,
            contract: self.contract_id,
            description: self.description,
            requester: caller.id.to_string(),
            role: caller.role().to_owned(),
            request_id: request_id.as_str().to_owned(),
        })
    }
}

/// An approval or a rejection.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = ProcessApprovalRequest)]
pub(crate) struct ProcessRequest {
    /// `approve` or `reject`.
    pub(super) action: Verdict,
    /// A comment for display: at most 2,048 bytes.
    #[serde(default)]
    pub(super) comment: Option<String>,
}

/// The requests to approve.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = BulkApproveRequest)]
pub(crate) struct BulkApproveRequest {
    /// The ids of 1 to 100 requests.
    pub(super) request_ids: Vec<String>,
    /// A comment for display, on each request: at most 2,048 bytes.
    #[serde(default)]
    pub(super) comment: Option<String>,
}

pub(super) fn check_comment(comment: Option<&str>) -> Result<(), Problem> {
    if comment.is_some_and(|comment| comment.len() > MAX_COMMENT_LEN) {
        return Err(Problem::field("comment", "must be at most 2,048 bytes"));
    }
    Ok(())
}
