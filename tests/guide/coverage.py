"""Which section of the original's guide ("Phase 5.1 Migration Guide") is covered where in this guide.

`tests/test_guide.py` holds the table and the headings of the chapters against each other, both ways; what single lines
promise is in `tests/seed_lines.py`.
"""

from typing import Final

SECTIONS: Final[dict[str, str]] = {
    "Phase 5.1 Migration Guide": "guide.md#The guide",
    "Overview": "guide.md#The guide",
    "Architecture": "guide.md#The parts",
    "Architecture / Migration Components": "guide.md#The parts",
    "Architecture / Key Components": "guide.md#The parts",
    "Quick Start": "guide.md#Quick start",
    "Quick Start / Basic Migration": "guide.md#From Python",
    "Quick Start / Custom Configuration": "guide/modes.md#Configuration",
    "Migration Modes": "guide/modes.md#Migration modes",
    "Migration Modes / Dry Run Mode": "guide/modes.md#Dry run",
    "Migration Modes / Incremental Mode": "guide/modes.md#Incremental",
    "Migration Modes / Full Mode": "guide/modes.md#Full",
    "Migration Modes / Manual Mode": "guide/modes.md#Manual",
    "Validation Modes": "guide/modes.md#Validation modes",
    "Validation Modes / Skip Validation": "guide/modes.md#Skip",
    "Validation Modes / Basic Validation": "guide/modes.md#Basic",
    "Validation Modes / Comprehensive Validation": "guide/modes.md#Comprehensive",
    "Security Levels": "guide/levels.md#Security levels",
    "Security Levels / Safe Mode (Default)": "guide/levels.md#Safe",
    "Security Levels / Development Mode": "guide/levels.md#Development",
    "Security Levels / Production Mode": "guide/levels.md#Production",
    "Error Handling": "guide/errors.md#Errors and recovery",
    "Error Handling / Migration Error Types": "guide/errors.md#Types of errors",
    "Error Handling / Error Recovery Strategies": "guide/errors.md#Ways to recover",
    "Error Handling / Error Recovery Strategies / Automatic Rollback": "guide/errors.md#Roll back automatically",
    "Error Handling / Error Recovery Strategies / Manual Recovery": "guide/errors.md#Roll back by hand",
    "Error Handling / Error Recovery Strategies / Retry Logic": "guide/errors.md#Try again",
    "Error Handling / Error Recovery Strategies / Partial Migration": "guide/errors.md#Go on with what is good",
    "Performance Considerations": "guide/performance.md#Performance",
    "Performance Considerations / Memory Management": "guide/performance.md#Memory",
    "Performance Considerations / Execution Performance": "guide/performance.md#Speed of calls",
    "Performance Considerations / Execution Performance / Parallel": "guide/performance.md#Speed of migrations",
    "Performance Considerations / Optimization Tips": "guide/performance.md#Tuning",
    "Monitoring and Observability": "guide/monitoring.md#Monitoring",
    "Monitoring and Observability / Migration Statistics": "guide/monitoring.md#Statistics",
    "Monitoring and Observability / Migration Validation": "guide/monitoring.md#Validation",
    "Monitoring and Observability / Export Reports": "guide/monitoring.md#Reports",
    "Best Practices": "guide/checklists.md#Practices",
    "Best Practices / 1. Planning": "guide/checklists.md#Planning",
    "Best Practices / 2. Configuration": "guide/checklists.md#Configuration",
    "Best Practices / 3. Testing": "guide/checklists.md#Testing",
    "Best Practices / 4. Rollback Planning": "guide/checklists.md#When it has to be undone",
    "Best Practices / 5. Monitoring": "guide/checklists.md#Monitoring",
    "Troubleshooting": "guide/troubleshooting.md#Troubleshooting",
    "Troubleshooting / Common Issues": "guide/troubleshooting.md#Common issues",
    'Troubleshooting / Common Issues / Migration Fails with "Tool not found"': (
        "guide/troubleshooting.md#No tool is found"
    ),
    "Troubleshooting / Common Issues / Compilation Errors": "guide/troubleshooting.md#A source does not compile",
    "Troubleshooting / Common Issues / Validation Failures": "guide/troubleshooting.md#Validation fails",
    "Troubleshooting / Common Issues / Validation Failures / Security policy": (
        "guide/troubleshooting.md#A tool is refused for what it needs"
    ),
    "Troubleshooting / Common Issues / Performance Issues": (
        "guide/troubleshooting.md#A migration is slow, or takes much memory"
    ),
    "Troubleshooting / Debug Information": "guide/troubleshooting.md#Debug information",
    "Troubleshooting / Health Checks": "guide/troubleshooting.md#Health checks",
    "Troubleshooting / Health Checks / From a program": "guide/monitoring.md#Health",
    "Migration Checklist": "guide/checklists.md#Practices and checklists",
    "Migration Checklist / Pre-Migration": "guide/checklists.md#Before the migration",
    "Migration Checklist / During Migration": "guide/checklists.md#During the migration",
    "Migration Checklist / Post-Migration": "guide/checklists.md#After the migration",
    "Migration Checklist / Rollback Planning": "guide/checklists.md#Rolling back",
    "Advanced Usage": "guide/advanced.md#Advanced use",
    "Advanced Usage / Custom Migration Logic": "guide/advanced.md#A migration logic of one's own",
    "Advanced Usage / Integration with CI/CD": "guide/advanced.md#Continuous integration",
    "API Reference": "guide/reference.md#Reference",
    "API Reference / MigrationManagerConfig": "guide/reference.md#MigrationManagerConfig",
    "API Reference / MigrationReport": "guide/reference.md#MigrationReport",
    "API Reference / ToolMigrationBridge": "guide/reference.md#ToolMigrationBridge",
    "Support and Contributing": "guide.md#Getting help",
    "Support and Contributing / Getting Help": "guide.md#Getting help",
    "Support and Contributing / Contributing": "guide.md#Contributing",
    "License": "guide.md#Contributing",
}
"""Sections of the original by their headings, some of their parts too, and where what they say is said here."""

OWN: Final[frozenset[str]] = frozenset(
    {
        "guide.md#From the command line",
        "guide.md#The chapters",
        "guide/advanced.md#Both services at once",
        "guide/advanced.md#Functions of the application",
        "guide/errors.md#After a kill",
        "guide/errors.md#Originals",
        "guide/levels.md#More for one tool",
        "guide/levels.md#Who may raise powers",
        "guide/modes.md#Modes",
        "guide/monitoring.md#Calls",
        "guide/monitoring.md#Progress",
        "guide/troubleshooting.md#A call fails",
        "guide/troubleshooting.md#A call takes too long, or too much memory",
        "guide/troubleshooting.md#A name is taken",
        "guide/troubleshooting.md#A setting seems to be ignored",
        "guide/troubleshooting.md#A tool does something else than its source says",
        "guide/troubleshooting.md#A tool is inactive",
        "guide/troubleshooting.md#The state is damaged",
        "guide/troubleshooting.md#The state is locked",
        "guide/walkthrough.md#A migration from beginning to end",
        "guide/walkthrough.md#Examples that stay true",
        "guide/walkthrough.md#Going back",
        "guide/walkthrough.md#Migrating",
        "guide/walkthrough.md#Reports",
        "guide/walkthrough.md#What is wrong, and what would be done",
        "guide/walkthrough.md#When sources change",
    }
)
"""What this guide has beyond the original's."""
