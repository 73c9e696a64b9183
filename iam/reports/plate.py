"""The reports on access, as one plate: the log, who may and why, a person's day, conflicts held, orphans, figures. [AC-9]"""

from iam.reports.findings import monitoring, orphans, toxic_pairs
from iam.reports.log import access_log
from iam.reports.rights import person_day, rights_of_person, who_may

__all__ = ["access_log", "monitoring", "orphans", "person_day", "rights_of_person", "toxic_pairs", "who_may"]
