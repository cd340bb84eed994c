"""A call for each operation of the edge.

Made from docs/openapi.json by generate.py: do not change it by hand.
"""

from __future__ import annotations

from typing import Any, Literal

from . import types
from .base import AsyncCaller, Caller


class Calls(Caller):
    """All operations, by their subjects."""

    # API keys

    def create_api_key(self, body: types.NewApiKey) -> types.CreatedApiKey:
        """Create an API key.

        The key is shown only in this response. Repeating the request with the same `Idempotency-Key` returns the
        same key.

        Scope: `tenants:admin`.
        """
        value: types.CreatedApiKey = self._call("POST", "/api/v1/api-keys", body=body)
        return value

    def get_caller(self) -> types.CurrentCaller:
        """Get the caller.

        Returns who the credential belongs to, its scopes and when it expires. Every valid credential may ask.
        """
        value: types.CurrentCaller = self._call("GET", "/api/v1/me")
        return value

    def list_api_keys(self, *, limit: int | None = None, cursor: str | None = None) -> types.Listing_ApiKey:
        """List API keys.

        Returns the newest keys first and omits revoked keys. A tenant's key sees only the keys of its tenant.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `tenants:admin`.
        """
        value: types.Listing_ApiKey = self._call("GET", "/api/v1/api-keys", query={"limit": limit, "cursor": cursor})
        return value

    def revoke_api_key(self, id: str, *, descendants: str | None = None) -> types.RevokedApiKeys | None:
        """Revoke an API key.

        The key stops working on the whole node within one second. Keys created with it, directly or through other
        keys, keep working unless `?descendants=revoke` is sent; the response then lists all revoked keys.

        `id`: The API key's id.

        `descendants`: `revoke` also revokes all keys that descend from this key. By default they are kept.

        Scope: `tenants:admin`.
        """
        value: types.RevokedApiKeys | None = self._call(
            "DELETE", "/api/v1/api-keys/{id}", path={"id": id}, query={"descendants": descendants}
        )
        return value

    # Allocations

    def create_allocation(
        self,
        department_id: str,
        body: types.CreateAllocationRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Allocation:
        """Create an allocation.

        Gives the department a share of a source, beside the shares that others have of it. Together they never
        are more than all of the source, whoever adds shares at the same time; what is short of it is
        `unallocated`.

        `department_id`: The department's id.

        Scope: `enterprise:write`.
        """
        value: types.Allocation = self._call(
            "POST",
            "/api/v1/enterprise-billing/departments/{department_id}/allocations",
            path={"department_id": department_id},
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def create_gl_mapping(
        self,
        body: types.CreateGlMappingRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.GlMapping:
        """Create a GL mapping.

        A mapping for the same kind, department and plan gets the new account. Lines that were posted keep theirs.
        The most specific mapping counts: of department, kind and plan; of department and kind; of kind and plan;
        of the kind; then the department's own account; then a mapping for any kind.

        Scope: `enterprise:write`.
        """
        value: types.GlMapping = self._call(
            "POST",
            "/api/v1/enterprise-billing/gl-mappings",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def get_allocation_totals(
        self,
        *,
        by: str | None = None,
        department_id: str | None = None,
        entity_id: str | None = None,
        source: str | None = None,
        document: str | None = None,
        kind: Literal["revenue", "cash", "receivable", "deferred", "tax", "refund"] | None = None,
        gl_code: str | None = None,
        cost_center: str | None = None,
        plan_id: str | None = None,
        currency: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        tenant_id: str | None = None,
    ) -> types.AllocationTotals:
        """Get the sums of posted lines.

        All sums together are what was billed less what was given back, in each currency: what nobody shares is
        one of them.

        `by`: `department`, `cost_center`, `gl_code`, `plan`, `month`, `kind` or `entity`. Default: `department`.

        `department_id`: Only lines of this department; `unallocated`: only lines that nobody shares.

        `entity_id`: Only lines of departments of this entity.

        `source`: Only lines of this source: `subscription:ID`, `invoice:ID` or `amount:ID`.

        `document`: Only lines of this document: `invoice:ID`, `charge:ID` or `payment:ID`.

        `kind`: Only lines of this kind.

        `gl_code`: Only lines on this account of the general ledger.

        `cost_center`: Only lines of this cost centre.

        `plan_id`: Only lines for this plan.

        `currency`: Only lines in this currency.

        `from_`: Only lines from this day on, in the tenant's time zone.

        `to`: Only lines before this day.

        Scope: `enterprise:read`.
        """
        value: types.AllocationTotals = self._call(
            "GET",
            "/api/v1/enterprise-billing/allocations/totals",
            query={"by": by, "department_id": department_id, "entity_id": entity_id, "source": source, "document": document, "kind": kind, "gl_code": gl_code, "cost_center": cost_center, "plan_id": plan_id, "currency": currency, "from": from_, "to": to},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def get_allocations(
        self,
        *,
        source: str,
        at: str | None = None,
        tenant_id: str | None = None,
    ) -> types.SourceAllocations:
        """Get a source's allocations.

        `source`: The source: `subscription:ID`, `invoice:ID` or `amount:ID`.

        `at`: The day, in the tenant's time zone. Default: today.

        Scope: `enterprise:read`.
        """
        value: types.SourceAllocations = self._call(
            "GET",
            "/api/v1/enterprise-billing/allocations",
            query={"source": source, "at": at},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def list_allocation_lines(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        department_id: str | None = None,
        entity_id: str | None = None,
        source: str | None = None,
        document: str | None = None,
        kind: Literal["revenue", "cash", "receivable", "deferred", "tax", "refund"] | None = None,
        gl_code: str | None = None,
        cost_center: str | None = None,
        plan_id: str | None = None,
        currency: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_AllocationLine:
        """List posted lines.

        What departments got of finalised invoices, of charges of entities and of payments of subscriptions, and
        what nobody shares of them. A line never changes: what is given back is lines more.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `department_id`: Only lines of this department; `unallocated`: only lines that nobody shares.

        `entity_id`: Only lines of departments of this entity.

        `source`: Only lines of this source: `subscription:ID`, `invoice:ID` or `amount:ID`.

        `document`: Only lines of this document: `invoice:ID`, `charge:ID` or `payment:ID`.

        `kind`: Only lines of this kind.

        `gl_code`: Only lines on this account of the general ledger.

        `cost_center`: Only lines of this cost centre.

        `plan_id`: Only lines for this plan.

        `currency`: Only lines in this currency.

        `from_`: Only lines from this day on, in the tenant's time zone.

        `to`: Only lines before this day.

        Scope: `enterprise:read`.
        """
        value: types.Listing_AllocationLine = self._call(
            "GET",
            "/api/v1/enterprise-billing/allocations/lines",
            query={"limit": limit, "cursor": cursor, "department_id": department_id, "entity_id": entity_id, "source": source, "document": document, "kind": kind, "gl_code": gl_code, "cost_center": cost_center, "plan_id": plan_id, "currency": currency, "from": from_, "to": to},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def list_department_allocations(
        self,
        department_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_Allocation:
        """List a department's allocations.

        Also those that have ended or have not begun yet.

        `department_id`: The department's id.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `enterprise:read`.
        """
        value: types.Listing_Allocation = self._call(
            "GET",
            "/api/v1/enterprise-billing/departments/{department_id}/allocations",
            path={"department_id": department_id},
            query={"limit": limit, "cursor": cursor},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def list_gl_mappings(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        kind: Literal["revenue", "cash", "receivable", "deferred", "tax", "refund"] | None = None,
        department_id: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_GlMapping:
        """List GL mappings.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `kind`: Only mappings of this kind.

        `department_id`: Only mappings of this department.

        Scope: `enterprise:read`.
        """
        value: types.Listing_GlMapping = self._call(
            "GET",
            "/api/v1/enterprise-billing/gl-mappings",
            query={"limit": limit, "cursor": cursor, "kind": kind, "department_id": department_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def preview_allocations(
        self,
        *,
        currency: str,
        amount: float,
        source: str,
        at: str | None = None,
        kind: Literal["revenue", "cash", "receivable", "deferred", "tax", "refund"] | None = None,
        plan_id: str | None = None,
        tenant_id: str | None = None,
    ) -> types.AllocationPreview:
        """Preview a split.

        Shows how an amount of the source would be split on a day, to the smallest unit. Nothing is posted.

        `source`: The source: `subscription:ID`, `invoice:ID` or `amount:ID`.

        `amount`: The amount; negative: given back.

        `currency`: The ISO 4217 code of its currency.

        `at`: The day, in the tenant's time zone, or an instant (RFC 3339). Default: now.

        `kind`: What the amount is, for the accounts of the general ledger. Default: `revenue`.

        `plan_id`: The plan that it is for, for the accounts of the general ledger.

        Scope: `enterprise:read`.
        """
        value: types.AllocationPreview = self._call(
            "GET",
            "/api/v1/enterprise-billing/allocations/preview",
            query={"source": source, "amount": amount, "currency": currency, "at": at, "kind": kind, "plan_id": plan_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def set_allocations(
        self,
        body: types.SetAllocationsRequest,
        *,
        source: str,
        tenant_id: str | None = None,
    ) -> types.SourceAllocations:
        """Set a source's allocations.

        The shares are the whole split of the source from a day on, until the next day for which shares are set
        already. They add up to exactly 10000 basis points, or name who takes what is left: one department by
        `fixed` without an amount, or several by `headcount` or `usage`.

        `source`: The source: `subscription:ID`, `invoice:ID` or `amount:ID`.

        Scope: `enterprise:write`.
        """
        value: types.SourceAllocations = self._call(
            "PUT",
            "/api/v1/enterprise-billing/allocations",
            query={"source": source},
            headers={"X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    # Analytics

    def get_health(
        self,
        *,
        from_: str | None = None,
        to: str | None = None,
        timezone: str | None = None,
        granularity: str | None = None,
        application_slug: str | None = None,
        organization_id: str | None = None,
        currency: str | None = None,
        as_of: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> types.Report_HealthResult:
        """Get the health of organizations.

        A score of each organization with its parts and their weights, by id, in pages. With `Accept: text/csv`
        the points are lines of CSV.

        `from_`: The first day, `2026-01-01`. By default twelve months or 30 days before `to`.

        `to`: The day after the last one. By default tomorrow.

        `timezone`: An IANA time zone, `Asia/Kolkata`: days and months begin at its midnight. By default `UTC`.

        `granularity`: `month` or `day`. By default `month`.

        `application_slug`: Only this application.

        `organization_id`: Only this organization.

        `currency`: Only this currency, ISO 4217.

        `as_of`: Answers as it was known then: an RFC 3339 time, or a date, which means its beginning. By default
        now.

        `limit`: How many organizations a page has: 1 to 100. By default 50.

        `cursor`: The `nextCursor` of the page before.

        Scope: `analytics:read`.
        """
        value: types.Report_HealthResult = self._call(
            "GET",
            "/analytics/health",
            query={"from": from_, "to": to, "timezone": timezone, "granularity": granularity, "applicationSlug": application_slug, "organizationId": organization_id, "currency": currency, "asOf": as_of, "limit": limit, "cursor": cursor},
        )
        return value

    def get_mrr(
        self,
        *,
        from_: str | None = None,
        to: str | None = None,
        timezone: str | None = None,
        granularity: str | None = None,
        application_slug: str | None = None,
        organization_id: str | None = None,
        currency: str | None = None,
        as_of: str | None = None,
    ) -> types.Report_MrrResult:
        """Get monthly recurring revenue.

        Points of MRR with its movements, in each currency by itself. With `Accept: text/csv` the points are lines
        of CSV.

        `from_`: The first day, `2026-01-01`. By default twelve months or 30 days before `to`.

        `to`: The day after the last one. By default tomorrow.

        `timezone`: An IANA time zone, `Asia/Kolkata`: days and months begin at its midnight. By default `UTC`.

        `granularity`: `month` or `day`. By default `month`.

        `application_slug`: Only this application.

        `organization_id`: Only this organization.

        `currency`: Only this currency, ISO 4217.

        `as_of`: Answers as it was known then: an RFC 3339 time, or a date, which means its beginning. By default
        now.

        Scope: `analytics:read`.
        """
        value: types.Report_MrrResult = self._call(
            "GET",
            "/analytics/mrr",
            query={"from": from_, "to": to, "timezone": timezone, "granularity": granularity, "applicationSlug": application_slug, "organizationId": organization_id, "currency": currency, "asOf": as_of},
        )
        return value

    def get_revenue(
        self,
        *,
        from_: str | None = None,
        to: str | None = None,
        timezone: str | None = None,
        granularity: str | None = None,
        application_slug: str | None = None,
        organization_id: str | None = None,
        currency: str | None = None,
        as_of: str | None = None,
    ) -> types.Report_RevenueResult:
        """Get revenue.

        What was collected and given back, how attempts to collect went, churn and retention, and cohorts; in each
        currency by itself. With `Accept: text/csv` the points are lines of CSV.

        `from_`: The first day, `2026-01-01`. By default twelve months or 30 days before `to`.

        `to`: The day after the last one. By default tomorrow.

        `timezone`: An IANA time zone, `Asia/Kolkata`: days and months begin at its midnight. By default `UTC`.

        `granularity`: `month` or `day`. By default `month`.

        `application_slug`: Only this application.

        `organization_id`: Only this organization.

        `currency`: Only this currency, ISO 4217.

        `as_of`: Answers as it was known then: an RFC 3339 time, or a date, which means its beginning. By default
        now.

        Scope: `analytics:read`.
        """
        value: types.Report_RevenueResult = self._call(
            "GET",
            "/analytics/revenue",
            query={"from": from_, "to": to, "timezone": timezone, "granularity": granularity, "applicationSlug": application_slug, "organizationId": organization_id, "currency": currency, "asOf": as_of},
        )
        return value

    def get_seat_usage(
        self,
        *,
        from_: str | None = None,
        to: str | None = None,
        timezone: str | None = None,
        granularity: str | None = None,
        application_slug: str | None = None,
        organization_id: str | None = None,
        currency: str | None = None,
        as_of: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> types.Report_SeatUsageResult:
        """Get seat usage.

        For each organization and application, by id, in pages. With `Accept: text/csv` the points are lines of
        CSV.

        `from_`: The first day, `2026-01-01`. By default twelve months or 30 days before `to`.

        `to`: The day after the last one. By default tomorrow.

        `timezone`: An IANA time zone, `Asia/Kolkata`: days and months begin at its midnight. By default `UTC`.

        `granularity`: `month` or `day`. By default `month`.

        `application_slug`: Only this application.

        `organization_id`: Only this organization.

        `currency`: Only this currency, ISO 4217.

        `as_of`: Answers as it was known then: an RFC 3339 time, or a date, which means its beginning. By default
        now.

        `limit`: How many organizations a page has: 1 to 100. By default 50.

        `cursor`: The `nextCursor` of the page before.

        Scope: `analytics:read`.
        """
        value: types.Report_SeatUsageResult = self._call(
            "GET",
            "/analytics/seat-usage",
            query={"from": from_, "to": to, "timezone": timezone, "granularity": granularity, "applicationSlug": application_slug, "organizationId": organization_id, "currency": currency, "asOf": as_of, "limit": limit, "cursor": cursor},
        )
        return value

    # Applications

    def create_application(
        self,
        body: types.CreateApplicationRequest,
        *,
        idempotency_key: str | None = None,
    ) -> types.Application:
        """Register an application.

        Requires a platform key. An application that nobody registered can be checked for seats too: its seats
        live in the ERP.

        Scope: `applications:write`.
        """
        value: types.Application = self._call(
            "POST", "/applications", headers={"Idempotency-Key": idempotency_key}, body=body
        )
        return value

    def create_application_plan(
        self,
        slug: str,
        body: types.CreatePlanRequest,
        *,
        idempotency_key: str | None = None,
    ) -> types.ApplicationPlan:
        """Create a plan.

        Requires a platform key.

        `slug`: The application's slug.

        Scope: `applications:write`.
        """
        value: types.ApplicationPlan = self._call(
            "POST",
            "/applications/{slug}/plans",
            path={"slug": slug},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return value

    def get_application(self, slug: str) -> types.Application:
        """Get an application.

        `slug`: The application's slug.

        Scope: `applications:read`.
        """
        value: types.Application = self._call("GET", "/applications/{slug}", path={"slug": slug})
        return value

    def list_application_plans(
        self,
        slug: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> types.Listing_ApplicationPlan:
        """List an application's plans.

        Plans are listed newest first, each in its last version, also those that are not sold any more.

        `slug`: The application's slug.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `applications:read`.
        """
        value: types.Listing_ApplicationPlan = self._call(
            "GET", "/applications/{slug}/plans", path={"slug": slug}, query={"limit": limit, "cursor": cursor}
        )
        return value

    def list_applications(self, *, limit: int | None = None, cursor: str | None = None) -> types.Listing_Application:
        """List applications.

        Applications are sorted by slug.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `applications:read`.
        """
        value: types.Listing_Application = self._call("GET", "/applications", query={"limit": limit, "cursor": cursor})
        return value

    def update_application(self, slug: str, body: types.UpdateApplicationRequest) -> types.Application:
        """Update an application.

        Omitted fields keep their values. Requires a platform key. A new `seatSource` is in force once it is
        answered. It becomes `edge` only if each organization for which the ERP gave a seat has a live
        subscription here, or with `force`.

        `slug`: The application's slug.

        Scope: `applications:write`.
        """
        value: types.Application = self._call("PATCH", "/applications/{slug}", path={"slug": slug}, body=body)
        return value

    def update_application_plan(self, slug: str, plan_id: str, body: types.UpdatePlanRequest) -> types.ApplicationPlan:
        """Update a plan.

        Requires a platform key. A change is a new version of the plan, for new subscriptions; running
        subscriptions keep the version that they were sold under.

        `slug`: The application's slug.

        `plan_id`: The plan's id.

        Scope: `applications:write`.
        """
        value: types.ApplicationPlan = self._call(
            "PATCH", "/applications/{slug}/plans/{planId}", path={"slug": slug, "planId": plan_id}, body=body
        )
        return value

    # Approvals

    def approve_requests(
        self,
        body: types.BulkApproveRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.BulkApproveResponse:
        """Approve several requests.

        Each request is approved independently: an error for one does not affect the others.
        """
        value: types.BulkApproveResponse = self._call(
            "POST",
            "/api/v1/enterprise-billing/approvals/requests/bulk-approve",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def create_approval_request(
        self,
        body: types.CreateApprovalRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.ApprovalRequest:
        """Create an approval request.

        The rule `approval` decides who has to approve the purchase. The request follows this decision even if the
        rule is changed later. If no approval is required, the request is approved at once; if the rule rejects
        the purchase, it is rejected at once.

        Scope: `billing:write`.
        """
        value: types.ApprovalRequest = self._call(
            "POST",
            "/api/v1/enterprise-billing/approvals/requests",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def create_approval_rule(
        self,
        body: types.ApprovalRuleRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.ApprovalRule:
        """Create an approval rule.

        An approval rule adds levels or shortens times. It never requires less than the rule `approval` does.
        `escalate_to`, which lets others approve as well, requires `tenants:admin`.

        Scope: `billing:write`.
        """
        value: types.ApprovalRule = self._call(
            "POST",
            "/api/v1/enterprise-billing/approvals/rules",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def create_delegation(
        self,
        body: types.CreateApprovalDelegationRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.ApprovalDelegation:
        """Create a delegation.

        The delegate may approve and reject on behalf of the caller for a time: where a level asks the caller by
        name, or by a role that the caller then has as a member or by `PUT …/roles/{role}`. If a level asks both,
        they count as two people, until one acts on behalf of the other.
        """
        value: types.ApprovalDelegation = self._call(
            "POST",
            "/api/v1/enterprise-billing/approvals/delegations",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def get_approval_request(self, request_id: str, *, tenant_id: str | None = None) -> types.ApprovalRequest:
        """Get an approval request.

        The requester and the people whom a level of the request asks can get it without `billing:read`.

        `request_id`: The request's id.

        Scope: `billing:read`.
        """
        value: types.ApprovalRequest = self._call(
            "GET",
            "/api/v1/enterprise-billing/approvals/requests/{request_id}",
            path={"request_id": request_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def list_approval_requests(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        status: str | None = None,
        kind: str | None = None,
        requester: str | None = None,
        waits_for: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_ApprovalRequest:
        """List approval requests.

        With `waits_for=me`, this requires no scope.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `status`: Only requests with this status: `pending`, `approved`, `rejected`, `used` or `expired`.

        `kind`: Only requests of this kind.

        `requester`: Only requests of this person.

        `waits_for`: `me`: only pending requests that the caller can approve or reject now. A page may then have
        fewer entries than `limit`, or none, although another follows.

        Scope: `billing:read`.
        """
        value: types.Listing_ApprovalRequest = self._call(
            "GET",
            "/api/v1/enterprise-billing/approvals/requests",
            query={"limit": limit, "cursor": cursor, "status": status, "kind": kind, "requester": requester, "waits_for": waits_for},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def list_approval_roles(self, *, tenant_id: str | None = None) -> types.ApprovalRoles:
        """List roles and their members.

        Scope: `billing:read`.
        """
        value: types.ApprovalRoles = self._call(
            "GET", "/api/v1/enterprise-billing/approvals/roles", headers={"X-Tenant-Id": tenant_id}
        )
        return value

    def list_approval_rules(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_ApprovalRule:
        """List approval rules.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `billing:read`.
        """
        value: types.Listing_ApprovalRule = self._call(
            "GET",
            "/api/v1/enterprise-billing/approvals/rules",
            query={"limit": limit, "cursor": cursor},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def list_delegations(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_ApprovalDelegation:
        """List delegations.

        Without `billing:read`, this returns only those from or to the caller.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `billing:read`.
        """
        value: types.Listing_ApprovalDelegation = self._call(
            "GET",
            "/api/v1/enterprise-billing/approvals/delegations",
            query={"limit": limit, "cursor": cursor},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def process_approval_request(
        self,
        request_id: str,
        body: types.ProcessApprovalRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.ApprovalRequest:
        """Approve or reject a request.

        Requires no scope, but the present level of the request must ask the caller: by name, by role, or as the
        delegate of a person whom it asks. Nobody can approve or reject their own request, and nobody is counted
        twice.

        `request_id`: The request's id.
        """
        value: types.ApprovalRequest = self._call(
            "POST",
            "/api/v1/enterprise-billing/approvals/requests/{request_id}/process",
            path={"request_id": request_id},
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def revoke_delegation(self, delegation_id: str, *, tenant_id: str | None = None) -> None:
        """Revoke a delegation.

        Callers can revoke their own delegations. A caller with `tenants:admin` can revoke any delegation of the
        tenant.

        `delegation_id`: The delegation's id.
        """
        self._call(
            "DELETE",
            "/api/v1/enterprise-billing/approvals/delegations/{delegation_id}",
            path={"delegation_id": delegation_id},
            headers={"X-Tenant-Id": tenant_id},
        )

    def set_approval_role_members(
        self,
        role: str,
        body: types.ApprovalRoleMembers,
        *,
        tenant_id: str | None = None,
    ) -> types.ApprovalRoleMembers:
        """Set the members of a role.

        Replaces the present members. People also have the role if their token says so, or if it is their role as
        a member of the tenant.

        `role`: The role as the rule `approval` spells it, such as `finance_manager`.

        Scope: `tenants:admin`.
        """
        value: types.ApprovalRoleMembers = self._call(
            "PUT",
            "/api/v1/enterprise-billing/approvals/roles/{role}",
            path={"role": role},
            headers={"X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def update_approval_rule(
        self,
        rule_id: str,
        body: types.ApprovalRuleRequest,
        *,
        tenant_id: str | None = None,
    ) -> types.ApprovalRule:
        """Update an approval rule.

        Fields that are absent keep their values. Existing requests do not change. A change that requires less
        requires `tenants:admin`. The caller who makes such a change remains bound by the previous rule until
        another caller with `tenants:admin` changes it.

        `rule_id`: The rule's id.

        Scope: `billing:write`.
        """
        value: types.ApprovalRule = self._call(
            "PUT",
            "/api/v1/enterprise-billing/approvals/rules/{rule_id}",
            path={"rule_id": rule_id},
            headers={"X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    # Billing

    def cancel_billing_subscription(
        self,
        body: types.CancelTenantSubscriptionRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.CancelSubscriptionResponse:
        """Cancel the subscription.

        Cancels the subscription in the ERP. It stays active until the paid period ends, unless `immediate` is
        set. The tenant's subscription status changes by the gateway's webhook.

        Scope: `billing:write`.
        """
        value: types.CancelSubscriptionResponse = self._call(
            "POST",
            "/api/v1/billing/subscription/cancel",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def create_checkout(
        self,
        body: types.CreateCheckoutRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Order | types.PendingApproval:
        """Create a checkout.

        Creates an order at BheemPay. The customer pays it on the payment page that `key_id` and
        `gateway_response` are for. With an `Idempotency-Key` the request can be repeated after any failure: it
        continues where the last one stopped, and only one order is created.

        Scope: `billing:write`.
        """
        value: types.Order | types.PendingApproval = self._call(
            "POST",
            "/api/v1/billing/checkout",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def get_billing_subscription(self, *, tenant_id: str | None = None) -> types.TenantSubscription:
        """Get the subscription.

        Returns the subscription as the payment gateways last reported it; what they do not report comes from the
        ERP. A tenant without a subscription gets `{"status":"not_found"}`.

        Scope: `billing:read`.
        """
        value: types.TenantSubscription = self._call(
            "GET", "/api/v1/billing/subscription", headers={"X-Tenant-Id": tenant_id}
        )
        return value

    def get_order(self, order_id: str, *, tenant_id: str | None = None) -> dict[str, Any]:
        """Get an order.

        Returns the order as BheemPay has it.

        `order_id`: The id of the order.

        Scope: `billing:read`.
        """
        value: dict[str, Any] = self._call(
            "GET",
            "/api/v1/billing/checkout/{order_id}",
            path={"order_id": order_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def get_reconciliation(
        self,
        *,
        from_: str | None = None,
        to: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Reconciliation:
        """Reconcile invoices with payments.

        Compares the ERP's invoices with the payments that gateways reported by webhook. It lists payments whose
        invoice is missing, doubled or different, and what the ERP's books should contain for them. A tenant's key
        sees its own payments. A platform key sees those of all tenants, or of the one that it names. Payments are
        kept for 30 days.

        `from_`: The start of the range: an RFC 3339 time, or a day like `2025-01-31`, which begins at midnight
        UTC.

        `to`: The end of the range, which is not part of it: a time or a day.

        Scope: `billing:read`.
        """
        value: types.Reconciliation = self._call(
            "GET", "/api/v1/billing/reconciliation", query={"from": from_, "to": to}, headers={"X-Tenant-Id": tenant_id}
        )
        return value

    def list_invoices(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant_id: str | None = None,
    ) -> dict[str, Any]:
        """List invoices.

        Returns the tenant's invoices as the ERP has them.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `billing:read`.
        """
        value: dict[str, Any] = self._call(
            "GET",
            "/api/v1/billing/invoices",
            query={"limit": limit, "cursor": cursor},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def verify_payment(self, body: types.VerifyPaymentRequest, *, tenant_id: str | None = None) -> dict[str, Any]:
        """Verify a payment.

        Asks BheemPay whether the payment that the customer's browser reports is genuine. The subscription itself
        changes by the gateway's webhook.

        Scope: `billing:write`.
        """
        value: dict[str, Any] = self._call(
            "POST", "/api/v1/billing/verify", headers={"X-Tenant-Id": tenant_id}, body=body
        )
        return value

    # Budgets

    def commit_reservation(
        self,
        budget_id: str,
        reference: str,
        body: types.CommitBudgetReservationRequest,
        *,
        tenant_id: str | None = None,
    ) -> types.BudgetReservation:
        """Commit a reservation.

        Records the reserved amount, or a part of it, as spent.

        `budget_id`: The budget's id.

        `reference`: The caller's reference of the reservation.

        Scope: `billing:write`.
        """
        value: types.BudgetReservation = self._call(
            "POST",
            "/api/v1/enterprise-billing/budgets/{budget_id}/reservations/{reference}/commit",
            path={"budget_id": budget_id, "reference": reference},
            headers={"X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def create_budget(
        self,
        body: types.CreateBudgetRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Budget:
        """Create a budget.

        Only one budget can be active for each combination of tenant, entity, department and cost centre. A
        request that is repeated with the same `Idempotency-Key` creates only one budget.

        Scope: `billing:write`.
        """
        value: types.Budget = self._call(
            "POST",
            "/api/v1/enterprise-billing/budgets",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def create_reservation(
        self,
        budget_id: str,
        body: types.CreateBudgetReservationRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.BudgetReservation:
        """Reserve an amount of a budget.

        The rule `budget` decides whether the amount may be reserved. A hard threshold is enforced even when many
        requests arrive at once.

        `budget_id`: The budget's id.

        Scope: `billing:write`.
        """
        value: types.BudgetReservation = self._call(
            "POST",
            "/api/v1/enterprise-billing/budgets/{budget_id}/reservations",
            path={"budget_id": budget_id},
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def get_budget(self, budget_id: str, *, tenant_id: str | None = None) -> types.Budget:
        """Get a budget.

        `budget_id`: The budget's id.

        Scope: `billing:read`.
        """
        value: types.Budget = self._call(
            "GET",
            "/api/v1/enterprise-billing/budgets/{budget_id}",
            path={"budget_id": budget_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def get_budget_tracking(self, budget_id: str, *, tenant_id: str | None = None) -> types.BudgetTracking:
        """Get a budget's tracking.

        Returns the amounts spent and reserved in the current period, day by day, and a forecast of the period's
        end at the present rate of spending.

        `budget_id`: The budget's id.

        Scope: `billing:read`.
        """
        value: types.BudgetTracking = self._call(
            "GET",
            "/api/v1/enterprise-billing/budgets/{budget_id}/tracking",
            path={"budget_id": budget_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def list_budget_alerts(
        self,
        budget_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_BudgetAlert:
        """List a budget's alerts.

        Each threshold raises at most one alert in a period. The alert is listed here and sent through Notify.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `budget_id`: The budget's id.

        Scope: `billing:read`.
        """
        value: types.Listing_BudgetAlert = self._call(
            "GET",
            "/api/v1/enterprise-billing/budgets/{budget_id}/alerts",
            path={"budget_id": budget_id},
            query={"limit": limit, "cursor": cursor},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def list_budgets(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        entity_id: str | None = None,
        department_id: str | None = None,
        cost_centre: str | None = None,
        is_active: bool | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_Budget:
        """List budgets.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `entity_id`: Only budgets of this entity.

        `department_id`: Only budgets of this department.

        `cost_centre`: Only budgets for this cost centre.

        `is_active`: `true`: only active budgets; `false`: only inactive budgets.

        Scope: `billing:read`.
        """
        value: types.Listing_Budget = self._call(
            "GET",
            "/api/v1/enterprise-billing/budgets",
            query={"limit": limit, "cursor": cursor, "entity_id": entity_id, "department_id": department_id, "cost_centre": cost_centre, "is_active": is_active},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def release_reservation(
        self,
        budget_id: str,
        reference: str,
        *,
        tenant_id: str | None = None,
    ) -> types.BudgetReservation:
        """Release a reservation.

        Returns the reserved amount to the budget.

        `budget_id`: The budget's id.

        `reference`: The caller's reference of the reservation.

        Scope: `billing:write`.
        """
        value: types.BudgetReservation = self._call(
            "POST",
            "/api/v1/enterprise-billing/budgets/{budget_id}/reservations/{reference}/release",
            path={"budget_id": budget_id, "reference": reference},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def update_budget(
        self,
        budget_id: str,
        body: types.UpdateBudgetRequest,
        *,
        tenant_id: str | None = None,
    ) -> types.Budget:
        """Update a budget.

        Fields that are absent keep their values. A new limit applies from the current period on. A change that
        allows more spending requires `tenants:admin`. The caller who makes such a change remains bound by the
        previous budget until another caller with `tenants:admin` changes it.

        `budget_id`: The budget's id.

        Scope: `billing:write`.
        """
        value: types.Budget = self._call(
            "PUT",
            "/api/v1/enterprise-billing/budgets/{budget_id}",
            path={"budget_id": budget_id},
            headers={"X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    # Campaigns

    def activate_campaign(self, campaign_id: str, *, tenant_id: str | None = None) -> types.Campaign:
        """Activate a campaign.

        What is due is sent from now on. What fell due while the campaign was paused is sent too. A campaign that
        is active already stays as it is.

        `campaign_id`: The campaign's id.

        Scope: `messages:write`.
        """
        value: types.Campaign = self._call(
            "POST",
            "/api/v1/campaigns/{campaign_id}/activate",
            path={"campaign_id": campaign_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def create_campaign(
        self,
        body: types.CampaignRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Campaign:
        """Create a campaign.

        The campaign is a `draft`: it sends nothing until it is activated.

        Scope: `messages:write`.
        """
        value: types.Campaign = self._call(
            "POST",
            "/api/v1/campaigns",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def create_campaign_step(
        self,
        campaign_id: str,
        body: types.CampaignStepRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.CampaignStep:
        """Create a step.

        A template that cannot be rendered is refused with the line. Contacts who are enrolled already go through
        the campaign as it was then.

        `campaign_id`: The campaign's id.

        Scope: `messages:write`.
        """
        value: types.CampaignStep = self._call(
            "POST",
            "/api/v1/campaigns/{campaign_id}/steps",
            path={"campaign_id": campaign_id},
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def enroll_contact(
        self,
        contact_id: str,
        campaign_id: str,
        body: types.CampaignEnrollRequest | None | None = None,
        *,
        tenant_id: str | None = None,
    ) -> types.CampaignProgress:
        """Enroll a contact.

        The contact goes through the campaign as it is now: through the version that there is, or, in a draft,
        through the one that is activated. The first delay counts from now, in a draft from the activation. A
        contact who is enrolled already stays so.

        `contact_id`: The contact's id.

        `campaign_id`: The campaign's id.

        Scope: `messages:write`.
        """
        value: types.CampaignProgress = self._call(
            "POST",
            "/api/v1/contacts/{contact_id}/campaign/{campaign_id}/enroll",
            path={"contact_id": contact_id, "campaign_id": campaign_id},
            headers={"X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def get_campaign(self, campaign_id: str, *, tenant_id: str | None = None) -> types.Campaign:
        """Get a campaign.

        `campaign_id`: The campaign's id.

        Scope: `messages:read`.
        """
        value: types.Campaign = self._call(
            "GET",
            "/api/v1/campaigns/{campaign_id}",
            path={"campaign_id": campaign_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def get_campaign_progress(
        self,
        contact_id: str,
        campaign_id: str,
        *,
        tenant_id: str | None = None,
    ) -> types.CampaignProgress:
        """Get a contact's progress.

        What became of each step of the last enrolment, and when the next is due.

        `contact_id`: The contact's id.

        `campaign_id`: The campaign's id.

        Scope: `messages:read`.
        """
        value: types.CampaignProgress = self._call(
            "GET",
            "/api/v1/contacts/{contact_id}/campaigns/{campaign_id}/progress",
            path={"contact_id": contact_id, "campaign_id": campaign_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def get_campaign_stats(self, campaign_id: str, *, tenant_id: str | None = None) -> types.CampaignStats:
        """Get a campaign's statistics.

        How many contacts are where, and what became of each step.

        `campaign_id`: The campaign's id.

        Scope: `messages:read`.
        """
        value: types.CampaignStats = self._call(
            "GET",
            "/api/v1/campaigns/{campaign_id}/stats",
            path={"campaign_id": campaign_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def list_campaign_steps(self, campaign_id: str, *, tenant_id: str | None = None) -> types.Listing_CampaignStep:
        """List the steps of a campaign.

        `campaign_id`: The campaign's id.

        Scope: `messages:read`.
        """
        value: types.Listing_CampaignStep = self._call(
            "GET",
            "/api/v1/campaigns/{campaign_id}/steps",
            path={"campaign_id": campaign_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def list_campaigns(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        status: Literal["draft", "active", "paused"] | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_Campaign:
        """List campaigns.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `status`: Only campaigns in this state.

        Scope: `messages:read`.
        """
        value: types.Listing_Campaign = self._call(
            "GET",
            "/api/v1/campaigns",
            query={"limit": limit, "cursor": cursor, "status": status},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def pause_campaign(self, campaign_id: str, *, tenant_id: str | None = None) -> types.Campaign:
        """Pause a campaign.

        Nothing is sent until it is activated again; what is due waits. A campaign that is paused already stays as
        it is.

        `campaign_id`: The campaign's id.

        Scope: `messages:write`.
        """
        value: types.Campaign = self._call(
            "POST",
            "/api/v1/campaigns/{campaign_id}/pause",
            path={"campaign_id": campaign_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def update_campaign(
        self,
        campaign_id: str,
        body: types.CampaignRequest,
        *,
        if_match: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Campaign:
        """Update a campaign.

        Fields that are absent keep their values. `stop_on_reply` and `quiet_hours` hold at once for everybody;
        what messages say changes for contacts who are enrolled after that.

        `campaign_id`: The campaign's id.

        Scope: `messages:write`.
        """
        value: types.Campaign = self._call(
            "PUT",
            "/api/v1/campaigns/{campaign_id}",
            path={"campaign_id": campaign_id},
            headers={"If-Match": if_match, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def update_campaign_step(
        self,
        campaign_id: str,
        step_id: str,
        body: types.CampaignStepRequest,
        *,
        if_match: str | None = None,
        tenant_id: str | None = None,
    ) -> types.CampaignStep:
        """Update a step.

        Fields that are absent keep their values. Contacts who are enrolled already go through the campaign as it
        was then.

        `campaign_id`: The campaign's id.

        `step_id`: The step's id.

        Scope: `messages:write`.
        """
        value: types.CampaignStep = self._call(
            "PUT",
            "/api/v1/campaigns/{campaign_id}/steps/{step_id}",
            path={"campaign_id": campaign_id, "step_id": step_id},
            headers={"If-Match": if_match, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    # Contacts

    def create_contact(
        self,
        body: types.ContactRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Contact:
        """Create a contact.

        A contact has an e-mail address, a phone number or both; a tenant has one contact of each. Phone numbers
        are kept as `+` and digits.

        Scope: `messages:write`.
        """
        value: types.Contact = self._call(
            "POST",
            "/api/v1/contacts",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def create_suppression(
        self,
        body: types.CreateSuppressionRequest,
        *,
        tenant_id: str | None = None,
    ) -> types.Suppression:
        """Suppress an address.

        The tenant does not write to the address over the channel any more, also not what is queued already. What
        is critical, such as a one-time code, goes nevertheless.

        Scope: `messages:write`.
        """
        value: types.Suppression = self._call(
            "POST", "/api/v1/contacts/suppressions", headers={"X-Tenant-Id": tenant_id}, body=body
        )
        return value

    def delete_contact(self, contact_id: str, *, tenant_id: str | None = None) -> None:
        """Erase a contact.

        What is known of the person is removed: the contact, its replies and clicks, and its addresses in messages
        that are sent. That an address is suppressed stays known, by a hash of it. An import that began before
        that does not make the contact again.

        `contact_id`: The contact's id.

        Scope: `messages:write`.
        """
        self._call(
            "DELETE",
            "/api/v1/contacts/{contact_id}",
            path={"contact_id": contact_id},
            headers={"X-Tenant-Id": tenant_id},
        )

    def delete_suppression(self, suppression_id: str, *, tenant_id: str | None = None) -> None:
        """Remove a suppression.

        The tenant writes to the address again. Do this only where the person has asked for it.

        `suppression_id`: The suppression's id.

        Scope: `messages:write`.
        """
        self._call(
            "DELETE",
            "/api/v1/contacts/suppressions/{suppression_id}",
            path={"suppression_id": suppression_id},
            headers={"X-Tenant-Id": tenant_id},
        )

    def get_contact(self, contact_id: str, *, tenant_id: str | None = None) -> types.Contact:
        """Get a contact.

        `contact_id`: The contact's id.

        Scope: `messages:read`.
        """
        value: types.Contact = self._call(
            "GET", "/api/v1/contacts/{contact_id}", path={"contact_id": contact_id}, headers={"X-Tenant-Id": tenant_id}
        )
        return value

    def get_contact_import(self, job_id: str, *, tenant_id: str | None = None) -> types.ContactImport:
        """Get an import.

        How far an import is, what came of it so far, and what is wrong with which records.

        `job_id`: The import's id.

        Scope: `messages:read`.
        """
        value: types.ContactImport = self._call(
            "GET", "/api/v1/contacts/imports/{job_id}", path={"job_id": job_id}, headers={"X-Tenant-Id": tenant_id}
        )
        return value

    def import_contacts(self, body: str | bytes, *, tenant_id: str | None = None) -> types.StartedContactImport:
        """Import contacts.

        A CSV file in UTF-8 with a header: `email` or `phone`, and `name`, `timezone`, `locale`, `source`, `tags`
        (separated by semicolons); other columns are attributes. At most 100,000 records and 32 MiB. A record of
        an address that a contact has changes that contact; its empty fields change nothing. The file is read
        behind the answer.

        Scope: `messages:write`.
        """
        value: types.StartedContactImport = self._call(
            "POST", "/api/v1/contacts/import", headers={"X-Tenant-Id": tenant_id}, body=body, content_type="text/csv"
        )
        return value

    def list_contacts(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        email: str | None = None,
        phone: str | None = None,
        source: str | None = None,
        tag: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_Contact:
        """List contacts.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `email`: Only the contact with this e-mail address.

        `phone`: Only the contact with this phone number.

        `source`: Only contacts from this source.

        `tag`: Only contacts with this tag.

        Scope: `messages:read`.
        """
        value: types.Listing_Contact = self._call(
            "GET",
            "/api/v1/contacts",
            query={"limit": limit, "cursor": cursor, "email": email, "phone": phone, "source": source, "tag": tag},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def list_suppressions(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        channel: str | None = None,
        reason: Literal["unsubscribed", "replied", "bounced", "complained", "manual"] | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_Suppression:
        """List suppressions.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `channel`: Only of this channel: `EMAIL`, `SMS`, `WHATSAPP` or `PUSH`.

        `reason`: Only for this reason.

        Scope: `messages:read`.
        """
        value: types.Listing_Suppression = self._call(
            "GET",
            "/api/v1/contacts/suppressions",
            query={"limit": limit, "cursor": cursor, "channel": channel, "reason": reason},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def show_unsubscribe_link(self, token: str) -> bytes:
        """Show an unsubscribe link.

        A page that asks whether to unsubscribe. It changes nothing: programs that look at mail follow links.

        `token`: The signed token of a link.
        """
        value: bytes = self._call("GET", "/unsubscribe/{token}", path={"token": token}, accept="text/html")
        return value

    def unsubscribe(self, token: str) -> bytes:
        """Unsubscribe.

        The contact of the link is not written to any more over its channel, also not what is queued already. Mail
        programs send this by themselves (RFC 8058), so no key and no page is needed; whatever the body says is
        not looked at.

        `token`: The signed token of a link.
        """
        value: bytes = self._call("POST", "/unsubscribe/{token}", path={"token": token}, accept="text/html")
        return value

    def update_contact(
        self,
        contact_id: str,
        body: types.ContactRequest,
        *,
        if_match: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Contact:
        """Update a contact.

        Fields that are absent keep their values, fields that are null are emptied.

        `contact_id`: The contact's id.

        Scope: `messages:write`.
        """
        value: types.Contact = self._call(
            "PUT",
            "/api/v1/contacts/{contact_id}",
            path={"contact_id": contact_id},
            headers={"If-Match": if_match, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    # Contracts

    def activate_contract(
        self,
        contract_id: str,
        *,
        tenant_id: str | None = None,
    ) -> types.Contract | types.ContractPendingApproval:
        """Activate a contract.

        The rule `approval` decides on its total value, with the kind `contract`. Where nobody has to approve it,
        it is signed: it gets the tenant's next number, and what its lines charged since its first day is charged.
        Where people have to approve it, it waits, and goes on by itself once they did. If they reject it, or do
        not approve it in time, it is a draft again.

        `contract_id`: The contract's id.

        Scope: `enterprise:write`.
        """
        value: types.Contract | types.ContractPendingApproval = self._call(
            "POST",
            "/api/v1/enterprise-billing/contracts/{contract_id}/activate",
            path={"contract_id": contract_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def amend_contract(
        self,
        contract_id: str,
        body: types.AmendContractRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Contract | types.ContractPendingApproval:
        """Amend a contract.

        The amendment is a version of its own, which is never changed: with what it changes, and what that changes
        in money. A period that is charged already is credited from the effective date on at the old prices, and
        charged at the new ones, for the share of its days. The rule `approval` decides, with the kind `contract`,
        on the value of the contract before or after the amendment, whichever is greater.

        `contract_id`: The contract's id.

        Scope: `enterprise:write`.
        """
        value: types.Contract | types.ContractPendingApproval = self._call(
            "POST",
            "/api/v1/enterprise-billing/contracts/{contract_id}/amend",
            path={"contract_id": contract_id},
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def cancel_contract(self, contract_id: str, *, tenant_id: str | None = None) -> types.Contract:
        """Cancel a contract.

        A draft, or a contract that waits for approval, is given up. One that is signed is terminated instead.

        `contract_id`: The contract's id.

        Scope: `enterprise:write`.
        """
        value: types.Contract = self._call(
            "POST",
            "/api/v1/enterprise-billing/contracts/{contract_id}/cancel",
            path={"contract_id": contract_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def create_contract(
        self,
        body: types.ContractRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Contract:
        """Create a contract.

        The contract is a `draft`: it can be edited, charges nothing and has no number until it is activated.
        Amounts are in its currency. A recurring line is charged in advance, on the first day of each cycle; a
        last cycle that the term cuts short costs its share of days.

        Scope: `enterprise:write`.
        """
        value: types.Contract = self._call(
            "POST",
            "/api/v1/enterprise-billing/contracts",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def get_contract(self, contract_id: str, *, tenant_id: str | None = None) -> types.Contract:
        """Get a contract.

        `contract_id`: The contract's id.

        Scope: `enterprise:read`.
        """
        value: types.Contract = self._call(
            "GET",
            "/api/v1/enterprise-billing/contracts/{contract_id}",
            path={"contract_id": contract_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def get_contract_timeline(self, contract_id: str, *, tenant_id: str | None = None) -> types.ContractTimeline:
        """Get the timeline of a contract.

        `contract_id`: The contract's id.

        Scope: `enterprise:read`.
        """
        value: types.ContractTimeline = self._call(
            "GET",
            "/api/v1/enterprise-billing/contracts/{contract_id}/timeline",
            path={"contract_id": contract_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def give_notice(
        self,
        contract_id: str,
        body: types.GiveNoticeRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Contract:
        """Give notice of a contract.

        Given until `last_notice_day`, that day included, the contract is not renewed again; given later, it is
        renewed once more, and not after that. A second notice changes nothing.

        `contract_id`: The contract's id.

        Scope: `enterprise:write`.
        """
        value: types.Contract = self._call(
            "POST",
            "/api/v1/enterprise-billing/contracts/{contract_id}/notice",
            path={"contract_id": contract_id},
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def list_contract_usage(self, contract_id: str, *, tenant_id: str | None = None) -> types.ContractUsageReportList:
        """List reports of usage.

        `contract_id`: The contract's id.

        Scope: `enterprise:read`.
        """
        value: types.ContractUsageReportList = self._call(
            "GET",
            "/api/v1/enterprise-billing/contracts/{contract_id}/usage-reports",
            path={"contract_id": contract_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def list_contracts(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        status: Literal["draft", "pending_approval", "active", "renewed", "expired", "terminated", "cancelled"] | None = None,
        entity_id: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_Contract:
        """List contracts.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `status`: Only contracts with this status.

        `entity_id`: Only contracts of this entity.

        Scope: `enterprise:read`.
        """
        value: types.Listing_Contract = self._call(
            "GET",
            "/api/v1/enterprise-billing/contracts",
            query={"limit": limit, "cursor": cursor, "status": status, "entity_id": entity_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def list_sla_reports(self, contract_id: str, *, tenant_id: str | None = None) -> types.SlaReportList:
        """List reports of service levels.

        `contract_id`: The contract's id.

        Scope: `enterprise:read`.
        """
        value: types.SlaReportList = self._call(
            "GET",
            "/api/v1/enterprise-billing/contracts/{contract_id}/sla-reports",
            path={"contract_id": contract_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def renew_contract(
        self,
        contract_id: str,
        body: types.RenewContractRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Contract:
        """Renew a contract.

        One term is added to those that are agreed on. Until it begins, the contract cannot be renewed again.

        `contract_id`: The contract's id.

        Scope: `enterprise:write`.
        """
        value: types.Contract = self._call(
            "POST",
            "/api/v1/enterprise-billing/contracts/{contract_id}/renew",
            path={"contract_id": contract_id},
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def report_contract_usage(
        self,
        contract_id: str,
        body: types.ContractUsageReportRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.ContractUsageReport:
        """Report usage of a contract.

        Of each usage line and month there is one report, which is charged once. The same report again has the
        same answer.

        `contract_id`: The contract's id.

        Scope: `enterprise:write`.
        """
        value: types.ContractUsageReport = self._call(
            "POST",
            "/api/v1/enterprise-billing/contracts/{contract_id}/usage-reports",
            path={"contract_id": contract_id},
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def report_sla(
        self,
        contract_id: str,
        body: types.SlaReportRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.SlaReport:
        """Report a service level.

        Of each metric and month there is one report, and its credit once: a charge below zero. The same report
        again has the same answer.

        `contract_id`: The contract's id.

        Scope: `enterprise:write`.
        """
        value: types.SlaReport = self._call(
            "POST",
            "/api/v1/enterprise-billing/contracts/{contract_id}/sla-reports",
            path={"contract_id": contract_id},
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def terminate_contract(
        self,
        contract_id: str,
        body: types.TerminateContractRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Contract:
        """Terminate a contract.

        What is charged of the days from `date` on is given back, and the fee of the contract is charged: never
        more than what remains of the commitment. A contract that was terminated stays as it is: the answer is the
        same, with the one fee.

        `contract_id`: The contract's id.

        Scope: `enterprise:write`.
        """
        value: types.Contract = self._call(
            "POST",
            "/api/v1/enterprise-billing/contracts/{contract_id}/terminate",
            path={"contract_id": contract_id},
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def update_contract(
        self,
        contract_id: str,
        body: types.ContractRequest,
        *,
        if_match: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Contract:
        """Update a contract.

        Fields that are absent or null keep their values. Only a `draft` can be edited; a contract that is signed
        is amended.

        `contract_id`: The contract's id.

        Scope: `enterprise:write`.
        """
        value: types.Contract = self._call(
            "PUT",
            "/api/v1/enterprise-billing/contracts/{contract_id}",
            path={"contract_id": contract_id},
            headers={"If-Match": if_match, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    # Departments

    def create_department(
        self,
        body: types.CreateDepartmentRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Department:
        """Create a department.

        Scope: `enterprise:write`.
        """
        value: types.Department = self._call(
            "POST",
            "/api/v1/enterprise-billing/departments",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def get_department(self, department_id: str, *, tenant_id: str | None = None) -> types.Department:
        """Get a department.

        `department_id`: The department's id.

        Scope: `enterprise:read`.
        """
        value: types.Department = self._call(
            "GET",
            "/api/v1/enterprise-billing/departments/{department_id}",
            path={"department_id": department_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def list_departments(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        entity_id: str | None = None,
        parent_id: str | None = None,
        status: Literal["active", "closed"] | None = None,
        code: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_Department:
        """List departments.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `entity_id`: Only departments of this entity.

        `parent_id`: Only departments that are directly part of this one.

        `status`: Only departments with this status.

        `code`: Only departments with this code.

        Scope: `enterprise:read`.
        """
        value: types.Listing_Department = self._call(
            "GET",
            "/api/v1/enterprise-billing/departments",
            query={"limit": limit, "cursor": cursor, "entity_id": entity_id, "parent_id": parent_id, "status": status, "code": code},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def update_department(
        self,
        department_id: str,
        body: types.UpdateDepartmentRequest,
        *,
        tenant_id: str | None = None,
    ) -> types.Department:
        """Update a department.

        Fields that are absent keep their values; null removes one. A department stays in its entity and is never
        below itself, whoever moves departments at the same time. A headcount holds from `headcount_from` on;
        lines that were posted stay as they are.

        `department_id`: The department's id.

        Scope: `enterprise:write`.
        """
        value: types.Department = self._call(
            "PUT",
            "/api/v1/enterprise-billing/departments/{department_id}",
            path={"department_id": department_id},
            headers={"X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    # Disputes

    def add_dispute_comment(
        self,
        dispute_id: str,
        body: types.DisputeCommentRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.DisputeComment:
        """Add a comment to a dispute.

        A comment is not changed or deleted. Disputes that have ended take comments too.

        `dispute_id`: The dispute's id.

        Scope: `enterprise:write`.
        """
        value: types.DisputeComment = self._call(
            "POST",
            "/api/v1/enterprise-billing/disputes/{dispute_id}/comments",
            path={"dispute_id": dispute_id},
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def create_dispute(
        self,
        body: types.CreateDisputeRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Dispute:
        """Create a dispute.

        Of a payment, an invoice or a charge. The payment may be one that no gateway has reported yet: it is
        looked for once the dispute is resolved. The tenant's billing contact is told.

        Scope: `enterprise:write`.
        """
        value: types.Dispute = self._call(
            "POST",
            "/api/v1/enterprise-billing/disputes",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def get_dispute(self, dispute_id: str, *, tenant_id: str | None = None) -> types.Dispute:
        """Get a dispute.

        `dispute_id`: The dispute's id.

        Scope: `enterprise:read`.
        """
        value: types.Dispute = self._call(
            "GET",
            "/api/v1/enterprise-billing/disputes/{dispute_id}",
            path={"dispute_id": dispute_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def list_dispute_comments(
        self,
        dispute_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_DisputeComment:
        """List the comments to a dispute.

        Callers without `enterprise:write` see those that are `shared`.

        `dispute_id`: The dispute's id.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `enterprise:read`.
        """
        value: types.Listing_DisputeComment = self._call(
            "GET",
            "/api/v1/enterprise-billing/disputes/{dispute_id}/comments",
            path={"dispute_id": dispute_id},
            query={"limit": limit, "cursor": cursor},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def list_disputes(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        status: Literal["open", "under_review", "awaiting_customer", "resolving", "resolved", "rejected", "withdrawn"] | None = None,
        entity_id: str | None = None,
        subject: str | None = None,
        overdue: bool | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_Dispute:
        """List disputes.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `status`: Only disputes with this status.

        `entity_id`: Only disputes that concern this entity.

        `subject`: Only disputes of this thing: `payment:ID`, `invoice:ID` or `charge:ID`.

        `overdue`: `true`: only disputes that were to be decided by now, and are not.

        Scope: `enterprise:read`.
        """
        value: types.Listing_Dispute = self._call(
            "GET",
            "/api/v1/enterprise-billing/disputes",
            query={"limit": limit, "cursor": cursor, "status": status, "entity_id": entity_id, "subject": subject, "overdue": overdue},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def resolve_dispute(
        self,
        dispute_id: str,
        body: types.ResolveDisputeRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Dispute | types.DisputeApproval:
        """Resolve a dispute.

        `refund` gives the payer money back through BheemPay: never more than was captured, however many resolve
        at once, and each refund once. The dispute is `resolving` until the payer has the money, and open again if
        the refund fails. `credit` and `adjustment` post a negative charge on the entity that the dispute
        concerns. `reject` gives nothing. Whoever opened the dispute, or has the same root, does not resolve it.
        An amount above the tenant's setting `dispute_approval_above` (50,000.00) needs an approval of exactly
        that amount: send the same request with its id.

        `dispute_id`: The dispute's id.

        Scope: `enterprise:write`.
        """
        value: types.Dispute | types.DisputeApproval = self._call(
            "POST",
            "/api/v1/enterprise-billing/disputes/{dispute_id}/resolve",
            path={"dispute_id": dispute_id},
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def update_dispute(
        self,
        dispute_id: str,
        body: types.UpdateDisputeRequest,
        *,
        if_match: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Dispute:
        """Update a dispute.

        Fields that are absent keep their values. A dispute that is resolved, rejected or withdrawn, or is being
        resolved, cannot be changed.

        `dispute_id`: The dispute's id.

        Scope: `enterprise:write`.
        """
        value: types.Dispute = self._call(
            "PUT",
            "/api/v1/enterprise-billing/disputes/{dispute_id}",
            path={"dispute_id": dispute_id},
            headers={"If-Match": if_match, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    # ERP

    def provision_email_account(self, body: types.ProvisionEmailAccountRequest) -> types.ProvisionedEmailAccount:
        """Provision an e-mail account.

        Creates the mailbox at the mail service, and its user. The quotas of all accounts together stay within the
        organization's storage. The path without the last slash works too.

        Scope: `erp:admin`.
        """
        value: types.ProvisionedEmailAccount = self._call("POST", "/erp/provision/email-account/", body=body)
        return value

    def provision_organization(self, body: types.ProvisionOrganizationRequest) -> types.ProvisionedOrganization:
        """Provision an organization.

        Creates the organization, its domain at the mail service and its first administrator. The same request
        again gets the first answer, with the header `Idempotent-Replay: true`; a request that failed half-way
        goes on. Requires a platform key. The path without the last slash works too.

        Scope: `erp:admin`.
        """
        value: types.ProvisionedOrganization = self._call("POST", "/erp/provision/organization/", body=body)
        return value

    def replay(self, event_id: str) -> types.BillingEvent:
        """Send an event again.

        An event that was given up is sent to the ERP by the next drain, with all its attempts, before those that
        were raised after it. Another event is left as it is. The id is `details.event_id` of the usage summary.

        `event_id`: The event's id.

        Scope: `erp:admin`.
        """
        value: types.BillingEvent = self._call(
            "POST", "/erp/billing-events/{event_id}/replay", path={"event_id": event_id}
        )
        return value

    def summary(
        self,
        *,
        organization_id: int | None = None,
        start_date: str | None = None,
        end_date: str | None = None,
        include_details: str | None = None,
    ) -> types.UsageSummary:
        """Get a usage summary.

        Returns organizations with their users, storage and subscription, what was paid, and the events that the
        ERP is told of. Days are in UTC. A tenant's key gets its own organization only. The path without the last
        slash works too.

        `organization_id`: The number of the only organization to summarize.

        `start_date`: The first day, `YYYY-MM-DD`. The default is the first of the month of the last day.

        `end_date`: The last day, which is included. The default is today.

        `include_details`: `true` adds `details` to each organization and event.

        Scope: `erp:admin`.
        """
        value: types.UsageSummary = self._call(
            "GET",
            "/erp/usage-summary/",
            query={"organization_id": organization_id, "start_date": start_date, "end_date": end_date, "include_details": include_details},
        )
        return value

    # ERP sync

    def drain_sync_runs(self) -> types.SyncDrained:
        """Resume and start sync runs.

        A scheduler calls this, or better `POST /api/v1/jobs/drain`. It resumes runs whose worker died, and starts
        the next run where a run ended `erp_sync_every_minutes` ago. The value of the variable `drain_key` is
        accepted as a credential too.

        Scope: `erp:admin`.
        """
        value: types.SyncDrained = self._call("POST", "/api/v1/erp-sync/drain")
        return value

    def get_sync_status(
        self,
        *,
        kind: str | None = None,
        job_id: str | None = None,
        tenant_id: str | None = None,
    ) -> types.SyncStatus:
        """Get the status of a sync run.

        Without `kind` or `job_id`, this returns the run that was started last. The request also resumes a run
        whose worker died, from where it stopped.

        `kind`: Returns the last run of this kind: `employees` or `projects`.

        `job_id`: Returns the run with this id.

        Scope: `erp:admin`.
        """
        value: types.SyncStatus = self._call(
            "GET", "/api/v1/erp-sync/status", query={"kind": kind, "job_id": job_id}, headers={"X-Tenant-Id": tenant_id}
        )
        return value

    def list_deactivations(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        kind: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_SyncDeactivation:
        """List what a run would deactivate.

        Lists whom the run deactivates if it is confirmed, in the order in which the ERP's records were first
        seen. The list is empty if no run waits for confirmation.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `kind`: `employees`, which is the default, or `projects`.

        Scope: `erp:admin`.
        """
        value: types.Listing_SyncDeactivation = self._call(
            "GET",
            "/api/v1/erp-sync/deactivations",
            query={"limit": limit, "cursor": cursor, "kind": kind},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def list_projects(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_Project:
        """List projects.

        Returns the projects in the ERP as the last run found them, sorted by id.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `erp:admin`.
        """
        value: types.Listing_Project = self._call(
            "GET",
            "/api/v1/erp-sync/projects",
            query={"limit": limit, "cursor": cursor},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def sync_employees(
        self,
        body: types.StartSyncRequest | None | None = None,
        *,
        tenant_id: str | None = None,
    ) -> types.StartSyncResponse:
        """Sync employees from HR.

        Starts a run or joins the run in progress. Its status is at `/api/v1/erp-sync/status`. A run that would
        deactivate many users stops and waits for confirmation: `{"confirm_deactivations":true}` continues it;
        without it, a new run starts.

        Scope: `erp:admin`.
        """
        value: types.StartSyncResponse = self._call(
            "POST", "/api/v1/erp-sync/employees", headers={"X-Tenant-Id": tenant_id}, body=body
        )
        return value

    def sync_projects(
        self,
        body: types.StartSyncRequest | None | None = None,
        *,
        tenant_id: str | None = None,
    ) -> types.StartSyncResponse:
        """Sync projects from the ERP.

        Works like the sync of employees.

        Scope: `erp:admin`.
        """
        value: types.StartSyncResponse = self._call(
            "POST", "/api/v1/erp-sync/projects", headers={"X-Tenant-Id": tenant_id}, body=body
        )
        return value

    # Entities

    def assign_subscription(
        self,
        entity_id: str,
        subscription_id: str,
        body: types.AssignSubscriptionRequest,
        *,
        tenant_id: str | None = None,
    ) -> types.EntitySubscription:
        """Assign a subscription to an entity.

        From the first day on the subscription belongs to this entity and to no other. Without a payment gateway,
        its periods are charged to the entity that it belongs to when they begin; charges that are posted already
        stay where they are.

        `entity_id`: The entity's id.

        `subscription_id`: The subscription's id.

        Scope: `enterprise:write`.
        """
        value: types.EntitySubscription = self._call(
            "PUT",
            "/api/v1/enterprise-billing/entities/{entity_id}/subscriptions/{subscription_id}",
            path={"entity_id": entity_id, "subscription_id": subscription_id},
            headers={"X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def create_charge(
        self,
        entity_id: str,
        body: types.CreateChargeRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Charge:
        """Create a charge.

        The charge is on the next consolidated invoice of its month, or of a later one.

        `entity_id`: The entity's id.

        Scope: `enterprise:write`.
        """
        value: types.Charge = self._call(
            "POST",
            "/api/v1/enterprise-billing/entities/{entity_id}/charges",
            path={"entity_id": entity_id},
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def create_consolidated_invoices(
        self,
        entity_id: str,
        body: types.ConsolidateRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.ConsolidatedInvoices:
        """Create consolidated invoices.

        Makes a draft of an invoice for each currency and terms, with a section for each entity: of all charges
        until the end of the month that are on no invoice yet, of the entity and of those below it that are billed
        with their parents. The same month again gives the same invoices: what is charged later is on those of the
        next month. Where there is nothing to invoice, the list is empty, and the month may be asked for again.
        Credits that are more than what is charged in their currency and terms wait for the next month.

        `entity_id`: The entity's id.

        Scope: `enterprise:write`.
        """
        value: types.ConsolidatedInvoices = self._call(
            "POST",
            "/api/v1/enterprise-billing/entities/{entity_id}/invoices",
            path={"entity_id": entity_id},
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def create_entity(
        self,
        body: types.CreateEntityRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Entity:
        """Create an entity.

        An entity is the root of a tree, or below another one. A tree has at most 8 levels.

        Scope: `enterprise:write`.
        """
        value: types.Entity = self._call(
            "POST",
            "/api/v1/enterprise-billing/entities",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def get_entity(self, entity_id: str, *, tenant_id: str | None = None) -> types.EntityDetails:
        """Get an entity.

        `entity_id`: The entity's id.

        Scope: `enterprise:read`.
        """
        value: types.EntityDetails = self._call(
            "GET",
            "/api/v1/enterprise-billing/entities/{entity_id}",
            path={"entity_id": entity_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def get_hierarchy(self, entity_id: str, *, tenant_id: str | None = None) -> types.EntityTree:
        """Get the hierarchy of an entity.

        The tree below the entity, with the totals of each entity in each currency: by itself, and with all that
        is below it.

        `entity_id`: The entity's id.

        Scope: `enterprise:read`.
        """
        value: types.EntityTree = self._call(
            "GET",
            "/api/v1/enterprise-billing/entities/{entity_id}/hierarchy",
            path={"entity_id": entity_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def list_charges(
        self,
        entity_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_Charge:
        """List charges of an entity.

        `entity_id`: The entity's id.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `enterprise:read`.
        """
        value: types.Listing_Charge = self._call(
            "GET",
            "/api/v1/enterprise-billing/entities/{entity_id}/charges",
            path={"entity_id": entity_id},
            query={"limit": limit, "cursor": cursor},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def list_consolidated_invoices(
        self,
        entity_id: str,
        *,
        period: str | None = None,
        tenant_id: str | None = None,
    ) -> types.ConsolidatedInvoices:
        """List consolidated invoices.

        `entity_id`: The entity's id.

        `period`: Only invoices for this month, such as `2026-11`.

        Scope: `enterprise:read`.
        """
        value: types.ConsolidatedInvoices = self._call(
            "GET",
            "/api/v1/enterprise-billing/entities/{entity_id}/invoices",
            path={"entity_id": entity_id},
            query={"period": period},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def list_entities(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        parent_id: str | None = None,
        status: Literal["active", "closed"] | None = None,
        code: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_Entity:
        """List entities.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `parent_id`: Only entities right below this one.

        `status`: Only entities with this status.

        `code`: Only the entity with this code.

        Scope: `enterprise:read`.
        """
        value: types.Listing_Entity = self._call(
            "GET",
            "/api/v1/enterprise-billing/entities",
            query={"limit": limit, "cursor": cursor, "parent_id": parent_id, "status": status, "code": code},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def list_entity_subscriptions(
        self,
        entity_id: str,
        *,
        tenant_id: str | None = None,
    ) -> types.Listing_EntitySubscription:
        """List subscriptions of an entity.

        Those that belong to it, have belonged to it, or will, each with its days.

        `entity_id`: The entity's id.

        Scope: `enterprise:read`.
        """
        value: types.Listing_EntitySubscription = self._call(
            "GET",
            "/api/v1/enterprise-billing/entities/{entity_id}/subscriptions",
            path={"entity_id": entity_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def update_entity(
        self,
        entity_id: str,
        body: types.UpdateEntityRequest,
        *,
        if_match: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Entity:
        """Update an entity.

        Fields that are absent keep their values. An entity may be moved below another one, or become the root of
        a tree: what is charged from the next month on is billed there, and invoices stay as they are.

        `entity_id`: The entity's id.

        Scope: `enterprise:write`.
        """
        value: types.Entity = self._call(
            "PUT",
            "/api/v1/enterprise-billing/entities/{entity_id}",
            path={"entity_id": entity_id},
            headers={"If-Match": if_match, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    # Integrations

    def authorize_integration(self, integration_id: str, *, tenant_id: str | None = None) -> types.AuthorizeResponse:
        """Begin a consent.

        Answers the address of the provider's page, where somebody who may write to the books signs in and
        consents. The provider sends them back to `callback`, once, within ten minutes.

        `integration_id`: The integration's id.

        Scope: `integrations:admin`.
        """
        value: types.AuthorizeResponse = self._call(
            "GET",
            "/api/v1/enterprise-billing/integrations/{integration_id}/authorize",
            path={"integration_id": integration_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def configure_integration(
        self,
        body: types.ConfigureIntegrationRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Integration:
        """Configure an integration.

        Creates the tenant's integration with this provider under this name, or changes it. Where nobody has to
        consent, the edge signs in at once, and `status` says what came of it; else `authorize` comes next. Once
        documents were written to the books of a company, the integration keeps to it: other books take another
        integration, under another name.

        Scope: `integrations:admin`.
        """
        value: types.Integration = self._call(
            "POST",
            "/api/v1/enterprise-billing/integrations/configure",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def disconnect_integration(self, integration_id: str, *, tenant_id: str | None = None) -> types.DisconnectResponse:
        """Disconnect an integration.

        A run in progress stops. The tokens become worthless at the provider, if it answers, and all secrets are
        erased in any case. What was written is remembered: configured again, the integration goes on with it.

        `integration_id`: The integration's id.

        Scope: `integrations:admin`.
        """
        value: types.DisconnectResponse = self._call(
            "POST",
            "/api/v1/enterprise-billing/integrations/{integration_id}/disconnect",
            path={"integration_id": integration_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def get_integration_status(
        self,
        integration_id: str,
        *,
        tenant_id: str | None = None,
    ) -> types.IntegrationStatusResponse:
        """Get the status of an integration.

        How it stands, what is to be done for it to work, and its last run.

        `integration_id`: The integration's id.

        Scope: `integrations:admin`.
        """
        value: types.IntegrationStatusResponse = self._call(
            "GET",
            "/api/v1/enterprise-billing/integrations/{integration_id}/status",
            path={"integration_id": integration_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def list_integration_logs(
        self,
        integration_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        run_id: str | None = None,
        kind: str | None = None,
        outcome: str | None = None,
        number: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_LedgerLogEntry:
        """List attempts at documents.

        An entry for each attempt at a document: in which run, who started it, what came of it, and how long it
        took. Entries are kept for 90 days.

        `integration_id`: The integration.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `run_id`: Only attempts of this run.

        `kind`: Only attempts at documents of this kind, such as `invoices`.

        `outcome`: Only attempts with this outcome, such as `failed`.

        `number`: Only attempts at the document with this number.

        Scope: `integrations:admin`.
        """
        value: types.Listing_LedgerLogEntry = self._call(
            "GET",
            "/api/v1/enterprise-billing/integrations/{integration_id}/logs",
            path={"integration_id": integration_id},
            query={"limit": limit, "cursor": cursor, "run_id": run_id, "kind": kind, "outcome": outcome, "number": number},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def list_integrations(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_Integration:
        """List integrations.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `integrations:admin`.
        """
        value: types.Listing_Integration = self._call(
            "GET",
            "/api/v1/enterprise-billing/integrations",
            query={"limit": limit, "cursor": cursor},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def list_ledger_documents(
        self,
        integration_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        kind: str | None = None,
        state: str | None = None,
        errors: bool | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_LedgerDocument:
        """List the documents of an integration.

        What is, or is to be, in the books: what became of it, why something was not sent, and what to do about
        it.

        `integration_id`: The integration.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `kind`: Only documents of this kind: `customers`, `invoices`, `payments`, `refunds` or `journals`.

        `state`: Only documents in this state: `pending`, `sending`, `sent`, `failed`, `blocked` or `cancelled`.

        `errors`: `true`: only documents with an error.

        Scope: `integrations:admin`.
        """
        value: types.Listing_LedgerDocument = self._call(
            "GET",
            "/api/v1/enterprise-billing/integrations/{integration_id}/documents",
            path={"integration_id": integration_id},
            query={"limit": limit, "cursor": cursor, "kind": kind, "state": state, "errors": errors},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def sync_integration(
        self,
        integration_id: str,
        body: types.StartLedgerSyncRequest | None | None = None,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant_id: str | None = None,
    ) -> types.LedgerDryRun | types.StartedLedgerSync:
        """Sync an integration.

        Starts a run, which writes what the books lack: customers, invoices, payments, refunds and journals, each
        document once. The run goes on by itself; `GET …/status` shows how far it is. With `"dry_run": true`
        nothing is sent, nobody is asked, and the answer is a page of what would be sent.

        `integration_id`: The integration.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `integrations:admin`.
        """
        value: types.LedgerDryRun | types.StartedLedgerSync = self._call(
            "POST",
            "/api/v1/enterprise-billing/integrations/{integration_id}/sync",
            path={"integration_id": integration_id},
            query={"limit": limit, "cursor": cursor},
            headers={"X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def take_back(
        self,
        *,
        state: str | None = None,
        code: str | None = None,
        error: str | None = None,
    ) -> types.ConsentResponse:
        """Take somebody back who consented.

        The provider sends a browser here from its page. The answer is a page, or JSON for whoever does not accept
        HTML. It takes no credential: the `state` is one, for one use.

        `state`: What `authorize` put into the page's address.

        `code`: The authorization code.

        `error`: Why nobody consented.
        """
        value: types.ConsentResponse = self._call(
            "GET",
            "/api/v1/enterprise-billing/integrations/callback",
            query={"state": state, "code": code, "error": error},
        )
        return value

    # Invoices

    def create_invoice(
        self,
        body: types.CreateInvoiceRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Invoice:
        """Create an invoice.

        The invoice is `pending` until it is finalised: it can be changed, and has no number. Amounts are rounded
        half up, each line's and then the tax of each rate on the sum of its lines; `total` is the sum of what is
        shown.

        Scope: `invoices:write`.
        """
        value: types.Invoice = self._call(
            "POST",
            "/api/v1/invoices",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def finalize_invoice(self, invoice_id: str, *, tenant_id: str | None = None) -> types.Invoice:
        """Finalize an invoice.

        The invoice gets the next number of its series and year, its dates and its reminders. Numbers have no
        gaps, and the invoice keeps its number. An invoice that is finalised already stays as it is. One with
        nothing to pay is `paid`.

        `invoice_id`: The invoice's id.

        Scope: `invoices:write`.
        """
        value: types.Invoice = self._call(
            "POST",
            "/api/v1/invoices/{invoice_id}/finalize",
            path={"invoice_id": invoice_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def get_invoice(
        self,
        invoice_id: str,
        *,
        tenant_id: str | None = None,
        accept: Literal["application/json", "text/html", "application/pdf"] = "application/json",
    ) -> types.Invoice | bytes:
        """Get an invoice.

        As JSON, or by `Accept` as a page to print: `text/html`, or `application/pdf`. The PDF file has a font for
        Latin, Greek and Cyrillic scripts; other characters are boxes there.

        `invoice_id`: The invoice's id.

        Scope: `invoices:read`.
        """
        value: types.Invoice | bytes = self._call(
            "GET",
            "/api/v1/invoices/{invoice_id}",
            path={"invoice_id": invoice_id},
            headers={"X-Tenant-Id": tenant_id},
            accept=accept,
        )
        return value

    def list_customer_invoices(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        status: Literal["pending", "sent", "paid", "overdue", "cancelled"] | None = None,
        external_id: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_Invoice:
        """List invoices.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `status`: Only invoices with this status.

        `external_id`: Only invoices with this id at a payment provider.

        Scope: `invoices:read`.
        """
        value: types.Listing_Invoice = self._call(
            "GET",
            "/api/v1/invoices",
            query={"limit": limit, "cursor": cursor, "status": status, "external_id": external_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def list_reminders(self, invoice_id: str, *, tenant_id: str | None = None) -> types.Listing_InvoiceReminder:
        """List the reminders of an invoice.

        `invoice_id`: The invoice's id.

        Scope: `invoices:read`.
        """
        value: types.Listing_InvoiceReminder = self._call(
            "GET",
            "/api/v1/invoices/{invoice_id}/reminders",
            path={"invoice_id": invoice_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def record_payment(
        self,
        invoice_id: str,
        body: types.InvoicePaymentRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Invoice:
        """Record a payment of an invoice.

        A payment with a `reference` that the invoice has already is that payment: nothing is recorded again. An
        invoice whose payments reach its total is paid, and no reminder of it is sent any more. What is paid
        beyond the total is `credit`.

        `invoice_id`: The invoice's id.

        Scope: `invoices:write`.
        """
        value: types.Invoice = self._call(
            "POST",
            "/api/v1/invoices/{invoice_id}/payments",
            path={"invoice_id": invoice_id},
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def schedule_reminder(
        self,
        invoice_id: str,
        body: types.InvoiceReminderRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.InvoiceReminder:
        """Schedule a reminder of an invoice.

        Finalising an invoice schedules its reminders by itself. This call moves one that waits, or schedules one
        that was not sent. An invoice has one reminder of each type, and each is sent once.

        `invoice_id`: The invoice's id.

        Scope: `invoices:write`.
        """
        value: types.InvoiceReminder = self._call(
            "POST",
            "/api/v1/invoices/{invoice_id}/reminders",
            path={"invoice_id": invoice_id},
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def update_invoice(
        self,
        invoice_id: str,
        body: types.UpdateInvoiceRequest,
        *,
        if_match: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Invoice:
        """Update an invoice.

        Fields that are absent or null keep their values. Only a `pending` invoice can be changed. A finalised
        invoice may still get its `external_id`, once.

        `invoice_id`: The invoice's id.

        Scope: `invoices:write`.
        """
        value: types.Invoice = self._call(
            "PUT",
            "/api/v1/invoices/{invoice_id}",
            path={"invoice_id": invoice_id},
            headers={"If-Match": if_match, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def void_invoice(self, invoice_id: str, *, tenant_id: str | None = None) -> types.Invoice:
        """Void an invoice.

        The invoice is `cancelled`: it keeps its number, nothing of it is to be paid, and no reminder of it is
        sent any more. An invoice of which anything is paid cannot be voided.

        `invoice_id`: The invoice's id.

        Scope: `invoices:write`.
        """
        value: types.Invoice = self._call(
            "POST",
            "/api/v1/invoices/{invoice_id}/void",
            path={"invoice_id": invoice_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    # Jobs

    def drain_jobs(self) -> types.Drained:
        """Run jobs that are due.

        A scheduler calls this, for example every ten seconds. It runs all jobs that are due in all components,
        for some 20 seconds at most. The value of the variable `drain_key` is accepted as a credential too.

        Scope: `jobs:write`.
        """
        value: types.Drained = self._call("POST", "/api/v1/jobs/drain")
        return value

    def get_job(self, id: str) -> types.Job:
        """Get a job.

        `id`: The job's id.

        Scope: `jobs:read`.
        """
        value: types.Job = self._call("GET", "/api/v1/jobs/{id}", path={"id": id})
        return value

    def list_jobs(
        self,
        *,
        state: types.JobState | None = None,
        kind: str | None = None,
        tenant_id: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> types.Listing_Job:
        """List jobs.

        Jobs are listed newest first. Completed jobs are removed and not listed. A tenant's key lists only that
        tenant's jobs.

        `state`: Returns only jobs in this state.

        `kind`: Returns only jobs of this kind, for example `webhooks.event`.

        `tenant_id`: Returns only jobs for this tenant.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `jobs:read`.
        """
        value: types.Listing_Job = self._call(
            "GET",
            "/api/v1/jobs",
            query={"state": state, "kind": kind, "tenant_id": tenant_id, "limit": limit, "cursor": cursor},
        )
        return value

    def replay_job(self, id: str) -> types.Job:
        """Replay a job.

        A dead job, or one that waits, is due immediately and is run by the next drain, with all its attempts. A
        running job is left as it is.

        `id`: The job's id.

        Scope: `jobs:write`.
        """
        value: types.Job = self._call("POST", "/api/v1/jobs/{id}/replay", path={"id": id})
        return value

    # Notifications

    def delete_mapping(self, event_type: str, channel: str, *, tenant_id: str | None = None) -> None:
        """Remove a mapping.

        The edge's own template is sent again.

        `event_type`: The type of events.

        `channel`: `EMAIL`, `SMS`, `WHATSAPP` or `PUSH`.

        Scope: `messages:write`.
        """
        self._call(
            "DELETE",
            "/api/v1/notifications/mappings/{event_type}/{channel}",
            path={"event_type": event_type, "channel": channel},
            headers={"X-Tenant-Id": tenant_id},
        )

    def get_feed(
        self,
        *,
        after: str | None = None,
        wait: str | None = None,
        limit: str | None = None,
        user_id: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Feed:
        """Read a feed.

        The entries of a user's feed after `after`, oldest first. If there are none, the request waits up to
        `wait` seconds.

        `after`: The `next` of the previous response. By default the feed is read from its beginning.

        `wait`: How long to wait for an entry if there is none, seconds: 0 to 25; the default is 0.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `user_id`: The user. Required with a key; a person reads their own feed.

        Scope: `messages:read`.
        """
        value: types.Feed = self._call(
            "GET",
            "/api/v1/notifications/feed",
            query={"after": after, "wait": wait, "limit": limit, "user_id": user_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def get_mapping(self, event_type: str, channel: str, *, tenant_id: str | None = None) -> types.NotificationMapping:
        """Get a mapping.

        `event_type`: The type of events.

        `channel`: `EMAIL`, `SMS`, `WHATSAPP` or `PUSH`.

        Scope: `messages:read`.
        """
        value: types.NotificationMapping = self._call(
            "GET",
            "/api/v1/notifications/mappings/{event_type}/{channel}",
            path={"event_type": event_type, "channel": channel},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def get_message(self, id: str, *, tenant_id: str | None = None) -> types.NotificationMessage:
        """Get a message.

        `id`: The message's id.

        Scope: `messages:read`.
        """
        value: types.NotificationMessage = self._call(
            "GET", "/api/v1/notifications/messages/{id}", path={"id": id}, headers={"X-Tenant-Id": tenant_id}
        )
        return value

    def get_preferences(self, user_id: str, *, tenant_id: str | None = None) -> types.NotificationPreferences:
        """Get a user's preferences.

        A person reads their own; everybody else's take `messages:read`.

        `user_id`: The user's id.

        Scope: `messages:read`.
        """
        value: types.NotificationPreferences = self._call(
            "GET",
            "/api/v1/notifications/preferences/{user_id}",
            path={"user_id": user_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def list_event_types(self) -> types.NotificationEventTypes:
        """List types of events.

        Each type has a category, channels, a template, and the variables that its template needs.

        Scope: `messages:read`.
        """
        value: types.NotificationEventTypes = self._call("GET", "/api/v1/notifications/event-types")
        return value

    def list_mappings(self, *, tenant_id: str | None = None) -> types.NotificationMappings:
        """List mappings.

        Scope: `messages:read`.
        """
        value: types.NotificationMappings = self._call(
            "GET", "/api/v1/notifications/mappings", headers={"X-Tenant-Id": tenant_id}
        )
        return value

    def list_messages(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        state: str | None = None,
        channel: str | None = None,
        event_type: str | None = None,
        event_id: str | None = None,
        user_id: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_NotificationMessage:
        """List messages.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `state`: Only messages in this state.

        `channel`: Only messages over this channel. By default all but the entries of feeds, `IN_APP`.

        `event_type`: Only messages of this type of events.

        `event_id`: Only messages about this event.

        `user_id`: Only messages for this user.

        Scope: `messages:read`.
        """
        value: types.Listing_NotificationMessage = self._call(
            "GET",
            "/api/v1/notifications/messages",
            query={"limit": limit, "cursor": cursor, "state": state, "channel": channel, "event_type": event_type, "event_id": event_id, "user_id": user_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def mark_feed_read(self, body: types.MarkFeedReadRequest, *, tenant_id: str | None = None) -> types.FeedRead:
        """Mark entries as read.

        By their `ids`, or all `up_to` a place; with neither, all of them.

        Scope: `messages:write`.
        """
        value: types.FeedRead = self._call(
            "POST", "/api/v1/notifications/feed/read", headers={"X-Tenant-Id": tenant_id}, body=body
        )
        return value

    def put_mapping(
        self,
        event_type: str,
        channel: str,
        body: types.PutNotificationMapping,
        *,
        tenant_id: str | None = None,
    ) -> types.NotificationMapping:
        """Set a mapping.

        Replaces the template, the variables and their defaults that the tenant sends for a type of events over a
        channel.

        `event_type`: The type of events.

        `channel`: `EMAIL`, `SMS`, `WHATSAPP` or `PUSH`.

        Scope: `messages:write`.
        """
        value: types.NotificationMapping = self._call(
            "PUT",
            "/api/v1/notifications/mappings/{event_type}/{channel}",
            path={"event_type": event_type, "channel": channel},
            headers={"X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def put_preferences(
        self,
        user_id: str,
        body: types.PutNotificationPreferences,
        *,
        tenant_id: str | None = None,
    ) -> types.NotificationPreferences:
        """Set a user's preferences.

        What is critical is sent whatever the person prefers: codes, failed payments, security. A person sets
        their own; everybody else's take `messages:write`.

        `user_id`: The user's id.

        Scope: `messages:write`.
        """
        value: types.NotificationPreferences = self._call(
            "PUT",
            "/api/v1/notifications/preferences/{user_id}",
            path={"user_id": user_id},
            headers={"X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def raise_event(
        self,
        body: types.RaiseEventRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.RaisedEvent:
        """Raise an event.

        Queues one message per recipient and channel of the event's type. Whether and when each is sent is decided
        when it is sent: by the person's preferences and quiet hours, the tenant's mappings and `expires_at`. A
        message without a value for a variable that its template needs fails, and names the variable.

        Scope: `messages:write`.
        """
        value: types.RaisedEvent = self._call(
            "POST",
            "/api/v1/notifications/events",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def replay_message(self, id: str, *, tenant_id: str | None = None) -> types.NotificationMessage:
        """Replay a message.

        Has a message be sent again that failed, was suppressed or given up. A message in another state stays as
        it is.

        `id`: The message's id.

        Scope: `messages:write`.
        """
        value: types.NotificationMessage = self._call(
            "POST", "/api/v1/notifications/messages/{id}/replay", path={"id": id}, headers={"X-Tenant-Id": tenant_id}
        )
        return value

    # One-time codes

    def list_otp_token_keys(self) -> types.OtpTokenKeys:
        """List the keys of the tokens."""
        value: types.OtpTokenKeys = self._call("GET", "/api/v1/otp/jwks.json")
        return value

    def send_code(
        self,
        body: types.SendCodeRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.SentCodeResponse:
        """Send a one-time code.

        Sends a code of six digits that is valid for five minutes. Each phone and purpose has one valid code, the
        last one. The answer is the same for every number.

        Scope: `otp:send`.
        """
        value: types.SentCodeResponse = self._call(
            "POST",
            "/api/v1/otp/send",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def verify_code(self, body: types.VerifyCodeRequest, *, tenant_id: str | None = None) -> types.VerifiedResponse:
        """Verify a one-time code.

        A code is accepted once. After five wrong guesses it is refused even if it is right.

        Scope: `otp:send`.
        """
        value: types.VerifiedResponse = self._call(
            "POST", "/api/v1/otp/verify", headers={"X-Tenant-Id": tenant_id}, body=body
        )
        return value

    # Operations

    def check_liveness(self) -> types.Alive:
        """Check liveness.

        Succeeds as long as the process can respond. No store is accessed.
        """
        value: types.Alive = self._call("GET", "/healthz")
        return value

    def check_readiness(self) -> types.Ready:
        """Check readiness.

        Reads and writes the stores. The ERP is not checked, because the edge continues with cached data without
        it. A lapsed rule is reported but does not make the edge unready, because the latest version that compiles
        is used.
        """
        value: types.Ready = self._call("GET", "/readyz")
        return value

    def get_metrics(self) -> bytes:
        """Get metrics.

        Returns counts of webhooks, seat verdicts, rules and calls to upstreams by outcome, in the Prometheus text
        format. All instances of the edge share the same counters, which are a second or two behind.
        """
        value: bytes = self._call("GET", "/metrics", accept="text/plain")
        return value

    def get_stats(self, *, window: types.StatsWindow | None = None) -> types.Stats:
        """Get figures of the edge.

        Rates and quantiles of a window that ends now, of all nodes together: requests, seat verdicts, upstreams,
        webhooks, jobs and rules. They hold over restarts. A window begins up to a minute earlier than it says,
        one of 24 hours or 30 days up to an hour; `from` says when. Requires a platform key.

        `window`: By default `15m`.

        Scope: `operations:read`.
        """
        value: types.Stats = self._call("GET", "/api/v1/stats", query={"window": window})
        return value

    # Orders

    def connect_shop(
        self,
        body: types.ConnectShopRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Shop:
        """Connect a shop.

        The shop's webhooks about orders, fulfillments and refunds go to `url`, signed with `secret`, and become
        orders of this tenant. With `access` the shop is also asked, every five minutes, for orders that changed
        meanwhile. To replace the secret or the access, disconnect the shop and connect it again: its orders stay.

        Scope: `orders:write`.
        """
        value: types.Shop = self._call(
            "POST",
            "/api/v1/orders/shops",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def create_customer_order(
        self,
        body: types.CreateCustomerOrderRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.CustomerOrder:
        """Create an order.

        The order is `pending`, or `confirmed` where the request says so: then it is to be packed, and those who
        pack are sent the packing list. Orders of shops come by themselves.

        Scope: `orders:write`.
        """
        value: types.CustomerOrder = self._call(
            "POST", "/api/v1/orders", headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id}, body=body
        )
        return value

    def disconnect_shop(self, shop_id: str, *, tenant_id: str | None = None) -> None:
        """Disconnect a shop.

        Its webhooks are not accepted any more. Its orders stay.

        `shop_id`: The shop's id.

        Scope: `orders:write`.
        """
        self._call(
            "DELETE", "/api/v1/orders/shops/{shop_id}", path={"shop_id": shop_id}, headers={"X-Tenant-Id": tenant_id}
        )

    def get_customer_order(self, order_id: str, *, tenant_id: str | None = None) -> types.CustomerOrder:
        """Get an order.

        `order_id`: The order's id.

        Scope: `orders:read`.
        """
        value: types.CustomerOrder = self._call(
            "GET", "/api/v1/orders/{order_id}", path={"order_id": order_id}, headers={"X-Tenant-Id": tenant_id}
        )
        return value

    def get_packing_list(
        self,
        order_id: str,
        *,
        tenant_id: str | None = None,
        accept: Literal["application/json", "text/html", "application/pdf"] = "application/json",
    ) -> types.PackingList | bytes:
        """Get the packing list of an order.

        As a page to print: `text/html`, or by `Accept` `application/pdf`; or as `application/json`.

        `order_id`: The order's id.

        Scope: `orders:read`.
        """
        value: types.PackingList | bytes = self._call(
            "GET",
            "/api/v1/orders/{order_id}/packing-list",
            path={"order_id": order_id},
            headers={"X-Tenant-Id": tenant_id},
            accept=accept,
        )
        return value

    def list_customer_orders(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        status: Literal["pending", "confirmed", "shipped", "delivered", "cancelled", "returned"] | None = None,
        external_platform: str | None = None,
        external_id: str | None = None,
        order_number: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_CustomerOrder:
        """List orders.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `status`: Only orders with this status.

        `external_platform`: Only orders from here, such as `shopify`.

        `external_id`: Only orders with this id there.

        `order_number`: Only orders with this number.

        Scope: `orders:read`.
        """
        value: types.Listing_CustomerOrder = self._call(
            "GET",
            "/api/v1/orders",
            query={"limit": limit, "cursor": cursor, "status": status, "external_platform": external_platform, "external_id": external_id, "order_number": order_number},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def list_shops(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_Shop:
        """List shops.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `orders:read`.
        """
        value: types.Listing_Shop = self._call(
            "GET", "/api/v1/orders/shops", query={"limit": limit, "cursor": cursor}, headers={"X-Tenant-Id": tenant_id}
        )
        return value

    def pack_order_item(
        self,
        order_id: str,
        item_id: str,
        body: types.PackRequest,
        *,
        tenant_id: str | None = None,
    ) -> types.CustomerOrderItem:
        """Note how many of an item are packed.

        The number is absolute: the same request again changes nothing. More than are wanted count as all that are
        wanted, less than are shipped as those that are shipped.

        `order_id`: The order's id.

        `item_id`: The item's id.

        Scope: `orders:write`.
        """
        value: types.CustomerOrderItem = self._call(
            "PUT",
            "/api/v1/orders/{order_id}/items/{item_id}/pack",
            path={"order_id": order_id, "item_id": item_id},
            headers={"X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def update_customer_order(
        self,
        order_id: str,
        body: types.UpdateCustomerOrderRequest,
        *,
        if_match: str | None = None,
        tenant_id: str | None = None,
    ) -> types.CustomerOrder:
        """Update an order.

        Fields that are absent or null keep their values. The status goes forward only: what is shipped can no
        longer be cancelled, only returned. With `shipped` all that is wanted and not shipped yet is a shipment,
        which the customer is told of; with `delivered` all shipments arrived.

        `order_id`: The order's id.

        Scope: `orders:write`.
        """
        value: types.CustomerOrder = self._call(
            "PUT",
            "/api/v1/orders/{order_id}",
            path={"order_id": order_id},
            headers={"If-Match": if_match, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    # Organizations

    def create_organization(
        self,
        body: types.CreateOrganizationRequest,
        *,
        idempotency_key: str | None = None,
    ) -> types.Organization:
        """Create an organization.

        With a platform key, `ownerUserId` names the OWNER. A person who is signed in becomes the OWNER and
        reaches the organization by `X-Tenant-Id`; in a tenant, only its OWNER may create another organization.
        Repeating the request with the same `Idempotency-Key` creates only one organization.

        Scope: `organizations:write`.
        """
        value: types.Organization = self._call(
            "POST", "/organizations", headers={"Idempotency-Key": idempotency_key}, body=body
        )
        return value

    def erase_user(self, id: str, user_id: str, *, api_keys: str | None = None) -> None:
        """Delete a person's data.

        Removes the user from the organization and deletes the person's data everywhere. The user's id stays in
        the audit and payment records. What was begun and not finished is finished when the request is repeated.

        `id`: The organization's id.

        `user_id`: The user's id.

        `api_keys`: `revoke` also revokes the keys that the user created and all their descendants.

        Scope: `organizations:write`.
        """
        self._call(
            "DELETE",
            "/organizations/{id}/users/{userId}",
            path={"id": id, "userId": user_id},
            query={"api_keys": api_keys},
        )

    def get_organization(self, id: str) -> types.Organization:
        """Get an organization.

        `id`: The organization's id.

        Scope: `organizations:read`.
        """
        value: types.Organization = self._call("GET", "/organizations/{id}", path={"id": id})
        return value

    def list_organization_audit_entries(
        self,
        id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> types.Listing_TenantDeed:
        """List an organization's audit entries.

        Entries are listed newest first. They are never changed or deleted.

        `id`: The organization's id.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `organizations:read`.
        """
        value: types.Listing_TenantDeed = self._call(
            "GET", "/organizations/{id}/audit", path={"id": id}, query={"limit": limit, "cursor": cursor}
        )
        return value

    def list_organizations(self, *, limit: int | None = None, cursor: str | None = None) -> types.Listing_Organization:
        """List organizations.

        Organizations are listed newest first. A tenant's key lists only its own; a person lists those of which
        they are a member with the right to read them.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `organizations:read`.
        """
        value: types.Listing_Organization = self._call(
            "GET", "/organizations", query={"limit": limit, "cursor": cursor}
        )
        return value

    def update_organization(self, id: str, body: types.UpdateOrganizationRequest) -> types.Organization:
        """Update an organization.

        Omitted fields keep their values; null clears an optional field. An organization's own callers can change
        its name, its billing address and its time zone.

        `id`: The organization's id.

        Scope: `organizations:write`.
        """
        value: types.Organization = self._call("PATCH", "/organizations/{id}", path={"id": id}, body=body)
        return value

    # Plans

    def get_plan(self, plan: str, *, if_none_match: str | None = None) -> types.Plan | None:
        """Get a plan.

        `plan`: The plan's `sku_id` or `sku_code`.
        """
        value: types.Plan | None = self._call(
            "GET", "/api/v1/billing/plans/{plan}", path={"plan": plan}, headers={"If-None-Match": if_none_match}
        )
        return value

    def list_plans(self, *, if_none_match: str | None = None) -> types.Plans | None:
        """List plans.

        Returns the plans on sale in the ERP, from the edge's cache; `Age` is the age of the cached snapshot.
        While the ERP is down, the last known plans are served for a day.
        """
        value: types.Plans | None = self._call("GET", "/api/v1/billing/plans", headers={"If-None-Match": if_none_match})
        return value

    # Reports

    def delete_report(self, report_id: str, *, tenant_id: str | None = None) -> None:
        """Delete a saved report.

        It is not sent any more, and links to it do not work any more. It needs the scope `enterprise:write` too.

        `report_id`: The report's id.

        Scope: `reports:read`, `enterprise:write`.
        """
        self._call(
            "DELETE",
            "/api/v1/enterprise-billing/reports/custom/{report_id}",
            path={"report_id": report_id},
            headers={"X-Tenant-Id": tenant_id},
        )

    def fetch_report(self, token: str) -> bytes:
        """Fetch a report that was sent.

        As CSV, by the link in the message, without a key. The link is for one report and one time at which it was
        due, and works for seven days. The rows are those that there are now, in the range as of that time.

        `token`: What the link has after `/shared/`.
        """
        value: bytes = self._call(
            "GET", "/api/v1/enterprise-billing/reports/custom/shared/{token}", path={"token": token}, accept="text/csv"
        )
        return value

    def get_budget_performance(
        self,
        *,
        as_of: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        timezone: str | None = None,
        entity_id: str | None = None,
        tenant_id: str | None = None,
    ) -> types.BudgetPerformance:
        """Get the performance of budgets.

        Each budget in each of its periods that has a day in the period asked for: what may be spent, what is
        reserved, what was spent, and the variance. With `Accept: text/csv` each is a line of CSV.

        `as_of`: The day at whose end the figures are taken: what happened later is ignored. Default: today.

        `from_`: The first day of the period. Default: the first day of the month of its last day.

        `to`: The day after the last one. Default: the first day of the month after `as_of`.

        `timezone`: An IANA time zone, whose days these are. Default: the tenant's.

        `entity_id`: Only figures of this entity and those below it.

        Scope: `reports:read`.
        """
        value: types.BudgetPerformance = self._call(
            "GET",
            "/api/v1/enterprise-billing/reports/budget-performance",
            query={"as_of": as_of, "from": from_, "to": to, "timezone": timezone, "entity_id": entity_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def get_cfo_dashboard(
        self,
        *,
        as_of: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        timezone: str | None = None,
        entity_id: str | None = None,
        tenant_id: str | None = None,
    ) -> types.CfoDashboard:
        """Get the CFO dashboard.

        Figures of a period and as of its end, in each currency by itself, each beside that of the period before.
        docs/reports.md defines each. With `Accept: text/csv` each figure is a line of CSV.

        `as_of`: The day at whose end the figures are taken: what happened later is ignored. Default: today.

        `from_`: The first day of the period. Default: the first day of the month of its last day.

        `to`: The day after the last one. Default: the first day of the month after `as_of`.

        `timezone`: An IANA time zone, whose days these are. Default: the tenant's.

        `entity_id`: Only figures of this entity and those below it.

        Scope: `reports:read`.
        """
        value: types.CfoDashboard = self._call(
            "GET",
            "/api/v1/enterprise-billing/reports/cfo-dashboard",
            query={"as_of": as_of, "from": from_, "to": to, "timezone": timezone, "entity_id": entity_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def get_contracts_report(
        self,
        *,
        as_of: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        timezone: str | None = None,
        entity_id: str | None = None,
        tenant_id: str | None = None,
    ) -> types.ContractsReport:
        """Get the contracts.

        The contracts that ran in the period: what they are worth, what of that is recognised, and when they are
        to be renewed. With `Accept: text/csv` each is a line of CSV.

        `as_of`: The day at whose end the figures are taken: what happened later is ignored. Default: today.

        `from_`: The first day of the period. Default: the first day of the month of its last day.

        `to`: The day after the last one. Default: the first day of the month after `as_of`.

        `timezone`: An IANA time zone, whose days these are. Default: the tenant's.

        `entity_id`: Only figures of this entity and those below it.

        Scope: `reports:read`.
        """
        value: types.ContractsReport = self._call(
            "GET",
            "/api/v1/enterprise-billing/reports/contracts",
            query={"as_of": as_of, "from": from_, "to": to, "timezone": timezone, "entity_id": entity_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def get_cost_analysis(
        self,
        *,
        as_of: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        timezone: str | None = None,
        entity_id: str | None = None,
        basis: Literal["billed", "paid"] | None = None,
        tenant_id: str | None = None,
    ) -> types.CostAnalysis:
        """Get the cost analysis.

        What was billed in a period, by department, cost centre, account of the general ledger, plan and month, in
        each currency by itself. Each table adds up to the total. With `Accept: text/csv` each cost is a line of
        CSV.

        `as_of`: The day at whose end the figures are taken: what happened later is ignored. Default: today.

        `from_`: The first day of the period. Default: the first day of the month of its last day.

        `to`: The day after the last one. Default: the first day of the month after `as_of`.

        `timezone`: An IANA time zone, whose days these are. Default: the tenant's.

        `entity_id`: Only figures of this entity and those below it.

        `basis`: Which lines are costs. Default: `billed`.

        Scope: `reports:read`.
        """
        value: types.CostAnalysis = self._call(
            "GET",
            "/api/v1/enterprise-billing/reports/cost-analysis",
            query={"as_of": as_of, "from": from_, "to": to, "timezone": timezone, "entity_id": entity_id, "basis": basis},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def get_report(self, report_id: str, *, tenant_id: str | None = None) -> types.SavedReport:
        """Get a saved report.

        `report_id`: The report's id.

        Scope: `reports:read`.
        """
        value: types.SavedReport = self._call(
            "GET",
            "/api/v1/enterprise-billing/reports/custom/{report_id}",
            path={"report_id": report_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def list_report_members(self) -> types.ReportMembers:
        """List what custom reports may be made of.

        Scope: `reports:read`.
        """
        value: types.ReportMembers = self._call("GET", "/api/v1/enterprise-billing/reports/custom/members")
        return value

    def list_reports(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_SavedReport:
        """List saved reports.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `reports:read`.
        """
        value: types.Listing_SavedReport = self._call(
            "GET",
            "/api/v1/enterprise-billing/reports/custom",
            query={"limit": limit, "cursor": cursor},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    def replace_report(
        self,
        report_id: str,
        body: types.CustomReport,
        *,
        if_match: str | None = None,
        tenant_id: str | None = None,
    ) -> types.SavedReport:
        """Replace a saved report.

        It needs the scope `enterprise:write` too.

        `report_id`: The report's id.

        Scope: `reports:read`, `enterprise:write`.
        """
        value: types.SavedReport = self._call(
            "PUT",
            "/api/v1/enterprise-billing/reports/custom/{report_id}",
            path={"report_id": report_id},
            headers={"If-Match": if_match, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    def run_report(
        self,
        body: types.CustomReport,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
        accept: Literal["application/json", "text/csv"] = "application/json",
    ) -> types.ReportResult | bytes | types.SavedReport:
        """Run or save a custom report.

        Only members of the allow-list are known. All measures are of one source; dimensions may also be of the
        sources that it joins. With `Accept: text/csv` the rows are CSV, safe to open in a spreadsheet. Rows are
        sent as they are read: an answer that breaks off is not whole. With a `name` the report is saved, which
        needs the scope `enterprise:write` too, and not run.

        Scope: `reports:read`.
        """
        value: types.ReportResult | bytes | types.SavedReport = self._call(
            "POST",
            "/api/v1/enterprise-billing/reports/custom",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
            accept=accept,
        )
        return value

    def run_saved_report(
        self,
        report_id: str,
        *,
        tenant_id: str | None = None,
        accept: Literal["application/json", "text/csv"] = "application/json",
    ) -> types.ReportResult | bytes:
        """Run a saved report.

        With `Accept: text/csv` the rows are CSV.

        `report_id`: The report's id.

        Scope: `reports:read`.
        """
        value: types.ReportResult | bytes = self._call(
            "POST",
            "/api/v1/enterprise-billing/reports/custom/{report_id}/run",
            path={"report_id": report_id},
            headers={"X-Tenant-Id": tenant_id},
            accept=accept,
        )
        return value

    # Rules

    def activate_rule_version(
        self,
        name: str,
        body: types.ActivateRuleRequest,
        *,
        if_match: str,
    ) -> types.RuleActivation:
        """Activate a rule version.

        `If-Match` must contain the ETag of the version to replace. If another version was activated in the
        meantime, nothing is changed. After the response, every instance uses the new version from its next
        request on.

        `name`: The rule's name.

        Scope: `rules:write`.
        """
        value: types.RuleActivation = self._call(
            "POST", "/api/v1/rules/{name}/activate", path={"name": name}, headers={"If-Match": if_match}, body=body
        )
        return value

    def backtest_rule(self, name: str, body: types.BacktestRuleRequest) -> types.RuleBacktest:
        """Backtest a rule.

        Runs a script or version on the latest recorded decisions, newest first, and compares the outcomes.
        Nothing is recorded.

        `name`: The rule's name.

        Scope: `rules:write`.
        """
        value: types.RuleBacktest = self._call("POST", "/api/v1/rules/{name}/backtest", path={"name": name}, body=body)
        return value

    def check_rule(self, name: str, body: types.CheckRuleRequest) -> types.Report:
        """Check a script.

        Compiles the script, searches it for mistakes and runs its tests. Nothing is stored.

        `name`: The rule's name.

        Scope: `rules:write`.
        """
        value: types.Report = self._call("POST", "/api/v1/rules/{name}/check", path={"name": name}, body=body)
        return value

    def create_rule_version(self, name: str, body: types.CreateRuleVersionRequest) -> types.CreatedRuleVersion:
        """Create a rule version.

        Checks the version and stores it. It has no effect until it is activated. Sending the same script and
        tests again returns the same version.

        `name`: The rule's name.

        Scope: `rules:write`.
        """
        value: types.CreatedRuleVersion = self._call(
            "POST", "/api/v1/rules/{name}/versions", path={"name": name}, body=body
        )
        return value

    def evaluate_rule(self, name: str, body: types.EvaluateRuleRequest) -> types.RuleEvaluation:
        """Evaluate a rule.

        The decision is recorded. If the rule fails, the recorded decision contains the reason; the response does
        not.

        `name`: The rule's name.

        Scope: `rules:evaluate`.
        """
        value: types.RuleEvaluation = self._call(
            "POST", "/api/v1/rules/{name}/evaluate", path={"name": name}, body=body
        )
        return value

    def get_rule(self, name: str) -> types.RuleResponse | None:
        """Get a rule.

        Returns the active version. To activate another version, send the `ETag` of this response as `If-Match`.

        `name`: The rule's name.

        Scope: `rules:read`.
        """
        value: types.RuleResponse | None = self._call("GET", "/api/v1/rules/{name}", path={"name": name})
        return value

    def get_rule_schema(self, name: str) -> Any:
        """Get a rule's schema.

        Returns the JSON Schemas of the rule's input and outcome.

        `name`: The rule's name.

        Scope: `rules:read`.
        """
        value: Any = self._call("GET", "/api/v1/rules/{name}/schema", path={"name": name})
        return value

    def get_rule_version(self, name: str, version: int) -> types.RuleVersion:
        """Get a rule version.

        `name`: The rule's name.

        `version`: The version's number.

        Scope: `rules:read`.
        """
        value: types.RuleVersion = self._call(
            "GET", "/api/v1/rules/{name}/versions/{version}", path={"name": name, "version": version}
        )
        return value

    def list_rule_audit_entries(
        self,
        name: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> types.Listing_AuditEntryResponse:
        """List a rule's audit trail.

        Returns the creation, activation and rollback of versions, newest first. Entries are never changed or
        deleted.

        `name`: The rule's name.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `rules:read`.
        """
        value: types.Listing_AuditEntryResponse = self._call(
            "GET", "/api/v1/rules/{name}/audit", path={"name": name}, query={"limit": limit, "cursor": cursor}
        )
        return value

    def list_rule_decisions(
        self,
        name: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        version: int | None = None,
        tenant: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        outcome: str | None = None,
    ) -> types.RuleDecisionPage:
        """List a rule's decisions.

        Returns the newest decisions first. A tenant's key sees only the decisions of its tenant.

        `name`: The rule's name.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `version`: Only decisions made by this version.

        `tenant`: Only decisions made for this tenant.

        `from_`: Only decisions made at this time or later, RFC 3339.

        `to`: Only decisions made before this time, RFC 3339.

        `outcome`: Only decisions with this outcome: `approve`, `require`, `reject`; `allow`, `warn`, `deny`; a
        role; `true`, `false`; `failed`.

        Scope: `rules:read`.
        """
        value: types.RuleDecisionPage = self._call(
            "GET",
            "/api/v1/rules/{name}/decisions",
            path={"name": name},
            query={"limit": limit, "cursor": cursor, "version": version, "tenant": tenant, "from": from_, "to": to, "outcome": outcome},
        )
        return value

    def list_rule_versions(
        self,
        name: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> types.Listing_RuleVersion:
        """List a rule's versions.

        Returns the newest versions first.

        `name`: The rule's name.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `rules:read`.
        """
        value: types.Listing_RuleVersion = self._call(
            "GET", "/api/v1/rules/{name}/versions", path={"name": name}, query={"limit": limit, "cursor": cursor}
        )
        return value

    def list_rules(self) -> types.Listing_RuleResponse:
        """List rules.

        Scope: `rules:read`.
        """
        value: types.Listing_RuleResponse = self._call("GET", "/api/v1/rules")
        return value

    def roll_back_rule(self, name: str, *, if_match: str | None = None) -> types.RuleActivation:
        """Roll back a rule.

        Activates the version that was active before. Rolling back twice goes back two steps. Without `If-Match`,
        whichever version is active is rolled back.

        `name`: The rule's name.

        Scope: `rules:write`.
        """
        value: types.RuleActivation = self._call(
            "POST", "/api/v1/rules/{name}/rollback", path={"name": name}, headers={"If-Match": if_match}
        )
        return value

    # SCIM

    def scim_create_user(self, body: dict[str, Any], *, tenant_id: str | None = None) -> None:
        """Create a user (SCIM).

        The user becomes a member of the tenant with the role MEMBER. An existing member with the same e-mail
        address, or whose id is the `externalId`, is linked and keeps its role.

        Scope: `organizations:write`.
        """
        self._call("POST", "/scim/v2/Users", headers={"X-Tenant-Id": tenant_id}, body=body)

    def scim_delete_user(self, id: str, *, tenant_id: str | None = None) -> None:
        """Delete a user (SCIM).

        The user is no member of the tenant any more, loses all seats, and the person's data is deleted.

        `id`: The user's SCIM id.

        Scope: `organizations:write`.
        """
        self._call("DELETE", "/scim/v2/Users/{id}", path={"id": id}, headers={"X-Tenant-Id": tenant_id})

    def scim_get_resource_type(self) -> None:
        """Get the SCIM resource type of users."""
        self._call("GET", "/scim/v2/ResourceTypes/User")

    def scim_get_schema(self, id: str) -> None:
        """Get a SCIM schema.

        `id`: The schema's URN.
        """
        self._call("GET", "/scim/v2/Schemas/{id}", path={"id": id})

    def scim_get_service_provider_config(self) -> None:
        """Get the SCIM service's features."""
        self._call("GET", "/scim/v2/ServiceProviderConfig")

    def scim_get_user(self, id: str, *, tenant_id: str | None = None) -> None:
        """Get a user (SCIM).

        `id`: The user's SCIM id.

        Scope: `organizations:write`.
        """
        self._call("GET", "/scim/v2/Users/{id}", path={"id": id}, headers={"X-Tenant-Id": tenant_id})

    def scim_list_resource_types(self) -> None:
        """List SCIM resource types."""
        self._call("GET", "/scim/v2/ResourceTypes")

    def scim_list_schemas(self) -> None:
        """List SCIM schemas."""
        self._call("GET", "/scim/v2/Schemas")

    def scim_list_users(
        self,
        *,
        filter: str | None = None,
        start_index: int | None = None,
        count: int | None = None,
        tenant_id: str | None = None,
    ) -> None:
        """List users (SCIM).

        `filter`: One comparison: `userName eq "…"`, `externalId eq "…"`.

        `start_index`: The position of the first user, from 1.

        `count`: The maximum number of users: at most 200; the default is 100.

        Scope: `organizations:write`.
        """
        self._call(
            "GET",
            "/scim/v2/Users",
            query={"filter": filter, "startIndex": start_index, "count": count},
            headers={"X-Tenant-Id": tenant_id},
        )

    def scim_patch_user(self, id: str, body: dict[str, Any], *, tenant_id: str | None = None) -> None:
        """Update a user (SCIM).

        A user who is not `active` is no member of the tenant any more and loses all seats. `op` is read in any
        case, with and without `path`; `active` may be a text.

        `id`: The user's SCIM id.

        Scope: `organizations:write`.
        """
        self._call("PATCH", "/scim/v2/Users/{id}", path={"id": id}, headers={"X-Tenant-Id": tenant_id}, body=body)

    def scim_replace_user(self, id: str, body: dict[str, Any], *, tenant_id: str | None = None) -> None:
        """Replace a user (SCIM).

        A user who is not `active` is no member of the tenant any more and loses all seats.

        `id`: The user's SCIM id.

        Scope: `organizations:write`.
        """
        self._call("PUT", "/scim/v2/Users/{id}", path={"id": id}, headers={"X-Tenant-Id": tenant_id}, body=body)

    # Seats

    def delete_seat_override(self, organization_id: str) -> None:
        """Delete a tenant's seat override.

        Requires a platform key. The subscription state from earlier payment events no longer takes precedence
        over the state in the ERP; the next payment event takes precedence again. A tenant that is not active
        still gets no seat.

        `organization_id`: The organisation's id, which is the tenant's id at the edge.

        Scope: `tenants:admin`.
        """
        self._call("DELETE", "/api/v1/seats/overrides/{organizationId}", path={"organizationId": organization_id})

    def follow_seat_changes(self, *, since: str | None = None, wait: float | None = None) -> types.SeatChanges | None:
        """Follow changes of seats.

        Lists the organisations whose seats may have changed since `since`, in the applications of the key. If
        there are none, the request waits up to `wait` seconds. A client that follows the list may answer seat
        checks from its own memory.

        `since`: The `next` of the previous response. By default the response has the present `next` alone.

        `wait`: How long to wait for a change if there is none, seconds: 0 to 25; the default is 0.

        Scope: `seats:verify`.
        """
        value: types.SeatChanges | None = self._call(
            "GET", "/api/v1/seats/changes", query={"since": since, "wait": wait}
        )
        return value

    def invalidate_seats(self, body: types.InvalidateSeatsRequest) -> types.InvalidateSeatsResponse:
        """Invalidate an organisation's seats.

        After the response, the next check of any user of the organisation asks the ERP, on every instance. The
        subscription state reported by payment events is kept.

        Scope: `seats:write`.
        """
        value: types.InvalidateSeatsResponse = self._call("POST", "/api/v1/seats/invalidate", body=body)
        return value

    def list_seat_token_keys(self) -> types.SeatTokenKeys:
        """List the keys of seat tokens.

        The public keys that verify seat tokens. A token's header names its key by `kid`. No credential is needed.
        """
        value: types.SeatTokenKeys = self._call("GET", "/.well-known/jwks.json")
        return value

    def verify_seat(self, body: types.SeatCheck) -> types.SeatVerdict:
        """Verify a seat.

        Checks whether a user has a seat. The result comes from the cache when the cached data is recent enough:
        see `source` and `asOf`. A denial is also returned with status 200.

        Scope: `seats:verify`.
        """
        value: types.SeatVerdict = self._call("POST", "/verify-seat", body=body)
        return value

    def verify_seats(self, body: types.VerifySeatsRequest) -> types.VerifySeatsResponse:
        """Verify several seats.

        Takes up to 100 checks and returns the results in the same order. A check that fails does not affect the
        others. Identical checks are looked up once.

        Scope: `seats:verify`.
        """
        value: types.VerifySeatsResponse = self._call("POST", "/verify-seats", body=body)
        return value

    # Subscriptions

    def assign_seats(
        self,
        id: str,
        body: types.AssignSeatsRequest,
        *,
        idempotency_key: str | None = None,
    ) -> types.AssignedSeats:
        """Assign seats.

        `userId` assigns a seat to a user, `email` offers one to an address. A user or an address that has one
        keeps it (200, the same seat). With `assignments`, up to 100 are assigned in one step, each with its own
        outcome in `results`.

        `id`: The subscription's id.

        Scope: `seats:write`.
        """
        value: types.AssignedSeats = self._call(
            "POST",
            "/subscriptions/{id}/seats",
            path={"id": id},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return value

    def cancel_subscription(self, id: str, body: types.CancelSubscriptionRequest) -> types.Subscription:
        """Cancel a subscription.

        By default it ends with its period and grants access until then. With `immediate` it ends now: the next
        check denies.

        `id`: The subscription's id.

        Scope: `subscriptions:write`.
        """
        value: types.Subscription = self._call("POST", "/subscriptions/{id}/cancel", path={"id": id}, body=body)
        return value

    def claim_seat(self, id: str, seat_id: str, body: types.ClaimSeatRequest) -> types.Seat:
        """Claim a seat.

        Takes a person's token: the seat becomes that person's if its verified address is the invited one, or with
        the `code` of the invitation. A person who has a seat keeps that one, and the offer ends.

        `id`: The subscription's id.

        `seat_id`: The seat's id.
        """
        value: types.Seat = self._call(
            "POST", "/subscriptions/{id}/seats/{seatId}/claim", path={"id": id, "seatId": seat_id}, body=body
        )
        return value

    def create_subscription(
        self,
        body: types.CreateSubscriptionRequest,
        *,
        idempotency_key: str | None = None,
    ) -> types.Subscription | dict[str, Any]:
        """Create a subscription.

        An organization has at most one live subscription to an application. Until the gateway was paid the
        subscription is `INCOMPLETE`: it grants nothing, and another one may replace it. `manual` and
        `externalOrgId` require a platform key.

        Scope: `subscriptions:write`.
        """
        value: types.Subscription | dict[str, Any] = self._call(
            "POST", "/subscriptions", headers={"Idempotency-Key": idempotency_key}, body=body
        )
        return value

    def get_subscription(self, id: str) -> types.Subscription:
        """Get a subscription.

        `id`: The subscription's id.

        Scope: `subscriptions:read`.
        """
        value: types.Subscription = self._call("GET", "/subscriptions/{id}", path={"id": id})
        return value

    def list_seats(
        self,
        id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        state: str | None = None,
    ) -> types.Listing_Seat:
        """List seats.

        Those that changed last first. An offer that has expired is `REVOKED`.

        `id`: The subscription's id.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `state`: Only seats in this state: `PENDING`, `ACTIVE` or `REVOKED`.

        Scope: `subscriptions:read`.
        """
        value: types.Listing_Seat = self._call(
            "GET",
            "/subscriptions/{id}/seats",
            path={"id": id},
            query={"limit": limit, "cursor": cursor, "state": state},
        )
        return value

    def list_subscriptions(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        organization_id: str | None = None,
        application_slug: str | None = None,
    ) -> types.Listing_Subscription:
        """List subscriptions.

        Newest first. A platform key lists those of all organizations.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `organization_id`: Only those of this organization.

        `application_slug`: Only those to this application.

        Scope: `subscriptions:read`.
        """
        value: types.Listing_Subscription = self._call(
            "GET",
            "/subscriptions",
            query={"limit": limit, "cursor": cursor, "organizationId": organization_id, "applicationSlug": application_slug},
        )
        return value

    def preview_subscription(self, id: str, body: types.UpdateSubscriptionRequest) -> types.SubscriptionPreview:
        """Preview a change.

        What the same body would cost if it were sent to update the subscription. Nothing is changed.

        `id`: The subscription's id.

        Scope: `subscriptions:read`.
        """
        value: types.SubscriptionPreview = self._call("POST", "/subscriptions/{id}/preview", path={"id": id}, body=body)
        return value

    def reactivate_subscription(self, id: str) -> types.Subscription:
        """Reactivate a subscription.

        Takes back a cancellation before it takes effect: the same subscription goes on, and nothing is charged.

        `id`: The subscription's id.

        Scope: `subscriptions:write`.
        """
        value: types.Subscription = self._call("POST", "/subscriptions/{id}/reactivate", path={"id": id})
        return value

    def revoke_seat(self, id: str, seat_id: str) -> None:
        """Revoke a seat.

        The next check denies. Revoking is final: the same user gets another seat later.

        `id`: The subscription's id.

        `seat_id`: The seat's id.

        Scope: `seats:write`.
        """
        self._call("DELETE", "/subscriptions/{id}/seats/{seatId}", path={"id": id, "seatId": seat_id})

    def transfer_seat(self, id: str, seat_id: str, body: types.TransferSeatRequest) -> types.Seat:
        """Transfer a seat.

        The seat is revoked and another one assigned to the other user, in one step. A seat that was assigned less
        than the application's `seatCooldownHours` ago cannot be transferred.

        `id`: The subscription's id.

        `seat_id`: The seat's id.

        Scope: `seats:write`.
        """
        value: types.Seat = self._call(
            "POST", "/subscriptions/{id}/seats/{seatId}/transfer", path={"id": id, "seatId": seat_id}, body=body
        )
        return value

    def update_subscription(
        self,
        id: str,
        body: types.UpdateSubscriptionRequest,
        *,
        if_match: str | None = None,
    ) -> types.Subscription | dict[str, Any]:
        """Update a subscription.

        More seats count at once, and are prorated. Fewer count from the next period on, or with `effective:
        "now"` at once where they are free. Asking for what there is takes back what is scheduled.

        `id`: The subscription's id.

        Scope: `subscriptions:write`.
        """
        value: types.Subscription | dict[str, Any] = self._call(
            "PATCH", "/subscriptions/{id}", path={"id": id}, headers={"If-Match": if_match}, body=body
        )
        return value

    # Tenants

    def add_user(self, id: str, body: types.CreateMemberRequest) -> types.User:
        """Add a user.

        `id`: The tenant's id.

        Scope: `tenants:admin`.
        """
        value: types.User = self._call("POST", "/api/v1/tenants/{id}/users", path={"id": id}, body=body)
        return value

    def create_tenant(self, body: types.CreateTenantRequest) -> types.Tenant:
        """Create a tenant.

        Requires a platform key. Repeating the request with the same `Idempotency-Key` creates only one tenant.

        Scope: `tenants:admin`.
        """
        value: types.Tenant = self._call("POST", "/api/v1/tenants", body=body)
        return value

    def create_tenant_api_key(self, id: str, body: types.NewApiKey) -> types.CreatedApiKey:
        """Create an API key for a tenant.

        Works like `/api/v1/api-keys`. The key can read and change only this tenant's data and has no scope that
        its creator lacks.

        `id`: The tenant's id.

        Scope: `tenants:admin`.
        """
        value: types.CreatedApiKey = self._call("POST", "/api/v1/tenants/{id}/api-keys", path={"id": id}, body=body)
        return value

    def delete_external_id(self, id: str, application_slug: str) -> None:
        """Delete a tenant's external id.

        Requires a platform key.

        `id`: The tenant's id.

        `application_slug`: The application.

        Scope: `tenants:admin`.
        """
        self._call(
            "DELETE",
            "/api/v1/tenants/{id}/external-ids/{applicationSlug}",
            path={"id": id, "applicationSlug": application_slug},
        )

    def get_tenant(self, id: str) -> types.Tenant:
        """Get a tenant.

        `id`: The tenant's id.

        Scope: `tenants:admin`.
        """
        value: types.Tenant = self._call("GET", "/api/v1/tenants/{id}", path={"id": id})
        return value

    def get_tenant_usage(self, id: str, *, days: int | None = None) -> types.UsageStats:
        """Get a tenant's usage.

        `id`: The tenant's id.

        `days`: The number of days to look back: 1 to 366. The default is 30.

        Scope: `tenants:admin`.
        """
        value: types.UsageStats = self._call(
            "GET", "/api/v1/tenants/{id}/usage/stats", path={"id": id}, query={"days": days}
        )
        return value

    def list_external_ids(self, id: str) -> types.Listing_ExternalId:
        """List a tenant's external ids.

        `id`: The tenant's id.

        Scope: `tenants:admin`.
        """
        value: types.Listing_ExternalId = self._call("GET", "/api/v1/tenants/{id}/external-ids", path={"id": id})
        return value

    def list_tenant_api_keys(
        self,
        id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> types.Listing_ApiKey:
        """List a tenant's API keys.

        Keys are listed newest first, without revoked keys.

        `id`: The tenant's id.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `tenants:admin`.
        """
        value: types.Listing_ApiKey = self._call(
            "GET", "/api/v1/tenants/{id}/api-keys", path={"id": id}, query={"limit": limit, "cursor": cursor}
        )
        return value

    def list_tenant_audit_entries(
        self,
        id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        action: str | None = None,
        actor: str | None = None,
        from_: str | None = None,
        to: str | None = None,
    ) -> types.Listing_TenantDeed:
        """List a tenant's audit entries.

        Entries are listed newest first. They are never changed or deleted.

        `id`: The tenant's id.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `action`: Only entries with this action: `user.added`; or with all actions that begin with it and a dot:
        `user`. A page may then have fewer entries than `limit`, or none, although another follows.

        `actor`: Only entries of this actor: `key:<id>`, `user:<sub>`, `bootstrap`.

        `from_`: Only entries from this time on, RFC 3339.

        `to`: Only entries before this time, RFC 3339.

        Scope: `tenants:admin`.
        """
        value: types.Listing_TenantDeed = self._call(
            "GET",
            "/api/v1/tenants/{id}/audit",
            path={"id": id},
            query={"limit": limit, "cursor": cursor, "action": action, "actor": actor, "from": from_, "to": to},
        )
        return value

    def list_tenants(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        search: str | None = None,
    ) -> types.Listing_Tenant:
        """List tenants.

        Tenants are listed newest first. A tenant's key lists only its own tenant.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `search`: Only tenants whose name, slug or id contains this text, in upper or lower case.

        Scope: `tenants:admin`.
        """
        value: types.Listing_Tenant = self._call(
            "GET", "/api/v1/tenants", query={"limit": limit, "cursor": cursor, "search": search}
        )
        return value

    def list_users(self, id: str, *, limit: int | None = None, cursor: str | None = None) -> types.Listing_User:
        """List users.

        Users are sorted by id.

        `id`: The tenant's id.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `tenants:admin`.
        """
        value: types.Listing_User = self._call(
            "GET", "/api/v1/tenants/{id}/users", path={"id": id}, query={"limit": limit, "cursor": cursor}
        )
        return value

    def provision_internal_tenants(self) -> types.ProvisionResponse:
        """Provision internal tenants.

        Creates tenants for the group's own companies, BHM001 to BHM008: internal, with the plan `enterprise` and
        unlimited users. Existing tenants are not changed. Requires a platform key.

        Scope: `tenants:admin`.
        """
        value: types.ProvisionResponse = self._call("POST", "/api/v1/tenants/provision-internal")
        return value

    def remove_user(self, id: str, user_id: str, *, api_keys: str | None = None) -> None:
        """Remove a user.

        The user's personal data is deleted. The user's id stays in the audit and payment records. The user's
        token no longer grants access. API keys that the user created keep working unless `?api_keys=revoke` is
        given.

        `id`: The tenant's id.

        `user_id`: The user's id.

        `api_keys`: `revoke` also revokes the keys that the user created and all their descendants.

        Scope: `tenants:admin`.
        """
        self._call(
            "DELETE",
            "/api/v1/tenants/{id}/users/{user_id}",
            path={"id": id, "user_id": user_id},
            query={"api_keys": api_keys},
        )

    def revoke_tenant_api_key(
        self,
        id: str,
        key_id: str,
        *,
        descendants: str | None = None,
    ) -> types.RevokedApiKeys | None:
        """Revoke a tenant's API key.

        The key stops working everywhere on this node within one second. Its descendants, the keys created with it
        directly or indirectly, keep working unless `?descendants=revoke` is given; then the response lists all
        revoked keys.

        `id`: The tenant's id.

        `key_id`: The key's id.

        `descendants`: `revoke` also revokes all descendants of the key.

        Scope: `tenants:admin`.
        """
        value: types.RevokedApiKeys | None = self._call(
            "DELETE",
            "/api/v1/tenants/{id}/api-keys/{key_id}",
            path={"id": id, "key_id": key_id},
            query={"descendants": descendants},
        )
        return value

    def set_external_id(self, id: str, application_slug: str, body: types.SetExternalIdRequest) -> types.ExternalId:
        """Set a tenant's external id.

        Requires a platform key. From then on, payment events of the tenant apply to seat checks under this id,
        regardless of the organisation's id in the ERP.

        `id`: The tenant's id.

        `application_slug`: The application.

        Scope: `tenants:admin`.
        """
        value: types.ExternalId = self._call(
            "PUT",
            "/api/v1/tenants/{id}/external-ids/{applicationSlug}",
            path={"id": id, "applicationSlug": application_slug},
            body=body,
        )
        return value

    def update_tenant(self, id: str, body: types.UpdateTenantRequest) -> types.Tenant:
        """Update a tenant.

        Omitted fields keep their values; null clears an optional field. A tenant's own key can change the
        tenant's names, addresses and settings, but nothing that the tenant pays for.

        `id`: The tenant's id.

        Scope: `tenants:admin`.
        """
        value: types.Tenant = self._call("PUT", "/api/v1/tenants/{id}", path={"id": id}, body=body)
        return value

    def update_user(self, id: str, user_id: str, body: types.UpdateMemberRequest) -> types.User:
        """Update a user.

        Omitted fields keep their values; null clears an optional field.

        `id`: The tenant's id.

        `user_id`: The user's id.

        Scope: `tenants:admin`.
        """
        value: types.User = self._call(
            "PUT", "/api/v1/tenants/{id}/users/{user_id}", path={"id": id, "user_id": user_id}, body=body
        )
        return value

    # Webhooks

    def bheempay(self, body: list[int]) -> None:
        """Receive a BheemPay event."""
        self._call("POST", "/api/v1/billing/webhook", body=body)

    def create_webhook_endpoint(self, body: types.CreateEndpointRequest) -> types.WebhookEndpoint:
        """Create a webhook endpoint.

        The endpoint receives the events of one organisation. The token is shown only in this response. To replace
        it, create another endpoint and delete this one.

        Scope: `webhooks:write`.
        """
        value: types.WebhookEndpoint = self._call("POST", "/api/v1/webhooks/endpoints", body=body)
        return value

    def delete_webhook_endpoint(self, id: str) -> None:
        """Delete a webhook endpoint.

        `id`: The endpoint's id.

        Scope: `webhooks:write`.
        """
        self._call("DELETE", "/api/v1/webhooks/endpoints/{id}", path={"id": id})

    def drain_webhooks(self) -> types.DrainResult:
        """Process pending webhook work.

        A scheduler calls this, or better `POST /api/v1/jobs/drain`. It processes events that are due, propagates
        changes that are still pending, sends unsent notifications and deletes old events.

        Scope: `webhooks:write`.
        """
        value: types.DrainResult = self._call("POST", "/api/v1/webhooks/drain")
        return value

    def erp(self, body: list[int]) -> None:
        """Receive an ERP event.

        The response has the format that the ERP expects.
        """
        self._call("POST", "/erp/webhooks/billing/", body=body)

    def get_webhook_event(self, id: str) -> types.WebhookEvent:
        """Get a webhook event.

        `id`: The event's id.

        Scope: `webhooks:read`.
        """
        value: types.WebhookEvent = self._call("GET", "/api/v1/webhooks/events/{id}", path={"id": id})
        return value

    def get_webhook_event_body(self, id: str) -> bytes:
        """Get a webhook event's body.

        Returns the body as the sender posted it, byte for byte. Browsers download it and never show it as a page.

        `id`: The event's id.

        Scope: `webhooks:read`.
        """
        value: bytes = self._call(
            "GET", "/api/v1/webhooks/events/{id}/body", path={"id": id}, accept="application/octet-stream"
        )
        return value

    def list_webhook_events(
        self,
        *,
        status: types.Status | None = None,
        provider: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> types.Listing_WebhookEvent:
        """List webhook events.

        Events are listed newest first. A tenant's key lists only that tenant's events.

        `status`: Returns only events with this status.

        `provider`: Returns only events from this sender: `bheempay`, `razorpay`, `stripe`, `erp`, `standard`,
        `shopify`, `woocommerce`.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `webhooks:read`.
        """
        value: types.Listing_WebhookEvent = self._call(
            "GET",
            "/api/v1/webhooks/events",
            query={"status": status, "provider": provider, "limit": limit, "cursor": cursor},
        )
        return value

    def razorpay(self, body: list[int]) -> None:
        """Receive a Razorpay event."""
        self._call("POST", "/webhooks/razorpay", body=body)

    def receive_delivery_report(self, body: dict[str, Any]) -> types.NotifyReport:
        """Receive a delivery report.

        Notify reports by Standard Webhooks that a message was sent, delivered, read, or that it failed; a
        terminal state stays. And what people did: `message.replied` (`from`, `channel`, `text`),
        `message.clicked` (`url`), `message.bounced` (`bounce_type`), `message.complained`,
        `message.unsubscribed`. Each is noted once by its `webhook-id`. An address that bounces, complains,
        unsubscribes or replies STOP is suppressed.
        """
        value: types.NotifyReport = self._call("POST", "/webhooks/notify", body=body)
        return value

    def receive_erp_event_of_organization(self, token: str, body: list[int]) -> None:
        """Receive an ERP event for one organisation.

        Only events of that organisation take effect.

        `token`: The token that was returned when the endpoint was created.
        """
        self._call("POST", "/erp/webhooks/billing/{token}", path={"token": token}, body=body)

    def receive_shopify_event_of_shop(self, token: str, body: list[int]) -> None:
        """Receive an event of one Shopify shop.

        It is signed with the secret of the shop, and belongs to its tenant.

        `token`: The token in the `url` of the shop.
        """
        self._call("POST", "/webhooks/shopify/{token}", path={"token": token}, body=body)

    def receive_standard_webhook(self, source: str, body: list[int]) -> None:
        """Receive a Standard Webhooks event.

        The signature is in `webhook-id`, `webhook-timestamp` and `webhook-signature`, or in `svix-id`, `svix-
        timestamp` and `svix-signature`. From the source `clerk`, `user.deleted` and
        `organizationMembership.deleted` end memberships and free seats.

        `source`: A readable name of the sender. Duplicates are recognized by the signed id, not by this name.
        """
        self._call("POST", "/webhooks/standard/{source}", path={"source": source}, body=body)

    def receive_woocommerce_event_of_shop(self, token: str, body: list[int]) -> None:
        """Receive an event of one WooCommerce shop.

        It is signed with the secret of the shop, and belongs to its tenant.

        `token`: The token in the `url` of the shop.
        """
        self._call("POST", "/webhooks/woocommerce/{token}", path={"token": token}, body=body)

    def replay_webhook_event(self, id: str) -> types.WebhookEvent:
        """Replay a webhook event.

        The event can have any status. An event that is already in effect is not applied a second time.

        `id`: The event's id.

        Scope: `webhooks:write`.
        """
        value: types.WebhookEvent = self._call("POST", "/api/v1/webhooks/events/{id}/replay", path={"id": id})
        return value

    def replay_webhook_events(self, body: types.ReplayRequest) -> types.ReplayResponse:
        """Replay webhook events.

        The events are due immediately and are processed by the next drain.

        Scope: `webhooks:write`.
        """
        value: types.ReplayResponse = self._call("POST", "/api/v1/webhooks/events/replay", body=body)
        return value

    def shopify(self, body: list[int]) -> None:
        """Receive a Shopify event.

        It belongs to the tenant `shop_default_tenant`; without one it is ignored, `no_shop`. What happened is
        read from the body, never from the headers, which are not signed.
        """
        self._call("POST", "/webhooks/shopify", body=body)

    def stripe(self, body: list[int]) -> None:
        """Receive a Stripe event."""
        self._call("POST", "/webhooks/stripe", body=body)

    def woocommerce(self, body: list[int]) -> None:
        """Receive a WooCommerce event.

        As a Shopify event. The unsigned ping that WooCommerce sends during setup is answered with 200 and changes
        nothing.
        """
        self._call("POST", "/webhooks/woocommerce", body=body)


class AsyncCalls(AsyncCaller):
    """All operations, by their subjects."""

    # API keys

    async def create_api_key(self, body: types.NewApiKey) -> types.CreatedApiKey:
        """Create an API key.

        The key is shown only in this response. Repeating the request with the same `Idempotency-Key` returns the
        same key.

        Scope: `tenants:admin`.
        """
        value: types.CreatedApiKey = await self._call("POST", "/api/v1/api-keys", body=body)
        return value

    async def get_caller(self) -> types.CurrentCaller:
        """Get the caller.

        Returns who the credential belongs to, its scopes and when it expires. Every valid credential may ask.
        """
        value: types.CurrentCaller = await self._call("GET", "/api/v1/me")
        return value

    async def list_api_keys(self, *, limit: int | None = None, cursor: str | None = None) -> types.Listing_ApiKey:
        """List API keys.

        Returns the newest keys first and omits revoked keys. A tenant's key sees only the keys of its tenant.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `tenants:admin`.
        """
        value: types.Listing_ApiKey = await self._call(
            "GET", "/api/v1/api-keys", query={"limit": limit, "cursor": cursor}
        )
        return value

    async def revoke_api_key(self, id: str, *, descendants: str | None = None) -> types.RevokedApiKeys | None:
        """Revoke an API key.

        The key stops working on the whole node within one second. Keys created with it, directly or through other
        keys, keep working unless `?descendants=revoke` is sent; the response then lists all revoked keys.

        `id`: The API key's id.

        `descendants`: `revoke` also revokes all keys that descend from this key. By default they are kept.

        Scope: `tenants:admin`.
        """
        value: types.RevokedApiKeys | None = await self._call(
            "DELETE", "/api/v1/api-keys/{id}", path={"id": id}, query={"descendants": descendants}
        )
        return value

    # Allocations

    async def create_allocation(
        self,
        department_id: str,
        body: types.CreateAllocationRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Allocation:
        """Create an allocation.

        Gives the department a share of a source, beside the shares that others have of it. Together they never
        are more than all of the source, whoever adds shares at the same time; what is short of it is
        `unallocated`.

        `department_id`: The department's id.

        Scope: `enterprise:write`.
        """
        value: types.Allocation = await self._call(
            "POST",
            "/api/v1/enterprise-billing/departments/{department_id}/allocations",
            path={"department_id": department_id},
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def create_gl_mapping(
        self,
        body: types.CreateGlMappingRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.GlMapping:
        """Create a GL mapping.

        A mapping for the same kind, department and plan gets the new account. Lines that were posted keep theirs.
        The most specific mapping counts: of department, kind and plan; of department and kind; of kind and plan;
        of the kind; then the department's own account; then a mapping for any kind.

        Scope: `enterprise:write`.
        """
        value: types.GlMapping = await self._call(
            "POST",
            "/api/v1/enterprise-billing/gl-mappings",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def get_allocation_totals(
        self,
        *,
        by: str | None = None,
        department_id: str | None = None,
        entity_id: str | None = None,
        source: str | None = None,
        document: str | None = None,
        kind: Literal["revenue", "cash", "receivable", "deferred", "tax", "refund"] | None = None,
        gl_code: str | None = None,
        cost_center: str | None = None,
        plan_id: str | None = None,
        currency: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        tenant_id: str | None = None,
    ) -> types.AllocationTotals:
        """Get the sums of posted lines.

        All sums together are what was billed less what was given back, in each currency: what nobody shares is
        one of them.

        `by`: `department`, `cost_center`, `gl_code`, `plan`, `month`, `kind` or `entity`. Default: `department`.

        `department_id`: Only lines of this department; `unallocated`: only lines that nobody shares.

        `entity_id`: Only lines of departments of this entity.

        `source`: Only lines of this source: `subscription:ID`, `invoice:ID` or `amount:ID`.

        `document`: Only lines of this document: `invoice:ID`, `charge:ID` or `payment:ID`.

        `kind`: Only lines of this kind.

        `gl_code`: Only lines on this account of the general ledger.

        `cost_center`: Only lines of this cost centre.

        `plan_id`: Only lines for this plan.

        `currency`: Only lines in this currency.

        `from_`: Only lines from this day on, in the tenant's time zone.

        `to`: Only lines before this day.

        Scope: `enterprise:read`.
        """
        value: types.AllocationTotals = await self._call(
            "GET",
            "/api/v1/enterprise-billing/allocations/totals",
            query={"by": by, "department_id": department_id, "entity_id": entity_id, "source": source, "document": document, "kind": kind, "gl_code": gl_code, "cost_center": cost_center, "plan_id": plan_id, "currency": currency, "from": from_, "to": to},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def get_allocations(
        self,
        *,
        source: str,
        at: str | None = None,
        tenant_id: str | None = None,
    ) -> types.SourceAllocations:
        """Get a source's allocations.

        `source`: The source: `subscription:ID`, `invoice:ID` or `amount:ID`.

        `at`: The day, in the tenant's time zone. Default: today.

        Scope: `enterprise:read`.
        """
        value: types.SourceAllocations = await self._call(
            "GET",
            "/api/v1/enterprise-billing/allocations",
            query={"source": source, "at": at},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def list_allocation_lines(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        department_id: str | None = None,
        entity_id: str | None = None,
        source: str | None = None,
        document: str | None = None,
        kind: Literal["revenue", "cash", "receivable", "deferred", "tax", "refund"] | None = None,
        gl_code: str | None = None,
        cost_center: str | None = None,
        plan_id: str | None = None,
        currency: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_AllocationLine:
        """List posted lines.

        What departments got of finalised invoices, of charges of entities and of payments of subscriptions, and
        what nobody shares of them. A line never changes: what is given back is lines more.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `department_id`: Only lines of this department; `unallocated`: only lines that nobody shares.

        `entity_id`: Only lines of departments of this entity.

        `source`: Only lines of this source: `subscription:ID`, `invoice:ID` or `amount:ID`.

        `document`: Only lines of this document: `invoice:ID`, `charge:ID` or `payment:ID`.

        `kind`: Only lines of this kind.

        `gl_code`: Only lines on this account of the general ledger.

        `cost_center`: Only lines of this cost centre.

        `plan_id`: Only lines for this plan.

        `currency`: Only lines in this currency.

        `from_`: Only lines from this day on, in the tenant's time zone.

        `to`: Only lines before this day.

        Scope: `enterprise:read`.
        """
        value: types.Listing_AllocationLine = await self._call(
            "GET",
            "/api/v1/enterprise-billing/allocations/lines",
            query={"limit": limit, "cursor": cursor, "department_id": department_id, "entity_id": entity_id, "source": source, "document": document, "kind": kind, "gl_code": gl_code, "cost_center": cost_center, "plan_id": plan_id, "currency": currency, "from": from_, "to": to},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def list_department_allocations(
        self,
        department_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_Allocation:
        """List a department's allocations.

        Also those that have ended or have not begun yet.

        `department_id`: The department's id.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `enterprise:read`.
        """
        value: types.Listing_Allocation = await self._call(
            "GET",
            "/api/v1/enterprise-billing/departments/{department_id}/allocations",
            path={"department_id": department_id},
            query={"limit": limit, "cursor": cursor},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def list_gl_mappings(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        kind: Literal["revenue", "cash", "receivable", "deferred", "tax", "refund"] | None = None,
        department_id: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_GlMapping:
        """List GL mappings.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `kind`: Only mappings of this kind.

        `department_id`: Only mappings of this department.

        Scope: `enterprise:read`.
        """
        value: types.Listing_GlMapping = await self._call(
            "GET",
            "/api/v1/enterprise-billing/gl-mappings",
            query={"limit": limit, "cursor": cursor, "kind": kind, "department_id": department_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def preview_allocations(
        self,
        *,
        currency: str,
        amount: float,
        source: str,
        at: str | None = None,
        kind: Literal["revenue", "cash", "receivable", "deferred", "tax", "refund"] | None = None,
        plan_id: str | None = None,
        tenant_id: str | None = None,
    ) -> types.AllocationPreview:
        """Preview a split.

        Shows how an amount of the source would be split on a day, to the smallest unit. Nothing is posted.

        `source`: The source: `subscription:ID`, `invoice:ID` or `amount:ID`.

        `amount`: The amount; negative: given back.

        `currency`: The ISO 4217 code of its currency.

        `at`: The day, in the tenant's time zone, or an instant (RFC 3339). Default: now.

        `kind`: What the amount is, for the accounts of the general ledger. Default: `revenue`.

        `plan_id`: The plan that it is for, for the accounts of the general ledger.

        Scope: `enterprise:read`.
        """
        value: types.AllocationPreview = await self._call(
            "GET",
            "/api/v1/enterprise-billing/allocations/preview",
            query={"source": source, "amount": amount, "currency": currency, "at": at, "kind": kind, "plan_id": plan_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def set_allocations(
        self,
        body: types.SetAllocationsRequest,
        *,
        source: str,
        tenant_id: str | None = None,
    ) -> types.SourceAllocations:
        """Set a source's allocations.

        The shares are the whole split of the source from a day on, until the next day for which shares are set
        already. They add up to exactly 10000 basis points, or name who takes what is left: one department by
        `fixed` without an amount, or several by `headcount` or `usage`.

        `source`: The source: `subscription:ID`, `invoice:ID` or `amount:ID`.

        Scope: `enterprise:write`.
        """
        value: types.SourceAllocations = await self._call(
            "PUT",
            "/api/v1/enterprise-billing/allocations",
            query={"source": source},
            headers={"X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    # Analytics

    async def get_health(
        self,
        *,
        from_: str | None = None,
        to: str | None = None,
        timezone: str | None = None,
        granularity: str | None = None,
        application_slug: str | None = None,
        organization_id: str | None = None,
        currency: str | None = None,
        as_of: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> types.Report_HealthResult:
        """Get the health of organizations.

        A score of each organization with its parts and their weights, by id, in pages. With `Accept: text/csv`
        the points are lines of CSV.

        `from_`: The first day, `2026-01-01`. By default twelve months or 30 days before `to`.

        `to`: The day after the last one. By default tomorrow.

        `timezone`: An IANA time zone, `Asia/Kolkata`: days and months begin at its midnight. By default `UTC`.

        `granularity`: `month` or `day`. By default `month`.

        `application_slug`: Only this application.

        `organization_id`: Only this organization.

        `currency`: Only this currency, ISO 4217.

        `as_of`: Answers as it was known then: an RFC 3339 time, or a date, which means its beginning. By default
        now.

        `limit`: How many organizations a page has: 1 to 100. By default 50.

        `cursor`: The `nextCursor` of the page before.

        Scope: `analytics:read`.
        """
        value: types.Report_HealthResult = await self._call(
            "GET",
            "/analytics/health",
            query={"from": from_, "to": to, "timezone": timezone, "granularity": granularity, "applicationSlug": application_slug, "organizationId": organization_id, "currency": currency, "asOf": as_of, "limit": limit, "cursor": cursor},
        )
        return value

    async def get_mrr(
        self,
        *,
        from_: str | None = None,
        to: str | None = None,
        timezone: str | None = None,
        granularity: str | None = None,
        application_slug: str | None = None,
        organization_id: str | None = None,
        currency: str | None = None,
        as_of: str | None = None,
    ) -> types.Report_MrrResult:
        """Get monthly recurring revenue.

        Points of MRR with its movements, in each currency by itself. With `Accept: text/csv` the points are lines
        of CSV.

        `from_`: The first day, `2026-01-01`. By default twelve months or 30 days before `to`.

        `to`: The day after the last one. By default tomorrow.

        `timezone`: An IANA time zone, `Asia/Kolkata`: days and months begin at its midnight. By default `UTC`.

        `granularity`: `month` or `day`. By default `month`.

        `application_slug`: Only this application.

        `organization_id`: Only this organization.

        `currency`: Only this currency, ISO 4217.

        `as_of`: Answers as it was known then: an RFC 3339 time, or a date, which means its beginning. By default
        now.

        Scope: `analytics:read`.
        """
        value: types.Report_MrrResult = await self._call(
            "GET",
            "/analytics/mrr",
            query={"from": from_, "to": to, "timezone": timezone, "granularity": granularity, "applicationSlug": application_slug, "organizationId": organization_id, "currency": currency, "asOf": as_of},
        )
        return value

    async def get_revenue(
        self,
        *,
        from_: str | None = None,
        to: str | None = None,
        timezone: str | None = None,
        granularity: str | None = None,
        application_slug: str | None = None,
        organization_id: str | None = None,
        currency: str | None = None,
        as_of: str | None = None,
    ) -> types.Report_RevenueResult:
        """Get revenue.

        What was collected and given back, how attempts to collect went, churn and retention, and cohorts; in each
        currency by itself. With `Accept: text/csv` the points are lines of CSV.

        `from_`: The first day, `2026-01-01`. By default twelve months or 30 days before `to`.

        `to`: The day after the last one. By default tomorrow.

        `timezone`: An IANA time zone, `Asia/Kolkata`: days and months begin at its midnight. By default `UTC`.

        `granularity`: `month` or `day`. By default `month`.

        `application_slug`: Only this application.

        `organization_id`: Only this organization.

        `currency`: Only this currency, ISO 4217.

        `as_of`: Answers as it was known then: an RFC 3339 time, or a date, which means its beginning. By default
        now.

        Scope: `analytics:read`.
        """
        value: types.Report_RevenueResult = await self._call(
            "GET",
            "/analytics/revenue",
            query={"from": from_, "to": to, "timezone": timezone, "granularity": granularity, "applicationSlug": application_slug, "organizationId": organization_id, "currency": currency, "asOf": as_of},
        )
        return value

    async def get_seat_usage(
        self,
        *,
        from_: str | None = None,
        to: str | None = None,
        timezone: str | None = None,
        granularity: str | None = None,
        application_slug: str | None = None,
        organization_id: str | None = None,
        currency: str | None = None,
        as_of: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> types.Report_SeatUsageResult:
        """Get seat usage.

        For each organization and application, by id, in pages. With `Accept: text/csv` the points are lines of
        CSV.

        `from_`: The first day, `2026-01-01`. By default twelve months or 30 days before `to`.

        `to`: The day after the last one. By default tomorrow.

        `timezone`: An IANA time zone, `Asia/Kolkata`: days and months begin at its midnight. By default `UTC`.

        `granularity`: `month` or `day`. By default `month`.

        `application_slug`: Only this application.

        `organization_id`: Only this organization.

        `currency`: Only this currency, ISO 4217.

        `as_of`: Answers as it was known then: an RFC 3339 time, or a date, which means its beginning. By default
        now.

        `limit`: How many organizations a page has: 1 to 100. By default 50.

        `cursor`: The `nextCursor` of the page before.

        Scope: `analytics:read`.
        """
        value: types.Report_SeatUsageResult = await self._call(
            "GET",
            "/analytics/seat-usage",
            query={"from": from_, "to": to, "timezone": timezone, "granularity": granularity, "applicationSlug": application_slug, "organizationId": organization_id, "currency": currency, "asOf": as_of, "limit": limit, "cursor": cursor},
        )
        return value

    # Applications

    async def create_application(
        self,
        body: types.CreateApplicationRequest,
        *,
        idempotency_key: str | None = None,
    ) -> types.Application:
        """Register an application.

        Requires a platform key. An application that nobody registered can be checked for seats too: its seats
        live in the ERP.

        Scope: `applications:write`.
        """
        value: types.Application = await self._call(
            "POST", "/applications", headers={"Idempotency-Key": idempotency_key}, body=body
        )
        return value

    async def create_application_plan(
        self,
        slug: str,
        body: types.CreatePlanRequest,
        *,
        idempotency_key: str | None = None,
    ) -> types.ApplicationPlan:
        """Create a plan.

        Requires a platform key.

        `slug`: The application's slug.

        Scope: `applications:write`.
        """
        value: types.ApplicationPlan = await self._call(
            "POST",
            "/applications/{slug}/plans",
            path={"slug": slug},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return value

    async def get_application(self, slug: str) -> types.Application:
        """Get an application.

        `slug`: The application's slug.

        Scope: `applications:read`.
        """
        value: types.Application = await self._call("GET", "/applications/{slug}", path={"slug": slug})
        return value

    async def list_application_plans(
        self,
        slug: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> types.Listing_ApplicationPlan:
        """List an application's plans.

        Plans are listed newest first, each in its last version, also those that are not sold any more.

        `slug`: The application's slug.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `applications:read`.
        """
        value: types.Listing_ApplicationPlan = await self._call(
            "GET", "/applications/{slug}/plans", path={"slug": slug}, query={"limit": limit, "cursor": cursor}
        )
        return value

    async def list_applications(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> types.Listing_Application:
        """List applications.

        Applications are sorted by slug.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `applications:read`.
        """
        value: types.Listing_Application = await self._call(
            "GET", "/applications", query={"limit": limit, "cursor": cursor}
        )
        return value

    async def update_application(self, slug: str, body: types.UpdateApplicationRequest) -> types.Application:
        """Update an application.

        Omitted fields keep their values. Requires a platform key. A new `seatSource` is in force once it is
        answered. It becomes `edge` only if each organization for which the ERP gave a seat has a live
        subscription here, or with `force`.

        `slug`: The application's slug.

        Scope: `applications:write`.
        """
        value: types.Application = await self._call("PATCH", "/applications/{slug}", path={"slug": slug}, body=body)
        return value

    async def update_application_plan(
        self, slug: str, plan_id: str, body: types.UpdatePlanRequest
    ) -> types.ApplicationPlan:
        """Update a plan.

        Requires a platform key. A change is a new version of the plan, for new subscriptions; running
        subscriptions keep the version that they were sold under.

        `slug`: The application's slug.

        `plan_id`: The plan's id.

        Scope: `applications:write`.
        """
        value: types.ApplicationPlan = await self._call(
            "PATCH", "/applications/{slug}/plans/{planId}", path={"slug": slug, "planId": plan_id}, body=body
        )
        return value

    # Approvals

    async def approve_requests(
        self,
        body: types.BulkApproveRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.BulkApproveResponse:
        """Approve several requests.

        Each request is approved independently: an error for one does not affect the others.
        """
        value: types.BulkApproveResponse = await self._call(
            "POST",
            "/api/v1/enterprise-billing/approvals/requests/bulk-approve",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def create_approval_request(
        self,
        body: types.CreateApprovalRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.ApprovalRequest:
        """Create an approval request.

        The rule `approval` decides who has to approve the purchase. The request follows this decision even if the
        rule is changed later. If no approval is required, the request is approved at once; if the rule rejects
        the purchase, it is rejected at once.

        Scope: `billing:write`.
        """
        value: types.ApprovalRequest = await self._call(
            "POST",
            "/api/v1/enterprise-billing/approvals/requests",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def create_approval_rule(
        self,
        body: types.ApprovalRuleRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.ApprovalRule:
        """Create an approval rule.

        An approval rule adds levels or shortens times. It never requires less than the rule `approval` does.
        `escalate_to`, which lets others approve as well, requires `tenants:admin`.

        Scope: `billing:write`.
        """
        value: types.ApprovalRule = await self._call(
            "POST",
            "/api/v1/enterprise-billing/approvals/rules",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def create_delegation(
        self,
        body: types.CreateApprovalDelegationRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.ApprovalDelegation:
        """Create a delegation.

        The delegate may approve and reject on behalf of the caller for a time: where a level asks the caller by
        name, or by a role that the caller then has as a member or by `PUT …/roles/{role}`. If a level asks both,
        they count as two people, until one acts on behalf of the other.
        """
        value: types.ApprovalDelegation = await self._call(
            "POST",
            "/api/v1/enterprise-billing/approvals/delegations",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def get_approval_request(self, request_id: str, *, tenant_id: str | None = None) -> types.ApprovalRequest:
        """Get an approval request.

        The requester and the people whom a level of the request asks can get it without `billing:read`.

        `request_id`: The request's id.

        Scope: `billing:read`.
        """
        value: types.ApprovalRequest = await self._call(
            "GET",
            "/api/v1/enterprise-billing/approvals/requests/{request_id}",
            path={"request_id": request_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def list_approval_requests(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        status: str | None = None,
        kind: str | None = None,
        requester: str | None = None,
        waits_for: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_ApprovalRequest:
        """List approval requests.

        With `waits_for=me`, this requires no scope.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `status`: Only requests with this status: `pending`, `approved`, `rejected`, `used` or `expired`.

        `kind`: Only requests of this kind.

        `requester`: Only requests of this person.

        `waits_for`: `me`: only pending requests that the caller can approve or reject now. A page may then have
        fewer entries than `limit`, or none, although another follows.

        Scope: `billing:read`.
        """
        value: types.Listing_ApprovalRequest = await self._call(
            "GET",
            "/api/v1/enterprise-billing/approvals/requests",
            query={"limit": limit, "cursor": cursor, "status": status, "kind": kind, "requester": requester, "waits_for": waits_for},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def list_approval_roles(self, *, tenant_id: str | None = None) -> types.ApprovalRoles:
        """List roles and their members.

        Scope: `billing:read`.
        """
        value: types.ApprovalRoles = await self._call(
            "GET", "/api/v1/enterprise-billing/approvals/roles", headers={"X-Tenant-Id": tenant_id}
        )
        return value

    async def list_approval_rules(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_ApprovalRule:
        """List approval rules.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `billing:read`.
        """
        value: types.Listing_ApprovalRule = await self._call(
            "GET",
            "/api/v1/enterprise-billing/approvals/rules",
            query={"limit": limit, "cursor": cursor},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def list_delegations(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_ApprovalDelegation:
        """List delegations.

        Without `billing:read`, this returns only those from or to the caller.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `billing:read`.
        """
        value: types.Listing_ApprovalDelegation = await self._call(
            "GET",
            "/api/v1/enterprise-billing/approvals/delegations",
            query={"limit": limit, "cursor": cursor},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def process_approval_request(
        self,
        request_id: str,
        body: types.ProcessApprovalRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.ApprovalRequest:
        """Approve or reject a request.

        Requires no scope, but the present level of the request must ask the caller: by name, by role, or as the
        delegate of a person whom it asks. Nobody can approve or reject their own request, and nobody is counted
        twice.

        `request_id`: The request's id.
        """
        value: types.ApprovalRequest = await self._call(
            "POST",
            "/api/v1/enterprise-billing/approvals/requests/{request_id}/process",
            path={"request_id": request_id},
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def revoke_delegation(self, delegation_id: str, *, tenant_id: str | None = None) -> None:
        """Revoke a delegation.

        Callers can revoke their own delegations. A caller with `tenants:admin` can revoke any delegation of the
        tenant.

        `delegation_id`: The delegation's id.
        """
        await self._call(
            "DELETE",
            "/api/v1/enterprise-billing/approvals/delegations/{delegation_id}",
            path={"delegation_id": delegation_id},
            headers={"X-Tenant-Id": tenant_id},
        )

    async def set_approval_role_members(
        self,
        role: str,
        body: types.ApprovalRoleMembers,
        *,
        tenant_id: str | None = None,
    ) -> types.ApprovalRoleMembers:
        """Set the members of a role.

        Replaces the present members. People also have the role if their token says so, or if it is their role as
        a member of the tenant.

        `role`: The role as the rule `approval` spells it, such as `finance_manager`.

        Scope: `tenants:admin`.
        """
        value: types.ApprovalRoleMembers = await self._call(
            "PUT",
            "/api/v1/enterprise-billing/approvals/roles/{role}",
            path={"role": role},
            headers={"X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def update_approval_rule(
        self,
        rule_id: str,
        body: types.ApprovalRuleRequest,
        *,
        tenant_id: str | None = None,
    ) -> types.ApprovalRule:
        """Update an approval rule.

        Fields that are absent keep their values. Existing requests do not change. A change that requires less
        requires `tenants:admin`. The caller who makes such a change remains bound by the previous rule until
        another caller with `tenants:admin` changes it.

        `rule_id`: The rule's id.

        Scope: `billing:write`.
        """
        value: types.ApprovalRule = await self._call(
            "PUT",
            "/api/v1/enterprise-billing/approvals/rules/{rule_id}",
            path={"rule_id": rule_id},
            headers={"X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    # Billing

    async def cancel_billing_subscription(
        self,
        body: types.CancelTenantSubscriptionRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.CancelSubscriptionResponse:
        """Cancel the subscription.

        Cancels the subscription in the ERP. It stays active until the paid period ends, unless `immediate` is
        set. The tenant's subscription status changes by the gateway's webhook.

        Scope: `billing:write`.
        """
        value: types.CancelSubscriptionResponse = await self._call(
            "POST",
            "/api/v1/billing/subscription/cancel",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def create_checkout(
        self,
        body: types.CreateCheckoutRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Order | types.PendingApproval:
        """Create a checkout.

        Creates an order at BheemPay. The customer pays it on the payment page that `key_id` and
        `gateway_response` are for. With an `Idempotency-Key` the request can be repeated after any failure: it
        continues where the last one stopped, and only one order is created.

        Scope: `billing:write`.
        """
        value: types.Order | types.PendingApproval = await self._call(
            "POST",
            "/api/v1/billing/checkout",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def get_billing_subscription(self, *, tenant_id: str | None = None) -> types.TenantSubscription:
        """Get the subscription.

        Returns the subscription as the payment gateways last reported it; what they do not report comes from the
        ERP. A tenant without a subscription gets `{"status":"not_found"}`.

        Scope: `billing:read`.
        """
        value: types.TenantSubscription = await self._call(
            "GET", "/api/v1/billing/subscription", headers={"X-Tenant-Id": tenant_id}
        )
        return value

    async def get_order(self, order_id: str, *, tenant_id: str | None = None) -> dict[str, Any]:
        """Get an order.

        Returns the order as BheemPay has it.

        `order_id`: The id of the order.

        Scope: `billing:read`.
        """
        value: dict[str, Any] = await self._call(
            "GET",
            "/api/v1/billing/checkout/{order_id}",
            path={"order_id": order_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def get_reconciliation(
        self,
        *,
        from_: str | None = None,
        to: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Reconciliation:
        """Reconcile invoices with payments.

        Compares the ERP's invoices with the payments that gateways reported by webhook. It lists payments whose
        invoice is missing, doubled or different, and what the ERP's books should contain for them. A tenant's key
        sees its own payments. A platform key sees those of all tenants, or of the one that it names. Payments are
        kept for 30 days.

        `from_`: The start of the range: an RFC 3339 time, or a day like `2025-01-31`, which begins at midnight
        UTC.

        `to`: The end of the range, which is not part of it: a time or a day.

        Scope: `billing:read`.
        """
        value: types.Reconciliation = await self._call(
            "GET", "/api/v1/billing/reconciliation", query={"from": from_, "to": to}, headers={"X-Tenant-Id": tenant_id}
        )
        return value

    async def list_invoices(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant_id: str | None = None,
    ) -> dict[str, Any]:
        """List invoices.

        Returns the tenant's invoices as the ERP has them.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `billing:read`.
        """
        value: dict[str, Any] = await self._call(
            "GET",
            "/api/v1/billing/invoices",
            query={"limit": limit, "cursor": cursor},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def verify_payment(self, body: types.VerifyPaymentRequest, *, tenant_id: str | None = None) -> dict[str, Any]:
        """Verify a payment.

        Asks BheemPay whether the payment that the customer's browser reports is genuine. The subscription itself
        changes by the gateway's webhook.

        Scope: `billing:write`.
        """
        value: dict[str, Any] = await self._call(
            "POST", "/api/v1/billing/verify", headers={"X-Tenant-Id": tenant_id}, body=body
        )
        return value

    # Budgets

    async def commit_reservation(
        self,
        budget_id: str,
        reference: str,
        body: types.CommitBudgetReservationRequest,
        *,
        tenant_id: str | None = None,
    ) -> types.BudgetReservation:
        """Commit a reservation.

        Records the reserved amount, or a part of it, as spent.

        `budget_id`: The budget's id.

        `reference`: The caller's reference of the reservation.

        Scope: `billing:write`.
        """
        value: types.BudgetReservation = await self._call(
            "POST",
            "/api/v1/enterprise-billing/budgets/{budget_id}/reservations/{reference}/commit",
            path={"budget_id": budget_id, "reference": reference},
            headers={"X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def create_budget(
        self,
        body: types.CreateBudgetRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Budget:
        """Create a budget.

        Only one budget can be active for each combination of tenant, entity, department and cost centre. A
        request that is repeated with the same `Idempotency-Key` creates only one budget.

        Scope: `billing:write`.
        """
        value: types.Budget = await self._call(
            "POST",
            "/api/v1/enterprise-billing/budgets",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def create_reservation(
        self,
        budget_id: str,
        body: types.CreateBudgetReservationRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.BudgetReservation:
        """Reserve an amount of a budget.

        The rule `budget` decides whether the amount may be reserved. A hard threshold is enforced even when many
        requests arrive at once.

        `budget_id`: The budget's id.

        Scope: `billing:write`.
        """
        value: types.BudgetReservation = await self._call(
            "POST",
            "/api/v1/enterprise-billing/budgets/{budget_id}/reservations",
            path={"budget_id": budget_id},
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def get_budget(self, budget_id: str, *, tenant_id: str | None = None) -> types.Budget:
        """Get a budget.

        `budget_id`: The budget's id.

        Scope: `billing:read`.
        """
        value: types.Budget = await self._call(
            "GET",
            "/api/v1/enterprise-billing/budgets/{budget_id}",
            path={"budget_id": budget_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def get_budget_tracking(self, budget_id: str, *, tenant_id: str | None = None) -> types.BudgetTracking:
        """Get a budget's tracking.

        Returns the amounts spent and reserved in the current period, day by day, and a forecast of the period's
        end at the present rate of spending.

        `budget_id`: The budget's id.

        Scope: `billing:read`.
        """
        value: types.BudgetTracking = await self._call(
            "GET",
            "/api/v1/enterprise-billing/budgets/{budget_id}/tracking",
            path={"budget_id": budget_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def list_budget_alerts(
        self,
        budget_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_BudgetAlert:
        """List a budget's alerts.

        Each threshold raises at most one alert in a period. The alert is listed here and sent through Notify.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `budget_id`: The budget's id.

        Scope: `billing:read`.
        """
        value: types.Listing_BudgetAlert = await self._call(
            "GET",
            "/api/v1/enterprise-billing/budgets/{budget_id}/alerts",
            path={"budget_id": budget_id},
            query={"limit": limit, "cursor": cursor},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def list_budgets(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        entity_id: str | None = None,
        department_id: str | None = None,
        cost_centre: str | None = None,
        is_active: bool | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_Budget:
        """List budgets.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `entity_id`: Only budgets of this entity.

        `department_id`: Only budgets of this department.

        `cost_centre`: Only budgets for this cost centre.

        `is_active`: `true`: only active budgets; `false`: only inactive budgets.

        Scope: `billing:read`.
        """
        value: types.Listing_Budget = await self._call(
            "GET",
            "/api/v1/enterprise-billing/budgets",
            query={"limit": limit, "cursor": cursor, "entity_id": entity_id, "department_id": department_id, "cost_centre": cost_centre, "is_active": is_active},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def release_reservation(
        self,
        budget_id: str,
        reference: str,
        *,
        tenant_id: str | None = None,
    ) -> types.BudgetReservation:
        """Release a reservation.

        Returns the reserved amount to the budget.

        `budget_id`: The budget's id.

        `reference`: The caller's reference of the reservation.

        Scope: `billing:write`.
        """
        value: types.BudgetReservation = await self._call(
            "POST",
            "/api/v1/enterprise-billing/budgets/{budget_id}/reservations/{reference}/release",
            path={"budget_id": budget_id, "reference": reference},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def update_budget(
        self,
        budget_id: str,
        body: types.UpdateBudgetRequest,
        *,
        tenant_id: str | None = None,
    ) -> types.Budget:
        """Update a budget.

        Fields that are absent keep their values. A new limit applies from the current period on. A change that
        allows more spending requires `tenants:admin`. The caller who makes such a change remains bound by the
        previous budget until another caller with `tenants:admin` changes it.

        `budget_id`: The budget's id.

        Scope: `billing:write`.
        """
        value: types.Budget = await self._call(
            "PUT",
            "/api/v1/enterprise-billing/budgets/{budget_id}",
            path={"budget_id": budget_id},
            headers={"X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    # Campaigns

    async def activate_campaign(self, campaign_id: str, *, tenant_id: str | None = None) -> types.Campaign:
        """Activate a campaign.

        What is due is sent from now on. What fell due while the campaign was paused is sent too. A campaign that
        is active already stays as it is.

        `campaign_id`: The campaign's id.

        Scope: `messages:write`.
        """
        value: types.Campaign = await self._call(
            "POST",
            "/api/v1/campaigns/{campaign_id}/activate",
            path={"campaign_id": campaign_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def create_campaign(
        self,
        body: types.CampaignRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Campaign:
        """Create a campaign.

        The campaign is a `draft`: it sends nothing until it is activated.

        Scope: `messages:write`.
        """
        value: types.Campaign = await self._call(
            "POST",
            "/api/v1/campaigns",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def create_campaign_step(
        self,
        campaign_id: str,
        body: types.CampaignStepRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.CampaignStep:
        """Create a step.

        A template that cannot be rendered is refused with the line. Contacts who are enrolled already go through
        the campaign as it was then.

        `campaign_id`: The campaign's id.

        Scope: `messages:write`.
        """
        value: types.CampaignStep = await self._call(
            "POST",
            "/api/v1/campaigns/{campaign_id}/steps",
            path={"campaign_id": campaign_id},
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def enroll_contact(
        self,
        contact_id: str,
        campaign_id: str,
        body: types.CampaignEnrollRequest | None | None = None,
        *,
        tenant_id: str | None = None,
    ) -> types.CampaignProgress:
        """Enroll a contact.

        The contact goes through the campaign as it is now: through the version that there is, or, in a draft,
        through the one that is activated. The first delay counts from now, in a draft from the activation. A
        contact who is enrolled already stays so.

        `contact_id`: The contact's id.

        `campaign_id`: The campaign's id.

        Scope: `messages:write`.
        """
        value: types.CampaignProgress = await self._call(
            "POST",
            "/api/v1/contacts/{contact_id}/campaign/{campaign_id}/enroll",
            path={"contact_id": contact_id, "campaign_id": campaign_id},
            headers={"X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def get_campaign(self, campaign_id: str, *, tenant_id: str | None = None) -> types.Campaign:
        """Get a campaign.

        `campaign_id`: The campaign's id.

        Scope: `messages:read`.
        """
        value: types.Campaign = await self._call(
            "GET",
            "/api/v1/campaigns/{campaign_id}",
            path={"campaign_id": campaign_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def get_campaign_progress(
        self,
        contact_id: str,
        campaign_id: str,
        *,
        tenant_id: str | None = None,
    ) -> types.CampaignProgress:
        """Get a contact's progress.

        What became of each step of the last enrolment, and when the next is due.

        `contact_id`: The contact's id.

        `campaign_id`: The campaign's id.

        Scope: `messages:read`.
        """
        value: types.CampaignProgress = await self._call(
            "GET",
            "/api/v1/contacts/{contact_id}/campaigns/{campaign_id}/progress",
            path={"contact_id": contact_id, "campaign_id": campaign_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def get_campaign_stats(self, campaign_id: str, *, tenant_id: str | None = None) -> types.CampaignStats:
        """Get a campaign's statistics.

        How many contacts are where, and what became of each step.

        `campaign_id`: The campaign's id.

        Scope: `messages:read`.
        """
        value: types.CampaignStats = await self._call(
            "GET",
            "/api/v1/campaigns/{campaign_id}/stats",
            path={"campaign_id": campaign_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def list_campaign_steps(
        self,
        campaign_id: str,
        *,
        tenant_id: str | None = None,
    ) -> types.Listing_CampaignStep:
        """List the steps of a campaign.

        `campaign_id`: The campaign's id.

        Scope: `messages:read`.
        """
        value: types.Listing_CampaignStep = await self._call(
            "GET",
            "/api/v1/campaigns/{campaign_id}/steps",
            path={"campaign_id": campaign_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def list_campaigns(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        status: Literal["draft", "active", "paused"] | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_Campaign:
        """List campaigns.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `status`: Only campaigns in this state.

        Scope: `messages:read`.
        """
        value: types.Listing_Campaign = await self._call(
            "GET",
            "/api/v1/campaigns",
            query={"limit": limit, "cursor": cursor, "status": status},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def pause_campaign(self, campaign_id: str, *, tenant_id: str | None = None) -> types.Campaign:
        """Pause a campaign.

        Nothing is sent until it is activated again; what is due waits. A campaign that is paused already stays as
        it is.

        `campaign_id`: The campaign's id.

        Scope: `messages:write`.
        """
        value: types.Campaign = await self._call(
            "POST",
            "/api/v1/campaigns/{campaign_id}/pause",
            path={"campaign_id": campaign_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def update_campaign(
        self,
        campaign_id: str,
        body: types.CampaignRequest,
        *,
        if_match: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Campaign:
        """Update a campaign.

        Fields that are absent keep their values. `stop_on_reply` and `quiet_hours` hold at once for everybody;
        what messages say changes for contacts who are enrolled after that.

        `campaign_id`: The campaign's id.

        Scope: `messages:write`.
        """
        value: types.Campaign = await self._call(
            "PUT",
            "/api/v1/campaigns/{campaign_id}",
            path={"campaign_id": campaign_id},
            headers={"If-Match": if_match, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def update_campaign_step(
        self,
        campaign_id: str,
        step_id: str,
        body: types.CampaignStepRequest,
        *,
        if_match: str | None = None,
        tenant_id: str | None = None,
    ) -> types.CampaignStep:
        """Update a step.

        Fields that are absent keep their values. Contacts who are enrolled already go through the campaign as it
        was then.

        `campaign_id`: The campaign's id.

        `step_id`: The step's id.

        Scope: `messages:write`.
        """
        value: types.CampaignStep = await self._call(
            "PUT",
            "/api/v1/campaigns/{campaign_id}/steps/{step_id}",
            path={"campaign_id": campaign_id, "step_id": step_id},
            headers={"If-Match": if_match, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    # Contacts

    async def create_contact(
        self,
        body: types.ContactRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Contact:
        """Create a contact.

        A contact has an e-mail address, a phone number or both; a tenant has one contact of each. Phone numbers
        are kept as `+` and digits.

        Scope: `messages:write`.
        """
        value: types.Contact = await self._call(
            "POST",
            "/api/v1/contacts",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def create_suppression(
        self,
        body: types.CreateSuppressionRequest,
        *,
        tenant_id: str | None = None,
    ) -> types.Suppression:
        """Suppress an address.

        The tenant does not write to the address over the channel any more, also not what is queued already. What
        is critical, such as a one-time code, goes nevertheless.

        Scope: `messages:write`.
        """
        value: types.Suppression = await self._call(
            "POST", "/api/v1/contacts/suppressions", headers={"X-Tenant-Id": tenant_id}, body=body
        )
        return value

    async def delete_contact(self, contact_id: str, *, tenant_id: str | None = None) -> None:
        """Erase a contact.

        What is known of the person is removed: the contact, its replies and clicks, and its addresses in messages
        that are sent. That an address is suppressed stays known, by a hash of it. An import that began before
        that does not make the contact again.

        `contact_id`: The contact's id.

        Scope: `messages:write`.
        """
        await self._call(
            "DELETE",
            "/api/v1/contacts/{contact_id}",
            path={"contact_id": contact_id},
            headers={"X-Tenant-Id": tenant_id},
        )

    async def delete_suppression(self, suppression_id: str, *, tenant_id: str | None = None) -> None:
        """Remove a suppression.

        The tenant writes to the address again. Do this only where the person has asked for it.

        `suppression_id`: The suppression's id.

        Scope: `messages:write`.
        """
        await self._call(
            "DELETE",
            "/api/v1/contacts/suppressions/{suppression_id}",
            path={"suppression_id": suppression_id},
            headers={"X-Tenant-Id": tenant_id},
        )

    async def get_contact(self, contact_id: str, *, tenant_id: str | None = None) -> types.Contact:
        """Get a contact.

        `contact_id`: The contact's id.

        Scope: `messages:read`.
        """
        value: types.Contact = await self._call(
            "GET", "/api/v1/contacts/{contact_id}", path={"contact_id": contact_id}, headers={"X-Tenant-Id": tenant_id}
        )
        return value

    async def get_contact_import(self, job_id: str, *, tenant_id: str | None = None) -> types.ContactImport:
        """Get an import.

        How far an import is, what came of it so far, and what is wrong with which records.

        `job_id`: The import's id.

        Scope: `messages:read`.
        """
        value: types.ContactImport = await self._call(
            "GET", "/api/v1/contacts/imports/{job_id}", path={"job_id": job_id}, headers={"X-Tenant-Id": tenant_id}
        )
        return value

    async def import_contacts(self, body: str | bytes, *, tenant_id: str | None = None) -> types.StartedContactImport:
        """Import contacts.

        A CSV file in UTF-8 with a header: `email` or `phone`, and `name`, `timezone`, `locale`, `source`, `tags`
        (separated by semicolons); other columns are attributes. At most 100,000 records and 32 MiB. A record of
        an address that a contact has changes that contact; its empty fields change nothing. The file is read
        behind the answer.

        Scope: `messages:write`.
        """
        value: types.StartedContactImport = await self._call(
            "POST", "/api/v1/contacts/import", headers={"X-Tenant-Id": tenant_id}, body=body, content_type="text/csv"
        )
        return value

    async def list_contacts(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        email: str | None = None,
        phone: str | None = None,
        source: str | None = None,
        tag: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_Contact:
        """List contacts.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `email`: Only the contact with this e-mail address.

        `phone`: Only the contact with this phone number.

        `source`: Only contacts from this source.

        `tag`: Only contacts with this tag.

        Scope: `messages:read`.
        """
        value: types.Listing_Contact = await self._call(
            "GET",
            "/api/v1/contacts",
            query={"limit": limit, "cursor": cursor, "email": email, "phone": phone, "source": source, "tag": tag},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def list_suppressions(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        channel: str | None = None,
        reason: Literal["unsubscribed", "replied", "bounced", "complained", "manual"] | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_Suppression:
        """List suppressions.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `channel`: Only of this channel: `EMAIL`, `SMS`, `WHATSAPP` or `PUSH`.

        `reason`: Only for this reason.

        Scope: `messages:read`.
        """
        value: types.Listing_Suppression = await self._call(
            "GET",
            "/api/v1/contacts/suppressions",
            query={"limit": limit, "cursor": cursor, "channel": channel, "reason": reason},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def show_unsubscribe_link(self, token: str) -> bytes:
        """Show an unsubscribe link.

        A page that asks whether to unsubscribe. It changes nothing: programs that look at mail follow links.

        `token`: The signed token of a link.
        """
        value: bytes = await self._call("GET", "/unsubscribe/{token}", path={"token": token}, accept="text/html")
        return value

    async def unsubscribe(self, token: str) -> bytes:
        """Unsubscribe.

        The contact of the link is not written to any more over its channel, also not what is queued already. Mail
        programs send this by themselves (RFC 8058), so no key and no page is needed; whatever the body says is
        not looked at.

        `token`: The signed token of a link.
        """
        value: bytes = await self._call("POST", "/unsubscribe/{token}", path={"token": token}, accept="text/html")
        return value

    async def update_contact(
        self,
        contact_id: str,
        body: types.ContactRequest,
        *,
        if_match: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Contact:
        """Update a contact.

        Fields that are absent keep their values, fields that are null are emptied.

        `contact_id`: The contact's id.

        Scope: `messages:write`.
        """
        value: types.Contact = await self._call(
            "PUT",
            "/api/v1/contacts/{contact_id}",
            path={"contact_id": contact_id},
            headers={"If-Match": if_match, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    # Contracts

    async def activate_contract(
        self,
        contract_id: str,
        *,
        tenant_id: str | None = None,
    ) -> types.Contract | types.ContractPendingApproval:
        """Activate a contract.

        The rule `approval` decides on its total value, with the kind `contract`. Where nobody has to approve it,
        it is signed: it gets the tenant's next number, and what its lines charged since its first day is charged.
        Where people have to approve it, it waits, and goes on by itself once they did. If they reject it, or do
        not approve it in time, it is a draft again.

        `contract_id`: The contract's id.

        Scope: `enterprise:write`.
        """
        value: types.Contract | types.ContractPendingApproval = await self._call(
            "POST",
            "/api/v1/enterprise-billing/contracts/{contract_id}/activate",
            path={"contract_id": contract_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def amend_contract(
        self,
        contract_id: str,
        body: types.AmendContractRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Contract | types.ContractPendingApproval:
        """Amend a contract.

        The amendment is a version of its own, which is never changed: with what it changes, and what that changes
        in money. A period that is charged already is credited from the effective date on at the old prices, and
        charged at the new ones, for the share of its days. The rule `approval` decides, with the kind `contract`,
        on the value of the contract before or after the amendment, whichever is greater.

        `contract_id`: The contract's id.

        Scope: `enterprise:write`.
        """
        value: types.Contract | types.ContractPendingApproval = await self._call(
            "POST",
            "/api/v1/enterprise-billing/contracts/{contract_id}/amend",
            path={"contract_id": contract_id},
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def cancel_contract(self, contract_id: str, *, tenant_id: str | None = None) -> types.Contract:
        """Cancel a contract.

        A draft, or a contract that waits for approval, is given up. One that is signed is terminated instead.

        `contract_id`: The contract's id.

        Scope: `enterprise:write`.
        """
        value: types.Contract = await self._call(
            "POST",
            "/api/v1/enterprise-billing/contracts/{contract_id}/cancel",
            path={"contract_id": contract_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def create_contract(
        self,
        body: types.ContractRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Contract:
        """Create a contract.

        The contract is a `draft`: it can be edited, charges nothing and has no number until it is activated.
        Amounts are in its currency. A recurring line is charged in advance, on the first day of each cycle; a
        last cycle that the term cuts short costs its share of days.

        Scope: `enterprise:write`.
        """
        value: types.Contract = await self._call(
            "POST",
            "/api/v1/enterprise-billing/contracts",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def get_contract(self, contract_id: str, *, tenant_id: str | None = None) -> types.Contract:
        """Get a contract.

        `contract_id`: The contract's id.

        Scope: `enterprise:read`.
        """
        value: types.Contract = await self._call(
            "GET",
            "/api/v1/enterprise-billing/contracts/{contract_id}",
            path={"contract_id": contract_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def get_contract_timeline(self, contract_id: str, *, tenant_id: str | None = None) -> types.ContractTimeline:
        """Get the timeline of a contract.

        `contract_id`: The contract's id.

        Scope: `enterprise:read`.
        """
        value: types.ContractTimeline = await self._call(
            "GET",
            "/api/v1/enterprise-billing/contracts/{contract_id}/timeline",
            path={"contract_id": contract_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def give_notice(
        self,
        contract_id: str,
        body: types.GiveNoticeRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Contract:
        """Give notice of a contract.

        Given until `last_notice_day`, that day included, the contract is not renewed again; given later, it is
        renewed once more, and not after that. A second notice changes nothing.

        `contract_id`: The contract's id.

        Scope: `enterprise:write`.
        """
        value: types.Contract = await self._call(
            "POST",
            "/api/v1/enterprise-billing/contracts/{contract_id}/notice",
            path={"contract_id": contract_id},
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def list_contract_usage(
        self,
        contract_id: str,
        *,
        tenant_id: str | None = None,
    ) -> types.ContractUsageReportList:
        """List reports of usage.

        `contract_id`: The contract's id.

        Scope: `enterprise:read`.
        """
        value: types.ContractUsageReportList = await self._call(
            "GET",
            "/api/v1/enterprise-billing/contracts/{contract_id}/usage-reports",
            path={"contract_id": contract_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def list_contracts(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        status: Literal["draft", "pending_approval", "active", "renewed", "expired", "terminated", "cancelled"] | None = None,
        entity_id: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_Contract:
        """List contracts.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `status`: Only contracts with this status.

        `entity_id`: Only contracts of this entity.

        Scope: `enterprise:read`.
        """
        value: types.Listing_Contract = await self._call(
            "GET",
            "/api/v1/enterprise-billing/contracts",
            query={"limit": limit, "cursor": cursor, "status": status, "entity_id": entity_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def list_sla_reports(self, contract_id: str, *, tenant_id: str | None = None) -> types.SlaReportList:
        """List reports of service levels.

        `contract_id`: The contract's id.

        Scope: `enterprise:read`.
        """
        value: types.SlaReportList = await self._call(
            "GET",
            "/api/v1/enterprise-billing/contracts/{contract_id}/sla-reports",
            path={"contract_id": contract_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def renew_contract(
        self,
        contract_id: str,
        body: types.RenewContractRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Contract:
        """Renew a contract.

        One term is added to those that are agreed on. Until it begins, the contract cannot be renewed again.

        `contract_id`: The contract's id.

        Scope: `enterprise:write`.
        """
        value: types.Contract = await self._call(
            "POST",
            "/api/v1/enterprise-billing/contracts/{contract_id}/renew",
            path={"contract_id": contract_id},
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def report_contract_usage(
        self,
        contract_id: str,
        body: types.ContractUsageReportRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.ContractUsageReport:
        """Report usage of a contract.

        Of each usage line and month there is one report, which is charged once. The same report again has the
        same answer.

        `contract_id`: The contract's id.

        Scope: `enterprise:write`.
        """
        value: types.ContractUsageReport = await self._call(
            "POST",
            "/api/v1/enterprise-billing/contracts/{contract_id}/usage-reports",
            path={"contract_id": contract_id},
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def report_sla(
        self,
        contract_id: str,
        body: types.SlaReportRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.SlaReport:
        """Report a service level.

        Of each metric and month there is one report, and its credit once: a charge below zero. The same report
        again has the same answer.

        `contract_id`: The contract's id.

        Scope: `enterprise:write`.
        """
        value: types.SlaReport = await self._call(
            "POST",
            "/api/v1/enterprise-billing/contracts/{contract_id}/sla-reports",
            path={"contract_id": contract_id},
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def terminate_contract(
        self,
        contract_id: str,
        body: types.TerminateContractRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Contract:
        """Terminate a contract.

        What is charged of the days from `date` on is given back, and the fee of the contract is charged: never
        more than what remains of the commitment. A contract that was terminated stays as it is: the answer is the
        same, with the one fee.

        `contract_id`: The contract's id.

        Scope: `enterprise:write`.
        """
        value: types.Contract = await self._call(
            "POST",
            "/api/v1/enterprise-billing/contracts/{contract_id}/terminate",
            path={"contract_id": contract_id},
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def update_contract(
        self,
        contract_id: str,
        body: types.ContractRequest,
        *,
        if_match: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Contract:
        """Update a contract.

        Fields that are absent or null keep their values. Only a `draft` can be edited; a contract that is signed
        is amended.

        `contract_id`: The contract's id.

        Scope: `enterprise:write`.
        """
        value: types.Contract = await self._call(
            "PUT",
            "/api/v1/enterprise-billing/contracts/{contract_id}",
            path={"contract_id": contract_id},
            headers={"If-Match": if_match, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    # Departments

    async def create_department(
        self,
        body: types.CreateDepartmentRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Department:
        """Create a department.

        Scope: `enterprise:write`.
        """
        value: types.Department = await self._call(
            "POST",
            "/api/v1/enterprise-billing/departments",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def get_department(self, department_id: str, *, tenant_id: str | None = None) -> types.Department:
        """Get a department.

        `department_id`: The department's id.

        Scope: `enterprise:read`.
        """
        value: types.Department = await self._call(
            "GET",
            "/api/v1/enterprise-billing/departments/{department_id}",
            path={"department_id": department_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def list_departments(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        entity_id: str | None = None,
        parent_id: str | None = None,
        status: Literal["active", "closed"] | None = None,
        code: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_Department:
        """List departments.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `entity_id`: Only departments of this entity.

        `parent_id`: Only departments that are directly part of this one.

        `status`: Only departments with this status.

        `code`: Only departments with this code.

        Scope: `enterprise:read`.
        """
        value: types.Listing_Department = await self._call(
            "GET",
            "/api/v1/enterprise-billing/departments",
            query={"limit": limit, "cursor": cursor, "entity_id": entity_id, "parent_id": parent_id, "status": status, "code": code},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def update_department(
        self,
        department_id: str,
        body: types.UpdateDepartmentRequest,
        *,
        tenant_id: str | None = None,
    ) -> types.Department:
        """Update a department.

        Fields that are absent keep their values; null removes one. A department stays in its entity and is never
        below itself, whoever moves departments at the same time. A headcount holds from `headcount_from` on;
        lines that were posted stay as they are.

        `department_id`: The department's id.

        Scope: `enterprise:write`.
        """
        value: types.Department = await self._call(
            "PUT",
            "/api/v1/enterprise-billing/departments/{department_id}",
            path={"department_id": department_id},
            headers={"X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    # Disputes

    async def add_dispute_comment(
        self,
        dispute_id: str,
        body: types.DisputeCommentRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.DisputeComment:
        """Add a comment to a dispute.

        A comment is not changed or deleted. Disputes that have ended take comments too.

        `dispute_id`: The dispute's id.

        Scope: `enterprise:write`.
        """
        value: types.DisputeComment = await self._call(
            "POST",
            "/api/v1/enterprise-billing/disputes/{dispute_id}/comments",
            path={"dispute_id": dispute_id},
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def create_dispute(
        self,
        body: types.CreateDisputeRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Dispute:
        """Create a dispute.

        Of a payment, an invoice or a charge. The payment may be one that no gateway has reported yet: it is
        looked for once the dispute is resolved. The tenant's billing contact is told.

        Scope: `enterprise:write`.
        """
        value: types.Dispute = await self._call(
            "POST",
            "/api/v1/enterprise-billing/disputes",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def get_dispute(self, dispute_id: str, *, tenant_id: str | None = None) -> types.Dispute:
        """Get a dispute.

        `dispute_id`: The dispute's id.

        Scope: `enterprise:read`.
        """
        value: types.Dispute = await self._call(
            "GET",
            "/api/v1/enterprise-billing/disputes/{dispute_id}",
            path={"dispute_id": dispute_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def list_dispute_comments(
        self,
        dispute_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_DisputeComment:
        """List the comments to a dispute.

        Callers without `enterprise:write` see those that are `shared`.

        `dispute_id`: The dispute's id.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `enterprise:read`.
        """
        value: types.Listing_DisputeComment = await self._call(
            "GET",
            "/api/v1/enterprise-billing/disputes/{dispute_id}/comments",
            path={"dispute_id": dispute_id},
            query={"limit": limit, "cursor": cursor},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def list_disputes(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        status: Literal["open", "under_review", "awaiting_customer", "resolving", "resolved", "rejected", "withdrawn"] | None = None,
        entity_id: str | None = None,
        subject: str | None = None,
        overdue: bool | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_Dispute:
        """List disputes.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `status`: Only disputes with this status.

        `entity_id`: Only disputes that concern this entity.

        `subject`: Only disputes of this thing: `payment:ID`, `invoice:ID` or `charge:ID`.

        `overdue`: `true`: only disputes that were to be decided by now, and are not.

        Scope: `enterprise:read`.
        """
        value: types.Listing_Dispute = await self._call(
            "GET",
            "/api/v1/enterprise-billing/disputes",
            query={"limit": limit, "cursor": cursor, "status": status, "entity_id": entity_id, "subject": subject, "overdue": overdue},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def resolve_dispute(
        self,
        dispute_id: str,
        body: types.ResolveDisputeRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Dispute | types.DisputeApproval:
        """Resolve a dispute.

        `refund` gives the payer money back through BheemPay: never more than was captured, however many resolve
        at once, and each refund once. The dispute is `resolving` until the payer has the money, and open again if
        the refund fails. `credit` and `adjustment` post a negative charge on the entity that the dispute
        concerns. `reject` gives nothing. Whoever opened the dispute, or has the same root, does not resolve it.
        An amount above the tenant's setting `dispute_approval_above` (50,000.00) needs an approval of exactly
        that amount: send the same request with its id.

        `dispute_id`: The dispute's id.

        Scope: `enterprise:write`.
        """
        value: types.Dispute | types.DisputeApproval = await self._call(
            "POST",
            "/api/v1/enterprise-billing/disputes/{dispute_id}/resolve",
            path={"dispute_id": dispute_id},
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def update_dispute(
        self,
        dispute_id: str,
        body: types.UpdateDisputeRequest,
        *,
        if_match: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Dispute:
        """Update a dispute.

        Fields that are absent keep their values. A dispute that is resolved, rejected or withdrawn, or is being
        resolved, cannot be changed.

        `dispute_id`: The dispute's id.

        Scope: `enterprise:write`.
        """
        value: types.Dispute = await self._call(
            "PUT",
            "/api/v1/enterprise-billing/disputes/{dispute_id}",
            path={"dispute_id": dispute_id},
            headers={"If-Match": if_match, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    # ERP

    async def provision_email_account(self, body: types.ProvisionEmailAccountRequest) -> types.ProvisionedEmailAccount:
        """Provision an e-mail account.

        Creates the mailbox at the mail service, and its user. The quotas of all accounts together stay within the
        organization's storage. The path without the last slash works too.

        Scope: `erp:admin`.
        """
        value: types.ProvisionedEmailAccount = await self._call("POST", "/erp/provision/email-account/", body=body)
        return value

    async def provision_organization(self, body: types.ProvisionOrganizationRequest) -> types.ProvisionedOrganization:
        """Provision an organization.

        Creates the organization, its domain at the mail service and its first administrator. The same request
        again gets the first answer, with the header `Idempotent-Replay: true`; a request that failed half-way
        goes on. Requires a platform key. The path without the last slash works too.

        Scope: `erp:admin`.
        """
        value: types.ProvisionedOrganization = await self._call("POST", "/erp/provision/organization/", body=body)
        return value

    async def replay(self, event_id: str) -> types.BillingEvent:
        """Send an event again.

        An event that was given up is sent to the ERP by the next drain, with all its attempts, before those that
        were raised after it. Another event is left as it is. The id is `details.event_id` of the usage summary.

        `event_id`: The event's id.

        Scope: `erp:admin`.
        """
        value: types.BillingEvent = await self._call(
            "POST", "/erp/billing-events/{event_id}/replay", path={"event_id": event_id}
        )
        return value

    async def summary(
        self,
        *,
        organization_id: int | None = None,
        start_date: str | None = None,
        end_date: str | None = None,
        include_details: str | None = None,
    ) -> types.UsageSummary:
        """Get a usage summary.

        Returns organizations with their users, storage and subscription, what was paid, and the events that the
        ERP is told of. Days are in UTC. A tenant's key gets its own organization only. The path without the last
        slash works too.

        `organization_id`: The number of the only organization to summarize.

        `start_date`: The first day, `YYYY-MM-DD`. The default is the first of the month of the last day.

        `end_date`: The last day, which is included. The default is today.

        `include_details`: `true` adds `details` to each organization and event.

        Scope: `erp:admin`.
        """
        value: types.UsageSummary = await self._call(
            "GET",
            "/erp/usage-summary/",
            query={"organization_id": organization_id, "start_date": start_date, "end_date": end_date, "include_details": include_details},
        )
        return value

    # ERP sync

    async def drain_sync_runs(self) -> types.SyncDrained:
        """Resume and start sync runs.

        A scheduler calls this, or better `POST /api/v1/jobs/drain`. It resumes runs whose worker died, and starts
        the next run where a run ended `erp_sync_every_minutes` ago. The value of the variable `drain_key` is
        accepted as a credential too.

        Scope: `erp:admin`.
        """
        value: types.SyncDrained = await self._call("POST", "/api/v1/erp-sync/drain")
        return value

    async def get_sync_status(
        self,
        *,
        kind: str | None = None,
        job_id: str | None = None,
        tenant_id: str | None = None,
    ) -> types.SyncStatus:
        """Get the status of a sync run.

        Without `kind` or `job_id`, this returns the run that was started last. The request also resumes a run
        whose worker died, from where it stopped.

        `kind`: Returns the last run of this kind: `employees` or `projects`.

        `job_id`: Returns the run with this id.

        Scope: `erp:admin`.
        """
        value: types.SyncStatus = await self._call(
            "GET", "/api/v1/erp-sync/status", query={"kind": kind, "job_id": job_id}, headers={"X-Tenant-Id": tenant_id}
        )
        return value

    async def list_deactivations(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        kind: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_SyncDeactivation:
        """List what a run would deactivate.

        Lists whom the run deactivates if it is confirmed, in the order in which the ERP's records were first
        seen. The list is empty if no run waits for confirmation.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `kind`: `employees`, which is the default, or `projects`.

        Scope: `erp:admin`.
        """
        value: types.Listing_SyncDeactivation = await self._call(
            "GET",
            "/api/v1/erp-sync/deactivations",
            query={"limit": limit, "cursor": cursor, "kind": kind},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def list_projects(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_Project:
        """List projects.

        Returns the projects in the ERP as the last run found them, sorted by id.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `erp:admin`.
        """
        value: types.Listing_Project = await self._call(
            "GET",
            "/api/v1/erp-sync/projects",
            query={"limit": limit, "cursor": cursor},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def sync_employees(
        self,
        body: types.StartSyncRequest | None | None = None,
        *,
        tenant_id: str | None = None,
    ) -> types.StartSyncResponse:
        """Sync employees from HR.

        Starts a run or joins the run in progress. Its status is at `/api/v1/erp-sync/status`. A run that would
        deactivate many users stops and waits for confirmation: `{"confirm_deactivations":true}` continues it;
        without it, a new run starts.

        Scope: `erp:admin`.
        """
        value: types.StartSyncResponse = await self._call(
            "POST", "/api/v1/erp-sync/employees", headers={"X-Tenant-Id": tenant_id}, body=body
        )
        return value

    async def sync_projects(
        self,
        body: types.StartSyncRequest | None | None = None,
        *,
        tenant_id: str | None = None,
    ) -> types.StartSyncResponse:
        """Sync projects from the ERP.

        Works like the sync of employees.

        Scope: `erp:admin`.
        """
        value: types.StartSyncResponse = await self._call(
            "POST", "/api/v1/erp-sync/projects", headers={"X-Tenant-Id": tenant_id}, body=body
        )
        return value

    # Entities

    async def assign_subscription(
        self,
        entity_id: str,
        subscription_id: str,
        body: types.AssignSubscriptionRequest,
        *,
        tenant_id: str | None = None,
    ) -> types.EntitySubscription:
        """Assign a subscription to an entity.

        From the first day on the subscription belongs to this entity and to no other. Without a payment gateway,
        its periods are charged to the entity that it belongs to when they begin; charges that are posted already
        stay where they are.

        `entity_id`: The entity's id.

        `subscription_id`: The subscription's id.

        Scope: `enterprise:write`.
        """
        value: types.EntitySubscription = await self._call(
            "PUT",
            "/api/v1/enterprise-billing/entities/{entity_id}/subscriptions/{subscription_id}",
            path={"entity_id": entity_id, "subscription_id": subscription_id},
            headers={"X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def create_charge(
        self,
        entity_id: str,
        body: types.CreateChargeRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Charge:
        """Create a charge.

        The charge is on the next consolidated invoice of its month, or of a later one.

        `entity_id`: The entity's id.

        Scope: `enterprise:write`.
        """
        value: types.Charge = await self._call(
            "POST",
            "/api/v1/enterprise-billing/entities/{entity_id}/charges",
            path={"entity_id": entity_id},
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def create_consolidated_invoices(
        self,
        entity_id: str,
        body: types.ConsolidateRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.ConsolidatedInvoices:
        """Create consolidated invoices.

        Makes a draft of an invoice for each currency and terms, with a section for each entity: of all charges
        until the end of the month that are on no invoice yet, of the entity and of those below it that are billed
        with their parents. The same month again gives the same invoices: what is charged later is on those of the
        next month. Where there is nothing to invoice, the list is empty, and the month may be asked for again.
        Credits that are more than what is charged in their currency and terms wait for the next month.

        `entity_id`: The entity's id.

        Scope: `enterprise:write`.
        """
        value: types.ConsolidatedInvoices = await self._call(
            "POST",
            "/api/v1/enterprise-billing/entities/{entity_id}/invoices",
            path={"entity_id": entity_id},
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def create_entity(
        self,
        body: types.CreateEntityRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Entity:
        """Create an entity.

        An entity is the root of a tree, or below another one. A tree has at most 8 levels.

        Scope: `enterprise:write`.
        """
        value: types.Entity = await self._call(
            "POST",
            "/api/v1/enterprise-billing/entities",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def get_entity(self, entity_id: str, *, tenant_id: str | None = None) -> types.EntityDetails:
        """Get an entity.

        `entity_id`: The entity's id.

        Scope: `enterprise:read`.
        """
        value: types.EntityDetails = await self._call(
            "GET",
            "/api/v1/enterprise-billing/entities/{entity_id}",
            path={"entity_id": entity_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def get_hierarchy(self, entity_id: str, *, tenant_id: str | None = None) -> types.EntityTree:
        """Get the hierarchy of an entity.

        The tree below the entity, with the totals of each entity in each currency: by itself, and with all that
        is below it.

        `entity_id`: The entity's id.

        Scope: `enterprise:read`.
        """
        value: types.EntityTree = await self._call(
            "GET",
            "/api/v1/enterprise-billing/entities/{entity_id}/hierarchy",
            path={"entity_id": entity_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def list_charges(
        self,
        entity_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_Charge:
        """List charges of an entity.

        `entity_id`: The entity's id.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `enterprise:read`.
        """
        value: types.Listing_Charge = await self._call(
            "GET",
            "/api/v1/enterprise-billing/entities/{entity_id}/charges",
            path={"entity_id": entity_id},
            query={"limit": limit, "cursor": cursor},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def list_consolidated_invoices(
        self,
        entity_id: str,
        *,
        period: str | None = None,
        tenant_id: str | None = None,
    ) -> types.ConsolidatedInvoices:
        """List consolidated invoices.

        `entity_id`: The entity's id.

        `period`: Only invoices for this month, such as `2026-11`.

        Scope: `enterprise:read`.
        """
        value: types.ConsolidatedInvoices = await self._call(
            "GET",
            "/api/v1/enterprise-billing/entities/{entity_id}/invoices",
            path={"entity_id": entity_id},
            query={"period": period},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def list_entities(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        parent_id: str | None = None,
        status: Literal["active", "closed"] | None = None,
        code: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_Entity:
        """List entities.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `parent_id`: Only entities right below this one.

        `status`: Only entities with this status.

        `code`: Only the entity with this code.

        Scope: `enterprise:read`.
        """
        value: types.Listing_Entity = await self._call(
            "GET",
            "/api/v1/enterprise-billing/entities",
            query={"limit": limit, "cursor": cursor, "parent_id": parent_id, "status": status, "code": code},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def list_entity_subscriptions(
        self,
        entity_id: str,
        *,
        tenant_id: str | None = None,
    ) -> types.Listing_EntitySubscription:
        """List subscriptions of an entity.

        Those that belong to it, have belonged to it, or will, each with its days.

        `entity_id`: The entity's id.

        Scope: `enterprise:read`.
        """
        value: types.Listing_EntitySubscription = await self._call(
            "GET",
            "/api/v1/enterprise-billing/entities/{entity_id}/subscriptions",
            path={"entity_id": entity_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def update_entity(
        self,
        entity_id: str,
        body: types.UpdateEntityRequest,
        *,
        if_match: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Entity:
        """Update an entity.

        Fields that are absent keep their values. An entity may be moved below another one, or become the root of
        a tree: what is charged from the next month on is billed there, and invoices stay as they are.

        `entity_id`: The entity's id.

        Scope: `enterprise:write`.
        """
        value: types.Entity = await self._call(
            "PUT",
            "/api/v1/enterprise-billing/entities/{entity_id}",
            path={"entity_id": entity_id},
            headers={"If-Match": if_match, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    # Integrations

    async def authorize_integration(
        self,
        integration_id: str,
        *,
        tenant_id: str | None = None,
    ) -> types.AuthorizeResponse:
        """Begin a consent.

        Answers the address of the provider's page, where somebody who may write to the books signs in and
        consents. The provider sends them back to `callback`, once, within ten minutes.

        `integration_id`: The integration's id.

        Scope: `integrations:admin`.
        """
        value: types.AuthorizeResponse = await self._call(
            "GET",
            "/api/v1/enterprise-billing/integrations/{integration_id}/authorize",
            path={"integration_id": integration_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def configure_integration(
        self,
        body: types.ConfigureIntegrationRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Integration:
        """Configure an integration.

        Creates the tenant's integration with this provider under this name, or changes it. Where nobody has to
        consent, the edge signs in at once, and `status` says what came of it; else `authorize` comes next. Once
        documents were written to the books of a company, the integration keeps to it: other books take another
        integration, under another name.

        Scope: `integrations:admin`.
        """
        value: types.Integration = await self._call(
            "POST",
            "/api/v1/enterprise-billing/integrations/configure",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def disconnect_integration(
        self,
        integration_id: str,
        *,
        tenant_id: str | None = None,
    ) -> types.DisconnectResponse:
        """Disconnect an integration.

        A run in progress stops. The tokens become worthless at the provider, if it answers, and all secrets are
        erased in any case. What was written is remembered: configured again, the integration goes on with it.

        `integration_id`: The integration's id.

        Scope: `integrations:admin`.
        """
        value: types.DisconnectResponse = await self._call(
            "POST",
            "/api/v1/enterprise-billing/integrations/{integration_id}/disconnect",
            path={"integration_id": integration_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def get_integration_status(
        self,
        integration_id: str,
        *,
        tenant_id: str | None = None,
    ) -> types.IntegrationStatusResponse:
        """Get the status of an integration.

        How it stands, what is to be done for it to work, and its last run.

        `integration_id`: The integration's id.

        Scope: `integrations:admin`.
        """
        value: types.IntegrationStatusResponse = await self._call(
            "GET",
            "/api/v1/enterprise-billing/integrations/{integration_id}/status",
            path={"integration_id": integration_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def list_integration_logs(
        self,
        integration_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        run_id: str | None = None,
        kind: str | None = None,
        outcome: str | None = None,
        number: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_LedgerLogEntry:
        """List attempts at documents.

        An entry for each attempt at a document: in which run, who started it, what came of it, and how long it
        took. Entries are kept for 90 days.

        `integration_id`: The integration.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `run_id`: Only attempts of this run.

        `kind`: Only attempts at documents of this kind, such as `invoices`.

        `outcome`: Only attempts with this outcome, such as `failed`.

        `number`: Only attempts at the document with this number.

        Scope: `integrations:admin`.
        """
        value: types.Listing_LedgerLogEntry = await self._call(
            "GET",
            "/api/v1/enterprise-billing/integrations/{integration_id}/logs",
            path={"integration_id": integration_id},
            query={"limit": limit, "cursor": cursor, "run_id": run_id, "kind": kind, "outcome": outcome, "number": number},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def list_integrations(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_Integration:
        """List integrations.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `integrations:admin`.
        """
        value: types.Listing_Integration = await self._call(
            "GET",
            "/api/v1/enterprise-billing/integrations",
            query={"limit": limit, "cursor": cursor},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def list_ledger_documents(
        self,
        integration_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        kind: str | None = None,
        state: str | None = None,
        errors: bool | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_LedgerDocument:
        """List the documents of an integration.

        What is, or is to be, in the books: what became of it, why something was not sent, and what to do about
        it.

        `integration_id`: The integration.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `kind`: Only documents of this kind: `customers`, `invoices`, `payments`, `refunds` or `journals`.

        `state`: Only documents in this state: `pending`, `sending`, `sent`, `failed`, `blocked` or `cancelled`.

        `errors`: `true`: only documents with an error.

        Scope: `integrations:admin`.
        """
        value: types.Listing_LedgerDocument = await self._call(
            "GET",
            "/api/v1/enterprise-billing/integrations/{integration_id}/documents",
            path={"integration_id": integration_id},
            query={"limit": limit, "cursor": cursor, "kind": kind, "state": state, "errors": errors},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def sync_integration(
        self,
        integration_id: str,
        body: types.StartLedgerSyncRequest | None | None = None,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant_id: str | None = None,
    ) -> types.LedgerDryRun | types.StartedLedgerSync:
        """Sync an integration.

        Starts a run, which writes what the books lack: customers, invoices, payments, refunds and journals, each
        document once. The run goes on by itself; `GET …/status` shows how far it is. With `"dry_run": true`
        nothing is sent, nobody is asked, and the answer is a page of what would be sent.

        `integration_id`: The integration.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `integrations:admin`.
        """
        value: types.LedgerDryRun | types.StartedLedgerSync = await self._call(
            "POST",
            "/api/v1/enterprise-billing/integrations/{integration_id}/sync",
            path={"integration_id": integration_id},
            query={"limit": limit, "cursor": cursor},
            headers={"X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def take_back(
        self,
        *,
        state: str | None = None,
        code: str | None = None,
        error: str | None = None,
    ) -> types.ConsentResponse:
        """Take somebody back who consented.

        The provider sends a browser here from its page. The answer is a page, or JSON for whoever does not accept
        HTML. It takes no credential: the `state` is one, for one use.

        `state`: What `authorize` put into the page's address.

        `code`: The authorization code.

        `error`: Why nobody consented.
        """
        value: types.ConsentResponse = await self._call(
            "GET",
            "/api/v1/enterprise-billing/integrations/callback",
            query={"state": state, "code": code, "error": error},
        )
        return value

    # Invoices

    async def create_invoice(
        self,
        body: types.CreateInvoiceRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Invoice:
        """Create an invoice.

        The invoice is `pending` until it is finalised: it can be changed, and has no number. Amounts are rounded
        half up, each line's and then the tax of each rate on the sum of its lines; `total` is the sum of what is
        shown.

        Scope: `invoices:write`.
        """
        value: types.Invoice = await self._call(
            "POST",
            "/api/v1/invoices",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def finalize_invoice(self, invoice_id: str, *, tenant_id: str | None = None) -> types.Invoice:
        """Finalize an invoice.

        The invoice gets the next number of its series and year, its dates and its reminders. Numbers have no
        gaps, and the invoice keeps its number. An invoice that is finalised already stays as it is. One with
        nothing to pay is `paid`.

        `invoice_id`: The invoice's id.

        Scope: `invoices:write`.
        """
        value: types.Invoice = await self._call(
            "POST",
            "/api/v1/invoices/{invoice_id}/finalize",
            path={"invoice_id": invoice_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def get_invoice(
        self,
        invoice_id: str,
        *,
        tenant_id: str | None = None,
        accept: Literal["application/json", "text/html", "application/pdf"] = "application/json",
    ) -> types.Invoice | bytes:
        """Get an invoice.

        As JSON, or by `Accept` as a page to print: `text/html`, or `application/pdf`. The PDF file has a font for
        Latin, Greek and Cyrillic scripts; other characters are boxes there.

        `invoice_id`: The invoice's id.

        Scope: `invoices:read`.
        """
        value: types.Invoice | bytes = await self._call(
            "GET",
            "/api/v1/invoices/{invoice_id}",
            path={"invoice_id": invoice_id},
            headers={"X-Tenant-Id": tenant_id},
            accept=accept,
        )
        return value

    async def list_customer_invoices(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        status: Literal["pending", "sent", "paid", "overdue", "cancelled"] | None = None,
        external_id: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_Invoice:
        """List invoices.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `status`: Only invoices with this status.

        `external_id`: Only invoices with this id at a payment provider.

        Scope: `invoices:read`.
        """
        value: types.Listing_Invoice = await self._call(
            "GET",
            "/api/v1/invoices",
            query={"limit": limit, "cursor": cursor, "status": status, "external_id": external_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def list_reminders(self, invoice_id: str, *, tenant_id: str | None = None) -> types.Listing_InvoiceReminder:
        """List the reminders of an invoice.

        `invoice_id`: The invoice's id.

        Scope: `invoices:read`.
        """
        value: types.Listing_InvoiceReminder = await self._call(
            "GET",
            "/api/v1/invoices/{invoice_id}/reminders",
            path={"invoice_id": invoice_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def record_payment(
        self,
        invoice_id: str,
        body: types.InvoicePaymentRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Invoice:
        """Record a payment of an invoice.

        A payment with a `reference` that the invoice has already is that payment: nothing is recorded again. An
        invoice whose payments reach its total is paid, and no reminder of it is sent any more. What is paid
        beyond the total is `credit`.

        `invoice_id`: The invoice's id.

        Scope: `invoices:write`.
        """
        value: types.Invoice = await self._call(
            "POST",
            "/api/v1/invoices/{invoice_id}/payments",
            path={"invoice_id": invoice_id},
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def schedule_reminder(
        self,
        invoice_id: str,
        body: types.InvoiceReminderRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.InvoiceReminder:
        """Schedule a reminder of an invoice.

        Finalising an invoice schedules its reminders by itself. This call moves one that waits, or schedules one
        that was not sent. An invoice has one reminder of each type, and each is sent once.

        `invoice_id`: The invoice's id.

        Scope: `invoices:write`.
        """
        value: types.InvoiceReminder = await self._call(
            "POST",
            "/api/v1/invoices/{invoice_id}/reminders",
            path={"invoice_id": invoice_id},
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def update_invoice(
        self,
        invoice_id: str,
        body: types.UpdateInvoiceRequest,
        *,
        if_match: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Invoice:
        """Update an invoice.

        Fields that are absent or null keep their values. Only a `pending` invoice can be changed. A finalised
        invoice may still get its `external_id`, once.

        `invoice_id`: The invoice's id.

        Scope: `invoices:write`.
        """
        value: types.Invoice = await self._call(
            "PUT",
            "/api/v1/invoices/{invoice_id}",
            path={"invoice_id": invoice_id},
            headers={"If-Match": if_match, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def void_invoice(self, invoice_id: str, *, tenant_id: str | None = None) -> types.Invoice:
        """Void an invoice.

        The invoice is `cancelled`: it keeps its number, nothing of it is to be paid, and no reminder of it is
        sent any more. An invoice of which anything is paid cannot be voided.

        `invoice_id`: The invoice's id.

        Scope: `invoices:write`.
        """
        value: types.Invoice = await self._call(
            "POST",
            "/api/v1/invoices/{invoice_id}/void",
            path={"invoice_id": invoice_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    # Jobs

    async def drain_jobs(self) -> types.Drained:
        """Run jobs that are due.

        A scheduler calls this, for example every ten seconds. It runs all jobs that are due in all components,
        for some 20 seconds at most. The value of the variable `drain_key` is accepted as a credential too.

        Scope: `jobs:write`.
        """
        value: types.Drained = await self._call("POST", "/api/v1/jobs/drain")
        return value

    async def get_job(self, id: str) -> types.Job:
        """Get a job.

        `id`: The job's id.

        Scope: `jobs:read`.
        """
        value: types.Job = await self._call("GET", "/api/v1/jobs/{id}", path={"id": id})
        return value

    async def list_jobs(
        self,
        *,
        state: types.JobState | None = None,
        kind: str | None = None,
        tenant_id: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> types.Listing_Job:
        """List jobs.

        Jobs are listed newest first. Completed jobs are removed and not listed. A tenant's key lists only that
        tenant's jobs.

        `state`: Returns only jobs in this state.

        `kind`: Returns only jobs of this kind, for example `webhooks.event`.

        `tenant_id`: Returns only jobs for this tenant.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `jobs:read`.
        """
        value: types.Listing_Job = await self._call(
            "GET",
            "/api/v1/jobs",
            query={"state": state, "kind": kind, "tenant_id": tenant_id, "limit": limit, "cursor": cursor},
        )
        return value

    async def replay_job(self, id: str) -> types.Job:
        """Replay a job.

        A dead job, or one that waits, is due immediately and is run by the next drain, with all its attempts. A
        running job is left as it is.

        `id`: The job's id.

        Scope: `jobs:write`.
        """
        value: types.Job = await self._call("POST", "/api/v1/jobs/{id}/replay", path={"id": id})
        return value

    # Notifications

    async def delete_mapping(self, event_type: str, channel: str, *, tenant_id: str | None = None) -> None:
        """Remove a mapping.

        The edge's own template is sent again.

        `event_type`: The type of events.

        `channel`: `EMAIL`, `SMS`, `WHATSAPP` or `PUSH`.

        Scope: `messages:write`.
        """
        await self._call(
            "DELETE",
            "/api/v1/notifications/mappings/{event_type}/{channel}",
            path={"event_type": event_type, "channel": channel},
            headers={"X-Tenant-Id": tenant_id},
        )

    async def get_feed(
        self,
        *,
        after: str | None = None,
        wait: str | None = None,
        limit: str | None = None,
        user_id: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Feed:
        """Read a feed.

        The entries of a user's feed after `after`, oldest first. If there are none, the request waits up to
        `wait` seconds.

        `after`: The `next` of the previous response. By default the feed is read from its beginning.

        `wait`: How long to wait for an entry if there is none, seconds: 0 to 25; the default is 0.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `user_id`: The user. Required with a key; a person reads their own feed.

        Scope: `messages:read`.
        """
        value: types.Feed = await self._call(
            "GET",
            "/api/v1/notifications/feed",
            query={"after": after, "wait": wait, "limit": limit, "user_id": user_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def get_mapping(
        self,
        event_type: str,
        channel: str,
        *,
        tenant_id: str | None = None,
    ) -> types.NotificationMapping:
        """Get a mapping.

        `event_type`: The type of events.

        `channel`: `EMAIL`, `SMS`, `WHATSAPP` or `PUSH`.

        Scope: `messages:read`.
        """
        value: types.NotificationMapping = await self._call(
            "GET",
            "/api/v1/notifications/mappings/{event_type}/{channel}",
            path={"event_type": event_type, "channel": channel},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def get_message(self, id: str, *, tenant_id: str | None = None) -> types.NotificationMessage:
        """Get a message.

        `id`: The message's id.

        Scope: `messages:read`.
        """
        value: types.NotificationMessage = await self._call(
            "GET", "/api/v1/notifications/messages/{id}", path={"id": id}, headers={"X-Tenant-Id": tenant_id}
        )
        return value

    async def get_preferences(self, user_id: str, *, tenant_id: str | None = None) -> types.NotificationPreferences:
        """Get a user's preferences.

        A person reads their own; everybody else's take `messages:read`.

        `user_id`: The user's id.

        Scope: `messages:read`.
        """
        value: types.NotificationPreferences = await self._call(
            "GET",
            "/api/v1/notifications/preferences/{user_id}",
            path={"user_id": user_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def list_event_types(self) -> types.NotificationEventTypes:
        """List types of events.

        Each type has a category, channels, a template, and the variables that its template needs.

        Scope: `messages:read`.
        """
        value: types.NotificationEventTypes = await self._call("GET", "/api/v1/notifications/event-types")
        return value

    async def list_mappings(self, *, tenant_id: str | None = None) -> types.NotificationMappings:
        """List mappings.

        Scope: `messages:read`.
        """
        value: types.NotificationMappings = await self._call(
            "GET", "/api/v1/notifications/mappings", headers={"X-Tenant-Id": tenant_id}
        )
        return value

    async def list_messages(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        state: str | None = None,
        channel: str | None = None,
        event_type: str | None = None,
        event_id: str | None = None,
        user_id: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_NotificationMessage:
        """List messages.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `state`: Only messages in this state.

        `channel`: Only messages over this channel. By default all but the entries of feeds, `IN_APP`.

        `event_type`: Only messages of this type of events.

        `event_id`: Only messages about this event.

        `user_id`: Only messages for this user.

        Scope: `messages:read`.
        """
        value: types.Listing_NotificationMessage = await self._call(
            "GET",
            "/api/v1/notifications/messages",
            query={"limit": limit, "cursor": cursor, "state": state, "channel": channel, "event_type": event_type, "event_id": event_id, "user_id": user_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def mark_feed_read(self, body: types.MarkFeedReadRequest, *, tenant_id: str | None = None) -> types.FeedRead:
        """Mark entries as read.

        By their `ids`, or all `up_to` a place; with neither, all of them.

        Scope: `messages:write`.
        """
        value: types.FeedRead = await self._call(
            "POST", "/api/v1/notifications/feed/read", headers={"X-Tenant-Id": tenant_id}, body=body
        )
        return value

    async def put_mapping(
        self,
        event_type: str,
        channel: str,
        body: types.PutNotificationMapping,
        *,
        tenant_id: str | None = None,
    ) -> types.NotificationMapping:
        """Set a mapping.

        Replaces the template, the variables and their defaults that the tenant sends for a type of events over a
        channel.

        `event_type`: The type of events.

        `channel`: `EMAIL`, `SMS`, `WHATSAPP` or `PUSH`.

        Scope: `messages:write`.
        """
        value: types.NotificationMapping = await self._call(
            "PUT",
            "/api/v1/notifications/mappings/{event_type}/{channel}",
            path={"event_type": event_type, "channel": channel},
            headers={"X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def put_preferences(
        self,
        user_id: str,
        body: types.PutNotificationPreferences,
        *,
        tenant_id: str | None = None,
    ) -> types.NotificationPreferences:
        """Set a user's preferences.

        What is critical is sent whatever the person prefers: codes, failed payments, security. A person sets
        their own; everybody else's take `messages:write`.

        `user_id`: The user's id.

        Scope: `messages:write`.
        """
        value: types.NotificationPreferences = await self._call(
            "PUT",
            "/api/v1/notifications/preferences/{user_id}",
            path={"user_id": user_id},
            headers={"X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def raise_event(
        self,
        body: types.RaiseEventRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.RaisedEvent:
        """Raise an event.

        Queues one message per recipient and channel of the event's type. Whether and when each is sent is decided
        when it is sent: by the person's preferences and quiet hours, the tenant's mappings and `expires_at`. A
        message without a value for a variable that its template needs fails, and names the variable.

        Scope: `messages:write`.
        """
        value: types.RaisedEvent = await self._call(
            "POST",
            "/api/v1/notifications/events",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def replay_message(self, id: str, *, tenant_id: str | None = None) -> types.NotificationMessage:
        """Replay a message.

        Has a message be sent again that failed, was suppressed or given up. A message in another state stays as
        it is.

        `id`: The message's id.

        Scope: `messages:write`.
        """
        value: types.NotificationMessage = await self._call(
            "POST", "/api/v1/notifications/messages/{id}/replay", path={"id": id}, headers={"X-Tenant-Id": tenant_id}
        )
        return value

    # One-time codes

    async def list_otp_token_keys(self) -> types.OtpTokenKeys:
        """List the keys of the tokens."""
        value: types.OtpTokenKeys = await self._call("GET", "/api/v1/otp/jwks.json")
        return value

    async def send_code(
        self,
        body: types.SendCodeRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.SentCodeResponse:
        """Send a one-time code.

        Sends a code of six digits that is valid for five minutes. Each phone and purpose has one valid code, the
        last one. The answer is the same for every number.

        Scope: `otp:send`.
        """
        value: types.SentCodeResponse = await self._call(
            "POST",
            "/api/v1/otp/send",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def verify_code(
        self,
        body: types.VerifyCodeRequest,
        *,
        tenant_id: str | None = None,
    ) -> types.VerifiedResponse:
        """Verify a one-time code.

        A code is accepted once. After five wrong guesses it is refused even if it is right.

        Scope: `otp:send`.
        """
        value: types.VerifiedResponse = await self._call(
            "POST", "/api/v1/otp/verify", headers={"X-Tenant-Id": tenant_id}, body=body
        )
        return value

    # Operations

    async def check_liveness(self) -> types.Alive:
        """Check liveness.

        Succeeds as long as the process can respond. No store is accessed.
        """
        value: types.Alive = await self._call("GET", "/healthz")
        return value

    async def check_readiness(self) -> types.Ready:
        """Check readiness.

        Reads and writes the stores. The ERP is not checked, because the edge continues with cached data without
        it. A lapsed rule is reported but does not make the edge unready, because the latest version that compiles
        is used.
        """
        value: types.Ready = await self._call("GET", "/readyz")
        return value

    async def get_metrics(self) -> bytes:
        """Get metrics.

        Returns counts of webhooks, seat verdicts, rules and calls to upstreams by outcome, in the Prometheus text
        format. All instances of the edge share the same counters, which are a second or two behind.
        """
        value: bytes = await self._call("GET", "/metrics", accept="text/plain")
        return value

    async def get_stats(self, *, window: types.StatsWindow | None = None) -> types.Stats:
        """Get figures of the edge.

        Rates and quantiles of a window that ends now, of all nodes together: requests, seat verdicts, upstreams,
        webhooks, jobs and rules. They hold over restarts. A window begins up to a minute earlier than it says,
        one of 24 hours or 30 days up to an hour; `from` says when. Requires a platform key.

        `window`: By default `15m`.

        Scope: `operations:read`.
        """
        value: types.Stats = await self._call("GET", "/api/v1/stats", query={"window": window})
        return value

    # Orders

    async def connect_shop(
        self,
        body: types.ConnectShopRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Shop:
        """Connect a shop.

        The shop's webhooks about orders, fulfillments and refunds go to `url`, signed with `secret`, and become
        orders of this tenant. With `access` the shop is also asked, every five minutes, for orders that changed
        meanwhile. To replace the secret or the access, disconnect the shop and connect it again: its orders stay.

        Scope: `orders:write`.
        """
        value: types.Shop = await self._call(
            "POST",
            "/api/v1/orders/shops",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def create_customer_order(
        self,
        body: types.CreateCustomerOrderRequest,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
    ) -> types.CustomerOrder:
        """Create an order.

        The order is `pending`, or `confirmed` where the request says so: then it is to be packed, and those who
        pack are sent the packing list. Orders of shops come by themselves.

        Scope: `orders:write`.
        """
        value: types.CustomerOrder = await self._call(
            "POST", "/api/v1/orders", headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id}, body=body
        )
        return value

    async def disconnect_shop(self, shop_id: str, *, tenant_id: str | None = None) -> None:
        """Disconnect a shop.

        Its webhooks are not accepted any more. Its orders stay.

        `shop_id`: The shop's id.

        Scope: `orders:write`.
        """
        await self._call(
            "DELETE", "/api/v1/orders/shops/{shop_id}", path={"shop_id": shop_id}, headers={"X-Tenant-Id": tenant_id}
        )

    async def get_customer_order(self, order_id: str, *, tenant_id: str | None = None) -> types.CustomerOrder:
        """Get an order.

        `order_id`: The order's id.

        Scope: `orders:read`.
        """
        value: types.CustomerOrder = await self._call(
            "GET", "/api/v1/orders/{order_id}", path={"order_id": order_id}, headers={"X-Tenant-Id": tenant_id}
        )
        return value

    async def get_packing_list(
        self,
        order_id: str,
        *,
        tenant_id: str | None = None,
        accept: Literal["application/json", "text/html", "application/pdf"] = "application/json",
    ) -> types.PackingList | bytes:
        """Get the packing list of an order.

        As a page to print: `text/html`, or by `Accept` `application/pdf`; or as `application/json`.

        `order_id`: The order's id.

        Scope: `orders:read`.
        """
        value: types.PackingList | bytes = await self._call(
            "GET",
            "/api/v1/orders/{order_id}/packing-list",
            path={"order_id": order_id},
            headers={"X-Tenant-Id": tenant_id},
            accept=accept,
        )
        return value

    async def list_customer_orders(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        status: Literal["pending", "confirmed", "shipped", "delivered", "cancelled", "returned"] | None = None,
        external_platform: str | None = None,
        external_id: str | None = None,
        order_number: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_CustomerOrder:
        """List orders.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `status`: Only orders with this status.

        `external_platform`: Only orders from here, such as `shopify`.

        `external_id`: Only orders with this id there.

        `order_number`: Only orders with this number.

        Scope: `orders:read`.
        """
        value: types.Listing_CustomerOrder = await self._call(
            "GET",
            "/api/v1/orders",
            query={"limit": limit, "cursor": cursor, "status": status, "external_platform": external_platform, "external_id": external_id, "order_number": order_number},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def list_shops(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_Shop:
        """List shops.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `orders:read`.
        """
        value: types.Listing_Shop = await self._call(
            "GET", "/api/v1/orders/shops", query={"limit": limit, "cursor": cursor}, headers={"X-Tenant-Id": tenant_id}
        )
        return value

    async def pack_order_item(
        self,
        order_id: str,
        item_id: str,
        body: types.PackRequest,
        *,
        tenant_id: str | None = None,
    ) -> types.CustomerOrderItem:
        """Note how many of an item are packed.

        The number is absolute: the same request again changes nothing. More than are wanted count as all that are
        wanted, less than are shipped as those that are shipped.

        `order_id`: The order's id.

        `item_id`: The item's id.

        Scope: `orders:write`.
        """
        value: types.CustomerOrderItem = await self._call(
            "PUT",
            "/api/v1/orders/{order_id}/items/{item_id}/pack",
            path={"order_id": order_id, "item_id": item_id},
            headers={"X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def update_customer_order(
        self,
        order_id: str,
        body: types.UpdateCustomerOrderRequest,
        *,
        if_match: str | None = None,
        tenant_id: str | None = None,
    ) -> types.CustomerOrder:
        """Update an order.

        Fields that are absent or null keep their values. The status goes forward only: what is shipped can no
        longer be cancelled, only returned. With `shipped` all that is wanted and not shipped yet is a shipment,
        which the customer is told of; with `delivered` all shipments arrived.

        `order_id`: The order's id.

        Scope: `orders:write`.
        """
        value: types.CustomerOrder = await self._call(
            "PUT",
            "/api/v1/orders/{order_id}",
            path={"order_id": order_id},
            headers={"If-Match": if_match, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    # Organizations

    async def create_organization(
        self,
        body: types.CreateOrganizationRequest,
        *,
        idempotency_key: str | None = None,
    ) -> types.Organization:
        """Create an organization.

        With a platform key, `ownerUserId` names the OWNER. A person who is signed in becomes the OWNER and
        reaches the organization by `X-Tenant-Id`; in a tenant, only its OWNER may create another organization.
        Repeating the request with the same `Idempotency-Key` creates only one organization.

        Scope: `organizations:write`.
        """
        value: types.Organization = await self._call(
            "POST", "/organizations", headers={"Idempotency-Key": idempotency_key}, body=body
        )
        return value

    async def erase_user(self, id: str, user_id: str, *, api_keys: str | None = None) -> None:
        """Delete a person's data.

        Removes the user from the organization and deletes the person's data everywhere. The user's id stays in
        the audit and payment records. What was begun and not finished is finished when the request is repeated.

        `id`: The organization's id.

        `user_id`: The user's id.

        `api_keys`: `revoke` also revokes the keys that the user created and all their descendants.

        Scope: `organizations:write`.
        """
        await self._call(
            "DELETE",
            "/organizations/{id}/users/{userId}",
            path={"id": id, "userId": user_id},
            query={"api_keys": api_keys},
        )

    async def get_organization(self, id: str) -> types.Organization:
        """Get an organization.

        `id`: The organization's id.

        Scope: `organizations:read`.
        """
        value: types.Organization = await self._call("GET", "/organizations/{id}", path={"id": id})
        return value

    async def list_organization_audit_entries(
        self,
        id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> types.Listing_TenantDeed:
        """List an organization's audit entries.

        Entries are listed newest first. They are never changed or deleted.

        `id`: The organization's id.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `organizations:read`.
        """
        value: types.Listing_TenantDeed = await self._call(
            "GET", "/organizations/{id}/audit", path={"id": id}, query={"limit": limit, "cursor": cursor}
        )
        return value

    async def list_organizations(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> types.Listing_Organization:
        """List organizations.

        Organizations are listed newest first. A tenant's key lists only its own; a person lists those of which
        they are a member with the right to read them.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `organizations:read`.
        """
        value: types.Listing_Organization = await self._call(
            "GET", "/organizations", query={"limit": limit, "cursor": cursor}
        )
        return value

    async def update_organization(self, id: str, body: types.UpdateOrganizationRequest) -> types.Organization:
        """Update an organization.

        Omitted fields keep their values; null clears an optional field. An organization's own callers can change
        its name, its billing address and its time zone.

        `id`: The organization's id.

        Scope: `organizations:write`.
        """
        value: types.Organization = await self._call("PATCH", "/organizations/{id}", path={"id": id}, body=body)
        return value

    # Plans

    async def get_plan(self, plan: str, *, if_none_match: str | None = None) -> types.Plan | None:
        """Get a plan.

        `plan`: The plan's `sku_id` or `sku_code`.
        """
        value: types.Plan | None = await self._call(
            "GET", "/api/v1/billing/plans/{plan}", path={"plan": plan}, headers={"If-None-Match": if_none_match}
        )
        return value

    async def list_plans(self, *, if_none_match: str | None = None) -> types.Plans | None:
        """List plans.

        Returns the plans on sale in the ERP, from the edge's cache; `Age` is the age of the cached snapshot.
        While the ERP is down, the last known plans are served for a day.
        """
        value: types.Plans | None = await self._call(
            "GET", "/api/v1/billing/plans", headers={"If-None-Match": if_none_match}
        )
        return value

    # Reports

    async def delete_report(self, report_id: str, *, tenant_id: str | None = None) -> None:
        """Delete a saved report.

        It is not sent any more, and links to it do not work any more. It needs the scope `enterprise:write` too.

        `report_id`: The report's id.

        Scope: `reports:read`, `enterprise:write`.
        """
        await self._call(
            "DELETE",
            "/api/v1/enterprise-billing/reports/custom/{report_id}",
            path={"report_id": report_id},
            headers={"X-Tenant-Id": tenant_id},
        )

    async def fetch_report(self, token: str) -> bytes:
        """Fetch a report that was sent.

        As CSV, by the link in the message, without a key. The link is for one report and one time at which it was
        due, and works for seven days. The rows are those that there are now, in the range as of that time.

        `token`: What the link has after `/shared/`.
        """
        value: bytes = await self._call(
            "GET", "/api/v1/enterprise-billing/reports/custom/shared/{token}", path={"token": token}, accept="text/csv"
        )
        return value

    async def get_budget_performance(
        self,
        *,
        as_of: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        timezone: str | None = None,
        entity_id: str | None = None,
        tenant_id: str | None = None,
    ) -> types.BudgetPerformance:
        """Get the performance of budgets.

        Each budget in each of its periods that has a day in the period asked for: what may be spent, what is
        reserved, what was spent, and the variance. With `Accept: text/csv` each is a line of CSV.

        `as_of`: The day at whose end the figures are taken: what happened later is ignored. Default: today.

        `from_`: The first day of the period. Default: the first day of the month of its last day.

        `to`: The day after the last one. Default: the first day of the month after `as_of`.

        `timezone`: An IANA time zone, whose days these are. Default: the tenant's.

        `entity_id`: Only figures of this entity and those below it.

        Scope: `reports:read`.
        """
        value: types.BudgetPerformance = await self._call(
            "GET",
            "/api/v1/enterprise-billing/reports/budget-performance",
            query={"as_of": as_of, "from": from_, "to": to, "timezone": timezone, "entity_id": entity_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def get_cfo_dashboard(
        self,
        *,
        as_of: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        timezone: str | None = None,
        entity_id: str | None = None,
        tenant_id: str | None = None,
    ) -> types.CfoDashboard:
        """Get the CFO dashboard.

        Figures of a period and as of its end, in each currency by itself, each beside that of the period before.
        docs/reports.md defines each. With `Accept: text/csv` each figure is a line of CSV.

        `as_of`: The day at whose end the figures are taken: what happened later is ignored. Default: today.

        `from_`: The first day of the period. Default: the first day of the month of its last day.

        `to`: The day after the last one. Default: the first day of the month after `as_of`.

        `timezone`: An IANA time zone, whose days these are. Default: the tenant's.

        `entity_id`: Only figures of this entity and those below it.

        Scope: `reports:read`.
        """
        value: types.CfoDashboard = await self._call(
            "GET",
            "/api/v1/enterprise-billing/reports/cfo-dashboard",
            query={"as_of": as_of, "from": from_, "to": to, "timezone": timezone, "entity_id": entity_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def get_contracts_report(
        self,
        *,
        as_of: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        timezone: str | None = None,
        entity_id: str | None = None,
        tenant_id: str | None = None,
    ) -> types.ContractsReport:
        """Get the contracts.

        The contracts that ran in the period: what they are worth, what of that is recognised, and when they are
        to be renewed. With `Accept: text/csv` each is a line of CSV.

        `as_of`: The day at whose end the figures are taken: what happened later is ignored. Default: today.

        `from_`: The first day of the period. Default: the first day of the month of its last day.

        `to`: The day after the last one. Default: the first day of the month after `as_of`.

        `timezone`: An IANA time zone, whose days these are. Default: the tenant's.

        `entity_id`: Only figures of this entity and those below it.

        Scope: `reports:read`.
        """
        value: types.ContractsReport = await self._call(
            "GET",
            "/api/v1/enterprise-billing/reports/contracts",
            query={"as_of": as_of, "from": from_, "to": to, "timezone": timezone, "entity_id": entity_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def get_cost_analysis(
        self,
        *,
        as_of: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        timezone: str | None = None,
        entity_id: str | None = None,
        basis: Literal["billed", "paid"] | None = None,
        tenant_id: str | None = None,
    ) -> types.CostAnalysis:
        """Get the cost analysis.

        What was billed in a period, by department, cost centre, account of the general ledger, plan and month, in
        each currency by itself. Each table adds up to the total. With `Accept: text/csv` each cost is a line of
        CSV.

        `as_of`: The day at whose end the figures are taken: what happened later is ignored. Default: today.

        `from_`: The first day of the period. Default: the first day of the month of its last day.

        `to`: The day after the last one. Default: the first day of the month after `as_of`.

        `timezone`: An IANA time zone, whose days these are. Default: the tenant's.

        `entity_id`: Only figures of this entity and those below it.

        `basis`: Which lines are costs. Default: `billed`.

        Scope: `reports:read`.
        """
        value: types.CostAnalysis = await self._call(
            "GET",
            "/api/v1/enterprise-billing/reports/cost-analysis",
            query={"as_of": as_of, "from": from_, "to": to, "timezone": timezone, "entity_id": entity_id, "basis": basis},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def get_report(self, report_id: str, *, tenant_id: str | None = None) -> types.SavedReport:
        """Get a saved report.

        `report_id`: The report's id.

        Scope: `reports:read`.
        """
        value: types.SavedReport = await self._call(
            "GET",
            "/api/v1/enterprise-billing/reports/custom/{report_id}",
            path={"report_id": report_id},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def list_report_members(self) -> types.ReportMembers:
        """List what custom reports may be made of.

        Scope: `reports:read`.
        """
        value: types.ReportMembers = await self._call("GET", "/api/v1/enterprise-billing/reports/custom/members")
        return value

    async def list_reports(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant_id: str | None = None,
    ) -> types.Listing_SavedReport:
        """List saved reports.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `reports:read`.
        """
        value: types.Listing_SavedReport = await self._call(
            "GET",
            "/api/v1/enterprise-billing/reports/custom",
            query={"limit": limit, "cursor": cursor},
            headers={"X-Tenant-Id": tenant_id},
        )
        return value

    async def replace_report(
        self,
        report_id: str,
        body: types.CustomReport,
        *,
        if_match: str | None = None,
        tenant_id: str | None = None,
    ) -> types.SavedReport:
        """Replace a saved report.

        It needs the scope `enterprise:write` too.

        `report_id`: The report's id.

        Scope: `reports:read`, `enterprise:write`.
        """
        value: types.SavedReport = await self._call(
            "PUT",
            "/api/v1/enterprise-billing/reports/custom/{report_id}",
            path={"report_id": report_id},
            headers={"If-Match": if_match, "X-Tenant-Id": tenant_id},
            body=body,
        )
        return value

    async def run_report(
        self,
        body: types.CustomReport,
        *,
        idempotency_key: str | None = None,
        tenant_id: str | None = None,
        accept: Literal["application/json", "text/csv"] = "application/json",
    ) -> types.ReportResult | bytes | types.SavedReport:
        """Run or save a custom report.

        Only members of the allow-list are known. All measures are of one source; dimensions may also be of the
        sources that it joins. With `Accept: text/csv` the rows are CSV, safe to open in a spreadsheet. Rows are
        sent as they are read: an answer that breaks off is not whole. With a `name` the report is saved, which
        needs the scope `enterprise:write` too, and not run.

        Scope: `reports:read`.
        """
        value: types.ReportResult | bytes | types.SavedReport = await self._call(
            "POST",
            "/api/v1/enterprise-billing/reports/custom",
            headers={"Idempotency-Key": idempotency_key, "X-Tenant-Id": tenant_id},
            body=body,
            accept=accept,
        )
        return value

    async def run_saved_report(
        self,
        report_id: str,
        *,
        tenant_id: str | None = None,
        accept: Literal["application/json", "text/csv"] = "application/json",
    ) -> types.ReportResult | bytes:
        """Run a saved report.

        With `Accept: text/csv` the rows are CSV.

        `report_id`: The report's id.

        Scope: `reports:read`.
        """
        value: types.ReportResult | bytes = await self._call(
            "POST",
            "/api/v1/enterprise-billing/reports/custom/{report_id}/run",
            path={"report_id": report_id},
            headers={"X-Tenant-Id": tenant_id},
            accept=accept,
        )
        return value

    # Rules

    async def activate_rule_version(
        self,
        name: str,
        body: types.ActivateRuleRequest,
        *,
        if_match: str,
    ) -> types.RuleActivation:
        """Activate a rule version.

        `If-Match` must contain the ETag of the version to replace. If another version was activated in the
        meantime, nothing is changed. After the response, every instance uses the new version from its next
        request on.

        `name`: The rule's name.

        Scope: `rules:write`.
        """
        value: types.RuleActivation = await self._call(
            "POST", "/api/v1/rules/{name}/activate", path={"name": name}, headers={"If-Match": if_match}, body=body
        )
        return value

    async def backtest_rule(self, name: str, body: types.BacktestRuleRequest) -> types.RuleBacktest:
        """Backtest a rule.

        Runs a script or version on the latest recorded decisions, newest first, and compares the outcomes.
        Nothing is recorded.

        `name`: The rule's name.

        Scope: `rules:write`.
        """
        value: types.RuleBacktest = await self._call(
            "POST", "/api/v1/rules/{name}/backtest", path={"name": name}, body=body
        )
        return value

    async def check_rule(self, name: str, body: types.CheckRuleRequest) -> types.Report:
        """Check a script.

        Compiles the script, searches it for mistakes and runs its tests. Nothing is stored.

        `name`: The rule's name.

        Scope: `rules:write`.
        """
        value: types.Report = await self._call("POST", "/api/v1/rules/{name}/check", path={"name": name}, body=body)
        return value

    async def create_rule_version(self, name: str, body: types.CreateRuleVersionRequest) -> types.CreatedRuleVersion:
        """Create a rule version.

        Checks the version and stores it. It has no effect until it is activated. Sending the same script and
        tests again returns the same version.

        `name`: The rule's name.

        Scope: `rules:write`.
        """
        value: types.CreatedRuleVersion = await self._call(
            "POST", "/api/v1/rules/{name}/versions", path={"name": name}, body=body
        )
        return value

    async def evaluate_rule(self, name: str, body: types.EvaluateRuleRequest) -> types.RuleEvaluation:
        """Evaluate a rule.

        The decision is recorded. If the rule fails, the recorded decision contains the reason; the response does
        not.

        `name`: The rule's name.

        Scope: `rules:evaluate`.
        """
        value: types.RuleEvaluation = await self._call(
            "POST", "/api/v1/rules/{name}/evaluate", path={"name": name}, body=body
        )
        return value

    async def get_rule(self, name: str) -> types.RuleResponse | None:
        """Get a rule.

        Returns the active version. To activate another version, send the `ETag` of this response as `If-Match`.

        `name`: The rule's name.

        Scope: `rules:read`.
        """
        value: types.RuleResponse | None = await self._call("GET", "/api/v1/rules/{name}", path={"name": name})
        return value

    async def get_rule_schema(self, name: str) -> Any:
        """Get a rule's schema.

        Returns the JSON Schemas of the rule's input and outcome.

        `name`: The rule's name.

        Scope: `rules:read`.
        """
        value: Any = await self._call("GET", "/api/v1/rules/{name}/schema", path={"name": name})
        return value

    async def get_rule_version(self, name: str, version: int) -> types.RuleVersion:
        """Get a rule version.

        `name`: The rule's name.

        `version`: The version's number.

        Scope: `rules:read`.
        """
        value: types.RuleVersion = await self._call(
            "GET", "/api/v1/rules/{name}/versions/{version}", path={"name": name, "version": version}
        )
        return value

    async def list_rule_audit_entries(
        self,
        name: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> types.Listing_AuditEntryResponse:
        """List a rule's audit trail.

        Returns the creation, activation and rollback of versions, newest first. Entries are never changed or
        deleted.

        `name`: The rule's name.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `rules:read`.
        """
        value: types.Listing_AuditEntryResponse = await self._call(
            "GET", "/api/v1/rules/{name}/audit", path={"name": name}, query={"limit": limit, "cursor": cursor}
        )
        return value

    async def list_rule_decisions(
        self,
        name: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        version: int | None = None,
        tenant: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        outcome: str | None = None,
    ) -> types.RuleDecisionPage:
        """List a rule's decisions.

        Returns the newest decisions first. A tenant's key sees only the decisions of its tenant.

        `name`: The rule's name.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `version`: Only decisions made by this version.

        `tenant`: Only decisions made for this tenant.

        `from_`: Only decisions made at this time or later, RFC 3339.

        `to`: Only decisions made before this time, RFC 3339.

        `outcome`: Only decisions with this outcome: `approve`, `require`, `reject`; `allow`, `warn`, `deny`; a
        role; `true`, `false`; `failed`.

        Scope: `rules:read`.
        """
        value: types.RuleDecisionPage = await self._call(
            "GET",
            "/api/v1/rules/{name}/decisions",
            path={"name": name},
            query={"limit": limit, "cursor": cursor, "version": version, "tenant": tenant, "from": from_, "to": to, "outcome": outcome},
        )
        return value

    async def list_rule_versions(
        self,
        name: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> types.Listing_RuleVersion:
        """List a rule's versions.

        Returns the newest versions first.

        `name`: The rule's name.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `rules:read`.
        """
        value: types.Listing_RuleVersion = await self._call(
            "GET", "/api/v1/rules/{name}/versions", path={"name": name}, query={"limit": limit, "cursor": cursor}
        )
        return value

    async def list_rules(self) -> types.Listing_RuleResponse:
        """List rules.

        Scope: `rules:read`.
        """
        value: types.Listing_RuleResponse = await self._call("GET", "/api/v1/rules")
        return value

    async def roll_back_rule(self, name: str, *, if_match: str | None = None) -> types.RuleActivation:
        """Roll back a rule.

        Activates the version that was active before. Rolling back twice goes back two steps. Without `If-Match`,
        whichever version is active is rolled back.

        `name`: The rule's name.

        Scope: `rules:write`.
        """
        value: types.RuleActivation = await self._call(
            "POST", "/api/v1/rules/{name}/rollback", path={"name": name}, headers={"If-Match": if_match}
        )
        return value

    # SCIM

    async def scim_create_user(self, body: dict[str, Any], *, tenant_id: str | None = None) -> None:
        """Create a user (SCIM).

        The user becomes a member of the tenant with the role MEMBER. An existing member with the same e-mail
        address, or whose id is the `externalId`, is linked and keeps its role.

        Scope: `organizations:write`.
        """
        await self._call("POST", "/scim/v2/Users", headers={"X-Tenant-Id": tenant_id}, body=body)

    async def scim_delete_user(self, id: str, *, tenant_id: str | None = None) -> None:
        """Delete a user (SCIM).

        The user is no member of the tenant any more, loses all seats, and the person's data is deleted.

        `id`: The user's SCIM id.

        Scope: `organizations:write`.
        """
        await self._call("DELETE", "/scim/v2/Users/{id}", path={"id": id}, headers={"X-Tenant-Id": tenant_id})

    async def scim_get_resource_type(self) -> None:
        """Get the SCIM resource type of users."""
        await self._call("GET", "/scim/v2/ResourceTypes/User")

    async def scim_get_schema(self, id: str) -> None:
        """Get a SCIM schema.

        `id`: The schema's URN.
        """
        await self._call("GET", "/scim/v2/Schemas/{id}", path={"id": id})

    async def scim_get_service_provider_config(self) -> None:
        """Get the SCIM service's features."""
        await self._call("GET", "/scim/v2/ServiceProviderConfig")

    async def scim_get_user(self, id: str, *, tenant_id: str | None = None) -> None:
        """Get a user (SCIM).

        `id`: The user's SCIM id.

        Scope: `organizations:write`.
        """
        await self._call("GET", "/scim/v2/Users/{id}", path={"id": id}, headers={"X-Tenant-Id": tenant_id})

    async def scim_list_resource_types(self) -> None:
        """List SCIM resource types."""
        await self._call("GET", "/scim/v2/ResourceTypes")

    async def scim_list_schemas(self) -> None:
        """List SCIM schemas."""
        await self._call("GET", "/scim/v2/Schemas")

    async def scim_list_users(
        self,
        *,
        filter: str | None = None,
        start_index: int | None = None,
        count: int | None = None,
        tenant_id: str | None = None,
    ) -> None:
        """List users (SCIM).

        `filter`: One comparison: `userName eq "…"`, `externalId eq "…"`.

        `start_index`: The position of the first user, from 1.

        `count`: The maximum number of users: at most 200; the default is 100.

        Scope: `organizations:write`.
        """
        await self._call(
            "GET",
            "/scim/v2/Users",
            query={"filter": filter, "startIndex": start_index, "count": count},
            headers={"X-Tenant-Id": tenant_id},
        )

    async def scim_patch_user(self, id: str, body: dict[str, Any], *, tenant_id: str | None = None) -> None:
        """Update a user (SCIM).

        A user who is not `active` is no member of the tenant any more and loses all seats. `op` is read in any
        case, with and without `path`; `active` may be a text.

        `id`: The user's SCIM id.

        Scope: `organizations:write`.
        """
        await self._call("PATCH", "/scim/v2/Users/{id}", path={"id": id}, headers={"X-Tenant-Id": tenant_id}, body=body)

    async def scim_replace_user(self, id: str, body: dict[str, Any], *, tenant_id: str | None = None) -> None:
        """Replace a user (SCIM).

        A user who is not `active` is no member of the tenant any more and loses all seats.

        `id`: The user's SCIM id.

        Scope: `organizations:write`.
        """
        await self._call("PUT", "/scim/v2/Users/{id}", path={"id": id}, headers={"X-Tenant-Id": tenant_id}, body=body)

    # Seats

    async def delete_seat_override(self, organization_id: str) -> None:
        """Delete a tenant's seat override.

        Requires a platform key. The subscription state from earlier payment events no longer takes precedence
        over the state in the ERP; the next payment event takes precedence again. A tenant that is not active
        still gets no seat.

        `organization_id`: The organisation's id, which is the tenant's id at the edge.

        Scope: `tenants:admin`.
        """
        await self._call("DELETE", "/api/v1/seats/overrides/{organizationId}", path={"organizationId": organization_id})

    async def follow_seat_changes(
        self,
        *,
        since: str | None = None,
        wait: float | None = None,
    ) -> types.SeatChanges | None:
        """Follow changes of seats.

        Lists the organisations whose seats may have changed since `since`, in the applications of the key. If
        there are none, the request waits up to `wait` seconds. A client that follows the list may answer seat
        checks from its own memory.

        `since`: The `next` of the previous response. By default the response has the present `next` alone.

        `wait`: How long to wait for a change if there is none, seconds: 0 to 25; the default is 0.

        Scope: `seats:verify`.
        """
        value: types.SeatChanges | None = await self._call(
            "GET", "/api/v1/seats/changes", query={"since": since, "wait": wait}
        )
        return value

    async def invalidate_seats(self, body: types.InvalidateSeatsRequest) -> types.InvalidateSeatsResponse:
        """Invalidate an organisation's seats.

        After the response, the next check of any user of the organisation asks the ERP, on every instance. The
        subscription state reported by payment events is kept.

        Scope: `seats:write`.
        """
        value: types.InvalidateSeatsResponse = await self._call("POST", "/api/v1/seats/invalidate", body=body)
        return value

    async def list_seat_token_keys(self) -> types.SeatTokenKeys:
        """List the keys of seat tokens.

        The public keys that verify seat tokens. A token's header names its key by `kid`. No credential is needed.
        """
        value: types.SeatTokenKeys = await self._call("GET", "/.well-known/jwks.json")
        return value

    async def verify_seat(self, body: types.SeatCheck) -> types.SeatVerdict:
        """Verify a seat.

        Checks whether a user has a seat. The result comes from the cache when the cached data is recent enough:
        see `source` and `asOf`. A denial is also returned with status 200.

        Scope: `seats:verify`.
        """
        value: types.SeatVerdict = await self._call("POST", "/verify-seat", body=body)
        return value

    async def verify_seats(self, body: types.VerifySeatsRequest) -> types.VerifySeatsResponse:
        """Verify several seats.

        Takes up to 100 checks and returns the results in the same order. A check that fails does not affect the
        others. Identical checks are looked up once.

        Scope: `seats:verify`.
        """
        value: types.VerifySeatsResponse = await self._call("POST", "/verify-seats", body=body)
        return value

    # Subscriptions

    async def assign_seats(
        self,
        id: str,
        body: types.AssignSeatsRequest,
        *,
        idempotency_key: str | None = None,
    ) -> types.AssignedSeats:
        """Assign seats.

        `userId` assigns a seat to a user, `email` offers one to an address. A user or an address that has one
        keeps it (200, the same seat). With `assignments`, up to 100 are assigned in one step, each with its own
        outcome in `results`.

        `id`: The subscription's id.

        Scope: `seats:write`.
        """
        value: types.AssignedSeats = await self._call(
            "POST",
            "/subscriptions/{id}/seats",
            path={"id": id},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        )
        return value

    async def cancel_subscription(self, id: str, body: types.CancelSubscriptionRequest) -> types.Subscription:
        """Cancel a subscription.

        By default it ends with its period and grants access until then. With `immediate` it ends now: the next
        check denies.

        `id`: The subscription's id.

        Scope: `subscriptions:write`.
        """
        value: types.Subscription = await self._call("POST", "/subscriptions/{id}/cancel", path={"id": id}, body=body)
        return value

    async def claim_seat(self, id: str, seat_id: str, body: types.ClaimSeatRequest) -> types.Seat:
        """Claim a seat.

        Takes a person's token: the seat becomes that person's if its verified address is the invited one, or with
        the `code` of the invitation. A person who has a seat keeps that one, and the offer ends.

        `id`: The subscription's id.

        `seat_id`: The seat's id.
        """
        value: types.Seat = await self._call(
            "POST", "/subscriptions/{id}/seats/{seatId}/claim", path={"id": id, "seatId": seat_id}, body=body
        )
        return value

    async def create_subscription(
        self,
        body: types.CreateSubscriptionRequest,
        *,
        idempotency_key: str | None = None,
    ) -> types.Subscription | dict[str, Any]:
        """Create a subscription.

        An organization has at most one live subscription to an application. Until the gateway was paid the
        subscription is `INCOMPLETE`: it grants nothing, and another one may replace it. `manual` and
        `externalOrgId` require a platform key.

        Scope: `subscriptions:write`.
        """
        value: types.Subscription | dict[str, Any] = await self._call(
            "POST", "/subscriptions", headers={"Idempotency-Key": idempotency_key}, body=body
        )
        return value

    async def get_subscription(self, id: str) -> types.Subscription:
        """Get a subscription.

        `id`: The subscription's id.

        Scope: `subscriptions:read`.
        """
        value: types.Subscription = await self._call("GET", "/subscriptions/{id}", path={"id": id})
        return value

    async def list_seats(
        self,
        id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        state: str | None = None,
    ) -> types.Listing_Seat:
        """List seats.

        Those that changed last first. An offer that has expired is `REVOKED`.

        `id`: The subscription's id.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `state`: Only seats in this state: `PENDING`, `ACTIVE` or `REVOKED`.

        Scope: `subscriptions:read`.
        """
        value: types.Listing_Seat = await self._call(
            "GET",
            "/subscriptions/{id}/seats",
            path={"id": id},
            query={"limit": limit, "cursor": cursor, "state": state},
        )
        return value

    async def list_subscriptions(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        organization_id: str | None = None,
        application_slug: str | None = None,
    ) -> types.Listing_Subscription:
        """List subscriptions.

        Newest first. A platform key lists those of all organizations.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `organization_id`: Only those of this organization.

        `application_slug`: Only those to this application.

        Scope: `subscriptions:read`.
        """
        value: types.Listing_Subscription = await self._call(
            "GET",
            "/subscriptions",
            query={"limit": limit, "cursor": cursor, "organizationId": organization_id, "applicationSlug": application_slug},
        )
        return value

    async def preview_subscription(self, id: str, body: types.UpdateSubscriptionRequest) -> types.SubscriptionPreview:
        """Preview a change.

        What the same body would cost if it were sent to update the subscription. Nothing is changed.

        `id`: The subscription's id.

        Scope: `subscriptions:read`.
        """
        value: types.SubscriptionPreview = await self._call(
            "POST", "/subscriptions/{id}/preview", path={"id": id}, body=body
        )
        return value

    async def reactivate_subscription(self, id: str) -> types.Subscription:
        """Reactivate a subscription.

        Takes back a cancellation before it takes effect: the same subscription goes on, and nothing is charged.

        `id`: The subscription's id.

        Scope: `subscriptions:write`.
        """
        value: types.Subscription = await self._call("POST", "/subscriptions/{id}/reactivate", path={"id": id})
        return value

    async def revoke_seat(self, id: str, seat_id: str) -> None:
        """Revoke a seat.

        The next check denies. Revoking is final: the same user gets another seat later.

        `id`: The subscription's id.

        `seat_id`: The seat's id.

        Scope: `seats:write`.
        """
        await self._call("DELETE", "/subscriptions/{id}/seats/{seatId}", path={"id": id, "seatId": seat_id})

    async def transfer_seat(self, id: str, seat_id: str, body: types.TransferSeatRequest) -> types.Seat:
        """Transfer a seat.

        The seat is revoked and another one assigned to the other user, in one step. A seat that was assigned less
        than the application's `seatCooldownHours` ago cannot be transferred.

        `id`: The subscription's id.

        `seat_id`: The seat's id.

        Scope: `seats:write`.
        """
        value: types.Seat = await self._call(
            "POST", "/subscriptions/{id}/seats/{seatId}/transfer", path={"id": id, "seatId": seat_id}, body=body
        )
        return value

    async def update_subscription(
        self,
        id: str,
        body: types.UpdateSubscriptionRequest,
        *,
        if_match: str | None = None,
    ) -> types.Subscription | dict[str, Any]:
        """Update a subscription.

        More seats count at once, and are prorated. Fewer count from the next period on, or with `effective:
        "now"` at once where they are free. Asking for what there is takes back what is scheduled.

        `id`: The subscription's id.

        Scope: `subscriptions:write`.
        """
        value: types.Subscription | dict[str, Any] = await self._call(
            "PATCH", "/subscriptions/{id}", path={"id": id}, headers={"If-Match": if_match}, body=body
        )
        return value

    # Tenants

    async def add_user(self, id: str, body: types.CreateMemberRequest) -> types.User:
        """Add a user.

        `id`: The tenant's id.

        Scope: `tenants:admin`.
        """
        value: types.User = await self._call("POST", "/api/v1/tenants/{id}/users", path={"id": id}, body=body)
        return value

    async def create_tenant(self, body: types.CreateTenantRequest) -> types.Tenant:
        """Create a tenant.

        Requires a platform key. Repeating the request with the same `Idempotency-Key` creates only one tenant.

        Scope: `tenants:admin`.
        """
        value: types.Tenant = await self._call("POST", "/api/v1/tenants", body=body)
        return value

    async def create_tenant_api_key(self, id: str, body: types.NewApiKey) -> types.CreatedApiKey:
        """Create an API key for a tenant.

        Works like `/api/v1/api-keys`. The key can read and change only this tenant's data and has no scope that
        its creator lacks.

        `id`: The tenant's id.

        Scope: `tenants:admin`.
        """
        value: types.CreatedApiKey = await self._call(
            "POST", "/api/v1/tenants/{id}/api-keys", path={"id": id}, body=body
        )
        return value

    async def delete_external_id(self, id: str, application_slug: str) -> None:
        """Delete a tenant's external id.

        Requires a platform key.

        `id`: The tenant's id.

        `application_slug`: The application.

        Scope: `tenants:admin`.
        """
        await self._call(
            "DELETE",
            "/api/v1/tenants/{id}/external-ids/{applicationSlug}",
            path={"id": id, "applicationSlug": application_slug},
        )

    async def get_tenant(self, id: str) -> types.Tenant:
        """Get a tenant.

        `id`: The tenant's id.

        Scope: `tenants:admin`.
        """
        value: types.Tenant = await self._call("GET", "/api/v1/tenants/{id}", path={"id": id})
        return value

    async def get_tenant_usage(self, id: str, *, days: int | None = None) -> types.UsageStats:
        """Get a tenant's usage.

        `id`: The tenant's id.

        `days`: The number of days to look back: 1 to 366. The default is 30.

        Scope: `tenants:admin`.
        """
        value: types.UsageStats = await self._call(
            "GET", "/api/v1/tenants/{id}/usage/stats", path={"id": id}, query={"days": days}
        )
        return value

    async def list_external_ids(self, id: str) -> types.Listing_ExternalId:
        """List a tenant's external ids.

        `id`: The tenant's id.

        Scope: `tenants:admin`.
        """
        value: types.Listing_ExternalId = await self._call("GET", "/api/v1/tenants/{id}/external-ids", path={"id": id})
        return value

    async def list_tenant_api_keys(
        self,
        id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> types.Listing_ApiKey:
        """List a tenant's API keys.

        Keys are listed newest first, without revoked keys.

        `id`: The tenant's id.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `tenants:admin`.
        """
        value: types.Listing_ApiKey = await self._call(
            "GET", "/api/v1/tenants/{id}/api-keys", path={"id": id}, query={"limit": limit, "cursor": cursor}
        )
        return value

    async def list_tenant_audit_entries(
        self,
        id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        action: str | None = None,
        actor: str | None = None,
        from_: str | None = None,
        to: str | None = None,
    ) -> types.Listing_TenantDeed:
        """List a tenant's audit entries.

        Entries are listed newest first. They are never changed or deleted.

        `id`: The tenant's id.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `action`: Only entries with this action: `user.added`; or with all actions that begin with it and a dot:
        `user`. A page may then have fewer entries than `limit`, or none, although another follows.

        `actor`: Only entries of this actor: `key:<id>`, `user:<sub>`, `bootstrap`.

        `from_`: Only entries from this time on, RFC 3339.

        `to`: Only entries before this time, RFC 3339.

        Scope: `tenants:admin`.
        """
        value: types.Listing_TenantDeed = await self._call(
            "GET",
            "/api/v1/tenants/{id}/audit",
            path={"id": id},
            query={"limit": limit, "cursor": cursor, "action": action, "actor": actor, "from": from_, "to": to},
        )
        return value

    async def list_tenants(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        search: str | None = None,
    ) -> types.Listing_Tenant:
        """List tenants.

        Tenants are listed newest first. A tenant's key lists only its own tenant.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        `search`: Only tenants whose name, slug or id contains this text, in upper or lower case.

        Scope: `tenants:admin`.
        """
        value: types.Listing_Tenant = await self._call(
            "GET", "/api/v1/tenants", query={"limit": limit, "cursor": cursor, "search": search}
        )
        return value

    async def list_users(self, id: str, *, limit: int | None = None, cursor: str | None = None) -> types.Listing_User:
        """List users.

        Users are sorted by id.

        `id`: The tenant's id.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `tenants:admin`.
        """
        value: types.Listing_User = await self._call(
            "GET", "/api/v1/tenants/{id}/users", path={"id": id}, query={"limit": limit, "cursor": cursor}
        )
        return value

    async def provision_internal_tenants(self) -> types.ProvisionResponse:
        """Provision internal tenants.

        Creates tenants for the group's own companies, BHM001 to BHM008: internal, with the plan `enterprise` and
        unlimited users. Existing tenants are not changed. Requires a platform key.

        Scope: `tenants:admin`.
        """
        value: types.ProvisionResponse = await self._call("POST", "/api/v1/tenants/provision-internal")
        return value

    async def remove_user(self, id: str, user_id: str, *, api_keys: str | None = None) -> None:
        """Remove a user.

        The user's personal data is deleted. The user's id stays in the audit and payment records. The user's
        token no longer grants access. API keys that the user created keep working unless `?api_keys=revoke` is
        given.

        `id`: The tenant's id.

        `user_id`: The user's id.

        `api_keys`: `revoke` also revokes the keys that the user created and all their descendants.

        Scope: `tenants:admin`.
        """
        await self._call(
            "DELETE",
            "/api/v1/tenants/{id}/users/{user_id}",
            path={"id": id, "user_id": user_id},
            query={"api_keys": api_keys},
        )

    async def revoke_tenant_api_key(
        self,
        id: str,
        key_id: str,
        *,
        descendants: str | None = None,
    ) -> types.RevokedApiKeys | None:
        """Revoke a tenant's API key.

        The key stops working everywhere on this node within one second. Its descendants, the keys created with it
        directly or indirectly, keep working unless `?descendants=revoke` is given; then the response lists all
        revoked keys.

        `id`: The tenant's id.

        `key_id`: The key's id.

        `descendants`: `revoke` also revokes all descendants of the key.

        Scope: `tenants:admin`.
        """
        value: types.RevokedApiKeys | None = await self._call(
            "DELETE",
            "/api/v1/tenants/{id}/api-keys/{key_id}",
            path={"id": id, "key_id": key_id},
            query={"descendants": descendants},
        )
        return value

    async def set_external_id(
        self, id: str, application_slug: str, body: types.SetExternalIdRequest
    ) -> types.ExternalId:
        """Set a tenant's external id.

        Requires a platform key. From then on, payment events of the tenant apply to seat checks under this id,
        regardless of the organisation's id in the ERP.

        `id`: The tenant's id.

        `application_slug`: The application.

        Scope: `tenants:admin`.
        """
        value: types.ExternalId = await self._call(
            "PUT",
            "/api/v1/tenants/{id}/external-ids/{applicationSlug}",
            path={"id": id, "applicationSlug": application_slug},
            body=body,
        )
        return value

    async def update_tenant(self, id: str, body: types.UpdateTenantRequest) -> types.Tenant:
        """Update a tenant.

        Omitted fields keep their values; null clears an optional field. A tenant's own key can change the
        tenant's names, addresses and settings, but nothing that the tenant pays for.

        `id`: The tenant's id.

        Scope: `tenants:admin`.
        """
        value: types.Tenant = await self._call("PUT", "/api/v1/tenants/{id}", path={"id": id}, body=body)
        return value

    async def update_user(self, id: str, user_id: str, body: types.UpdateMemberRequest) -> types.User:
        """Update a user.

        Omitted fields keep their values; null clears an optional field.

        `id`: The tenant's id.

        `user_id`: The user's id.

        Scope: `tenants:admin`.
        """
        value: types.User = await self._call(
            "PUT", "/api/v1/tenants/{id}/users/{user_id}", path={"id": id, "user_id": user_id}, body=body
        )
        return value

    # Webhooks

    async def bheempay(self, body: list[int]) -> None:
        """Receive a BheemPay event."""
        await self._call("POST", "/api/v1/billing/webhook", body=body)

    async def create_webhook_endpoint(self, body: types.CreateEndpointRequest) -> types.WebhookEndpoint:
        """Create a webhook endpoint.

        The endpoint receives the events of one organisation. The token is shown only in this response. To replace
        it, create another endpoint and delete this one.

        Scope: `webhooks:write`.
        """
        value: types.WebhookEndpoint = await self._call("POST", "/api/v1/webhooks/endpoints", body=body)
        return value

    async def delete_webhook_endpoint(self, id: str) -> None:
        """Delete a webhook endpoint.

        `id`: The endpoint's id.

        Scope: `webhooks:write`.
        """
        await self._call("DELETE", "/api/v1/webhooks/endpoints/{id}", path={"id": id})

    async def drain_webhooks(self) -> types.DrainResult:
        """Process pending webhook work.

        A scheduler calls this, or better `POST /api/v1/jobs/drain`. It processes events that are due, propagates
        changes that are still pending, sends unsent notifications and deletes old events.

        Scope: `webhooks:write`.
        """
        value: types.DrainResult = await self._call("POST", "/api/v1/webhooks/drain")
        return value

    async def erp(self, body: list[int]) -> None:
        """Receive an ERP event.

        The response has the format that the ERP expects.
        """
        await self._call("POST", "/erp/webhooks/billing/", body=body)

    async def get_webhook_event(self, id: str) -> types.WebhookEvent:
        """Get a webhook event.

        `id`: The event's id.

        Scope: `webhooks:read`.
        """
        value: types.WebhookEvent = await self._call("GET", "/api/v1/webhooks/events/{id}", path={"id": id})
        return value

    async def get_webhook_event_body(self, id: str) -> bytes:
        """Get a webhook event's body.

        Returns the body as the sender posted it, byte for byte. Browsers download it and never show it as a page.

        `id`: The event's id.

        Scope: `webhooks:read`.
        """
        value: bytes = await self._call(
            "GET", "/api/v1/webhooks/events/{id}/body", path={"id": id}, accept="application/octet-stream"
        )
        return value

    async def list_webhook_events(
        self,
        *,
        status: types.Status | None = None,
        provider: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> types.Listing_WebhookEvent:
        """List webhook events.

        Events are listed newest first. A tenant's key lists only that tenant's events.

        `status`: Returns only events with this status.

        `provider`: Returns only events from this sender: `bheempay`, `razorpay`, `stripe`, `erp`, `standard`,
        `shopify`, `woocommerce`.

        `limit`: The maximum number of entries: 1 to 200; the default is 50.

        `cursor`: The `nextCursor` of the previous page. By default the first page is returned.

        Scope: `webhooks:read`.
        """
        value: types.Listing_WebhookEvent = await self._call(
            "GET",
            "/api/v1/webhooks/events",
            query={"status": status, "provider": provider, "limit": limit, "cursor": cursor},
        )
        return value

    async def razorpay(self, body: list[int]) -> None:
        """Receive a Razorpay event."""
        await self._call("POST", "/webhooks/razorpay", body=body)

    async def receive_delivery_report(self, body: dict[str, Any]) -> types.NotifyReport:
        """Receive a delivery report.

        Notify reports by Standard Webhooks that a message was sent, delivered, read, or that it failed; a
        terminal state stays. And what people did: `message.replied` (`from`, `channel`, `text`),
        `message.clicked` (`url`), `message.bounced` (`bounce_type`), `message.complained`,
        `message.unsubscribed`. Each is noted once by its `webhook-id`. An address that bounces, complains,
        unsubscribes or replies STOP is suppressed.
        """
        value: types.NotifyReport = await self._call("POST", "/webhooks/notify", body=body)
        return value

    async def receive_erp_event_of_organization(self, token: str, body: list[int]) -> None:
        """Receive an ERP event for one organisation.

        Only events of that organisation take effect.

        `token`: The token that was returned when the endpoint was created.
        """
        await self._call("POST", "/erp/webhooks/billing/{token}", path={"token": token}, body=body)

    async def receive_shopify_event_of_shop(self, token: str, body: list[int]) -> None:
        """Receive an event of one Shopify shop.

        It is signed with the secret of the shop, and belongs to its tenant.

        `token`: The token in the `url` of the shop.
        """
        await self._call("POST", "/webhooks/shopify/{token}", path={"token": token}, body=body)

    async def receive_standard_webhook(self, source: str, body: list[int]) -> None:
        """Receive a Standard Webhooks event.

        The signature is in `webhook-id`, `webhook-timestamp` and `webhook-signature`, or in `svix-id`, `svix-
        timestamp` and `svix-signature`. From the source `clerk`, `user.deleted` and
        `organizationMembership.deleted` end memberships and free seats.

        `source`: A readable name of the sender. Duplicates are recognized by the signed id, not by this name.
        """
        await self._call("POST", "/webhooks/standard/{source}", path={"source": source}, body=body)

    async def receive_woocommerce_event_of_shop(self, token: str, body: list[int]) -> None:
        """Receive an event of one WooCommerce shop.

        It is signed with the secret of the shop, and belongs to its tenant.

        `token`: The token in the `url` of the shop.
        """
        await self._call("POST", "/webhooks/woocommerce/{token}", path={"token": token}, body=body)

    async def replay_webhook_event(self, id: str) -> types.WebhookEvent:
        """Replay a webhook event.

        The event can have any status. An event that is already in effect is not applied a second time.

        `id`: The event's id.

        Scope: `webhooks:write`.
        """
        value: types.WebhookEvent = await self._call("POST", "/api/v1/webhooks/events/{id}/replay", path={"id": id})
        return value

    async def replay_webhook_events(self, body: types.ReplayRequest) -> types.ReplayResponse:
        """Replay webhook events.

        The events are due immediately and are processed by the next drain.

        Scope: `webhooks:write`.
        """
        value: types.ReplayResponse = await self._call("POST", "/api/v1/webhooks/events/replay", body=body)
        return value

    async def shopify(self, body: list[int]) -> None:
        """Receive a Shopify event.

        It belongs to the tenant `shop_default_tenant`; without one it is ignored, `no_shop`. What happened is
        read from the body, never from the headers, which are not signed.
        """
        await self._call("POST", "/webhooks/shopify", body=body)

    async def stripe(self, body: list[int]) -> None:
        """Receive a Stripe event."""
        await self._call("POST", "/webhooks/stripe", body=body)

    async def woocommerce(self, body: list[int]) -> None:
        """Receive a WooCommerce event.

        As a Shopify event. The unsigned ping that WooCommerce sends during setup is answered with 200 and changes
        nothing.
        """
        await self._call("POST", "/webhooks/woocommerce", body=body)
