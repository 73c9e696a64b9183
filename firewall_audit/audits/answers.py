"""The auditor answers: every point of the checklist for every device, and everything that was drawn by chance. [FW-5]"""

from typing import Annotated, Any, Final, Literal

from pydantic import StringConstraints

from firewall_audit.audits import findings, guards
from firewall_audit.audits.models import (
    JUSTIFIED,
    NO,
    QUESTIONABLE,
    REMOVE,
    YES,
    AuditedDevice,
    AuditMethod,
    FirewallAudit,
)
from kernel.action import Work, action
from kernel.errors import Malformed, Refused
from policy.approvals import person_of

CLAUSE: Final = "FW-5"
Code = Annotated[str, StringConstraints(pattern=r"^[a-z]+-[1-9][0-9]?$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]
SHORTEST: Final = 5
DANGER: Final = {QUESTIONABLE: "low", REMOVE: "medium"}


@action("audited-device.answer", on=AuditedDevice)
def answer_point(
    work: Work, audited: AuditedDevice, *, point: Code, answer: Literal["yes", "no", "n/a"], words: Words = ""
) -> None:
    """Answer a point of the checklist for a device; a no becomes a finding, and needs its words as what does not apply does. [FW-5]"""
    audit = guards.at_work(work, audited)
    asked = _point(work, audit, point)
    if answer != YES and len(words) < SHORTEST:
        raise Refused(CLAUSE, "Say why: what is missing, or why it does not apply.")
    key = f"point:{point}"
    if answer == NO:
        told = {"code": point, "ask": asked["ask"], "area": asked["area"]}
        findings.raise_finding(work, audited, key, "point", str(asked["danger"]), told, words)
    else:
        findings.withdraw(work, audited, key)
    audited.answers = audited.answers | {point: {"answer": answer, "words": words}}
    audited.answered_by = person_of(work)


def _point(work: Work, audit: FirewallAudit, code: str) -> dict[str, Any]:
    method = work.get(AuditMethod, audit.method_id)
    found = next((one for one in method.points if one["code"] == code), None)
    if found is None:
        raise Malformed("The method has no such point.")
    return found


@action("audited-device.judge", on=AuditedDevice)
def judge_sample(
    work: Work,
    audited: AuditedDevice,
    *,
    place: int,
    answer: Literal["justified", "questionable", "remove"],
    words: Words = "",
) -> None:
    """Judge a rule or a day that was drawn: justified by an owner or a change, questionable, or to be removed. [FW-5]"""
    guards.at_work(work, audited)
    if not 0 <= place < len(audited.sample):
        raise Malformed("This is not in the sample.")
    drawn = audited.sample[place]
    if drawn["kind"] == "day" and answer == REMOVE:
        raise Malformed("A day is justified or questionable.")
    if len(words) < SHORTEST:
        raise Refused(
            CLAUSE, "Say by what it is justified: an owner, the number of a change; or what is wrong with it."
        )
    key = f"sample:{place}"
    if answer == JUSTIFIED:
        findings.withdraw(work, audited, key)
    else:
        told = {name: drawn[name] for name in ("filter", "line", "text", "day") if name in drawn} | {"answer": answer}
        findings.raise_finding(work, audited, key, str(drawn["kind"]), DANGER[answer], told, words)
    audited.judged = audited.judged | {str(place): {"answer": answer, "words": words}}
    audited.answered_by = person_of(work)
