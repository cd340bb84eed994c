//! Mappings in the database.

use edge_audit::AuditEntry;
use edge_database::{Conditions, Cursor, DatabaseError, Db};

use super::model::{GlKind, GlMapping};
use crate::department::Departments;

/// The mappings of tenants to accounts of the general ledger.
#[derive(Clone)]
pub struct GlMappings(Db);

/// The mappings of a tenant that may be of use for some kinds.
pub(crate) struct MappingTable(Vec<GlMapping>);

impl MappingTable {
    /// The account that mappings name: of department, kind and plan; of department and kind; of kind and plan; of the kind.
    pub(crate) fn of_kind(&self, kind: GlKind, department: Option<&str>, plan: Option<&str>) -> Option<&str> {
        self.most_specific(kind.as_str(), department, plan)
    }

    /// The account of a line: the one that mappings of its kind name, else that of the department, else that which a mapping
    /// for any kind names.
    pub(crate) fn code(
        &self,
        kind: GlKind,
        department: Option<(&str, Option<&str>)>,
        plan: Option<&str>,
    ) -> Option<String> {
        let id = department.map(|(id, _)| id);
        let own = department.and_then(|(_, code)| code);
        let found = self.of_kind(kind, id, plan).or(own).or_else(|| self.most_specific("", id, plan));
        found.map(str::to_owned)
    }

    fn most_specific(&self, kind: &str, department: Option<&str>, plan: Option<&str>) -> Option<&str> {
        let (department, plan) = (department.unwrap_or_default(), plan.unwrap_or_default());
        let fits = |mapping: &&GlMapping| {
            mapping.kind == kind
                && (mapping.department.is_empty() || mapping.department == department)
                && (mapping.plan.is_empty() || mapping.plan == plan)
        };
        let specific = |mapping: &&GlMapping| (!mapping.department.is_empty(), !mapping.plan.is_empty());
        self.0.iter().filter(fits).max_by_key(specific).map(|mapping| mapping.gl_code.as_str())
    }
}

impl GlMappings {
    /// The mappings in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// The account of the general ledger for what is `kind` to it, of a department and a plan where they are known; None:
    /// nothing names one. The most specific mapping counts: that of department, kind and plan; of department and kind; of
    /// kind and plan; of the kind; the department's own account; a mapping for any kind.
    pub async fn code(
        &self,
        tenant: &str,
        kind: GlKind,
        department: Option<&str>,
        plan: Option<&str>,
    ) -> Result<Option<String>, DatabaseError> {
        let table = self.table(tenant, &[kind]).await?;
        let found = match department {
            Some(id) => Departments::new(self.0.clone()).find(tenant, id).await?,
            None => None,
        };
        let own = found.as_ref().and_then(|department| department.gl_code.as_deref());
        Ok(table.code(kind, department.map(|id| (id, own)), plan))
    }

    /// The mappings of `tenant` for `kinds` and for any kind.
    pub(crate) async fn table(&self, tenant: &str, kinds: &[GlKind]) -> Result<MappingTable, DatabaseError> {
        let kinds = kinds.iter().map(|kind| kind.as_str()).chain([""]);
        let conditions = Conditions::of("tenant_id", tenant).and_in("kind", kinds);
        self.0.select(conditions, "id").await.map(MappingTable)
    }

    /// The mapping for exactly this.
    async fn of_scope(&self, new: &GlMapping) -> Result<Option<GlMapping>, DatabaseError> {
        let conditions = Conditions::of("tenant_id", new.tenant.as_str())
            .and("kind", new.kind.as_str())
            .and("department_id", new.department.as_str())
            .and("plan_id", new.plan.as_str());
        self.0.find(conditions).await
    }

    /// Stores `new`, or gives the mapping that there is for the same scope its account; `entry` is for the audit log. Gives what
    /// is there now; None: somebody changes it at the same time.
    pub(super) async fn set(
        &self,
        new: &GlMapping,
        entry: impl Fn(Option<&GlMapping>, &GlMapping) -> AuditEntry,
    ) -> Result<Option<GlMapping>, DatabaseError> {
        let before = self.of_scope(new).await?;
        let (gl_code, updated_at) = (new.gl_code.clone(), new.updated_at);
        let mut after = GlMapping { gl_code, updated_at, ..before.clone().unwrap_or_else(|| new.clone()) };
        after.untold.push(entry(before.as_ref(), &after));
        let is_stored = match before {
            None => self.0.insert_new(&after).await?,
            Some(_) => self.0.update_if_revision(&after, &["id", "tenant_id"], &["created_at"]).await?,
        };
        Ok(is_stored.then_some(after))
    }

    /// Up to `limit` mappings of `tenant`, newest first.
    pub(super) async fn list(
        &self,
        tenant: &str,
        (kind, department): (Option<GlKind>, Option<String>),
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<GlMapping>, DatabaseError> {
        let conditions = Conditions::of("tenant_id", tenant)
            .and_if("kind", kind.map(GlKind::as_str))
            .and_if("department_id", department);
        self.0.page(conditions, "created_at", cursor, limit).await
    }
}
