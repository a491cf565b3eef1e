"""The report: things that an account's clients do and that will hurt them on the real API."""

from fastapi import APIRouter
from pydantic import Field

from invapi_emulator.client_lint.findings import Finding, findings_of, seen_of
from invapi_emulator.client_lint.rule import Severity
from invapi_emulator.control.failures import failures
from invapi_emulator.control.views import View
from invapi_emulator.control.worlds import AccountContext, NameInPath, TheWorlds
from invapi_emulator.storage import pruned, requests

router = APIRouter(prefix="/_emulator/accounts/{name}", tags=["journal"], responses=failures(404))


class FindingView(View):
    id: str
    severity: Severity = Field(description="`notice`, `warning` or `error`")
    title: str
    count: int = Field(description="number of calls that show it")
    fields: list[str] = Field(description="names of the fields that it is about, in the order of the calls")
    fields_left_out: int = Field(
        description="number of further fields, of all calls together, whose names the journal does not keep"
    )
    requests: list[int] = Field(description="ids of those calls in the journal, in order")
    instead: str = Field(description="what to do instead")
    docs: str = Field(description="the page about the rule, in the folder of the documentation")


class ReportView(View):
    findings: list[FindingView] = Field(description="empty if the calls break no lint rule")
    calls: int = Field(description="number of calls that were looked at")
    gone: int = Field(description="number of older calls that are no longer kept, and were not looked at")


@router.get("/report")
async def report(name: NameInPath, worlds: TheWorlds) -> ReportView:
    """Report the lint rules that the account's newest 1,000 calls break. Each would hurt on the real API."""

    def work(context: AccountContext) -> ReportView:
        seen = seen_of(context.tx, context.account, context.now)
        before = requests.last_number(context.unit) - len(seen.lines)
        return ReportView(
            findings=[_view(finding) for finding in findings_of(seen)],
            calls=len(seen.lines),
            gone=before - pruned.cleared(context.tx, context.account.id),
        )

    return await worlds.within(name, work)


def _view(finding: Finding) -> FindingView:
    rule = finding.rule
    return FindingView(
        id=rule.id,
        severity=rule.severity,
        title=rule.title,
        count=len(finding.lines),
        fields=list(finding.fields),
        fields_left_out=finding.fields_left_out,
        requests=list(finding.lines),
        instead=rule.instead,
        docs=rule.docs,
    )
