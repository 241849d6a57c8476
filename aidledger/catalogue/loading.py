"""Loading of a catalogue from schemas/*.yaml, with an office's own folder on top of the shipped one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from aidledger.catalogue.catalogue import Catalogue
from aidledger.catalogue.files import PARTS, files, office_files, shipped_folder
from aidledger.catalogue.holidays import holidays
from aidledger.catalogue.layouts import merged
from aidledger.catalogue.models import LayoutModel, OfficeModel, ReportModel
from aidledger.catalogue.programs import extended, program_from
from aidledger.catalogue.strict_yaml import Document
from aidledger.domain.layout import Layout, fold
from aidledger.domain.program import Program
from aidledger.domain.published import PublishedLine, PublishedReport
from aidledger.domain.school import school_name
from aidledger.domain.term import Period
from aidledger.errors import SchemasMissing


def load(office_folder: Path | None = None) -> Catalogue:
    """Load the catalogue; raises CatalogueError with file and line of the first fault, SchemasMissing."""
    folders = [shipped_folder()]
    if office_folder is not None:
        if not office_folder.is_dir():
            raise SchemasMissing(path=office_folder)
        folders.append(office_folder)
    documents = {part: [Document(path) for folder in folders for path in files(folder, part)] for part in PARTS}
    offices = [Document(path) for folder in folders for path in office_files(folder)]
    programs = _programs(documents["programs"])
    reports = [_checked(document, programs) for document in documents["reports"]]
    return Catalogue(
        programs=programs,
        layout=_layout(documents["layouts"]),
        reports={report.code: report for report in reports},
        district=offices[-1].validated(OfficeModel).district,
        schools=_schools(offices[-1]),
        digest=_digest([*documents["programs"], *documents["layouts"], offices[-1]]),
        holidays=holidays(documents["holidays"]),
        days_to_pay=offices[-1].validated(OfficeModel).days_to_pay,
    )


def report_in(path: Path, catalogue: Catalogue) -> PublishedReport:
    """Load a published report from a file; raises CatalogueError."""
    return _checked(Document(path), catalogue.programs)


def _programs(documents: list[Document]) -> dict[str, Program]:
    programs: dict[str, Program] = {}
    for document in documents:
        values = document.values
        if "extends" in values:
            code = str(values["extends"])
            if code not in programs:
                raise document.fault(f"there is no program {code} to extend", "extends")
            programs[code] = extended(programs[code], document)
            continue
        program = program_from(document)
        if program.code in programs:
            what = f"there is a program {program.code} already; to add to it, say extends: {program.code}"
            raise document.fault(what, "code")
        programs[program.code] = program
    for document in documents:
        excluded = document.values.get("excludes", ())
        for i, code in enumerate(excluded if isinstance(excluded, list) else ()):
            if code not in programs:
                raise document.fault(f"there is no program {code}", "excludes", i)
    return dict(sorted(programs.items(), key=lambda item: (item[1].order, item[0])))


def _layout(documents: list[Document]) -> Layout:
    fields: dict[str, str] = {}
    models = [document.validated(LayoutModel) for document in documents]
    for document, model in zip(documents, models, strict=True):
        for name, words in model.fields.items():
            for i, word in enumerate(words):
                if fields.setdefault(fold(word), name) != name:
                    what = f"{word} is a word of {fields[fold(word)]} already"
                    raise document.fault(what, "fields", name, i)
    return merged(models)


def _schools(document: Document) -> dict[str, str]:
    names: dict[str, str] = {}
    for i, school in enumerate(document.validated(OfficeModel).schools):
        for name in dict.fromkeys(map(school_name, (school.name, *school.aliases))):
            if name in names:
                raise document.fault(f"two schools are called {name}", "schools", i)
            names[name] = school_name(school.name)
    return names


def _checked(document: Document, programs: Mapping[str, Program]) -> PublishedReport:
    report = _report(document.validated(ReportModel))
    for i, line in enumerate(report.lines):
        if line.program not in programs:
            raise document.fault(f"there is no program {line.program}", "lines", i, "program")
    return report


def _report(model: ReportModel) -> PublishedReport:
    return PublishedReport(
        code=model.code,
        names=model.names.model_dump(),
        district=model.district,
        start=Period.parse(model.start),
        end=Period.parse(model.end),
        reference=model.reference,
        lines=tuple(PublishedLine(line.program, line.count, str(line.amount_wan)) for line in model.lines),
    )


def _digest(documents: list[Document]) -> str:
    content = [document.values for document in documents]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()
