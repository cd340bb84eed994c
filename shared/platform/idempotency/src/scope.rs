//! The scope within which an Idempotency-Key is unique.

/// The scope of an Idempotency-Key: a caller in a tenant. The same caller in another tenant has separate keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyScope(String);

impl IdempotencyScope {
    /// The scope of `caller` in `tenant`; None: the platform.
    pub fn new(caller: &str, tenant: Option<&str>) -> Self {
        // Neither contains a control character, so two different pairs never have the same text.
        Self(tenant.map_or_else(|| caller.to_owned(), |tenant| format!("{caller}\n{tenant}")))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}
