"""Loading of a catalogue from schemas/*.yaml, with an office's own folder on top of the shipped one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from aidledger.catalogue.catalogue import Catalogue
from aidledger.catalogue.files import PARTS, files, office_files, region_folders, shipped_folder
from aidledger.catalogue.layouts import merged
from aidledger.catalogue.models import LayoutModel, OfficeModel, RegionModel, ReportModel
from aidledger.catalogue.programs import extended, program_from
from aidledger.catalogue.strict_yaml import Document
from aidledger.domain.layout import Layout, fold
from aidledger.domain.program import Program
from aidledger.domain.published import PublishedLine, PublishedReport
from aidledger.domain.region import NATIONAL, NATIONAL_NAMES, Region
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
    office = offices[-1].validated(OfficeModel)
    regions = _regions(folders, documents["programs"], [*documents["layouts"], offices[-1]])
    programs = regions[NATIONAL].programs
    reports = [_checked(document, programs) for document in documents["reports"]]
    if office.region not in regions:
        raise offices[-1].fault(f"there are no standards of a region {office.region}", "region")
    return Catalogue(
        programs=programs,
        layout=_layout(documents["layouts"]),
        reports={report.code: report for report in reports},
        district=office.district,
        schools=_schools(offices[-1]),
        digest=regions[NATIONAL].digest,
        regions=_variants(regions),
        region=NATIONAL,
    ).of_region(office.region)


def report_in(path: Path, catalogue: Catalogue) -> PublishedReport:
    """Load a published report from a file; raises CatalogueError."""
    return _checked(Document(path), catalogue.programs)


def _regions(folders: list[Path], national: list[Document], checked: list[Document]) -> dict[str, Region]:
    """The national standards and each region's, with all programs; an office's additions come on top of either.

    ``checked``: what else entries are checked against.
    """
    own: dict[str, list[Document]] = {}
    for folder in folders:
        for region in region_folders(folder):
            own.setdefault(region.name, []).extend(Document(path) for path in files(region, "."))
    shipped = [document for document in national if document.path.is_relative_to(folders[0])]
    office = national[len(shipped) :]
    regions = {NATIONAL: Region(NATIONAL, dict(NATIONAL_NAMES), _programs(national), _digest([*national, *checked]))}
    for name, documents in own.items():
        (head, names), additions = _region_head(name, documents)
        of_region = [*shipped, *additions, *office]
        regions[name] = Region(name, names, _programs(of_region), _digest([*of_region, head, *checked]))
    return regions


def _region_head(name: str, documents: list[Document]) -> tuple[tuple[Document, dict[str, str]], list[Document]]:
    """The file that names a region, with the names, and the files that add to programs."""
    heads = [document for document in documents if document.path.stem == "region"]
    if not heads:
        raise documents[0].fault(f"the folder {name} needs a region.yaml with code and names")
    model = heads[-1].validated(RegionModel)
    if model.code != name:
        raise heads[-1].fault(f"the region's folder is called {name}", "code")
    additions = [document for document in documents if document not in heads]
    for document in additions:
        if "extends" not in document.values:
            raise document.fault("a region adds to programs: say which one it extends")
    return (heads[-1], model.names.model_dump()), additions


def _variants(regions: Mapping[str, Region]) -> dict[str, Region]:
    """The regions, each with the programs alone that differ between any of them."""
    national = regions[NATIONAL].programs
    vary = {code for one in regions.values() for code, program in one.programs.items() if program != national[code]}
    return {
        name: replace(one, programs={code: program for code, program in one.programs.items() if code in vary})
        for name, one in regions.items()
    }


def _programs(documents: list[Document]) -> dict[str, Program]:
    """The programs in report order; an office's own one takes the place of one that is shipped but not in force."""
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
        if program.code in programs and programs[program.code].in_force:
            what = f"there is a program {program.code} already; to add to it, say extends: {program.code}"
            raise document.fault(what, "code")
        programs[program.code] = program
    for document in documents:
        _check_codes(document, programs)
    return _both_ways(dict(sorted(programs.items(), key=lambda item: (item[1].order, item[0]))))


def _check_codes(document: Document, programs: Mapping[str, Program]) -> None:
    """Refuse the codes of programs that there are not."""
    excluded, same = document.values.get("excludes", ()), document.values.get("for_recipients_of")
    named: list[tuple[object, tuple[str | int, ...]]] = [
        (code, ("excludes", i)) for i, code in enumerate(excluded if isinstance(excluded, list) else ())
    ]
    named += [] if same is None else [(same, ("for_recipients_of",))]
    words = document.values.get("words")
    over = words.get("over", ()) if isinstance(words, dict) else ()
    named += [(code, ("words", "over", i)) for i, code in enumerate(over if isinstance(over, list) else ())]
    for code, where in named:
        if code not in programs:
            raise document.fault(f"there is no program {code}", *where)


def _both_ways(programs: dict[str, Program]) -> dict[str, Program]:
    """The programs, each of which excludes those that exclude it."""
    by_others = {code: [other for other, program in programs.items() if code in program.excludes] for code in programs}
    return {
        code: replace(program, excludes=tuple(dict.fromkeys([*program.excludes, *by_others[code]])))
        for code, program in programs.items()
    }


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
        region=model.region,
        start=Period.parse(model.start),
        end=Period.parse(model.end),
        reference=model.reference,
        lines=tuple(PublishedLine(line.program, line.count, str(line.amount_wan)) for line in model.lines),
    )


def _digest(documents: list[Document]) -> str:
    content = [document.values for document in documents]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()
