//! Who acts as one where people have to look at each other's doings: a person with all their keys, and those whom they
//! put in charge.

use std::collections::{BTreeMap, BTreeSet};

use edge_access::{Caller, Role, Scope};
use edge_capabilities::database::{DatabaseError, Row, Value};
use edge_database::Db;

/// How many makers of a key are followed at most. Issuing knows no such limit: it is there so that a database that was
/// tampered with makes no endless loop.
const DEEPEST: usize = 10_000;

/// A party: a root, and everybody whom it, or somebody of the party, made a member with the right `tenants:admin`.
///
/// Of the platform's own keys there is no party: what they do is the operator's doing, and two keys that the platform gave
/// out are two people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Party(BTreeSet<String>);

impl Party {
    /// Whether the root `root` is one of it; None, the platform or the edge itself, never is.
    pub fn includes(&self, root: Option<&str>) -> bool {
        root.is_some_and(|root| self.0.contains(root))
    }

    /// Whether nobody is one of it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The party of the root `root` alone.
    pub fn of_one(root: &str) -> Self {
        Self(BTreeSet::from([root.to_owned()]))
    }
}

/// Parties, by what the database knows of keys and members.
#[derive(Clone)]
pub struct Parties(Db);

impl Parties {
    /// Those in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// The root of `caller`; None: it is the platform's.
    pub fn root_of(caller: &Caller) -> Option<String> {
        let is_person = caller.root.starts_with("user:");
        (is_person || caller.tenant.is_some()).then(|| caller.root.to_string())
    }

    /// The root of each of `actors`, who are named as the database names them: `user:u1`, `key:k1`, `bootstrap`. The
    /// platform's and the edge's own have none.
    pub async fn roots(
        &self,
        actors: impl IntoIterator<Item = &str>,
    ) -> Result<BTreeMap<String, String>, DatabaseError> {
        let mut roots = BTreeMap::new();
        let mut keys = BTreeSet::new();
        for actor in actors {
            if actor.starts_with("user:") {
                roots.insert(actor.to_owned(), actor.to_owned());
            } else if let Some(id) = actor.strip_prefix("key:") {
                keys.insert(id);
            }
        }
        let keys: Vec<&str> = keys.into_iter().collect();
        for some in keys.chunks(200) {
            let places: Vec<String> = (1..=some.len()).map(|place| format!("${place}")).collect();
            let statement =
                format!("SELECT id, tenant_id, root, created_by FROM api_keys WHERE id IN ({})", places.join(", "));
            let values: Vec<Value> = some.iter().map(|id| Value::from(*id)).collect();
            for row in self.0.query(&statement, &values).await? {
                if let Some(root) = self.root(&row).await? {
                    roots.insert(format!("key:{}", row.text(0)?), root);
                }
            }
        }
        Ok(roots)
    }

    /// The root of a key's row; None: it is the platform's.
    async fn root(&self, row: &Row) -> Result<Option<String>, DatabaseError> {
        if row.optional_text(1)?.is_none() {
            return Ok(None);
        }
        if let Some(root) = row.optional_text(2)? {
            return Ok(Some(root.to_owned()));
        }
        // It was made before roots were kept: the first key of a tenant that it descends from, or the person.
        let (mut first, mut maker) = (format!("key:{}", row.text(0)?), row.text(3)?.to_owned());
        for _ in 0..DEEPEST {
            let Some(id) = maker.strip_prefix("key:") else { break };
            let statement = "SELECT tenant_id, root, created_by FROM api_keys WHERE id = $1";
            let rows = self.0.query(statement, &[id.into()]).await?;
            let Some(row) = rows.first() else { break };
            if row.optional_text(0)?.is_none() {
                break;
            }
            if let Some(root) = row.optional_text(1)? {
                return Ok(Some(root.to_owned()));
            }
            let above = row.text(2)?.to_owned();
            first = std::mem::replace(&mut maker, above);
        }
        Ok(Some(if maker.starts_with("user:") { maker } else { first }))
    }

    /// The party of `root` in `tenant`; of None nobody.
    ///
    /// Whoever was put in charge once stays one of it, also where somebody else changed what they are since: what they did
    /// meanwhile is not undone by that.
    pub async fn of(&self, tenant: &str, root: Option<&str>) -> Result<Party, DatabaseError> {
        let Some(root) = root else { return Ok(Party::default()) };
        let in_charge = Role::ALL.into_iter().filter(|role| role.scopes().contains(Scope::TenantsAdmin));
        let mut values = vec![Value::from(tenant)];
        values.extend(in_charge.map(|role| Value::from(role.as_str())));
        let places: Vec<String> = (2..=values.len()).map(|place| format!("${place}")).collect();
        let statement = format!(
            "SELECT DISTINCT user_id, actor FROM tenant_memberships WHERE tenant_id = $1 AND role IN ({})",
            places.join(", ")
        );
        let rows = self.0.query(&statement, &values).await?;
        let put = rows.iter().map(|row| Ok((format!("user:{}", row.text(0)?), row.text(1)?)));
        let put: Vec<(String, &str)> = put.collect::<Result<_, DatabaseError>>()?;
        let roots = self.roots(put.iter().map(|(_, actor)| *actor)).await?;
        let mut party = Party::of_one(root);
        loop {
            let before = party.0.len();
            for (user, actor) in &put {
                if party.includes(roots.get(*actor).map(String::as_str)) {
                    party.0.insert(user.clone());
                }
            }
            if party.0.len() == before {
                return Ok(party);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use edge_capabilities::Timestamp;
    use edge_capabilities::testing::MemoryDatabase;

    use super::*;
    use crate::members::{Members, MembershipChange};
    use edge_audit::Actor;

    async fn key(db: &Db, id: &str, tenant: Option<&str>, by: &str, root: Option<&str>) {
        let statement =
            "INSERT INTO api_keys (id, name, scopes, tenant_id, created_by, created_at, secret_sha256, root)
            VALUES ($1, 'k', '[]', $2, $3, 0, '', $4)";
        db.query(statement, &[id.into(), tenant.into(), by.into(), root.into()]).await.unwrap();
    }

    #[tokio::test]
    async fn the_root_of_a_key_is_found_also_where_it_is_not_kept() {
        let db = Db::new(Arc::new(MemoryDatabase::new()));
        key(&db, "platform", None, "bootstrap", Some("key:platform")).await;
        key(&db, "k1", Some("t"), "key:platform", None).await;
        for depth in 2..=12 {
            key(&db, &format!("k{depth}"), Some("t"), &format!("key:k{}", depth - 1), None).await;
        }
        key(&db, "u1", Some("t"), "user:ana", None).await;
        key(&db, "u2", Some("t"), "key:u1", None).await;
        key(&db, "new", Some("t"), "key:u2", Some("user:ana")).await;
        let actors =
            ["key:platform", "key:k1", "key:k12", "key:u2", "key:new", "user:bo", "bootstrap", "erp_hr", "key:gone"];
        let roots = Parties::new(db).roots(actors).await.unwrap();
        let found: Vec<_> = actors.iter().map(|actor| roots.get(*actor).map(String::as_str)).collect();
        let expected = [
            None,
            Some("key:k1"),
            Some("key:k1"),
            Some("user:ana"),
            Some("user:ana"),
            Some("user:bo"),
            None,
            None,
            None,
        ];
        assert_eq!(found, expected);
    }

    #[tokio::test]
    async fn a_party_is_a_root_and_whom_it_put_in_charge_and_whom_those_did() {
        let db = Db::new(Arc::new(MemoryDatabase::new()));
        key(&db, "k1", Some("t"), "bootstrap", Some("key:k1")).await;
        key(&db, "k2", Some("t"), "key:k1", Some("key:k1")).await;
        let members = Members::new(db.clone());
        let put = async |tenant: &str, user: &str, change: MembershipChange, by: &str| {
            let actor = Actor { id: by.into(), address: None };
            members.change(tenant, user, change, &actor, Timestamp::from_millis(1)).await.unwrap();
        };
        put("t", "boss", MembershipChange::Join(Role::Owner, None), "bootstrap").await;
        put("t", "ana", MembershipChange::Join(Role::Owner, None), "key:k2").await;
        put("t", "ben", MembershipChange::Join(Role::Owner, None), "user:ana").await;
        put("t", "cy", MembershipChange::Join(Role::BillingAdmin, None), "user:ana").await;
        put("t", "dan", MembershipChange::Join(Role::Owner, None), "user:boss").await;
        // They change each other, and themselves: it does not help.
        put("t", "ana", MembershipChange::Become(Role::Admin), "user:ben").await;
        put("t", "ben", MembershipChange::Become(Role::Member), "user:boss").await;
        put("other", "eve", MembershipChange::Join(Role::Owner, None), "key:k1").await;
        let parties = Parties::new(db);
        let party = parties.of("t", Some("key:k1")).await.unwrap();
        for (root, is_one) in [
            ("key:k1", true),
            ("user:ana", true),
            ("user:ben", true),
            ("user:cy", false),
            ("user:boss", false),
            ("user:dan", false),
            ("user:eve", false),
        ] {
            assert_eq!(party.includes(Some(root)), is_one, "{root}");
        }
        assert!(!party.includes(None));
        assert!(parties.of("t", None).await.unwrap().is_empty());
        assert!(!parties.of("t", Some("user:cy")).await.unwrap().includes(Some("key:k1")));
    }
}
