//! An e-mail account.

use edge_capabilities::Timestamp;

/// How far an account has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Its quota is taken; user and mailbox may exist.
    Pending,
    /// Everything exists.
    Ready,
    /// It was given up: address and quota are free.
    Refused,
}

impl Status {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Ready => "ready",
            Self::Refused => "refused",
        }
    }

    pub(crate) fn parse(written: &str) -> Option<Self> {
        [Self::Pending, Self::Ready, Self::Refused].into_iter().find(|status| status.as_str() == written)
    }
}

/// An e-mail account. The names of its person are with the tenant's people, where they can be deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EmailAccount {
    /// Its id, from 1.
    pub(crate) number: i64,
    pub(crate) tenant_id: String,
    /// Its place among the tenant's accounts, from 1.
    pub(crate) place: i64,
    pub(crate) domain_number: i64,
    pub(crate) local_part: String,
    /// Bytes.
    pub(crate) quota: i64,
    /// The user that it belongs to.
    pub(crate) user_id: String,
    pub(crate) status: Status,
    pub(crate) created_at: Timestamp,
}

edge_database::record! {
    EmailAccount in "email_accounts" {
        number, tenant_id, place, domain_number, local_part, quota, user_id, status, created_at,
    }
}

edge_database::text_column!(Status);
