//! The edge's own record of seats, for applications that keep their seats there and not in the ERP. The record is in the
//! same database as the fences, so a check of it needs no upstream.

use async_trait::async_trait;
use edge_capabilities::database::DatabaseError;

use crate::seat::SeatLookup;
use crate::subject::{Id, Subject};

/// The record of seats.
#[async_trait]
pub trait SeatRecord: Send + Sync {
    /// Whether the seats of `application` are in the record, and not in the ERP.
    async fn keeps(&self, application: &Id) -> Result<bool, DatabaseError>;

    /// What the record says of `subject`; None: the ERP has to be asked. The organisation's tenant is taken into account: the
    /// answer needs nothing else.
    async fn find(&self, subject: &Subject) -> Result<Option<SeatLookup>, DatabaseError>;
}

/// No record: the seats of all applications are in the ERP.
#[derive(Clone, Copy, Debug)]
pub struct NoRecord;

#[async_trait]
impl SeatRecord for NoRecord {
    async fn keeps(&self, _: &Id) -> Result<bool, DatabaseError> {
        Ok(false)
    }

    async fn find(&self, _: &Subject) -> Result<Option<SeatLookup>, DatabaseError> {
        Ok(None)
    }
}
