//! The bodies of requests that create and update departments, and their validation.

use edge_http::{FieldErrors, nullable};
use edge_time_zones::Zone;
use serde::Deserialize;
use utoipa::ToSchema;

use super::model::{Department, DepartmentStatus};
use crate::body::{MAX_LEN, check_day};
use crate::error::AllocationError;
use edge_invoices::Date;

/// The most people of a department.
const MAX_HEADCOUNT: u64 = 10_000_000;

/// The most headcounts that are kept.
const MAX_HEADCOUNTS: usize = 1_000;

/// A department to create.
#[derive(Clone, Deserialize, ToSchema)]
pub(crate) struct CreateDepartmentRequest {
    /// The entity that it belongs to.
    pub(super) entity_id: String,
    /// Its name for display: 1 to 256 bytes.
    name: String,
    #[serde(flatten)]
    details: DepartmentDetails,
}

/// What a department may have besides.
#[derive(Clone, Default, Deserialize, ToSchema)]
pub(crate) struct DepartmentDetails {
    /// The department of the same entity that it is part of.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    parent_id: Option<Option<String>>,
    /// Its code, unique within the entity.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    code: Option<Option<String>>,
    /// Its cost centre.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    cost_center: Option<Option<String>>,
    /// The account of the general ledger of its lines for which no mapping names one.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    gl_code: Option<Option<String>>,
    /// The user who manages it.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    manager_user_id: Option<Option<String>>,
    /// How many people it has. It is the driver of shares by `headcount`.
    #[serde(default)]
    headcount: Option<u64>,
    /// The first day with this headcount, in the tenant's time zone. Default: today.
    #[serde(default)]
    #[schema(format = Date)]
    headcount_from: Option<String>,
    /// `active`, or `closed`: a closed department gets no new shares.
    #[serde(default)]
    status: Option<DepartmentStatus>,
}

/// The changes to a department. Fields that are absent keep their values; null removes a value.
#[derive(Clone, Deserialize, ToSchema)]
pub(crate) struct UpdateDepartmentRequest {
    /// Cannot be changed.
    #[serde(default)]
    entity_id: Option<String>,
    /// Its name for display: 1 to 256 bytes.
    #[serde(default)]
    name: Option<String>,
    #[serde(flatten)]
    details: DepartmentDetails,
}

/// The day that it is for the tenant.
pub(super) struct Calendar {
    pub(super) today: Date,
    pub(super) zone: Zone,
}

impl DepartmentDetails {
    fn apply(&self, department: &mut Department, calendar: &Calendar, errors: &mut FieldErrors) {
        let Self { parent_id, code, cost_center, gl_code, manager_user_id, headcount, headcount_from, status } = self;
        let texts = [
            ("parent_id", parent_id, &mut department.parent),
            ("code", code, &mut department.code),
            ("cost_center", cost_center, &mut department.cost_center),
            ("gl_code", gl_code, &mut department.gl_code),
            ("manager_user_id", manager_user_id, &mut department.manager),
        ];
        for (field, new, value) in texts {
            if let Some(new) = new {
                errors.check_text::<MAX_LEN>(field, new.as_deref());
                value.clone_from(new);
            }
        }
        if let Some(status) = status {
            department.status = *status;
        }
        let from = check_day(errors, "headcount_from", headcount_from.as_deref(), &calendar.zone);
        match headcount {
            Some(headcount) if *headcount > MAX_HEADCOUNT => {
                errors.add("headcount", format!("must be at most {MAX_HEADCOUNT}"));
            }
            Some(headcount) => {
                let (from, headcount) = (from.unwrap_or(calendar.today), u32::try_from(*headcount).unwrap_or_default());
                if department.headcount(from) != headcount || headcount_from.is_some() {
                    department.set_headcount(from, headcount);
                }
                if department.headcounts.len() > MAX_HEADCOUNTS {
                    errors.add("headcount", format!("was changed {MAX_HEADCOUNTS} times, which is the most"));
                }
            }
            None if from.is_some() => errors.add("headcount", "is required with headcount_from"),
            None => {}
        }
    }
}

impl CreateDepartmentRequest {
    /// Validates the request, and writes it into `department`.
    pub(super) fn apply(&self, department: &mut Department, calendar: &Calendar) -> Result<(), AllocationError> {
        let mut errors = FieldErrors::default();
        errors.check_text::<MAX_LEN>("name", Some(&self.name));
        department.name.clone_from(&self.name);
        department.entity.clone_from(&self.entity_id);
        self.details.apply(department, calendar, &mut errors);
        errors.finish().map_err(AllocationError::Invalid)
    }
}

impl UpdateDepartmentRequest {
    /// Validates the changes, and makes them to `department`.
    pub(super) fn apply(&self, department: &mut Department, calendar: &Calendar) -> Result<(), AllocationError> {
        let mut errors = FieldErrors::default();
        if self.entity_id.as_ref().is_some_and(|entity| *entity != department.entity) {
            errors.add("entity_id", "cannot be changed");
        }
        if let Some(name) = &self.name {
            errors.check_text::<MAX_LEN>("name", Some(name));
            department.name.clone_from(name);
        }
        self.details.apply(department, calendar, &mut errors);
        errors.finish().map_err(AllocationError::Invalid)
    }
}
