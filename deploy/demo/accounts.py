"""Who lives in the demo: the two logins, more staff when asked for, and their accounts at the providers."""

from dataclasses import dataclass

_LICENSED = 2


@dataclass(frozen=True)
class Account:
    """One person with a calendar at one provider and a Zoom user of their own."""

    email: str
    name: str
    kana: str
    password: str
    role: str
    calendar: str

    def for_sandbox(self) -> dict[str, object]:
        """The person as the sandbox's seed file names them."""
        return {
            "email": self.email,
            "name": self.name,
            "providers": [self.calendar, "zoom", "oidc"],
            "zoom_type": _LICENSED,
            "admin": self.role == "admin",
        }


ADMINISTRATOR = Account("admin@example.jp", "管理 太郎", "かんり たろう", "demo-admin", "admin", "google")
MEMBER = Account("taro@example.jp", "山田 太郎", "やまだ たろう", "demo-taro", "member", "microsoft")
LOGINS = (ADMINISTRATOR, MEMBER)

ORGANIZATION = {"name": "株式会社サンプル", "time_zone": "Asia/Tokyo", "locale": "ja"}


_FAMILY_NAMES = (
    ("佐藤", "さとう"), ("鈴木", "すずき"), ("高橋", "たかはし"), ("田中", "たなか"), ("伊藤", "いとう"),
    ("渡辺", "わたなべ"), ("中村", "なかむら"), ("小林", "こばやし"), ("加藤", "かとう"), ("吉田", "よしだ"),
)  # fmt: skip
_GIVEN_NAMES = (
    ("陽菜", "ひな"), ("蓮", "れん"), ("美咲", "みさき"), ("大輔", "だいすけ"), ("結衣", "ゆい"),
    ("健太", "けんた"), ("さくら", "さくら"), ("翔", "しょう"), ("恵子", "けいこ"), ("直樹", "なおき"),
)  # fmt: skip


def more_staff(count: int) -> list[Account]:
    """``count`` further members, every other one on Microsoft; their names repeat after a hundred."""
    return [_staff(number) for number in range(1, count + 1)]


def _staff(number: int) -> Account:
    family, family_kana = _FAMILY_NAMES[number % 10]
    given, given_kana = _GIVEN_NAMES[number // 10 % 10]
    return Account(
        email=f"staff{number:03}@example.jp",
        name=f"{family} {given}",
        kana=f"{family_kana} {given_kana}",
        password="demo-staff",
        role="member",
        calendar="google" if number % 2 else "microsoft",
    )
