//! What follows when HR says something of employees that it has not said before.
//!
//! INVARIANT: an employee's record is written last. Whoever finds it as HR has the employee need look no further, and
//! whoever died before it was written left nothing that doing all again would not find done.

use std::collections::{HashMap, HashSet};

use edge_access::Role;
use edge_audit::{Actor, AuditEntry};
use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Value};
use edge_database::{Db, places};
use edge_tenants::{DirectoryState, MemberError, Members, SYNC_ACTOR_PREFIX, SyncOutcome, Tenant};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::deferred::address;
use crate::employee::Employee;
use crate::records::{ErpSnapshot, Known, Written, Wrong};
use crate::roles::Roles;
use crate::run::{Change, Kind, Run};
use crate::settings::Settings;
use crate::welcome;

/// Has members follow HR.
pub(crate) struct People<'a> {
    pub(crate) db: &'a Db,
    pub(crate) records: &'a ErpSnapshot,
    pub(crate) members: &'a Members,
    pub(crate) settings: &'a Settings,
    pub(crate) tenant: &'a Tenant,
    pub(crate) roles: Roles,
}

/// What came of a batch: what was done to each employee, and each one's ordinal; what is wrong.
#[derive(Default)]
pub(crate) struct Done {
    pub(crate) changes: Vec<Change>,
    pub(crate) ordinals: Vec<i64>,
    pub(crate) wrong: Vec<Wrong>,
    /// Those whose address somebody else has.
    pub(crate) deferred: Vec<Employee>,
}

/// What is known of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Addresses {
    /// Pages are still to come: whoever wants another's address waits.
    Reading,
    /// All pages are read, and whoever is taken over gets their address.
    Ruled,
}

/// An employee about whom there is something to do.
struct News<'a> {
    employee: &'a Employee,
    known: Option<&'a Known>,
    role: Role,
    digest: String,
    change: Change,
    /// Whether more is new than the role.
    is_described_anew: bool,
    user: String,
    /// Whether they were that user under another id, until now.
    was_there: bool,
}

/// A user of the tenant, and which active employee they are: the ERP's id, and their ordinal.
struct User {
    id: String,
    employee: Option<(String, i64)>,
}

/// Who did it, where a version of the rule decided.
pub(crate) fn author(run: &Run) -> Actor {
    let version = run.rule_version.map(|version| format!(":role_mapping@{version}")).unwrap_or_default();
    Actor { id: format!("{SYNC_ACTOR_PREFIX}{}{version}", run.id), address: None }
}

/// What is wrong with one that has an id.
pub(crate) fn wrong(id: &str, message: impl Into<String>) -> Wrong {
    Wrong { item: format!("id {id}"), id: Some(id.to_owned()), message: message.into() }
}

/// A hash of all that is said.
pub(crate) fn digest<T: serde::Serialize>(said: &T) -> Result<String, DatabaseError> {
    let text = serde_json::to_vec(said).map_err(|error| DatabaseError::Refused(error.to_string()))?;
    Ok(hex::encode(Sha256::digest(text)))
}

impl People<'_> {
    /// Takes a batch of employees over, each of whom is in it once.
    pub(crate) async fn take(
        &mut self,
        run: &Run,
        employees: &[Employee],
        known: &HashMap<String, Known>,
        addresses: Addresses,
        now: Timestamp,
    ) -> Result<Done, MemberError> {
        let mut done = Done::default();
        let mut news = Vec::new();
        for employee in employees {
            let known = known.get(&employee.id);
            done.ordinals.extend(known.map(|known| known.ordinal));
            let said = digest(employee)?;
            let before = known.map_or("", |known| known.digest.as_str()).split('@').next().unwrap_or_default();
            let is_described_anew = before != said;
            let digest = format!("{said}@{}", self.roles.version());
            if let Some(known) = known.filter(|known| known.is_active && known.digest == digest) {
                // What this run has changed already, before whoever was at it died, it has changed all the same.
                done.changes.push(if known.changed_in == run.id { known.change } else { Change::Unchanged });
                continue;
            }
            let role = match self.roles.of(employee) {
                Ok(role) => role,
                Err(message) => {
                    done.wrong.push(wrong(&employee.id, message));
                    continue;
                }
            };
            let change = match known {
                None => Change::Created,
                Some(known) if !known.is_active => Change::Reactivated,
                Some(known) if !is_described_anew && known.role.as_deref() == Some(role.as_str()) => {
                    done.changes.push(Change::Unchanged);
                    continue;
                }
                Some(_) => Change::Updated,
            };
            let (user, was_there) = (employee.id.clone(), false);
            news.push(News { employee, known, role, digest, change, is_described_anew, user, was_there });
        }
        if !news.is_empty() {
            self.follow(run, news, addresses, &mut done, now).await?;
        }
        Ok(done)
    }

    async fn follow(
        &self,
        run: &Run,
        news: Vec<News<'_>>,
        addresses: Addresses,
        done: &mut Done,
        now: Timestamp,
    ) -> Result<(), MemberError> {
        let mut news = self.find_users(run, news, addresses, done).await?;
        let followed: Vec<(&str, DirectoryState)> = news
            .iter()
            .map(|one| {
                let back = one.change == Change::Reactivated;
                (
                    one.user.as_str(),
                    if back { DirectoryState::Returned(one.role) } else { DirectoryState::Member(one.role) },
                )
            })
            .collect();
        let author = author(run);
        let outcomes =
            self.members.sync_directory(&self.tenant.id, &followed, self.tenant.max_users, &author, now).await?;
        let (mut described, mut welcomed, mut entries, mut written) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (one, outcome) in news.iter_mut().zip(outcomes) {
            match outcome {
                SyncOutcome::Applied => {}
                SyncOutcome::KeptByHand(_) => one.change = Change::Kept,
                SyncOutcome::Full => {
                    done.wrong.push(wrong(&one.employee.id, "the tenant has as many users as it may"));
                    continue;
                }
                // Who joins or stays leaves no tenant without an owner.
                SyncOutcome::LastOwner => {
                    done.wrong.push(wrong(&one.employee.id, "the tenant would have no owner"));
                    continue;
                }
            }
            // Who was removed by hand has had their data deleted.
            if outcome != SyncOutcome::KeptByHand(None) {
                described.push(self.description(one, now));
                if one.known.is_none() && !one.was_there && outcome == SyncOutcome::Applied {
                    welcomed.push(one.employee);
                }
                if one.known.is_some() && one.is_described_anew {
                    let detail = json!({
                        "user_id": one.user, "employee_id": one.employee.id, "run": run.id,
                        "rule_version": run.rule_version,
                    });
                    let id = format!("sync.{}.{}", run.id, one.employee.id);
                    entries.push(AuditEntry::with_id(id, "user.changed", &detail, &author, now));
                }
            }
            written.push(Written {
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
        self.describe(described).await?;
        welcome::queue(self.db, self.settings, self.tenant, &run.id, &welcomed, now).await?;
        self.records.audit().append_all(&self.tenant.id, &entries).await?;
        let ordinals = self.records.write(&self.tenant.id, Kind::Employees, &run.id, &written, now).await?;
        done.ordinals.extend(ordinals.into_values());
        Ok(())
    }

    /// Which user each is: the one they were before; one with their address whom somebody made by hand, or who was an employee
    /// that is gone; else a new one, under their own id. Two employees with one address cannot both be right: see
    /// [`crate::deferred`].
    async fn find_users<'n>(
        &self,
        run: &Run,
        news: Vec<News<'n>>,
        addresses: Addresses,
        done: &mut Done,
    ) -> Result<Vec<News<'n>>, DatabaseError> {
        let users = self.users_by_address(&news).await?;
        let mut taken = HashSet::new();
        let mut found = Vec::with_capacity(news.len());
        for mut one in news {
            let address = address(one.employee);
            let users = users.get(&address).map(Vec::as_slice).unwrap_or_default();
            let is_others = |user: &User| user.employee.as_ref().is_some_and(|(id, _)| *id != one.employee.id);
            if addresses == Addresses::Reading && (users.iter().any(is_others) || !taken.insert(address)) {
                done.deferred.push(one.employee.clone());
                continue;
            }
            // Whoever is still listed has another address from now on, and stays the user they are.
            let is_free = |user: &&User| {
                user.employee
                    .as_ref()
                    .is_none_or(|(id, ordinal)| *id == one.employee.id || !run.seen.contains(*ordinal))
            };
            if let Some(user) = one.known.and_then(|known| known.user.clone()) {
                one.user = user;
            } else if let Some(user) = users.iter().find(is_free) {
                one.user.clone_from(&user.id);
                one.was_there = user.employee.is_some();
            }
            found.push(one);
        }
        Ok(found)
    }

    /// Users by their addresses.
    async fn users_by_address(&self, news: &[News<'_>]) -> Result<HashMap<String, Vec<User>>, DatabaseError> {
        let statement = format!(
            "SELECT LOWER(p.email), p.user_id, e.erp_id, e.ordinal FROM tenant_people p
             LEFT JOIN erp_records e ON e.tenant_id = p.tenant_id AND e.user_id = p.user_id AND e.kind = 'employees'
                AND e.is_active = 1
             WHERE p.tenant_id = $1 AND LOWER(p.email) IN ({})",
            places(2, news.len())
        );
        let mut values: Vec<Value> = vec![self.tenant.id.as_str().into()];
        values.extend(news.iter().map(|one| Value::from(address(one.employee))));
        let mut users: HashMap<String, Vec<User>> = HashMap::new();
        for row in self.db.query(&statement, &values).await? {
            let employee = row.optional_text(2)?.map(ToOwned::to_owned).zip(row.optional_integer(3)?);
            let user = User { id: row.text(1)?.to_owned(), employee };
            users.entry(row.text(0)?.to_owned()).or_default().push(user);
        }
        Ok(users)
    }

    fn description(&self, one: &News<'_>, now: Timestamp) -> Vec<Value> {
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

    /// Takes note of what is known of people. Who made a user, and when, stays.
    async fn describe(&self, rows: Vec<Vec<Value>>) -> Result<(), DatabaseError> {
        let head = "INSERT INTO tenant_people (tenant_id, user_id, email, name, erp_employee_id, department, job_title,
            provisioned_by, joined_at, updated_at)";
        let tail = "ON CONFLICT (tenant_id, user_id) DO UPDATE SET email = excluded.email, name = excluded.name,
            erp_employee_id = excluded.erp_employee_id, department = excluded.department,
            job_title = excluded.job_title, updated_at = excluded.updated_at";
        self.db.insert_rows(head, rows, tail).await.map(drop)
    }
}
