BEGIN TRANSACTION;
CREATE TABLE blobs (
	hash VARCHAR(64) NOT NULL, 
	content BLOB NOT NULL, 
	PRIMARY KEY (hash)
);
INSERT INTO "blobs" VALUES('0bc4e84d4a43d8d00c6f8935cdbdcad0deb6fbcbf784240862d8ad7466fbc2da',X'70756220666E204E414D452829207B2022616C70686122207D0A70756220666E204445534352495054494F4E2829207B202254686520746F6F6C20616C70686122207D0A70756220666E20494E5055545F534348454D412829207B20237B20747970653A20226F626A65637422207D207D0A70756220666E2063616C6C286172677329207B2061726773207D0A');
INSERT INTO "blobs" VALUES('a74897a6906406025af1e69acf3e6aef0464fe5b393554b5c9ff5a1b404e3f30',X'70756220666E204E414D452829207B20226265746122207D0A70756220666E204445534352495054494F4E2829207B202254686520746F6F6C206265746122207D0A70756220666E20494E5055545F534348454D412829207B20237B20747970653A20226F626A65637422207D207D0A70756220666E2063616C6C286172677329207B2061726773207D0A');
INSERT INTO "blobs" VALUES('db5340387480a819607df658ea6688b501987184f7e6386d348dde38bfba2950',X'70756220666E204E414D452829207B202267616D6D6122207D0A70756220666E204445534352495054494F4E2829207B202254686520746F6F6C2067616D6D6122207D0A70756220666E20494E5055545F534348454D412829207B20237B20747970653A20226F626A65637422207D207D0A70756220666E2063616C6C286172677329207B2061726773207D0A');
INSERT INTO "blobs" VALUES('58a5552d815cb72518ca8a724b2c8a0cdc1c43d1fce83908bd0104b594a5ddcb',X'70756220666E204E414D452829207B20226265746122207D0A70756220666E204445534352495054494F4E2829207B202254686520746F6F6C206265746122207D0A70756220666E20494E5055545F534348454D412829207B20237B20747970653A20226F626A65637422207D207D0A70756220666E2063616C6C286172677329207B20227365636F6E6422207D0A');
CREATE TABLE failures (
	run_id VARCHAR(64) NOT NULL, 
	number INTEGER NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	tool TEXT NOT NULL, 
	error_type VARCHAR(32) NOT NULL, 
	message TEXT NOT NULL, 
	context JSON NOT NULL, 
	PRIMARY KEY (run_id, number), 
	FOREIGN KEY(run_id) REFERENCES runs (id)
);
INSERT INTO "failures" VALUES('20261129T110802Z-c8bc754b',1,'2026-11-29T11:08:02.364269+00:00','broken','compilation_failed','it does not compile: Expected pattern but got `=` (broken.rn:2:25)','{"path": "broken.rn", "directory": "tools", "kind": "tool", "code": "compile", "hint": null, "location": {"path": "broken.rn", "line": 2, "column": 25, "length": 1, "source_line": "pub fn call(args) { let = }"}, "diagnostics": [{"severity": "error", "kind": "compile", "message": "Expected pattern but got `=`", "location": {"path": "broken.rn", "line": 2, "column": 25, "length": 1, "source_line": "pub fn call(args) { let = }"}}], "capabilities": [], "missing_capabilities": [], "unknown_functions": [], "lowest_level": "safe"}');
INSERT INTO "failures" VALUES('20261129T110802Z-5e8c911e',1,'2026-11-29T11:08:02.442509+00:00','broken','compilation_failed','it does not compile: Expected pattern but got `=` (broken.rn:2:25)','{"path": "broken.rn", "directory": "tools", "kind": "tool", "code": "compile", "hint": null, "location": {"path": "broken.rn", "line": 2, "column": 25, "length": 1, "source_line": "pub fn call(args) { let = }"}, "diagnostics": [{"severity": "error", "kind": "compile", "message": "Expected pattern but got `=`", "location": {"path": "broken.rn", "line": 2, "column": 25, "length": 1, "source_line": "pub fn call(args) { let = }"}}], "capabilities": [], "missing_capabilities": [], "unknown_functions": [], "lowest_level": "safe"}');
CREATE TABLE operations (
	run_id VARCHAR(64) NOT NULL, 
	number INTEGER NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	tool VARCHAR(128) NOT NULL, 
	"before" JSON NOT NULL, 
	"after" JSON NOT NULL, 
	PRIMARY KEY (run_id, number), 
	FOREIGN KEY(run_id) REFERENCES runs (id)
);
INSERT INTO "operations" VALUES('20261129T110802Z-c8bc754b',1,'2026-11-29T11:08:02.358942+00:00','migrate','alpha','null','{"version_id": 1, "active": true, "inactive_reason": null}');
INSERT INTO "operations" VALUES('20261129T110802Z-c8bc754b',2,'2026-11-29T11:08:02.360738+00:00','migrate','beta','null','{"version_id": 2, "active": true, "inactive_reason": null}');
INSERT INTO "operations" VALUES('20261129T110802Z-c8bc754b',3,'2026-11-29T11:08:02.361791+00:00','migrate','gamma','null','{"version_id": 3, "active": true, "inactive_reason": null}');
INSERT INTO "operations" VALUES('20261129T110802Z-5e8c911e',1,'2026-11-29T11:08:02.434957+00:00','migrate','beta','{"version_id": 2, "active": true, "inactive_reason": null}','{"version_id": 4, "active": true, "inactive_reason": null}');
INSERT INTO "operations" VALUES('20261129T110802Z-5e8c911e',2,'2026-11-29T11:08:02.436176+00:00','deactivate','gamma','{"version_id": 3, "active": true, "inactive_reason": null}','{"version_id": 3, "active": false, "inactive_reason": "vanished"}');
CREATE TABLE runs (
	id VARCHAR(64) NOT NULL, 
	started_at VARCHAR(32) NOT NULL, 
	ended_at VARCHAR(32), 
	status VARCHAR(16) NOT NULL, 
	package_version VARCHAR(64) NOT NULL, 
	config JSON NOT NULL, 
	report JSON, 
	PRIMARY KEY (id)
);
INSERT INTO "runs" VALUES('20261129T110802Z-c8bc754b','2026-11-29T11:08:02.114719+00:00','2026-11-29T11:08:02.365685+00:00','completed','0.1.0','{"mode": "incremental", "security_level": "safe", "migration_directories": ["tools", "rune_tools"], "preserve_original_service": true, "enable_parallel_migration": false, "max_concurrent_migrations": 5, "validation_mode": "basic", "rollback_on_failure": false, "state": ".crucible", "policy": null, "repair": "safe"}','{"migration_id": "20261129T110802Z-c8bc754b", "config": {"mode": "incremental", "security_level": "safe", "migration_directories": ["tools", "rune_tools"], "preserve_original_service": true, "enable_parallel_migration": false, "max_concurrent_migrations": 5, "validation_mode": "basic", "rollback_on_failure": false, "state": ".crucible", "policy": null, "repair": "safe"}, "stats": {"total_migrated": 3, "active_tools": 3, "inactive_tools": 0, "migration_timestamp": "2026-11-29T11:08:02.361527Z"}, "state": {"phase": "completed", "total_discovered": 4, "successfully_migrated": 3, "failed_migrations": 1, "start_time": "2026-11-29T11:08:02.065517Z", "completion_time": "2026-11-29T11:08:02.364269Z", "warnings": []}, "migrated_tools": ["alpha", "beta", "gamma"], "validation": {"valid": true, "issues": [], "warnings": [], "total_tools": 3, "valid_tools": 3, "findings": []}, "repairs": {"unchanged": 3, "safe": 0, "unsafe": 0, "refused": 1}, "duration": 0.298752, "timestamp": "2026-11-29T11:08:02.364269Z", "basis": null, "rolled_back": [], "resumed_from": null}');
INSERT INTO "runs" VALUES('20261129T110802Z-5e8c911e','2026-11-29T11:08:02.408116+00:00','2026-11-29T11:08:02.443817+00:00','completed','0.1.0','{"mode": "incremental", "security_level": "safe", "migration_directories": ["tools", "rune_tools"], "preserve_original_service": true, "enable_parallel_migration": false, "max_concurrent_migrations": 5, "validation_mode": "basic", "rollback_on_failure": false, "state": ".crucible", "policy": null, "repair": "safe"}','{"migration_id": "20261129T110802Z-5e8c911e", "config": {"mode": "incremental", "security_level": "safe", "migration_directories": ["tools", "rune_tools"], "preserve_original_service": true, "enable_parallel_migration": false, "max_concurrent_migrations": 5, "validation_mode": "basic", "rollback_on_failure": false, "state": ".crucible", "policy": null, "repair": "safe"}, "stats": {"total_migrated": 3, "active_tools": 2, "inactive_tools": 1, "migration_timestamp": "2026-11-29T11:08:02.433212Z"}, "state": {"phase": "completed", "total_discovered": 3, "successfully_migrated": 2, "failed_migrations": 1, "start_time": "2026-11-29T11:08:02.407135Z", "completion_time": "2026-11-29T11:08:02.442509Z", "warnings": ["gamma is inactive now: tools/gamma.rn no longer defines it"]}, "migrated_tools": ["alpha", "beta"], "validation": {"valid": true, "issues": [], "warnings": [], "total_tools": 2, "valid_tools": 2, "findings": []}, "repairs": {"unchanged": 2, "safe": 0, "unsafe": 0, "refused": 1}, "duration": 0.035374, "timestamp": "2026-11-29T11:08:02.442509Z", "basis": null, "rolled_back": [], "resumed_from": null}');
CREATE TABLE schema_upgrades (
	version INTEGER NOT NULL, 
	applied_at VARCHAR(32) NOT NULL, 
	package_version VARCHAR(64) NOT NULL, 
	PRIMARY KEY (version)
);
INSERT INTO "schema_upgrades" VALUES(1,'2026-11-29T11:08:02.089889+00:00','0.1.0');
CREATE TABLE skipped_files (
	run_id VARCHAR(64) NOT NULL, 
	number INTEGER NOT NULL, 
	directory TEXT NOT NULL, 
	path TEXT NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	reasons JSON NOT NULL, 
	PRIMARY KEY (run_id, number), 
	FOREIGN KEY(run_id) REFERENCES runs (id)
);
INSERT INTO "skipped_files" VALUES('20261129T110802Z-c8bc754b',1,'tools','lib.rn','library','["it defines no tool"]');
INSERT INTO "skipped_files" VALUES('20261129T110802Z-5e8c911e',1,'tools','lib.rn','library','["it defines no tool"]');
CREATE TABLE tool_versions (
	id INTEGER NOT NULL, 
	tool VARCHAR(128) NOT NULL, 
	script_id VARCHAR(64) NOT NULL, 
	run_id VARCHAR(64) NOT NULL, 
	migrated_at VARCHAR(32) NOT NULL, 
	original_hash VARCHAR(64) NOT NULL, 
	migrated_hash VARCHAR(64) NOT NULL, 
	directory TEXT NOT NULL, 
	path TEXT NOT NULL, 
	definition JSON NOT NULL, 
	policy JSON NOT NULL, 
	engine JSON NOT NULL, 
	repairs JSON NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(run_id) REFERENCES runs (id), 
	FOREIGN KEY(original_hash) REFERENCES blobs (hash), 
	FOREIGN KEY(migrated_hash) REFERENCES blobs (hash)
);
INSERT INTO "tool_versions" VALUES(1,'alpha','498f196f-6c09-59e7-84ca-8d6ecb668ef1','20261129T110802Z-c8bc754b','2026-11-29T11:08:02.356611+00:00','0bc4e84d4a43d8d00c6f8935cdbdcad0deb6fbcbf784240862d8ad7466fbc2da','0bc4e84d4a43d8d00c6f8935cdbdcad0deb6fbcbf784240862d8ad7466fbc2da','tools','alpha.rn','{"name": "alpha", "description": "The tool alpha", "input_schema": {"type": "object"}, "output_schema": null, "version": "1.0.0", "category": "general", "tags": [], "author": null, "form": "direct", "entry": "call", "calling": "object", "positional": [], "capabilities": []}','{"level": "safe", "memory_bytes": 52428800, "timeout_s": 10.0, "compile_timeout_s": 10.0, "concurrent_calls": 10, "capabilities": ["basic"], "max_source_bytes": 1048576, "max_argument_bytes": 4194304, "max_result_bytes": 4194304, "max_depth": 64, "max_host_calls": 10000, "max_host_call_bytes": 4194304, "max_log_bytes": 262144}','{"rune": "0.14.2", "guest": "f5741294086dc194"}','[]');
INSERT INTO "tool_versions" VALUES(2,'beta','18197d42-b731-5691-935f-d7aa5d0d5174','20261129T110802Z-c8bc754b','2026-11-29T11:08:02.360321+00:00','a74897a6906406025af1e69acf3e6aef0464fe5b393554b5c9ff5a1b404e3f30','a74897a6906406025af1e69acf3e6aef0464fe5b393554b5c9ff5a1b404e3f30','tools','beta.rn','{"name": "beta", "description": "The tool beta", "input_schema": {"type": "object"}, "output_schema": null, "version": "1.0.0", "category": "general", "tags": [], "author": null, "form": "direct", "entry": "call", "calling": "object", "positional": [], "capabilities": []}','{"level": "safe", "memory_bytes": 52428800, "timeout_s": 10.0, "compile_timeout_s": 10.0, "concurrent_calls": 10, "capabilities": ["basic"], "max_source_bytes": 1048576, "max_argument_bytes": 4194304, "max_result_bytes": 4194304, "max_depth": 64, "max_host_calls": 10000, "max_host_call_bytes": 4194304, "max_log_bytes": 262144}','{"rune": "0.14.2", "guest": "f5741294086dc194"}','[]');
INSERT INTO "tool_versions" VALUES(3,'gamma','1b7cb397-a4ce-531a-95a5-2253080255a6','20261129T110802Z-c8bc754b','2026-11-29T11:08:02.361527+00:00','db5340387480a819607df658ea6688b501987184f7e6386d348dde38bfba2950','db5340387480a819607df658ea6688b501987184f7e6386d348dde38bfba2950','tools','gamma.rn','{"name": "gamma", "description": "The tool gamma", "input_schema": {"type": "object"}, "output_schema": null, "version": "1.0.0", "category": "general", "tags": [], "author": null, "form": "direct", "entry": "call", "calling": "object", "positional": [], "capabilities": []}','{"level": "safe", "memory_bytes": 52428800, "timeout_s": 10.0, "compile_timeout_s": 10.0, "concurrent_calls": 10, "capabilities": ["basic"], "max_source_bytes": 1048576, "max_argument_bytes": 4194304, "max_result_bytes": 4194304, "max_depth": 64, "max_host_calls": 10000, "max_host_call_bytes": 4194304, "max_log_bytes": 262144}','{"rune": "0.14.2", "guest": "f5741294086dc194"}','[]');
INSERT INTO "tool_versions" VALUES(4,'beta','18197d42-b731-5691-935f-d7aa5d0d5174','20261129T110802Z-5e8c911e','2026-11-29T11:08:02.433212+00:00','58a5552d815cb72518ca8a724b2c8a0cdc1c43d1fce83908bd0104b594a5ddcb','58a5552d815cb72518ca8a724b2c8a0cdc1c43d1fce83908bd0104b594a5ddcb','tools','beta.rn','{"name": "beta", "description": "The tool beta", "input_schema": {"type": "object"}, "output_schema": null, "version": "1.0.0", "category": "general", "tags": [], "author": null, "form": "direct", "entry": "call", "calling": "object", "positional": [], "capabilities": []}','{"level": "safe", "memory_bytes": 52428800, "timeout_s": 10.0, "compile_timeout_s": 10.0, "concurrent_calls": 10, "capabilities": ["basic"], "max_source_bytes": 1048576, "max_argument_bytes": 4194304, "max_result_bytes": 4194304, "max_depth": 64, "max_host_calls": 10000, "max_host_call_bytes": 4194304, "max_log_bytes": 262144}','{"rune": "0.14.2", "guest": "f5741294086dc194"}','[]');
CREATE TABLE tools (
	name VARCHAR(128) NOT NULL, 
	version_id INTEGER NOT NULL, 
	active BOOLEAN NOT NULL, 
	inactive_reason TEXT, 
	PRIMARY KEY (name), 
	FOREIGN KEY(version_id) REFERENCES tool_versions (id)
);
INSERT INTO "tools" VALUES('alpha',1,1,NULL);
INSERT INTO "tools" VALUES('beta',4,1,NULL);
INSERT INTO "tools" VALUES('gamma',3,0,'vanished');
CREATE INDEX ix_runs_started_at ON runs (started_at);
CREATE INDEX ix_tool_versions_tool ON tool_versions (tool);
COMMIT;
