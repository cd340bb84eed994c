//! Employees whose address another user had when their page was read. Only after the last page it is known who leaves
//! and which other addresses change; until then they are deferred, in the database, by run.
//!
//! INVARIANT: [`refused_employees`] gives the same result whichever of the employees were applied before, so that an
//! interrupted run continues to the same end.

use std::collections::{BTreeMap, HashMap, HashSet};

use edge_capabilities::database::{DatabaseError, Row, Value};
use edge_database::{Db, MAX_ROWS, places};
use serde::{Deserialize, Serialize};

use crate::employee::Employee;
use crate::run::Run;

/// A deferred employee, as stored.
#[derive(Deserialize, Serialize)]
struct DeferredData {
    employee: Employee,
    manager: Option<String>,
}

/// The present holder of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AddressHolder {
    /// The employee's id in the ERP.
    pub(crate) id: String,
    /// Whether the ERP still lists the employee.
    pub(crate) is_listed: bool,
}

/// Deferred employees, in the database.
#[derive(Clone)]
pub(crate) struct DeferredEmployees(Db);

/// The address in the form that is compared.
pub(crate) fn address(employee: &Employee) -> String {
    employee.email.to_ascii_lowercase()
}

impl DeferredEmployees {
    pub(crate) fn new(db: Db) -> Self {
        Self(db)
    }

    /// Deletes those of incompletely applied pages: from the page that `run` is at.
    pub(crate) async fn delete_from_page(&self, run: &Run) -> Result<(), DatabaseError> {
        let values = [run.id.as_str().into(), Value::Integer(i64::from(run.progress.pages))];
        let some = "SELECT erp_id FROM erp_sync_deferred WHERE run_id = $1 AND page >= $2 LIMIT 1";
        if self.0.query(some, &values).await?.is_empty() {
            return Ok(());
        }
        self.0.query("DELETE FROM erp_sync_deferred WHERE run_id = $1 AND page >= $2", &values).await.map(drop)
    }

    /// Defers `employees` of the page that `run` is at.
    pub(crate) async fn add(&self, run: &Run, employees: &[Employee]) -> Result<(), DatabaseError> {
        let row = |employee: &Employee| -> Result<Vec<Value>, DatabaseError> {
            let data = DeferredData { employee: employee.clone(), manager: employee.manager.clone() };
            let data = serde_json::to_string(&data).map_err(|error| DatabaseError::Refused(error.to_string()))?;
            let page = Value::Integer(i64::from(run.progress.pages));
            Ok(vec![run.id.as_str().into(), employee.id.as_str().into(), page, address(employee).into(), data.into()])
        };
        let rows = employees.iter().map(row).collect::<Result<_, _>>()?;
        let head = "INSERT INTO erp_sync_deferred (run_id, erp_id, page, email, data)";
        self.0.insert_rows(head, rows, "ON CONFLICT (run_id, erp_id) DO NOTHING").await.map(drop)
    }

    /// Which of `ids` are deferred.
    pub(crate) async fn contained(&self, run: &str, ids: &[&str]) -> Result<HashSet<String>, DatabaseError> {
        let statement =
            format!("SELECT erp_id FROM erp_sync_deferred WHERE run_id = $1 AND erp_id IN ({})", places(2, ids.len()));
        let mut values: Vec<Value> = vec![run.into()];
        values.extend(ids.iter().map(|id| Value::from(*id)));
        self.0.query(&statement, &values).await?.iter().map(|row| Ok(row.text(0)?.to_owned())).collect()
    }

    /// The address of each deferred employee, by employee id.
    pub(crate) async fn claims(&self, run: &str) -> Result<BTreeMap<String, String>, DatabaseError> {
        let statement = "SELECT erp_id, email FROM erp_sync_deferred WHERE run_id = $1";
        let read = |row: &Row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned()));
        self.0.query(statement, &[run.into()]).await?.iter().map(read).collect()
    }

    /// A batch of them, after the id `after`.
    pub(crate) async fn batch(&self, run: &str, after: &str) -> Result<Vec<Employee>, DatabaseError> {
        let statement = "SELECT data FROM erp_sync_deferred WHERE run_id = $1 AND erp_id > $2 ORDER BY erp_id LIMIT $3";
        let limit = i64::try_from(MAX_ROWS).unwrap_or(i64::MAX);
        let rows = self.0.query(statement, &[run.into(), after.into(), limit.into()]).await?;
        let read = |row: &Row| {
            let data: DeferredData = serde_json::from_str(row.text(0)?)
                .map_err(|error| DatabaseError::Refused(format!("erp_sync_deferred.data: {error}")))?;
            Ok(Employee { manager: data.manager, ..data.employee })
        };
        rows.iter().map(read).collect()
    }

    /// The active employees who have these addresses now.
    pub(crate) async fn holders(
        &self,
        run: &Run,
        claims: &BTreeMap<String, String>,
    ) -> Result<HashMap<String, Vec<AddressHolder>>, DatabaseError> {
        let mut holders: HashMap<String, Vec<AddressHolder>> = HashMap::new();
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
                let holder =
                    AddressHolder { id: row.text(1)?.to_owned(), is_listed: run.seen.contains(row.integer(2)?) };
                holders.entry(row.text(0)?.to_owned()).or_default().push(holder);
            }
        }
        Ok(holders)
    }

    /// Deletes the deferred employees of a run.
    pub(crate) async fn delete(&self, run: &str) -> Result<(), DatabaseError> {
        self.0.query("DELETE FROM erp_sync_deferred WHERE run_id = $1", &[run.into()]).await.map(drop)
    }
}

/// The employees who cannot have their address because another employee keeps or gets it. `claims`: the address that
/// each employee id wants; `holders`: the present holders of each address.
///
/// A holder who left does not block the address; neither does one who gets another address. Of several claimants the
/// present holder keeps the address, else the first by id gets it.
pub(crate) fn refused_employees(
    claims: &BTreeMap<String, String>,
    holders: &HashMap<String, Vec<AddressHolder>>,
) -> HashSet<String> {
    let blockers = |id: &str, address: &str| {
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
    let mut refused_employees: HashSet<String> = HashSet::new();
    // For each holder who moves away: the claimants of the old address.
    let mut claimants_of: HashMap<&str, Vec<&str>> = HashMap::new();
    let mut queue: Vec<&str> = Vec::new();
    for (id, address) in claims {
        let mut stays = first.get(address.as_str()).is_some_and(|first| first != id);
        for other in blockers(id, address) {
            match claims.get(other) {
                Some(wanted) if wanted != address => claimants_of.entry(other).or_default().push(id),
                _ => stays = true,
            }
        }
        if stays {
            queue.push(id);
        }
    }
    while let Some(id) = queue.pop() {
        if refused_employees.insert(id.to_owned()) {
            queue.extend(claimants_of.remove(id).unwrap_or_default());
        }
    }
    refused_employees
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(claims: &[(&str, &str)], holders: &[(&str, &str)], missing: &[&str]) -> Vec<String> {
        let claims = claims.iter().map(|(id, address)| ((*id).to_owned(), (*address).to_owned())).collect();
        let mut by_address: HashMap<String, Vec<AddressHolder>> = HashMap::new();
        for (id, address) in holders {
            let holder = AddressHolder { id: (*id).to_owned(), is_listed: !missing.contains(id) };
            by_address.entry((*address).to_owned()).or_default().push(holder);
        }
        let mut refused_employees: Vec<String> = refused_employees(&claims, &by_address).into_iter().collect();
        refused_employees.sort();
        refused_employees
    }

    #[test]
    fn claims_on_addresses_are_resolved_together() {
        let none = Vec::<String>::new();
        // Rehired.
        assert_eq!(resolve(&[("9", "a")], &[("1", "a")], &["1"]), none);
        assert_eq!(resolve(&[("9", "a")], &[("1", "a")], &[]), ["9"]);
        // Swapped, and a cycle of three, also if some were applied before.
        assert_eq!(resolve(&[("1", "b"), ("2", "a")], &[("1", "a"), ("2", "b")], &[]), none);
        assert_eq!(resolve(&[("1", "b"), ("2", "a")], &[("1", "b"), ("2", "b")], &[]), none);
        let cycle = [("1", "b"), ("2", "c"), ("3", "a")];
        assert_eq!(resolve(&cycle, &[("1", "a"), ("2", "b"), ("3", "c")], &[]), none);
        assert_eq!(resolve(&cycle, &[("1", "a"), ("2", "c"), ("3", "c")], &[]), none);
        // A chain whose end leaves, has moved away, or stays.
        let chain = [("2", "a"), ("3", "b")];
        assert_eq!(resolve(&chain, &[("1", "a"), ("2", "b"), ("3", "c")], &["1"]), none);
        assert_eq!(resolve(&chain, &[("2", "b"), ("3", "c")], &[]), none);
        assert_eq!(resolve(&chain, &[("1", "a"), ("2", "b"), ("3", "c")], &[]), ["2", "3"]);
        // Several claimants.
        assert_eq!(resolve(&[("8", "a"), ("9", "a")], &[("1", "a")], &["1"]), ["9"]);
        assert_eq!(resolve(&[("8", "a"), ("9", "a")], &[("9", "a")], &[]), ["8"]);
        assert_eq!(resolve(&[("2", "x"), ("8", "a"), ("9", "a")], &[("2", "a"), ("3", "x")], &[]), ["2", "8", "9"]);
    }
}
