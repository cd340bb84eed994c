//! Employees whose address somebody else had when their page was read. Only once all pages are read is it known who leaves,
//! and whose address changes too; until then they wait in the database, by run.
//!
//! INVARIANT: [`refused`] says the same of everybody whoever of them was taken over before, so that whoever goes on
//! where another died comes to the same end.

use std::collections::{BTreeMap, HashMap, HashSet};

use edge_capabilities::database::{DatabaseError, Row, Value};
use edge_database::{Db, MAX_ROWS, places};
use serde::{Deserialize, Serialize};

use crate::employee::Employee;
use crate::run::Run;

/// An employee as they wait.
#[derive(Deserialize, Serialize)]
struct Waiting {
    employee: Employee,
    manager: Option<String>,
}

/// Who has an address now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Holder {
    /// The ERP's id of the employee.
    pub(crate) id: String,
    /// Whether the ERP still lists them.
    pub(crate) is_listed: bool,
}

/// Those who wait, in the database.
#[derive(Clone)]
pub(crate) struct Deferred(Db);

/// An address by which employees are told apart.
pub(crate) fn address(employee: &Employee) -> String {
    employee.email.to_ascii_lowercase()
}

impl Deferred {
    pub(crate) fn new(db: Db) -> Self {
        Self(db)
    }

    /// Forgets those of pages that were not taken over to their end: from the one that `run` is at.
    pub(crate) async fn begin_page(&self, run: &Run) -> Result<(), DatabaseError> {
        let values = [run.id.as_str().into(), Value::Integer(i64::from(run.progress.pages))];
        let some = "SELECT erp_id FROM erp_sync_deferred WHERE run_id = $1 AND page >= $2 LIMIT 1";
        if self.0.query(some, &values).await?.is_empty() {
            return Ok(());
        }
        self.0.query("DELETE FROM erp_sync_deferred WHERE run_id = $1 AND page >= $2", &values).await.map(drop)
    }

    /// Has `employees` of the page that `run` is at wait.
    pub(crate) async fn put(&self, run: &Run, employees: &[Employee]) -> Result<(), DatabaseError> {
        let row = |employee: &Employee| -> Result<Vec<Value>, DatabaseError> {
            let waiting = Waiting { employee: employee.clone(), manager: employee.manager.clone() };
            let data = serde_json::to_string(&waiting).map_err(|error| DatabaseError::Refused(error.to_string()))?;
            let page = Value::Integer(i64::from(run.progress.pages));
            Ok(vec![run.id.as_str().into(), employee.id.as_str().into(), page, address(employee).into(), data.into()])
        };
        let rows = employees.iter().map(row).collect::<Result<_, _>>()?;
        let head = "INSERT INTO erp_sync_deferred (run_id, erp_id, page, email, data)";
        self.0.insert_rows(head, rows, "ON CONFLICT (run_id, erp_id) DO NOTHING").await.map(drop)
    }

    /// Which of `ids` wait.
    pub(crate) async fn among(&self, run: &str, ids: &[&str]) -> Result<HashSet<String>, DatabaseError> {
        let statement =
            format!("SELECT erp_id FROM erp_sync_deferred WHERE run_id = $1 AND erp_id IN ({})", places(2, ids.len()));
        let mut values: Vec<Value> = vec![run.into()];
        values.extend(ids.iter().map(|id| Value::from(*id)));
        self.0.query(&statement, &values).await?.iter().map(|row| Ok(row.text(0)?.to_owned())).collect()
    }

    /// Which address each wants.
    pub(crate) async fn claims(&self, run: &str) -> Result<BTreeMap<String, String>, DatabaseError> {
        let statement = "SELECT erp_id, email FROM erp_sync_deferred WHERE run_id = $1";
        let read = |row: &Row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned()));
        self.0.query(statement, &[run.into()]).await?.iter().map(read).collect()
    }

    /// A batch of them, behind the one with the id `behind`.
    pub(crate) async fn batch(&self, run: &str, behind: &str) -> Result<Vec<Employee>, DatabaseError> {
        let statement = "SELECT data FROM erp_sync_deferred WHERE run_id = $1 AND erp_id > $2 ORDER BY erp_id LIMIT $3";
        let limit = i64::try_from(MAX_ROWS).unwrap_or(i64::MAX);
        let rows = self.0.query(statement, &[run.into(), behind.into(), limit.into()]).await?;
        let read = |row: &Row| {
            let waiting: Waiting = serde_json::from_str(row.text(0)?)
                .map_err(|error| DatabaseError::Refused(format!("erp_sync_deferred.data: {error}")))?;
            Ok(Employee { manager: waiting.manager, ..waiting.employee })
        };
        rows.iter().map(read).collect()
    }

    /// Who has these addresses now, of the active employees.
    pub(crate) async fn holders(
        &self,
        run: &Run,
        claims: &BTreeMap<String, String>,
    ) -> Result<HashMap<String, Vec<Holder>>, DatabaseError> {
        let mut holders: HashMap<String, Vec<Holder>> = HashMap::new();
        let addresses: HashSet<&str> = claims.values().map(String::as_str).collect();
        let addresses: Vec<&str> = addresses.into_iter().collect();
        for some in addresses.chunks(MAX_ROWS) {
            let statement = format!(
                "SELECT LOWER(p.email), e.erp_id, e.ordinal FROM tenant_people p
                 JOIN erp_records e ON e.tenant_id = p.tenant_id AND e.user_id = p.user_id AND e.kind = 'employees'
                    AND e.is_active = 1
                 WHERE p.tenant_id = $1 AND LOWER(p.email) IN ({})",
                places(2, some.len())
            );
            let mut values: Vec<Value> = vec![run.tenant.as_str().into()];
            values.extend(some.iter().map(|address| Value::from(*address)));
            for row in self.0.query(&statement, &values).await? {
                let holder = Holder { id: row.text(1)?.to_owned(), is_listed: run.seen.contains(row.integer(2)?) };
                holders.entry(row.text(0)?.to_owned()).or_default().push(holder);
            }
        }
        Ok(holders)
    }

    /// Forgets those of a run that is through with them.
    pub(crate) async fn forget(&self, run: &str) -> Result<(), DatabaseError> {
        self.0.query("DELETE FROM erp_sync_deferred WHERE run_id = $1", &[run.into()]).await.map(drop)
    }
}

/// Who does not get the address they want, for somebody else keeps it or gets it. `claims`: by the ERP's ids, which address
/// each wants; `holders`: by addresses, who has each now.
///
/// A holder who is gone stands in nobody's way; neither does one who gets another address. Of several who want one, whoever
/// has it keeps it, else the first by id gets it.
pub(crate) fn refused(claims: &BTreeMap<String, String>, holders: &HashMap<String, Vec<Holder>>) -> HashSet<String> {
    let in_the_way = |id: &str, address: &str| {
        let others = holders.get(address).map(Vec::as_slice).unwrap_or_default();
        let others: Vec<&str> =
            others.iter().filter(|other| other.is_listed && other.id != id).map(|other| other.id.as_str()).collect();
        others
    };
    let has = |id: &str, address: &str| {
        holders.get(address).is_some_and(|holders| holders.iter().any(|holder| holder.id == id))
    };
    let mut first: HashMap<&str, &str> = HashMap::new();
    for (id, address) in claims {
        let first = first.entry(address).or_insert(id);
        if !has(first, address) && has(id, address) {
            *first = id;
        }
    }
    let mut refused: HashSet<String> = HashSet::new();
    // Whoever moves away, and who wants what they have.
    let mut waits_for: HashMap<&str, Vec<&str>> = HashMap::new();
    let mut newly: Vec<&str> = Vec::new();
    for (id, address) in claims {
        let mut stays = first.get(address.as_str()).is_some_and(|first| first != id);
        for other in in_the_way(id, address) {
            match claims.get(other) {
                Some(wanted) if wanted != address => waits_for.entry(other).or_default().push(id),
                _ => stays = true,
            }
        }
        if stays {
            newly.push(id);
        }
    }
    while let Some(id) = newly.pop() {
        if refused.insert(id.to_owned()) {
            newly.extend(waits_for.remove(id).unwrap_or_default());
        }
    }
    refused
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(claims: &[(&str, &str)], holders: &[(&str, &str)], gone: &[&str]) -> Vec<String> {
        let claims = claims.iter().map(|(id, address)| ((*id).to_owned(), (*address).to_owned())).collect();
        let mut by_address: HashMap<String, Vec<Holder>> = HashMap::new();
        for (id, address) in holders {
            let holder = Holder { id: (*id).to_owned(), is_listed: !gone.contains(id) };
            by_address.entry((*address).to_owned()).or_default().push(holder);
        }
        let mut refused: Vec<String> = refused(&claims, &by_address).into_iter().collect();
        refused.sort();
        refused
    }

    #[test]
    fn who_gets_an_address_is_ruled_by_what_all_of_them_come_to() {
        let nobody = Vec::<String>::new();
        // Rehired.
        assert_eq!(rule(&[("9", "a")], &[("1", "a")], &["1"]), nobody);
        assert_eq!(rule(&[("9", "a")], &[("1", "a")], &[]), ["9"]);
        // Swapped, and round in a circle of three; whoever of them was taken over before.
        assert_eq!(rule(&[("1", "b"), ("2", "a")], &[("1", "a"), ("2", "b")], &[]), nobody);
        assert_eq!(rule(&[("1", "b"), ("2", "a")], &[("1", "b"), ("2", "b")], &[]), nobody);
        let circle = [("1", "b"), ("2", "c"), ("3", "a")];
        assert_eq!(rule(&circle, &[("1", "a"), ("2", "b"), ("3", "c")], &[]), nobody);
        assert_eq!(rule(&circle, &[("1", "a"), ("2", "c"), ("3", "c")], &[]), nobody);
        // A chain whose end leaves, moves away before, or stays.
        let chain = [("2", "a"), ("3", "b")];
        assert_eq!(rule(&chain, &[("1", "a"), ("2", "b"), ("3", "c")], &["1"]), nobody);
        assert_eq!(rule(&chain, &[("2", "b"), ("3", "c")], &[]), nobody);
        assert_eq!(rule(&chain, &[("1", "a"), ("2", "b"), ("3", "c")], &[]), ["2", "3"]);
        // Several want one.
        assert_eq!(rule(&[("8", "a"), ("9", "a")], &[("1", "a")], &["1"]), ["9"]);
        assert_eq!(rule(&[("8", "a"), ("9", "a")], &[("9", "a")], &[]), ["8"]);
        assert_eq!(rule(&[("2", "x"), ("8", "a"), ("9", "a")], &[("2", "a"), ("3", "x")], &[]), ["2", "8", "9"]);
    }
}
