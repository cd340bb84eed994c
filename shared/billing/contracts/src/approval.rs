//! What people approve: the signing of a contract, and its amendments.

use edge_approvals::{NewApprovalRequest, Purchase};
use serde::{Deserialize, Serialize};

use crate::contract::Contract;

/// The kind of these purchases, for the rule `approval` and the tenant's approval rules.
pub const PURCHASE_KIND: &str = "contract";

/// Something that waits for approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submission {
    /// The reference of the approval request: there is one request of each.
    pub reference: String,
    /// The caller who asked for it.
    pub requester: String,
    /// Their role.
    pub role: String,
    /// The amount to approve.
    pub minor: i64,
    /// What it is, for the approvers.
    pub description: String,
    /// The HTTP request by which it was asked for.
    pub http_request: String,
    /// The approval request. None: whoever asks for it has not noted it yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

/// A caller who asks for something that may have to be approved.
#[derive(Clone, Debug)]
pub struct Asker {
    /// The caller's id.
    pub id: String,
    /// The caller's role.
    pub role: String,
    /// The id of the HTTP request.
    pub http_request: String,
}

impl Submission {
    /// What `asker` submits.
    pub(crate) fn new(reference: String, asker: &Asker, minor: i64, description: String) -> Self {
        Self {
            reference,
            requester: asker.id.clone(),
            role: asker.role.clone(),
            minor,
            description,
            http_request: asker.http_request.clone(),
            request_id: None,
        }
    }

    /// The purchase to approve.
    pub(crate) fn purchase(&self, contract: &Contract) -> Purchase {
        Purchase {
            kind: PURCHASE_KIND.to_owned(),
            minor: self.minor,
            currency: contract.currency.as_str().to_owned(),
            plan: None,
        }
    }

    /// The approval request to submit.
    pub(crate) fn request(&self, contract: &Contract) -> NewApprovalRequest {
        NewApprovalRequest {
            tenant: contract.tenant.clone(),
            reference: self.reference.clone(),
            purchase: self.purchase(contract),
            department: None,
            contract: Some(contract.id.clone()),
            description: Some(self.description.clone()),
            requester: self.requester.clone(),
            role: self.role.clone(),
            request_id: self.http_request.clone(),
        }
    }
}
