"""Writes versions.json: the operator sets in which each operator was new or changed, up to the last of onnx 1.23.

python write_versions.py, in an environment with onnx.
"""

import collections
import json
import pathlib

import onnx.defs

versions = collections.defaultdict(set)
for schema in onnx.defs.get_all_schemas_with_history():
    if schema.domain in ("", "ai.onnx.ml"):
        name = f"{schema.domain}.{schema.name}" if schema.domain else schema.name
        versions[name].add(schema.since_version)

lines = ",\n".join(f'"{name}":{json.dumps(sorted(versions[name]))}' for name in sorted(versions))
pathlib.Path(__file__).with_name("versions.json").write_text(f"{{\n{lines}\n}}\n")
