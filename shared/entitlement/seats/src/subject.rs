//! The subject of a check: a user of an organisation in an application.

use std::fmt::Write as _;

use edge_json::Text;

/// An id of an application or the ERP. Ids are compared byte for byte: their issuer may tell such ids apart.
pub type Id = Text<256>;

/// The id that one application gives an organisation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ExternalOrg {
    /// The application's slug.
    pub application: Id,
    /// The organisation's id in that application.
    pub id: Id,
}

/// One user of one organisation in one application.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Subject {
    /// The organisation in its application.
    pub org: ExternalOrg,
    /// The user's id in the application.
    pub user: Id,
}

/// Adds `part` to a key, preceded by its length.
fn push(key: &mut String, part: &Id) {
    // A number, a colon and a text: this does not fail.
    let _ = write!(key, "{}:{part}", part.as_str().len());
}

impl ExternalOrg {
    /// An unambiguous encoding: no two external ids share it, whatever bytes they hold, for each part is preceded by
    /// its length.
    pub(crate) fn key(&self) -> String {
        let mut key = String::new();
        push(&mut key, &self.application);
        push(&mut key, &self.id);
        key
    }
}

impl Subject {
    /// An unambiguous encoding, as [`ExternalOrg::key`].
    pub(crate) fn key(&self) -> String {
        self.key_under("")
    }

    /// The same after `prefix`.
    pub(crate) fn key_under(&self, prefix: &str) -> String {
        let mut key = String::with_capacity(96);
        key.push_str(prefix);
        for part in [&self.org.application, &self.org.id, &self.user] {
            push(&mut key, part);
        }
        key
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn subject(application: &str, external_org: &str, user: &str) -> Subject {
        let id = |text| Id::parse(text).unwrap();
        Subject { org: ExternalOrg { application: id(application), id: id(external_org) }, user: id(user) }
    }

    #[test]
    fn ids_are_bounded_and_kept_as_they_are() {
        for good in ["u", "user_123", "a b", "é", "e\u{301}", "a\u{200b}b", "%2F..", "1:a", &"x".repeat(256)] {
            assert_eq!(Id::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "\0", "a\nb", "a\u{7f}", "a\u{85}b", &"x".repeat(257), &"é".repeat(129)] {
            assert!(Id::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn no_two_subjects_share_a_key() {
        // Everything that separators, digits and lengths could be mistaken for.
        let parts = ["a", "aa", "1", "11", ":", "1:", ":1", "1:a", "2:aa", "a1:", "A", "é", "e\u{301}", "3:a1:"];
        let mut keys = HashSet::new();
        for application in parts {
            for external_org in parts {
                for user in parts {
                    let key = subject(application, external_org, user).key();
                    assert!(keys.insert(key), "{application:?} {external_org:?} {user:?}");
                }
            }
        }
    }
}
