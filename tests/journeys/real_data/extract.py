"""A small extract in the file form of the SaaS data set of docs/real-data.md, made up here.

What is in it is known, so that a test can say what must come out: customers that will leave stop
using the product two months before, some who stay begin late, and each file has a row that cannot
be right.
"""

import datetime
import os
import random
from typing import Dict, List, Sequence

FIRST = datetime.date(2023, 1, 1)
LAST = datetime.date(2024, 12, 31)
QUIET = datetime.timedelta(days=60)
# Those who begin late begin after the 90 days that success has.
LATE = datetime.timedelta(days=120)


def day_text(day: datetime.date) -> str:
    return day.strftime("%d-%m-%Y")


class Extract:
    """The rows of the five files, and how many of them are good."""

    def __init__(self, accounts: int, seed: int = 1) -> None:
        self.random = random.Random(seed)
        self.rows: Dict[str, List[Sequence[object]]] = {
            "accounts": [["account_id", "account_name", "industry", "country", "signup_date",
                          "referral_source", "plan_tier", "seats", "is_trial", "churn_flag"]],
            "subscriptions": [["subscription_id", "account_id", "start_date", "end_date",
                               "plan_tier", "seats", "mrr_amount", "arr_amount", "is_trial",
                               "upgrade_flag", "downgrade_flag", "churn_flag",
                               "billing_frequency", "auto_renew_flag"]],
            "feature_usage": [["usage_id", "subscription_id", "usage_date", "feature_name",
                               "usage_count", "usage_duration_secs", "error_count",
                               "is_beta_feature"]],
            "supports_ticket": [["ticket_id", "account_id", "submitted_at", "closed_at",
                                 "resolution_time_hours", "priority",
                                 "first_response_time_minutes", "satisfaction_score",
                                 "escalation_flag"]],
            "churn_events": [["churn_event_id", "account_id", "churn_date", "reason_code",
                              "refund_amount_usd", "preceding_upgrade_flag",
                              "preceding_downgrade_flag", "is_reactivation", "feedback_text"]],
        }
        # Uses on days outside of the subscription that they name.
        self.outside = 0
        # Customers who begin late.
        self.late = 0
        for number in range(accounts):
            self._add_account(number)
        self.good = {name: len(rows) - 1 for name, rows in self.rows.items()}
        self._add_bad_rows()

    def _day_between(self, first: datetime.date, last: datetime.date) -> datetime.date:
        return first + datetime.timedelta(days=self.random.randint(0, max(0, (last - first).days)))

    def _add_account(self, number: int) -> None:
        account = f"A-{number:04x}"
        signup = self._day_between(FIRST, datetime.date(2024, 3, 31))
        leaves = number % 2 == 0
        late = number % 8 == 1
        self.late += late
        churn = self._day_between(signup + datetime.timedelta(days=120), LAST)
        plan = self.random.choice(["Basic", "Pro"])
        self.rows["accounts"].append(
            [account, f"Company_{number}", "DevTools", "US", day_text(signup), "organic", plan, 9,
             "FALSE", "FALSE"])
        subscription = f"S-{number:04x}"
        self.rows["subscriptions"].append(
            [subscription, account, day_text(signup), "", plan, 9, 900, 10800, "FALSE", "FALSE",
             "FALSE", "FALSE", "monthly", "TRUE"])
        self._add_uses(number, subscription, signup, LATE if late else datetime.timedelta(),
                       churn - QUIET if leaves else LAST)
        submitted = self._day_between(signup, LAST - datetime.timedelta(days=2))
        self.rows["supports_ticket"].append(
            [f"T-{number:04x}", account, day_text(submitted),
             day_text(submitted + datetime.timedelta(days=1)) + " 03:00", 27, "high", 60,
             self.random.choice(["", "3", "4", "5"]), "FALSE"])
        if leaves:
            self.rows["churn_events"].append(
                [f"C-{number:04x}", account, day_text(churn), "pricing", 0, "FALSE", "FALSE",
                 "FALSE", ""])

    def _add_uses(self, number: int, subscription: str, signup: datetime.date,
                  pause: datetime.timedelta, until: datetime.date) -> None:
        # One use lies before the subscription, as many do in the real set.
        days = [signup - datetime.timedelta(days=1)]
        self.outside += 1
        day = signup + pause
        while day <= until:
            days.append(day)
            day += datetime.timedelta(days=self.random.randint(3, 9))
        for index, used in enumerate(days):
            self.rows["feature_usage"].append(
                [f"U-{number:04x}-{index}", subscription, day_text(used),
                 f"feature_{self.random.randint(1, 40)}", self.random.randint(1, 20), 600,
                 int(self.random.random() < 0.2), "FALSE"])

    def _add_bad_rows(self) -> None:
        self.rows["accounts"].append(
            ["A-bad", "Company_bad", "DevTools", "US", "31-02-2024", "organic", "Pro", "many",
             "FALSE", "FALSE"])
        self.rows["subscriptions"].append(
            ["S-bad", "A-none", "01-01-2024", "", "Pro", 9, 900, 10800, "FALSE", "FALSE", "FALSE",
             "FALSE", "monthly", "TRUE"])
        self.rows["feature_usage"].append(
            ["U-bad", "S-none", "01-01-2024", "feature_1", 1, 600, 0, "FALSE"])
        self.rows["supports_ticket"].append(
            ["T-bad", "A-0001", "", "", 1, "high", 60, "", "FALSE"])
        self.rows["churn_events"].append(
            ["C-bad", "A-0001", "2024-01-01", "pricing", 0, "FALSE", "FALSE", "FALSE", ""])

    def write(self, folder: str) -> None:
        """Writes the files, with the byte-order mark and the line ends of the real ones."""
        for name, rows in self.rows.items():
            path = os.path.join(folder, f"ravenstack_{name}.csv")
            with open(path, "w", encoding="utf-8-sig", newline="\r\n") as file:
                file.writelines(",".join(str(cell) for cell in row) + "\n" for row in rows)
