#!/usr/bin/env python3
"""Reckons the figures of financial reports anew, from the rows that the API lists, with exact decimals.

    check.py EXPORT.json                       rows and reports that somebody exported
    check.py --edge URL --key KEY --tenant ID  rows and reports of an edge that runs

It shares nothing with the edge but docs/reports.md. It ends with 1 where a figure differs.
"""

import argparse
import json
import sys
import urllib.request
from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

BILLING = "/api/v1/enterprise-billing"
ZERO = Decimal(0)
WHOLE = set("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split())
THOUSANDTHS = set("BHD IQD JOD KWD LYD OMR TND".split())
AGES = ["not_due", "days_1_30", "days_31_60", "days_61_90", "over_90_days"]
CYCLES = {"monthly": 1, "quarterly": 3, "semi_annual": 6, "annual": 12}


def rounded(amount, currency):
    """`amount` to the smallest unit of `currency`, half away from zero."""
    places = 0 if currency in WHOLE else 3 if currency in THOUSANDTHS else 2
    return amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def day(text):
    return date.fromisoformat(text)


def day_of(instant, zone):
    return datetime.fromisoformat(instant.replace("Z", "+00:00")).astimezone(zone).date()


def plus_months(anchor, months):
    month = anchor.year * 12 + anchor.month - 1 + months
    year, month = divmod(month, 12)
    last = (date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1) - timedelta(1)).day
    return date(year, month + 1, min(anchor.day, last))


def recognised(amount, begins, ends, last, currency):
    """What of `amount`, for the days [begins, ends), is for days until `last`, with it."""
    past = (min(last + timedelta(1), ends) - begins).days
    return rounded(amount * max(past, 0) / (ends - begins).days, currency)


class Period:
    """The days of a report, and of the period before."""

    def __init__(self, report):
        self.zone = ZoneInfo(report["timezone"])
        as_of = day(report["as_of"])
        self.begins = day(report["from"])
        self.ends = min(day(report["to"]), as_of + timedelta(1))
        before = report["previous_period"]
        self.spans = {"previous": (day(before["from"]), day(before["to"])), "current": (self.begins, self.ends)}


class Rows:
    def __init__(self, export):
        self.invoices = [one for one in export["invoices"] if one["finalized_at"]]
        self.charges = export["charges"]
        self.contracts = [one for one in export["contracts"] if one["signed_on"]]
        self.lines = export["lines"]

    def receivables(self, currency, last, zone):
        ages, credits, count = dict.fromkeys(AGES, ZERO), ZERO, 0
        for invoice in self.invoices:
            if invoice["currency"] != currency or day(invoice["issue_date"]) > last:
                continue
            if invoice["voided_at"] and day_of(invoice["voided_at"], zone) <= last:
                continue
            paid = sum((one["amount"] for one in invoice["payments"] if day_of(one["paid_at"], zone) <= last), ZERO)
            balance = invoice["total"] - paid
            if balance < 0:
                credits -= balance
            elif balance > 0:
                past = (last - day(invoice["due_date"])).days
                age = 0 if past <= 0 else 1 if past <= 30 else 2 if past <= 60 else 3 if past <= 90 else 4
                ages[AGES[age]] += balance
                count += 1
        return {**ages, "total": sum(ages.values(), ZERO), "credits": credits, "invoices": count}

    def invoiced(self, currency, span, zone):
        found = [
            one["total"]
            for one in self.invoices
            if one["currency"] == currency
            and span[0] <= day(one["issue_date"]) < span[1]
            and not (one["voided_at"] and day_of(one["voided_at"], zone) < span[1])
        ]
        return {"amount": sum(found, ZERO), "invoices": len(found)}

    def paid(self, currency, span, zone):
        """Payments of invoices that no gateway reported: those of gateways have ids of their own."""
        payments = [one for invoice in self.invoices if invoice["currency"] == currency for one in invoice["payments"]]
        gateways = ("pay_bheempay_", "pay_razorpay_", "pay_stripe_")
        own = [one for one in payments if not one["id"].startswith(gateways)]
        return sum((one["amount"] for one in own if span[0] <= day_of(one["paid_at"], zone) < span[1]), ZERO)

    def left(self, currency, charged, last):
        """What of the charges that are dated until `charged` is for days after `last`."""
        left = ZERO
        for one in self.charges:
            if one["currency"] == currency and day(one["date"]) <= charged and one["service_from"]:
                begins, ends = day(one["service_from"]), day(one["service_to"])
                left += one["amount"] - recognised(one["amount"], begins, ends, last, currency)
        return left

    def deferred(self, currency, span):
        before, last = span[0] - timedelta(1), span[1] - timedelta(1)
        own = (one for one in self.charges if one["currency"] == currency)
        charged = sum((one["amount"] for one in own if span[0] <= day(one["date"]) < span[1]), ZERO)
        opening, closing = self.left(currency, before, before), self.left(currency, last, last)
        return {"opening": opening, "charged": charged, "recognised": opening + charged - closing, "closing": closing}

    def schedule(self, currency, last):
        begins, before, months = (last + timedelta(1)).replace(day=1), self.left(currency, last, last), []
        for month in range(13):
            ends = plus_months(begins, month + 1)
            after = self.left(currency, last, ends - timedelta(1))
            months.append({"month": plus_months(begins, month).isoformat()[:7], "amount": before - after})
            before = after
        return months + [{"month": "later", "amount": before}]

    def costs(self, currency, span, by):
        """What was billed, by the member `by` of lines."""
        sums = defaultdict(lambda: ZERO)
        for line in self.lines:
            if line["currency"] == currency and line["kind"] in ("revenue", "tax") and span[0] <= day(line["date"]) < span[1]:
                sums[line["date"][:7] if by == "month" else line[by]] += line["amount"]
        return dict(sums)


class Contract:
    """A contract that was not amended, not ended early, and is not made dearer by its renewals, as it was on a day."""

    def __init__(self, row, last):
        self.currency = row["currency"]
        self.lines = row["lines"]
        self.renewal = row["renewal"]
        self.notice = row["notice"] and day(row["notice"]["date"]) <= last
        self.signed = day(row["signed_on"])
        terms = [(day(term["start"]), day(term["end"])) for term in row["terms"]]
        # A further term is agreed on when it begins.
        self.terms = terms[:1] + [term for term in terms[1:] if term[0] <= last]
        self.begins, self.ends = self.terms[0][0], self.terms[-1][1]

    @staticmethod
    def is_plain(row):
        is_dearer = any(term["uplift_basis_points"] for term in row["terms"])
        return not (row["amendments"] or row["terminated"] or is_dearer)

    def amount(self, line):
        kept = Decimal(10_000 - line["discount_basis_points"]) / 10_000
        return rounded(Decimal(line["quantity"]) * line["unit_price"] * kept, self.currency)

    def charges(self):
        """All that its terms charge: amount, and the days that it is for."""
        anchor, offset = self.begins, 0
        for begins, ends in self.terms:
            for line in self.lines:
                if line["kind"] != "recurring":
                    continue
                months, count = CYCLES[line["cycle"]], 0
                while (start := plus_months(anchor, offset + count * months)) < ends:
                    whole = plus_months(anchor, offset + (count + 1) * months)
                    end = min(whole, ends)
                    share = self.amount(line) * (end - start).days / (whole - start).days
                    yield rounded(share, self.currency), start, end
                    count += 1
            whole = next((more for more in range(1, 2_000) if plus_months(anchor, offset + more) >= ends), 0)
            if plus_months(anchor, offset + whole) == ends:
                offset += whole
            else:
                anchor, offset = ends, 0
        for line in self.lines:
            if line["kind"] == "one_off":
                yield self.amount(line), self.begins, self.begins + timedelta(1)

    def annual(self, on):
        if not self.begins <= on < self.ends:
            return ZERO
        return sum((self.amount(one) * 12 / CYCLES[one["cycle"]] for one in self.lines if one["cycle"]), ZERO)

    def runs_on(self, last):
        return min(self.signed, self.begins) <= last < self.ends


class Check:
    def __init__(self):
        self.compared, self.differences = 0, []

    def same(self, what, expected, found):
        if isinstance(expected, dict):
            for name, value in expected.items():
                self.same(f"{what}.{name}", value, found[name])
        elif isinstance(expected, list):
            self.same(f"{what}.length", len(expected), len(found))
            for place, (one, other) in enumerate(zip(expected, found)):
                self.same(f"{what}[{place}]", one, other)
        else:
            self.compared += 1
            if expected != found:
                self.differences.append(f"{what}: {found}, and not {expected}")

    def dashboard(self, rows, report):
        period = Period(report)
        shown = {one["currency"]: one for one in report["currencies"]}
        begins = period.spans["previous"][0]
        used = {one["currency"] for one in rows.charges if begins <= day(one["date"]) < period.ends}
        self.same("currencies", [], sorted(used - set(shown)))
        contracts = [one for one in rows.contracts if Contract.is_plain(one)]
        is_plain = len(contracts) == len(rows.contracts)
        for currency, figures in shown.items():
            for name, span in period.spans.items():
                last = span[1] - timedelta(1)
                of = lambda section: figures[section][name]
                at = f"{currency} {name}"
                receivables = rows.receivables(currency, last, period.zone)
                self.same(f"{at} receivables", receivables, of("receivables"))
                invoiced = rows.invoiced(currency, span, period.zone)
                self.same(f"{at} invoiced", invoiced, of("invoiced"))
                days, dso = (span[1] - span[0]).days, None
                if invoiced["amount"] > 0:
                    dso = (receivables["total"] * days / invoiced["amount"]).quantize(Decimal("0.1"), ROUND_HALF_UP)
                self.same(f"{at} dso", dso, of("dso"))
                self.same(f"{at} collected", rows.paid(currency, span, period.zone), of("collected")["invoices"])
                self.same(f"{at} deferred_revenue", rows.deferred(currency, span), of("deferred_revenue"))
                costs = rows.costs(currency, span, "department_id")
                self.same(f"{at} spend", sum(costs.values(), ZERO), figures["spend"]["total"][name])
                self.same(f"{at} unallocated", costs.get(None, ZERO), figures["spend"]["unallocated"][name])
                for one in figures["spend"]["departments"]:
                    amount = one["amount" if name == "current" else "previous"]
                    self.same(f"{at} {one['name']}", costs.get(one["department_id"], ZERO), amount)
                if is_plain:
                    self.contracts(at, [Contract(one, last) for one in contracts], currency, span, last, of)
            last = period.ends - timedelta(1)
            self.same(f"{currency} schedule", rows.schedule(currency, last), figures["deferred_schedule"])
            if is_plain:
                self.renewals(currency, [Contract(one, last) for one in contracts], last, figures["renewals"])

    def contracts(self, at, contracts, currency, span, last, of):
        own = [one for one in contracts if one.currency == currency]
        charges = [charge for one in own if one.runs_on(last) for charge in one.charges()]
        contracted = sum((amount for amount, _, _ in charges), ZERO)
        past = sum((recognised(*charge, last, currency) for charge in charges), ZERO)
        expected = {"contracted": contracted, "recognised": past, "backlog": contracted - past}
        self.same(f"{at} backlog", expected, of("backlog"))
        known = [one for one in own if min(one.signed, one.begins) <= last]
        before = sum((one.annual(span[0] - timedelta(1)) for one in known), ZERO)
        after = sum((one.annual(last) for one in known), ZERO)
        shown = of("recurring")["contracts"]
        self.same(f"{at} arr", after, shown["arr"])
        self.same(f"{at} mrr", rounded(after / 12, currency), shown["mrr"])
        self.same(f"{at} opening", rounded(before / 12, currency), shown["opening"])
        more = shown["new"] + shown["expansion"] + shown["reactivation"]
        self.same(f"{at} movements", shown["opening"] + more - shown["contraction"] - shown["churn"], shown["mrr"])

    def renewals(self, currency, contracts, last, shown):
        own = [one for one in contracts if one.currency == currency and one.runs_on(last) and not one.notice]
        by_end = [(one, (one.ends - last).days) for one in own if one.renewal["mode"] != "none"]
        by_notice = [
            (one, (one.ends - timedelta(int(one.renewal["notice_days"])) - last).days)
            for one in own
            if one.renewal["mode"] == "auto"
        ]
        for name, due in (("by_end", by_end), ("by_notice", by_notice)):
            for row, (least, most) in zip(shown[name], ((0, 30), (31, 60), (61, 90))):
                found = [one for one, days in due if least <= days <= most]
                arr = sum((one.annual(one.ends - timedelta(1)) for one in found), ZERO)
                expected = {"contracts": len(found), "arr": arr}
                self.same(f"{currency} {name} {row['days']}", expected, row)

    def cost_analysis(self, rows, report):
        period = Period(report)
        members = {"department": "department_id", "plan": "plan_id"}
        for figures in report["currencies"]:
            for table in figures["tables"]:
                by = members.get(table["by"], table["by"])
                for name, span in period.spans.items():
                    costs, at = rows.costs(figures["currency"], span, by), f"{figures['currency']} {name} by {by}"
                    self.same(f"{at} total", sum(costs.values(), ZERO), table["total"][name])
                    self.same(f"{at} unallocated", costs.get(None, ZERO), table["unallocated"][name])
                    if name == "current" or by != "month":
                        member = "amount" if name == "current" else "previous"
                        for one in table["costs"]:
                            self.same(f"{at} {one['value']}", costs.get(one["value"], ZERO), one[member])


class Edge:
    def __init__(self, url, key, tenant):
        self.url, self.headers = url, {"Authorization": f"Bearer {key}", "X-Tenant-Id": tenant}

    def get(self, path):
        with urllib.request.urlopen(urllib.request.Request(self.url + path, headers=self.headers)) as answer:
            return json.load(answer, parse_float=Decimal, parse_int=Decimal)

    def list(self, path):
        found, cursor = [], ""
        while True:
            page = self.get(f"{path}?limit=100{cursor}")
            found += page["data"]
            if not page["nextCursor"]:
                return found
            cursor = f"&cursor={page['nextCursor']}"

    def export(self):
        entities = self.list(f"{BILLING}/entities")
        return {
            "invoices": self.list("/api/v1/invoices"),
            "charges": [one for entity in entities for one in self.list(f"{BILLING}/entities/{entity['id']}/charges")],
            "contracts": self.list(f"{BILLING}/contracts"),
            "lines": self.list(f"{BILLING}/allocations/lines"),
            "dashboards": [self.get(f"{BILLING}/reports/cfo-dashboard")],
            "cost_analyses": [self.get(f"{BILLING}/reports/cost-analysis")],
        }


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("export", nargs="?")
    for name in ("--edge", "--key", "--tenant"):
        arguments.add_argument(name)
    options = arguments.parse_args()
    if options.edge:
        export = Edge(options.edge, options.key, options.tenant).export()
    else:
        with open(options.export, encoding="utf-8") as file:
            export = json.load(file, parse_float=Decimal, parse_int=Decimal)
    rows, check = Rows(export), Check()
    for report in export["dashboards"]:
        check.dashboard(rows, report)
    for report in export["cost_analyses"]:
        check.cost_analysis(rows, report)
    for difference in check.differences:
        print(difference)
    print(f"{check.compared} figures were compared, {len(check.differences)} differ")
    return 1 if check.differences or not check.compared else 0


if __name__ == "__main__":
    sys.exit(main())
