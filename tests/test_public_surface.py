"""What `crucible_tools` offers to its callers: names, methods and fields of the contract, lazily and documented."""

import dataclasses
import inspect
import subprocess
import sys
from enum import Enum

import pytest

import crucible_tools

# The names of the contract that this version covers. Later ones join them as they come.
CONTRACT = {
    "Phase51MigrationManager": [
        "new",
        "execute_migration",
        "discover_tools",
        "migrate_specific_tool",
        "rollback_tool_migration",
        "get_migration_statistics",
        "export_migration_report",
        "bridge",
        "__aenter__",
        "__aexit__",
    ],
    "ToolMigrationBridge": [
        "new",
        "discover_and_migrate_tools",
        "migrate_single_tool",
        "execute_migrated_tool",
        "list_migrated_tools",
        "get_migrated_tool",
        "reload_migrated_tool",
        "remove_migrated_tool",
        "validate_migration",
        "get_migration_stats",
        "service_health",
        "execute_tool",
        "list_tools",
        "get_tool",
        "validate_tool",
        "get_metrics",
    ],
    "RuneService": [
        "new",
        "start",
        "stop",
        "is_running",
        "load",
        "reload",
        "files",
        "list_tools",
        "get_tool",
        "execute_tool",
        "validate_tool",
        "get_metrics",
        "health",
        "redirect",
        "__aenter__",
        "__aexit__",
    ],
    "ToolService": ["execute_tool", "list_tools", "get_tool", "validate_tool", "get_metrics"],
    "ScriptEngine": [
        "start",
        "stop",
        "register_module",
        "register_tool",
        "unregister_tool",
        "retire_tool",
        "list_tools",
        "get_tool",
        "execute_tool",
        "subscribe",
        "unsubscribe",
        "publish",
        "__aenter__",
        "__aexit__",
        "restart",
        "is_running",
        "health",
        "liveness",
        "readiness",
        "get_config",
        "update_config",
        "validate_config",
        "reload_config",
        "get_metrics",
        "reset_metrics",
        "get_resource_usage",
        "get_resource_limits",
        "cleanup_resources",
        "compile_script",
        "compile_script_file",
        "get_compilation_errors",
        "revalidate_script",
        "execute_script",
        "execute_script_source",
        "execute_script_stream",
        "execute_script_source_stream",
        "execute_tool_stream",
        "cancel_execution",
        "list_scripts",
        "get_script_info",
        "delete_script",
        "set_security_policy",
        "get_security_policy",
        "validate_script_security",
        "precompile",
        "cache_script",
        "clear_cache",
        "get_cache_stats",
        "get_execution_stats",
    ],
    "HostModule": ["function"],
    "ToolFailure": [],
    "Policy": ["for_level", "allows", "narrowed"],
    "discover_tools": [],
    "CrucibleError": ["code", "to_json"],
}

FIELDS = {
    "MigrationManagerConfig": {
        "mode",
        "security_level",
        "migration_directories",
        "preserve_original_service",
        "enable_parallel_migration",
        "max_concurrent_migrations",
        "validation_mode",
        "rollback_on_failure",
        "state",
        "policy",
        "repair",
        "retry",
        "tool_policies",
    },
    "RetryPolicy": {"attempts", "delay_s", "factor", "max_delay_s"},
    "MigrationConfig": {"auto_migrate", "security_level", "enable_caching", "max_cache_size", "preserve_tool_ids"},
    "RuneServiceConfig": {"directories", "recursive", "extensions", "excluded", "max_file_size", "security_level"},
    "ScriptEngineConfig": {
        "max_cache_size",
        "max_source_size",
        "enable_caching",
        "security_level",
        "max_concurrent_operations",
        "execution_timeout",
        "max_memory",
        "max_host_calls",
        "max_cache_bytes",
        "idle_timeout",
        "max_queued_calls",
        "isolation",
        "image_cache",
    },
    "ScriptInfo": {"script_id", "name", "source_hash", "valid", "message", "diagnostics", "calls", "loaded", "kept"},
    "ScriptSecurity": {"allowed", "capabilities", "missing", "host_functions", "unknown_functions", "lowest_level"},
    "CacheStats": {"entries", "bytes", "hits", "misses", "evictions"},
    "ExecutionStats": {"calls", "succeeded", "failed", "refused", "average_time", "running", "waiting", "cache"},
    "LogEvent": {"level", "text"},
    "ProgressEvent": {"fraction", "message"},
    "ResultEvent": {"result"},
    "MigrationReport": {
        "migration_id",
        "config",
        "stats",
        "state",
        "migrated_tools",
        "failed_tools",
        "validation",
        "duration",
        "timestamp",
    },
    "MigrationState": {
        "phase",
        "total_discovered",
        "successfully_migrated",
        "failed_migrations",
        "start_time",
        "completion_time",
        "errors",
        "warnings",
    },
    "MigrationError": {"tool_name", "error_type", "message", "timestamp", "context"},
    "MigrationStats": {"total_migrated", "active_tools", "inactive_tools", "migration_timestamp"},
    "MigrationValidation": {"valid", "issues", "warnings", "total_tools", "valid_tools"},
    "MigratedTool": {"original_name", "migrated_script_id", "definition", "migrated_at", "active", "metadata"},
    "ToolDefinition": {
        "name",
        "description",
        "input_schema",
        "output_schema",
        "version",
        "category",
        "tags",
        "author",
        "form",
        "entry",
        "capabilities",
    },
    "ToolExecutionContext": {"call_id", "user", "deadline", "context_ref", "metadata"},
    "ToolExecutionResult": {
        "success",
        "result",
        "error",
        "execution_time",
        "tool_name",
        "context_ref",
        "metadata",
    },
    "ToolErrorInfo": {"kind", "message", "data", "location"},
    "ServiceHealth": {"status", "details"},
    "HealthDetail": {"what", "since"},
    "ServiceMetrics": {"since", "calls", "succeeded", "failed", "average_time", "loaded_vms", "tools"},
    "ToolValidation": {"tool", "errors", "warnings"},
    "LoadedFile": {"directory", "path", "kind", "tools", "problems", "reasons"},
    "LoadReport": {"files", "added", "changed", "removed"},
    "ToolProblem": {"tool", "message", "code", "hint", "location", "diagnostics"},
}

ENUMS = {
    "MigrationMode": {"DRY_RUN", "INCREMENTAL", "FULL", "MANUAL"},
    "ValidationMode": {"SKIP", "BASIC", "COMPREHENSIVE"},
    "SecurityLevel": {"SAFE", "DEVELOPMENT", "PRODUCTION"},
    "MigrationErrorType": {
        "DISCOVERY_FAILED",
        "COMPILATION_FAILED",
        "REGISTRATION_FAILED",
        "VALIDATION_FAILED",
        "CONFIGURATION_ERROR",
        "SERVICE_ERROR",
        "UNKNOWN",
    },
    "MigrationPhase": {"NOT_STARTED", "DISCOVERING", "MIGRATING", "VALIDATING", "COMPLETED", "FAILED"},
    "RepairMode": {"NONE", "SAFE", "UNSAFE"},
    "ReportFormat": {"TEXT", "JSON", "HTML", "JUNIT", "SARIF", "GITHUB", "MARKDOWN"},
    "ServiceStatus": {"HEALTHY", "DEGRADED", "UNHEALTHY"},
}

# What costs more to import than `crucible --help` may take, together with a program that only wants an error class.
HEAVY = {"wasmtime", "sqlalchemy", "jsonschema_rs", "rich", "typer", "pydantic", "asyncio"}


@pytest.mark.parametrize("name", crucible_tools.__all__)
def test_every_public_name_resolves_and_is_documented(name: str) -> None:
    value = getattr(crucible_tools, name)
    if inspect.isclass(value) or inspect.isfunction(value):
        assert (inspect.getdoc(value) or "").strip(), f"{name} has no docstring"


@pytest.mark.parametrize("name", sorted(CONTRACT))
def test_a_contract_name_has_its_methods(name: str) -> None:
    value = getattr(crucible_tools, name)
    assert [method for method in CONTRACT[name] if not hasattr(value, method)] == []


@pytest.mark.parametrize("name", sorted(CONTRACT))
def test_public_methods_of_a_contract_name_are_documented(name: str) -> None:
    value = getattr(crucible_tools, name)
    methods = [(key, member) for key, member in vars(value).items() if inspect.isroutine(member) or is_property(member)]
    public = [(key, member) for key, member in methods if not key.startswith("_")]
    assert [key for key, member in public if not (inspect.getdoc(member) or "").strip()] == []


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_a_contract_value_has_its_fields(name: str) -> None:
    value = getattr(crucible_tools, name)
    present = {field.name for field in dataclasses.fields(value)} if dataclasses.is_dataclass(value) else set()
    present |= set(getattr(value, "model_fields", {}))
    assert FIELDS[name] - present == set()


@pytest.mark.parametrize("name", sorted(ENUMS))
def test_a_contract_enum_has_its_members_in_lower_case(name: str) -> None:
    enum: type[Enum] = getattr(crucible_tools, name)
    assert {member.name for member in enum} == ENUMS[name]
    assert all(member.value == member.name.lower() for member in enum)


def test_names_that_do_not_exist_are_attribute_errors() -> None:
    with pytest.raises(AttributeError, match="NoSuchName"):
        _ = crucible_tools.NoSuchName  # pyright: ignore[reportAttributeAccessIssue]


def test_dir_lists_every_public_name() -> None:
    assert set(crucible_tools.__all__) <= set(dir(crucible_tools))


def test_every_exception_is_a_crucible_error_with_a_code_of_its_own() -> None:
    exceptions = [
        value
        for name in crucible_tools.__all__
        if inspect.isclass(value := getattr(crucible_tools, name)) and issubclass(value, Exception)
    ]
    own = [value for value in exceptions if value is not crucible_tools.ToolFailure]
    assert [value.__name__ for value in own if not issubclass(value, crucible_tools.CrucibleError)] == []
    codes = [value.code for value in own]
    assert len(set(codes)) == len(codes)


def test_importing_the_package_imports_nothing_heavy() -> None:
    program = (
        "import sys, crucible_tools; crucible_tools.CrucibleError; crucible_tools.Policy;"
        f"print(sorted(set(sys.modules) & {HEAVY!r}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def is_property(member: object) -> bool:
    return isinstance(member, property | classmethod | staticmethod)
