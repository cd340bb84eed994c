"""Makes src/bheem_edge/calls/types.py and operations.py from docs/openapi.json.

    python generate.py            writes them
    python generate.py --check    fails if they differ from what it would write
"""

from __future__ import annotations

import json
import keyword
import re
import sys
import textwrap
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
DOCUMENT = HERE.parents[1] / "docs" / "openapi.json"
TARGET = HERE / "src" / "bheem_edge" / "calls"
WIDTH = 120

Schema = dict[str, Any]

HEAD = '"""{}\n\nMade from docs/openapi.json by generate.py: do not change it by hand.\n"""\n\nfrom __future__ import annotations\n\n'

SIMPLE = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}


def reference(schema: Schema) -> str:
    name: str = schema["$ref"].rpartition("/")[2]
    return name


def pascal(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", name))


def snake(name: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    plain = re.sub(r"[^A-Za-z0-9]+", "_", words).strip("_").lower()
    plain = plain.removeprefix("x_")
    return plain + "_" if keyword.iskeyword(plain) else plain


def described(text: str | None, indent: str) -> list[str]:
    """A docstring."""
    if not text:
        return []
    lines: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text.strip().replace("\\", "\\\\").replace('"""', "'''")):
        if paragraph.lstrip().startswith(("-", "|", "*", "1.")):
            lines += paragraph.splitlines()
        else:
            lines += textwrap.wrap(" ".join(paragraph.split()), WIDTH - len(indent) - 6, break_long_words=False)
        lines.append("")
    lines.pop()
    if lines[-1].endswith('"'):
        lines[-1] += " "
    if len(lines) == 1:
        return [f'{indent}"""{lines[0]}"""']
    return [f'{indent}"""{lines[0]}', *(f"{indent}{line}".rstrip() for line in lines[1:]), f'{indent}"""']


class Types:
    """The types of all schemas."""

    def __init__(self, schemas: dict[str, Schema]) -> None:
        self.schemas = schemas
        self.classes: list[str] = []
        self.aliases: dict[str, tuple[str, str | None]] = {}
        for name, schema in schemas.items():
            self.define(name, schema)

    def define(self, name: str, schema: Schema) -> None:
        merged = self.merged(schema)
        if merged is not None:
            self.typed_dict(name, merged, schema.get("description"))
        else:
            self.aliases[name] = (self.type_of(schema, name), schema.get("description"))

    def merged(self, schema: Schema) -> Schema | None:
        """The properties of an object, also of one that is put together; None if it is no such object."""
        if "$ref" in schema:
            return self.merged(self.schemas[reference(schema)])
        if "allOf" in schema:
            whole: Schema = {"properties": {}, "required": []}
            for part in schema["allOf"]:
                one = self.merged(part)
                if one is None:
                    return None
                whole["properties"] |= one["properties"]
                whole["required"] += one.get("required", [])
            return whole
        if "properties" in schema:
            return {"properties": schema["properties"], "required": schema.get("required", [])}
        return None

    def typed_dict(self, name: str, schema: Schema, description: str | None) -> None:
        fields = {
            field: (self.type_of(each, name + pascal(field)), each.get("description"), field in schema["required"])
            for field, each in schema["properties"].items()
        }
        odd = [field for field in fields if not field.isidentifier() or keyword.iskeyword(field)]
        groups = [(True, name), (False, name)]
        has = {required for _, _, required in fields.values()}
        lines: list[str] = []
        if has == {True, False}:
            groups = [(True, f"_{name}Required"), (False, name)]
        elif has == {False}:
            groups = [(False, name)]
        else:
            groups = [(True, name)]
        base = "TypedDict"
        for required, class_name in groups:
            mine = {field: value for field, value in fields.items() if value[2] == required}
            bad = [field for field in mine if field in odd]
            if bad:
                # Such names can be given only in a call.
                inner = ", ".join(f'"{field}": "{mine[field][0]}"' for field in bad)
                helper = f"_{class_name.lstrip('_')}Keywords"
                total = "" if required else ", total=False"
                lines += [f'{helper} = TypedDict("{helper}", {{{inner}}}{total})', "", ""]
                base = helper if base == "TypedDict" else f"{base}, {helper}"
            total = "" if required else ", total=False"
            lines.append(f"class {class_name}({base}{total}):")
            body = described(description, "    ") if class_name == name else []
            for field, (kind, about, _) in mine.items():
                if field in bad:
                    continue
                body.append(f"    {field}: {kind}")
                body += described(about, "    ")
            lines += body or ["    pass"]
            lines += ["", ""]
            base = class_name
        self.classes.append("\n".join(lines))

    def type_of(self, schema: Schema, name: str) -> str:
        """The type of a value. `name` is what an object in place gets."""
        if "$ref" in schema:
            return reference(schema)
        if "enum" in schema:
            return "Literal[" + ", ".join(json.dumps(value) for value in schema["enum"]) + "]"
        for union in ("oneOf", "anyOf"):
            if union in schema:
                parts = schema[union]
                several = sum(part.get("type") != "null" for part in parts) > 1
                kinds = [
                    self.type_of(part, part.get("title") or (f"{name}{number}" if several else name))
                    for number, part in enumerate(parts, 1)
                ]
                return self.union(kinds)
        if "allOf" in schema and len(schema["allOf"]) == 1:
            return self.type_of(schema["allOf"][0], name)
        given = schema.get("type")
        if isinstance(given, list):
            return self.union([self.type_of({**schema, "type": kind}, name) for kind in given])
        if given == "array":
            return f"list[{self.type_of(schema.get('items', {}), name + 'Item')}]"
        if "properties" in schema or "allOf" in schema:
            name = pascal(name)
            merged = self.merged(schema)
            if merged is None:
                return "dict[str, Any]"
            self.typed_dict(name, merged, schema.get("description"))
            return name
        if given == "object":
            values = schema.get("additionalProperties")
            return f"dict[str, {self.type_of(values, name + 'Value') if isinstance(values, dict) else 'Any'}]"
        return SIMPLE.get(given or "", "Any")

    @staticmethod
    def union(kinds: list[str]) -> str:
        kinds = list(dict.fromkeys(kinds))
        if "Any" in kinds:
            return "Any"
        if "None" in kinds:
            kinds.remove("None")
            kinds.append("None")
        return " | ".join(kinds)

    def written(self) -> str:
        lines = [HEAD.format("The shapes of what the edge is asked and answers."), "from typing import Any, Literal, TypedDict, Union\n\n"]
        literals: list[str] = []
        rest: list[str] = []
        for name, (kind, about) in self.aliases.items():
            if " | " in kind:
                kind = "Union[" + ", ".join(f'"{part}"' if part not in SIMPLE.values() else part for part in kind.split(" | ")) + "]"
            elif kind in self.schemas:
                kind = f'Union["{kind}"]'
            text = f"{name} = {kind}"
            if len(text) > WIDTH and kind.startswith(("Literal[", "Union[")):
                head, _, inner = text.partition("[")
                text = head + "[\n" + "".join(f"    {part},\n" for part in inner[:-1].split(", ")) + "]"
            written = "\n".join([text, *described(about, "")]) + "\n\n"
            (literals if kind.startswith("Literal[") or kind in SIMPLE.values() else rest).append(written)
        lines += literals
        lines.append("\n")
        lines += [each + "\n" for each in self.classes]
        lines += rest
        return "".join(lines).rstrip() + "\n"


class Operations:
    """The calls of all operations."""

    def __init__(self, document: Schema, types: Types) -> None:
        self.types = types
        operations = [
            (operation, method.upper(), path)
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        ]
        self.operations = sorted(operations, key=lambda each: (each[0]["tags"][0], each[0]["operationId"]))

    def named(self, schema: Schema, name: str) -> str:
        kind = self.types.type_of(schema, name)
        names = set(re.findall(r"[A-Za-z_]\w*", re.sub(r'"[^"]*"', "", kind)))
        for each in names - set(SIMPLE.values()) - {"list", "dict", "Any", "Literal"}:
            kind = re.sub(rf"(?<![\w\".]){each}(?![\w\"])", f"types.{each}", kind)
        return kind

    def written(self) -> str:
        text = HEAD.format("A call for each operation of the edge.")
        text += "from typing import Any, Literal\n\nfrom . import types\nfrom .base import AsyncCaller, Caller\n\n\n"
        for class_name, base, prefix, await_ in (("Calls", "Caller", "", ""), ("AsyncCalls", "AsyncCaller", "async ", "await ")):
            text += f'class {class_name}({base}):\n    """All operations, by their subjects."""\n\n'
            subject = ""
            for operation, method, path in self.operations:
                if operation["tags"][0] != subject:
                    subject = operation["tags"][0]
                    text += f"    # {subject}\n\n"
                text += self.method(operation, method, path, prefix, await_) + "\n"
            text += "\n"
        return text.rstrip() + "\n"

    def method(self, operation: Schema, method: str, path: str, prefix: str, await_: str) -> str:
        name = snake(operation["operationId"])
        where: dict[str, dict[str, str]] = {"path": {}, "query": {}, "header": {}}
        positional: list[str] = []
        named: list[str] = []
        about: list[str] = []
        taken = {snake(each["name"]) for each in operation.get("parameters", []) if each["in"] != "header"}
        for each in operation.get("parameters", []):
            argument = snake(each["name"])
            if each["in"] == "header" and argument in taken:
                argument += "_header"
            where[each["in"]][each["name"]] = argument
            kind = self.named(each["schema"], pascal(name) + pascal(each["name"]))
            if each["in"] == "path":
                positional.append(f"{argument}: {kind}")
            elif each.get("required"):
                named.insert(0, f"{argument}: {kind}")
            else:
                named.append(f"{argument}: {kind.removesuffix(' | None')} | None = None")
            if each.get("description") and each["in"] != "header":
                about.append(f"`{argument}`: {' '.join(each['description'].split())}")
        passed = [f'"{method}"', f'"{path}"']
        if where["path"]:
            passed.append("path={" + ", ".join(f'"{key}": {value}' for key, value in where["path"].items()) + "}")
        for place, keyword_ in (("query", "query"), ("header", "headers")):
            if where[place]:
                passed.append(f"{keyword_}=" + "{" + ", ".join(f'"{key}": {value}' for key, value in where[place].items()) + "}")
        body = operation.get("requestBody")
        if body:
            content, media = next(iter(body["content"].items()))
            kind = "str | bytes" if content != "application/json" else self.named(media["schema"], pascal(name) + "Body")
            positional.append(f"body: {kind}" if body.get("required") else f"body: {kind} | None = None")
            passed.append("body=body")
            if content != "application/json":
                passed.append(f'content_type="{content}"')
        result, accepts = self.result(operation, pascal(name))
        if len(accepts) > 1:
            named.append(f'accept: Literal[{", ".join(json.dumps(each) for each in accepts)}] = "{accepts[0]}"')
            passed.append("accept=accept")
        elif accepts and accepts[0] != "application/json":
            passed.append(f'accept="{accepts[0]}"')
        arguments = ["self", *positional, *(["*", *named] if named else [])]
        lines = self.wrapped(f"    {prefix}def {name}(", arguments, f") -> {result}:", "    ")
        scopes = [scope for each in operation.get("security") or [] for scopes in each.values() for scope in scopes]
        text = operation["summary"].rstrip(".") + "."
        details = [operation.get("description"), *about, f"Scope: {', '.join(f'`{each}`' for each in scopes)}." if scopes else None]
        lines += described("\n\n".join([text, *(each for each in details if each)]), "        ")
        call = self.wrapped(f"        {await_}self._call(" if result == "None" else f"        value: {result} = {await_}self._call(", passed, ")", "        ")
        lines += call if result == "None" else [*call, "        return value"]
        return "\n".join(lines) + "\n"

    def result(self, operation: Schema, name: str) -> tuple[str, list[str]]:
        """The type of what a call returns, and the media types to choose from."""
        kinds: list[str] = []
        accepts: list[str] = []
        for status, response in operation["responses"].items():
            if status == "304":
                kinds.append("None")
            if status[0] != "2":
                continue
            content = response.get("content") or {}
            if not content:
                kinds.append("None")
            ordered = sorted(content.items(), key=lambda each: each[0] != "application/json")
            for media_type, media in ordered:
                if media_type not in accepts:
                    accepts.append(media_type)
                kinds.append(self.named(media.get("schema", {}), name + "Response") if media_type == "application/json" else "bytes")
        flat = [part for kind in kinds for part in kind.split(" | ")]
        return Types.union(flat) if flat else "None", accepts

    @staticmethod
    def wrapped(head: str, parts: list[str], tail: str, indent: str) -> list[str]:
        line = head + ", ".join(parts) + tail
        if len(line) <= WIDTH:
            return [line]
        inner = indent + "    " + ", ".join(parts)
        if len(inner) <= WIDTH and "*" not in parts:
            return [head, inner, indent + tail]
        return [head, *(f"{indent}    {part}," for part in parts), indent + tail]


def outputs() -> dict[Path, str]:
    document = json.loads(DOCUMENT.read_text())
    types = Types(document["components"]["schemas"])
    operations = Operations(document, types).written()
    return {TARGET / "types.py": types.written(), TARGET / "operations.py": operations}


def main() -> int:
    different = [path for path, text in outputs().items() if not path.exists() or path.read_text() != text]
    if "--check" in sys.argv:
        for path in different:
            print(f"{path.relative_to(HERE)} differs from docs/openapi.json: run `python generate.py` in {HERE.name}")
        return 1 if different else 0
    for path, text in outputs().items():
        path.write_text(text)
        print(f"{path.relative_to(HERE)}: {text.count(chr(10))} lines")
    return 0


if __name__ == "__main__":
    sys.exit(main())
