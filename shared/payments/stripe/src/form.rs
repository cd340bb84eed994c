//! The parameters of a call, by Stripe's names.

/// Names and values, neither of them encoded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a parameter: `line_items[0][price]`.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.0.push((name.to_owned(), value.to_string()));
        self
    }

    /// Adds a parameter where there is a value.
    #[must_use]
    pub(crate) fn with_some(self, name: &str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    pub(crate) fn fields(&self) -> &[(String, String)] {
        &self.0
    }

    pub(crate) fn query(&self) -> String {
        edge_upstreams::form(&self.0)
    }
}
