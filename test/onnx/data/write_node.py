"""Writes node.json: small ones of the test cases that the onnx package (1.23) has for the operators that are supported.

python write_node.py OPERATOR ...
"""

import pathlib
import sys

from onnx.backend.test.case.node import collect_testcases

import tensors

FEW = 60
"""The most elements that the inputs and outputs of a case may have together."""

REFUSED = ("training", "train_", "with_argmax", "bitshift_left_int64", "bitshift_left_uint64")
"""What the names of cases hold that are refused."""

OTHERWISE = ("starts_on_pad", "gridsample_bicubic", "linear_align_corners", "cubic_align_corners")
"""The same for cases whose outputs are rounded, or those of fractional sizes, for which onnxruntime takes whole ones."""


def read(case):
    """The case as data; None where it is no single node of arrays that NumPy has types for."""
    graph = case.model.graph
    if len(graph.node) != 1 or graph.node[0].domain not in ("", "ai.onnx") or len(case.data_sets) == 0:
        return None
    node, (given, wanted) = graph.node[0], case.data_sets[0]
    values = dict(zip([x.name for x in graph.input], given))
    values.update({x.name: x for x in graph.initializer})
    results = dict(zip([x.name for x in graph.output], wanted))
    try:
        return {
            "name": case.name.removeprefix("test_"),
            "op": node.op_type,
            "opset": max(o.version for o in case.model.opset_import if o.domain == ""),
            "attributes": {a.name: tensors.attribute(a) for a in node.attribute},
            "inputs": [tensors.tensor(values[name]) if name else None for name in node.input],
            "outputs": [tensors.tensor(results.get(name)) for name in node.output],
        }
    except (KeyError, TypeError, ValueError):
        return None


def main(operators):
    cases = []
    for case in collect_testcases(None):
        if "expanded" in case.name or any(text in case.name for text in REFUSED + OTHERWISE):
            continue
        found = read(case) if case.kind == "node" else None
        if found is None or found["op"] not in operators:
            continue
        if sum(len(x["data"]) for x in found["inputs"] + found["outputs"] if x) <= FEW:
            cases.append(found)
    tensors.write(pathlib.Path(__file__).with_name("node.json"), cases)


main(set(sys.argv[1:]))
