//! Whose a key is.

/// Whose an Idempotency-Key is: a caller's, in one tenant. The same caller in another tenant has keys of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope(String);

impl Scope {
    /// That of `caller` in `tenant`; None: the platform.
    pub fn new(caller: &str, tenant: Option<&str>) -> Self {
        // Neither holds a control character, so that no two pairs are written the same.
        Self(tenant.map_or_else(|| caller.to_owned(), |tenant| format!("{caller}\n{tenant}")))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}
