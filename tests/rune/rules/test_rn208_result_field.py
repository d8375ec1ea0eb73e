"""RN208: fields that what host functions give does not have."""

from __future__ import annotations

import pytest

from tests.rune.rules.support import found, repaired


def source(body: str) -> str:
    return f"pub async fn call(args) {{\n    {body}\n}}\n"


RAN = 'let r = shell::exec("git", [], #{})?;\n    '
GOT = "let r = http::get(args.u).await?;\n    "


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (f"{RAN}r.code", f"{RAN}r.exit_code"),
        (f"{RAN}r.output", f"{RAN}r.stdout"),
        ('shell::exec("git", [], #{})?.status', 'shell::exec("git", [], #{})?.exit_code'),
        ('shell::exec("git", [], #{}).unwrap().err', 'shell::exec("git", [], #{}).unwrap().stderr'),
        (f"{RAN}if r.success {{ 1 }} else {{ 2 }}", f"{RAN}if (r.exit_code == 0) {{ 1 }} else {{ 2 }}"),
        (f"{GOT}r.body", f"{GOT}r.text().await?"),
        (f"{GOT}r.status == 200", f"{GOT}r.status().as_u16() == 200"),
        (f"{GOT}r.status() >= 400", f"{GOT}r.status().as_u16() >= 400"),
        (f"{GOT}if r.ok {{ 1 }} else {{ 2 }}", f"{GOT}if r.status().is_success() {{ 1 }} else {{ 2 }}"),
    ],
)
def test_what_other_libraries_call_so_is_written(written: str, meant: str) -> None:
    assert repaired(source(written)) == source(meant)


@pytest.mark.parametrize(
    "body",
    [
        f"{RAN}r.stdout + r.stderr",
        f"{RAN}r.code = 1;\n    r.code",
        f"{GOT}r.status().is_success()",
        f"{GOT}r.status() == 200",
        f"{GOT}r.json().await?.body",
        "let r = crucible::http_json_get(args.u).await?;\n    r.body",
        "let r = args.r;\n    r.code",
        "let r = own(args)?;\n    r.code",
    ],
)
def test_what_is_there_or_not_known_is_left_alone(body: str) -> None:
    assert found(source(body), "RN208") == []
