//! Plans of applications in the database. Rows are added and never changed: of each plan the highest version counts.

use edge_database::{Conditions, Cursor, DatabaseError, Db, Record as _, columns, places};

use super::model::ApplicationPlan;

/// How often a new plan takes the next number again because another plan was faster.
const MAX_ATTEMPTS: u32 = 200;

/// Of each plan the last version.
const CURRENT: &str = "version = (SELECT MAX(l.version) FROM application_plans l
    WHERE l.application = application_plans.application AND l.id = application_plans.id)";

/// The plans of applications.
#[derive(Clone)]
pub struct Plans(Db);

impl Plans {
    /// The plans in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// The last version of the plan `plan` of `application`.
    pub async fn current(&self, application: &str, plan: &str) -> Result<Option<ApplicationPlan>, DatabaseError> {
        let conditions = Conditions::of("application", application).and("id", plan);
        Ok(self.0.select(conditions, "version DESC LIMIT 1").await?.pop())
    }

    /// The version `version` of the plan `plan` of `application`.
    pub async fn version(
        &self,
        application: &str,
        plan: &str,
        version: i64,
    ) -> Result<Option<ApplicationPlan>, DatabaseError> {
        self.0.find(Conditions::of("application", application).and("id", plan).and("version", version)).await
    }

    /// The last version of the plan with this number.
    pub async fn by_number(&self, number: i64) -> Result<Option<ApplicationPlan>, DatabaseError> {
        Ok(self.0.select(Conditions::of("number", number), "version DESC LIMIT 1").await?.pop())
    }

    /// The last version of the plan `plan`, whichever application's it is; None also where two applications have one
    /// with this id.
    pub async fn by_id(&self, plan: &str) -> Result<Option<ApplicationPlan>, DatabaseError> {
        let conditions = Conditions::default().and_where(&format!("id = ? AND {CURRENT}"), plan);
        let mut found: Vec<ApplicationPlan> = self.0.select(conditions, "number LIMIT 2").await?;
        Ok(if found.len() > 1 { None } else { found.pop() })
    }

    /// Up to `limit` plans of `application`, each in its last version, newest first.
    pub(crate) async fn list(
        &self,
        application: &str,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<ApplicationPlan>, DatabaseError> {
        let conditions = Conditions::default().and_where(&format!("application = ? AND {CURRENT}"), application);
        self.0.page(conditions, "created_at", cursor, limit).await
    }

    /// Stores a new plan under the next number, which it gets; None: the application has a plan with this id.
    pub(crate) async fn insert(&self, mut plan: ApplicationPlan) -> Result<Option<ApplicationPlan>, DatabaseError> {
        let number = ApplicationPlan::COLUMNS.iter().position(|column| *column == "number").unwrap_or_default();
        let mut values = plan.values()?;
        values.remove(number);
        let columns = columns::<ApplicationPlan>().replace(" number,", "");
        let statement = format!(
            "INSERT INTO application_plans ({columns}, number)
             VALUES ({}, (SELECT COALESCE(MAX(number), 0) + 1 FROM application_plans)) RETURNING number",
            places(1, values.len())
        );
        for _ in 0..MAX_ATTEMPTS {
            match self.0.query(&statement, &values).await {
                Ok(rows) => {
                    let row = rows.first().ok_or_else(|| DatabaseError::Refused("RETURNING gave no row".into()))?;
                    plan.number = row.integer(0)?;
                    return Ok(Some(plan));
                }
                // SQLite names the columns, PostgreSQL the constraint.
                Err(DatabaseError::Duplicate(message)) if message.contains("number") => {}
                Err(DatabaseError::Duplicate(_)) => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        Err(DatabaseError::Unavailable("too many plans are being created at once".into()))
    }

    /// Stores a further version of a plan, unless somebody else was faster; gives whether it did.
    pub(crate) async fn insert_version(&self, plan: &ApplicationPlan) -> Result<bool, DatabaseError> {
        self.0.insert_new(plan).await
    }
}
