//! Applies changes of employees in HR to members of the tenant.
//!
//! INVARIANT: an employee's record is written last. If it matches HR's data, everything before it is done; if an
//! instance dies before it is written, all steps are repeated without a different result.

use std::collections::{HashMap, HashSet};

use edge_access::Role;
use edge_audit::{Actor, AuditEntry};
use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Value};
use edge_database::{Db, places};
use edge_tenants::{DirectoryState, MemberError, Members, SYNC_ACTOR_PREFIX, SyncOutcome, Tenant};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::employee::Employee;
use crate::employee::deferred::address;
use crate::employee::role::RoleMapping;
use crate::employee::welcome;
use crate::record::{ErpSnapshot, RecordError, RecordWrite, StoredRecord};
use crate::run::{Change, Kind, Run};
use crate::settings::Settings;

/// Applies employees to members.
pub(crate) struct EmployeeSync<'a> {
    pub(crate) db: &'a Db,
    pub(crate) records: &'a ErpSnapshot,
    pub(crate) members: &'a Members,
    pub(crate) settings: &'a Settings,
    pub(crate) tenant: &'a Tenant,
    pub(crate) roles: RoleMapping,
}

/// The result of a batch.
#[derive(Default)]
pub(crate) struct BatchResult {
    pub(crate) changes: Vec<Change>,
    pub(crate) ordinals: Vec<i64>,
    pub(crate) errors: Vec<RecordError>,
    /// Employees whose address another user has.
    pub(crate) deferred: Vec<Employee>,
}

/// What is known about the owners of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AddressPhase {
    /// Pages are outstanding: an employee with another user's address is deferred.
    Reading,
    /// All pages are read, and conflicts of addresses are resolved.
    Assigned,
}

/// An employee whose data or role changed.
struct EmployeeChange<'a> {
    employee: &'a Employee,
    known: Option<&'a StoredRecord>,
    role: Role,
    digest: String,
    change: Change,
    /// Whether more than the role changed.
    has_new_data: bool,
    user: String,
    /// Whether that user existed before under another employee id.
    already_existed: bool,
}

/// A user of the tenant, with the active employee that the user is: the ERP's id and the ordinal.
struct User {
    id: String,
    employee: Option<(String, i64)>,
}

/// The actor of a run's changes, with the version of the rule that decided.
pub(crate) fn sync_actor(run: &Run) -> Actor {
    let version = run.rule_version.map(|version| format!(":role_mapping@{version}")).unwrap_or_default();
    Actor { id: format!("{SYNC_ACTOR_PREFIX}{}{version}", run.id), address: None }
}

/// An error about the record `id`.
pub(crate) fn record_error(id: &str, message: impl Into<String>) -> RecordError {
    RecordError { item: format!("id {id}"), id: Some(id.to_owned()), message: message.into() }
}

/// A hash of a record's data.
pub(crate) fn digest<T: serde::Serialize>(data: &T) -> Result<String, DatabaseError> {
    let text = serde_json::to_vec(data).map_err(|error| DatabaseError::Refused(error.to_string()))?;
    Ok(hex::encode(Sha256::digest(text)))
}

impl EmployeeSync<'_> {
    /// Applies a batch of employees, each of whom is in it once.
    pub(crate) async fn apply(
        &mut self,
        run: &Run,
        employees: &[Employee],
        known: &HashMap<String, StoredRecord>,
        addresses: AddressPhase,
        now: Timestamp,
    ) -> Result<BatchResult, MemberError> {
        let mut done = BatchResult::default();
        let mut changes = Vec::new();
        for employee in employees {
            let known = known.get(&employee.id);
            done.ordinals.extend(known.map(|known| known.ordinal));
            let data_digest = digest(employee)?;
            let before = known.map_or("", |known| known.digest.as_str()).split('@').next().unwrap_or_default();
            let has_new_data = before != data_digest;
            let digest = format!("{data_digest}@{}", self.roles.version());
            if let Some(known) = known.filter(|known| known.is_active && known.digest == digest) {
                // A change that this run made before it was interrupted still counts as this run's.
                done.changes.push(if known.changed_in == run.id { known.change } else { Change::Unchanged });
                continue;
            }
            let role = match self.roles.of(employee) {
                Ok(role) => role,
                Err(message) => {
                    done.errors.push(record_error(&employee.id, message));
                    continue;
                }
            };
            let change = match known {
                None => Change::Created,
                Some(known) if !known.is_active => Change::Reactivated,
                Some(known) if !has_new_data && known.role.as_deref() == Some(role.as_str()) => {
                    done.changes.push(Change::Unchanged);
                    continue;
                }
                Some(_) => Change::Updated,
            };
            let (user, already_existed) = (employee.id.clone(), false);
            changes.push(EmployeeChange { employee, known, role, digest, change, has_new_data, user, already_existed });
        }
        if !changes.is_empty() {
            self.apply_changes(run, changes, addresses, &mut done, now).await?;
        }
        Ok(done)
    }

    async fn apply_changes(
        &self,
        run: &Run,
        changes: Vec<EmployeeChange<'_>>,
        addresses: AddressPhase,
        done: &mut BatchResult,
        now: Timestamp,
    ) -> Result<(), MemberError> {
        let mut changes = self.assign_users(run, changes, addresses, done).await?;
        let states: Vec<(&str, DirectoryState)> = changes
            .iter()
            .map(|one| {
                let back = one.change == Change::Reactivated;
                (
                    one.user.as_str(),
                    if back { DirectoryState::Returned(one.role) } else { DirectoryState::Member(one.role) },
                )
            })
            .collect();
        let actor = sync_actor(run);
        let outcomes =
            self.members.sync_directory(&self.tenant.id, &states, self.tenant.max_users, &actor, now).await?;
        let (mut people, mut welcomed, mut entries, mut writes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (one, outcome) in changes.iter_mut().zip(outcomes) {
            match outcome {
                SyncOutcome::Applied => {}
                SyncOutcome::KeptByHand(_) => one.change = Change::Kept,
                SyncOutcome::Full => {
                    done.errors
                        .push(record_error(&one.employee.id, "the tenant has reached its maximum number of users"));
                    continue;
                }
                // A member who joins or stays cannot be the last owner who leaves.
                SyncOutcome::LastOwner => {
                    done.errors.push(record_error(&one.employee.id, "the tenant would have no owner"));
                    continue;
                }
            }
            // The data of a user who was removed by hand is deleted, and stays so.
            if outcome != SyncOutcome::KeptByHand(None) {
                people.push(self.person_row(one, now));
                if one.known.is_none() && !one.already_existed && outcome == SyncOutcome::Applied {
                    welcomed.push(one.employee);
                }
                if one.known.is_some() && one.has_new_data {
                    let detail = json!({
                        "user_id": one.user, "employee_id": one.employee.id, "run": run.id,
                        "rule_version": run.rule_version,
                    });
                    let id = format!("sync.{}.{}", run.id, one.employee.id);
                    entries.push(AuditEntry::with_id(id, "user.changed", &detail, &actor, now));
                }
            }
            writes.push(RecordWrite {
                id: one.employee.id.clone(),
                ordinal: one.known.map(|known| known.ordinal),
                user: Some(one.user.clone()),
                role: Some(one.role.as_str().to_owned()),
                data: None,
                digest: one.digest.clone(),
                change: one.change,
            });
            done.changes.push(one.change);
        }
        self.upsert_people(people).await?;
        welcome::queue(self.db, self.settings, self.tenant, &welcomed, now).await?;
        self.records.audit().append_all(&self.tenant.id, &entries).await?;
        let ordinals = self.records.upsert(&self.tenant.id, Kind::Employees, &run.id, &writes, now).await?;
        done.ordinals.extend(ordinals.into_values());
        Ok(())
    }

    /// Assigns a user to each employee: the user of the employee's record; else a user with the employee's address who
    /// was created by hand or belongs to an employee who left; else a new user with the employee's id. For two
    /// employees with one address see [`super::deferred`].
    async fn assign_users<'n>(
        &self,
        run: &Run,
        changes: Vec<EmployeeChange<'n>>,
        addresses: AddressPhase,
        done: &mut BatchResult,
    ) -> Result<Vec<EmployeeChange<'n>>, DatabaseError> {
        let users = self.users_by_address(&changes).await?;
        let mut taken = HashSet::new();
        let mut found = Vec::with_capacity(changes.len());
        for mut one in changes {
            let address = address(one.employee);
            let users = users.get(&address).map(Vec::as_slice).unwrap_or_default();
            let is_others = |user: &User| user.employee.as_ref().is_some_and(|(id, _)| *id != one.employee.id);
            if addresses == AddressPhase::Reading && (users.iter().any(is_others) || !taken.insert(address)) {
                done.deferred.push(one.employee.clone());
                continue;
            }
            // The user of an employee who is still listed keeps being that employee, with another address.
            let is_free = |user: &&User| {
                user.employee
                    .as_ref()
                    .is_none_or(|(id, ordinal)| *id == one.employee.id || !run.seen.contains(*ordinal))
            };
            if let Some(user) = one.known.and_then(|known| known.user.clone()) {
                one.user = user;
            } else if let Some(user) = users.iter().find(is_free) {
                one.user.clone_from(&user.id);
                one.already_existed = user.employee.is_some();
            }
            found.push(one);
        }
        Ok(found)
    }

    /// Users by address.
    async fn users_by_address(
        &self,
        changes: &[EmployeeChange<'_>],
    ) -> Result<HashMap<String, Vec<User>>, DatabaseError> {
        let statement = format!(
            "SELECT LOWER(p.email), p.user_id, e.erp_id, e.ordinal FROM tenant_people p
             LEFT JOIN erp_records e ON e.tenant_id = p.tenant_id AND e.user_id = p.user_id AND e.kind = 'employees'
                AND e.is_active = 1
             WHERE p.tenant_id = $1 AND LOWER(p.email) IN ({})",
            places(2, changes.len())
        );
        let mut values: Vec<Value> = vec![self.tenant.id.as_str().into()];
        values.extend(changes.iter().map(|one| Value::from(address(one.employee))));
        let mut users: HashMap<String, Vec<User>> = HashMap::new();
        for row in self.db.query(&statement, &values).await? {
            let employee = row.optional_text(2)?.map(ToOwned::to_owned).zip(row.optional_integer(3)?);
            let user = User { id: row.text(1)?.to_owned(), employee };
            users.entry(row.text(0)?.to_owned()).or_default().push(user);
        }
        Ok(users)
    }

    fn person_row(&self, one: &EmployeeChange<'_>, now: Timestamp) -> Vec<Value> {
        let Employee { id, email, name, department, job_title, .. } = one.employee;
        vec![
            self.tenant.id.as_str().into(),
            one.user.as_str().into(),
            email.as_str().into(),
            name.clone().into(),
            id.as_str().into(),
            department.clone().into(),
            job_title.clone().into(),
            "erp_hr".into(),
            now.into(),
            now.into(),
        ]
    }

    /// Stores personal data. Who created a user, and when, is kept.
    async fn upsert_people(&self, rows: Vec<Vec<Value>>) -> Result<(), DatabaseError> {
        let head = "INSERT INTO tenant_people (tenant_id, user_id, email, name, erp_employee_id, department, job_title,
            provisioned_by, joined_at, updated_at)";
        let tail = "ON CONFLICT (tenant_id, user_id) DO UPDATE SET email = excluded.email, name = excluded.name,
            erp_employee_id = excluded.erp_employee_id, department = excluded.department,
            job_title = excluded.job_title, updated_at = excluded.updated_at";
        self.db.insert_rows(head, rows, tail).await.map(drop)
    }
}
