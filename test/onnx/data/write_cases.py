"""Writes cases.json: every operator with each attribute that changes its result, over the opsets that changed it.

The outputs are onnxruntime's (1.30); where it has no such kernel those of onnx's reference evaluator (1.23).
python write_cases.py, in an environment with onnx and onnxruntime.
"""

import pathlib
import sys

import numpy as np
import onnxruntime
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator

import tensors

onnxruntime.set_default_logger_severity(4)
random = np.random.default_rng(7)
cases = []


def floats(*shape, dtype=np.float32):
    """Numbers of few digits between -2 and 2, none of them near a kink at a whole number."""
    x = np.round(random.uniform(-2, 2, shape), 2)
    return np.where(np.abs(x - np.round(x)) < 0.05, x + 0.13, x).astype(dtype)


def positive(*shape):
    return np.abs(floats(*shape)) + np.float32(0.25)


def ints(*values, dtype=np.int64):
    return np.array(values, dtype)


def build(op, opset, inputs, outputs, attributes):
    names = [f"x{i}" if x is not None else "" for i, x in enumerate(inputs)]
    given = {name: x for name, x in zip(names, inputs) if name}
    domain, kind = op.rpartition(".")[::2]
    node = helper.make_node(kind, names, [f"y{i}" for i in range(outputs)], domain=domain, **attributes)
    infos = [
        helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(x.dtype), x.shape)
        for name, x in given.items()
    ]
    results = [helper.make_empty_tensor_value_info(f"y{i}") for i in range(outputs)]
    graph = helper.make_graph([node], "case", infos, results)
    imports = [helper.make_opsetid("", opset), helper.make_opsetid("ai.onnx.ml", 3)]
    return helper.make_model(graph, opset_imports=imports, ir_version=8), given


def evaluate(model, given):
    try:
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        return session.run(None, given)
    except Exception as error:
        print(model.graph.node[0].op_type, "by reference:", str(error).split("\n")[0][:110], file=sys.stderr)
        return ReferenceEvaluator(model).run(None, given)


def case(op, inputs, opset=17, outputs=1, name="", compared=None, **attributes):
    """Adds a case; `compared` are the places of the outputs that are compared (all by default)."""
    inputs = [x if x is None else np.asarray(x) for x in inputs]
    model, given = build(op, opset, inputs, outputs, attributes)
    results = evaluate(model, given)
    kept = range(outputs) if compared is None else compared
    words = ", ".join(f"{key} = {value}" for key, value in attributes.items() if not hasattr(value, "raw_data"))
    cases.append(
        {
            "name": f"{op}{' ' + name if name else ''}{' with ' + words if words else ''}",
            "op": op,
            "opset": opset,
            "attributes": {a.name: tensors.attribute(a) for a in model.graph.node[0].attribute},
            "inputs": [tensors.tensor(x) for x in inputs],
            "outputs": [tensors.tensor(results[i]) if i in kept else None for i in range(outputs)],
        }
    )


def elementwise():
    for op in "Abs Asinh Atan Ceil Cos Cosh Erf Exp Floor Neg Round Sign Sin Sinh Tan Tanh".split():
        case(op, [floats(2, 3)])
    for op in "Log Reciprocal Sqrt".split():
        case(op, [positive(2, 3)])
    for op in "Acos Asin Atanh".split():
        case(op, [(floats(2, 3) / 2.5).astype(np.float32)])
    case("Acosh", [positive(2, 3) + 1])
    case("Round", [np.array([0.5, 1.5, 2.5, -0.5, -1.5, -2.5], np.float32)], name="of halves")
    for op in "Abs Neg Sign".split():
        case(op, [ints(-3, 0, 5)], name="of integers")
    for op in "Add Sub Mul Div".split():
        case(op, [floats(2, 1, 3), positive(4, 1)], opset=7, name="broadcasting")
        case(op, [ints(-7, 7, 5), ints(2, -2, 3)], name="of integers")
        case(op, [floats(3, dtype=np.float64), floats(1, dtype=np.float64)], name="of doubles")
        case(op, [np.zeros((0, 3), np.float32), floats(3)], name="of nothing")
    for op in "Max Min Sum Mean".split():
        case(op, [floats(2, 3), floats(3), floats(2, 1)])
        case(op, [floats(2, 3)], opset=8, name="of one")
    case("Pow", [positive(2, 3), floats(3)])
    case("Pow", [floats(2, 3), np.float32(2)], name="square of negative numbers")
    case("Pow", [floats(2, 3), np.float32(3)], opset=7)
    case("Pow", [positive(2, 3), np.array([0.5], np.float32)])
    case("Pow", [floats(2, 3), ints(2, 3, 0)], opset=12, name="by integers")
    case("Pow", [ints(2, -3, 5), np.array([2.0, 3.0, 1.0], np.float32)], opset=12, name="of integers by floats")
    case("Pow", [ints(2, -3, 5), ints(3)], opset=15, name="of integers")
    for fmod in (0, 1):
        case("Mod", [ints(-7, 7, -7, 7), ints(3, -3, -3, 3)], opset=13, fmod=fmod)
    case("Mod", [floats(2, 3), positive(3)], opset=10, fmod=1)
    for op in "BitwiseAnd BitwiseOr BitwiseXor".split():
        case(op, [ints(12, -7, 255, dtype=np.int32), ints(10, dtype=np.int32)], opset=18)
    case("BitwiseNot", [ints(12, 255, dtype=np.uint8)], opset=18)
    case("BitwiseNot", [ints(12, -7, dtype=np.int32)], opset=18)
    for direction in ("LEFT", "RIGHT"):
        case("BitShift", [ints(255, 129, 3, dtype=np.uint8), ints(1, 2, 3, dtype=np.uint8)], direction=direction)
        case("BitShift", [ints(2**32 - 1, 3, dtype=np.uint32), ints(4, dtype=np.uint32)], direction=direction)


def logic():
    bools = [np.array([[True, False], [True, False]]), np.array([True, False])]
    for op in "And Or Xor".split():
        case(op, bools)
    case("Not", bools[:1])
    for op in "Equal Greater Less".split():
        case(op, [ints(1, 2, 3), ints(2)], opset=9 if op != "Equal" else 7)
        case(op, [floats(2, 3), floats(3)], opset=13)
    for op in "GreaterOrEqual LessOrEqual".split():
        case(op, [ints(1, 2, 3), ints(2)], opset=12)
    case("Equal", bools, opset=13, name="of truth values")
    odd = np.array([np.nan, np.inf, -np.inf, 0, 1], np.float32)
    case("IsNaN", [odd], opset=13)
    for positives in (0, 1):
        for negatives in (0, 1):
            case("IsInf", [odd], opset=10, detect_positive=positives, detect_negative=negatives)
    case("Where", [np.array([[True], [False]]), floats(3), floats(2, 1)], opset=9)
    case("Where", [np.array([True, False, True]), ints(1, 2, 3), ints(9)], opset=16)


def activations():
    x = floats(2, 4)
    for op in "Relu Sigmoid Softplus Softsign HardSwish".split():
        case(op, [x])
    case("Mish", [x], opset=18)
    case("Relu", [ints(-2, 3, dtype=np.int32)], opset=14, name="of integers")
    for op, attributes in {
        "Celu": [{}, {"alpha": 0.7}],
        "Elu": [{}, {"alpha": 0.7}],
        "HardSigmoid": [{}, {"alpha": 0.4, "beta": 0.3}],
        "LeakyRelu": [{}, {"alpha": 0.3}],
        "Selu": [{}, {"alpha": 1.2, "gamma": 0.9}],
        "Shrink": [{}, {"lambd": 0.8, "bias": 0.3}],
        "ThresholdedRelu": [{}, {"alpha": 0.6}],
    }.items():
        for given in attributes:
            case(op, [x], **given)
    for approximate in ("none", "tanh"):
        case("Gelu", [x], opset=20, approximate=approximate)
    for slope in (floats(4), floats(1), floats(2, 1)):
        case("PRelu", [x, slope])
    case("PRelu", [floats(1, 2, 3, 2), floats(2, 1, 1)], name="for each feature")
    case("Clip", [x], opset=6, min=-0.5, max=0.75)
    case("Clip", [x], opset=7, min=-0.5)
    case("Clip", [x, np.float32(-0.5), np.float32(0.75)], opset=11)
    case("Clip", [x, None, np.float32(0.75)], opset=12)
    case("Clip", [x, np.float32(0.75), np.float32(-0.5)], opset=13, name="between bounds in the wrong order")
    case("Clip", [ints(-5, 0, 5), ints(-1).reshape(()), ints(2).reshape(())], opset=13, name="of integers")
    case("Clip", [x], opset=13)
    case("Swish", [x], opset=24)
    case("Swish", [x], opset=24, alpha=1.5)


def softmaxes():
    x = floats(2, 3, 2)
    for op in "Softmax LogSoftmax Hardmax".split():
        for opset in (11, 13):
            case(op, [x], opset=opset)
            for axis in (0, 1, -1):
                case(op, [x], opset=opset, axis=axis)
    case("Softmax", [np.array([[1000, 1001, -1000]], np.float32)], name="of large numbers")
    case("Softmax", [np.zeros((0, 3), np.float32)], name="of nothing")
    target = np.array([[2, 0], [1, 2]])
    for reduction in ("mean", "sum", "none"):
        for given in ([], [positive(3)]):
            for extra in ({}, {"ignore_index": 2}):
                case("SoftmaxCrossEntropyLoss", [x, target, *given], 13, 2, reduction=reduction, **extra)
                case("NegativeLogLikelihoodLoss", [x, target, *given], 13, reduction=reduction, **extra)
    case("SoftmaxCrossEntropyLoss", [floats(2, 3), ints(0, 2)], 12, 1)
    ignored = np.array([[2, -100], [-100, 0]])
    case("NegativeLogLikelihoodLoss", [x, ignored], 13, ignore_index=-100)


def reductions():
    x = floats(2, 3, 2)
    ops = "ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare"
    for op in ops.split():
        y = positive(2, 3, 2) if op == "ReduceLogSum" else x
        case(op, [y], opset=11)
        case(op, [y], opset=11, axes=[1], keepdims=0)
        case(op, [y], opset=12 if op == "ReduceSum" else 13, axes=[-1, 0])
        case(op, [y, ints(1)], opset=18, keepdims=0)
        case(op, [y, ints(0, -1)], opset=18)
        case(op, [y, ints()], opset=18, name="of all axes for none")
        case(op, [y, ints()], opset=18, noop_with_empty_axes=1)
    case("ReduceSum", [x, ints(2)], opset=13)
    for op in "ReduceSum ReduceMax ReduceMin ReduceProd ReduceMean".split():
        case(op, [ints(7, -2, 4, dtype=np.int32)], opset=13, axes=None if op == "ReduceSum" else [0])
    case("ReduceSum", [np.zeros((2, 0), np.float32), ints(1)], opset=18, name="of nothing")
    case("ReduceMax", [np.array([[True, False], [False, False]]), ints(1)], opset=20, name="of truth values")
    case("ReduceMin", [np.array([[True, False], [True, True]]), ints(1)], opset=20, name="of truth values")
    equal = np.array([[1, 3, 3], [2, 0, 0]], np.float32)
    for op in "ArgMax ArgMin".split():
        case(op, [equal], opset=11)
        case(op, [equal], opset=13, axis=-1, keepdims=0)
        case(op, [equal], opset=13, axis=1, select_last_index=1)


def shapes():
    x = floats(2, 3, 2)
    for shape in ((3, 4), (-1,), (0, -1), (2, 0, 2, 1)):
        case("Reshape", [x, ints(*shape)], name=f"to {shape}")
    case("Reshape", [np.zeros((0, 3), np.float32), ints(3, 0)], opset=14, allowzero=1)
    case("Reshape", [floats(1), ints()], name="to a scalar")
    for axis in (0, 1, 2, 3, -1):
        case("Flatten", [x], opset=13, axis=axis)
    case("Flatten", [x], opset=9)
    y = floats(1, 2, 1, 3)
    case("Squeeze", [y], opset=11)
    case("Squeeze", [y], opset=11, axes=[0])
    case("Squeeze", [y, ints(-2, 0)], opset=13)
    case("Unsqueeze", [x], opset=11, axes=[0, 4])
    case("Unsqueeze", [x, ints(-1, 1)], opset=13)
    case("Transpose", [x])
    case("Transpose", [x], perm=[1, 2, 0])
    case("Expand", [floats(3, 1), ints(2, 1, 4)], opset=8)
    case("Expand", [floats(3, 1), ints(1)], opset=13, name="to less")
    case("Tile", [floats(2, 2), ints(2, 3)])
    case("Shape", [x])
    for start, end in ((1, 3), (-2, 9), (0, -1)):
        case("Shape", [x], opset=15, start=start, end=end)
    case("Size", [x])
    case("Identity", [x])
    for mode in ("DCR", "CRD"):
        case("DepthToSpace", [floats(1, 8, 1, 2)], opset=11, blocksize=2, mode=mode)
    case("SpaceToDepth", [floats(1, 2, 2, 4)], blocksize=2)
    case("Concat", [floats(2, 1), floats(2, 3)], axis=1)
    case("Concat", [floats(2, 1), floats(2, 1)], axis=-2)
    case("Concat", [ints(1), ints(), ints(2, 3)], axis=0)
    case("Split", [floats(4, 2)], 11, 2)
    case("Split", [floats(2, 5)], 11, 2, axis=1, split=[2, 3])
    case("Split", [floats(2, 5), ints(4, 1)], 13, 2, axis=-1)
    case("Split", [floats(5, 1)], 18, 3, num_outputs=3)
    big = 9223372036854775807
    case("Slice", [floats(4, 3)], 9, starts=[1, 0], ends=[-1, big], axes=[0, 1])
    case("Slice", [floats(4, 3)], 7, starts=[1], ends=[3])
    case("Slice", [floats(4, 3), ints(1, -2), ints(big, -1)], 10)
    case("Slice", [floats(4, 3), ints(-1), ints(-big), ints(0), ints(-1)], 11, name="turned round")
    case("Slice", [floats(5, 3), ints(4, 0), ints(0, 3), ints(0, -1), ints(-2, 2)], 13, name="with steps")
    case("Slice", [floats(4, 3), ints(3), ints(2), ints(1)], 13, name="of nothing")
    case("Slice", [floats(3), ints(-5), ints(2), ints(0)], 13, name="from before the beginning")
    case("Slice", [floats(3), ints(9), ints(-9), ints(0), ints(-1)], 13, name="from behind the end")
    for mode in ("constant", "reflect", "edge"):
        case("Pad", [floats(2, 4)], 10, mode=mode, pads=[0, 2, 1, 1])
        case("Pad", [floats(2, 4), ints(1, 3, 0, 1)], 11, mode=mode)
    case("Pad", [floats(2, 3)], 10, pads=[0, 1, 0, 2], value=1.5)
    case("Pad", [floats(2, 3), ints(0, -1, 1, 2), np.float32(-1.25)], 13)
    case("Pad", [floats(2, 3), ints(2, 1), np.float32(7), ints(-1)], 18)
    case("Pad", [floats(2, 4), ints(1, 2, 1, 1)], 19, mode="wrap")
    case("Pad", [floats(2, 5), ints(0, -2, 0, 2)], 18, mode="reflect", name="with a cut")
    case("Pad", [ints(1, 2), ints(1, 1)], 13, name="of integers")
    for upper in (0, 1):
        for k in ([], [ints(1).reshape(())], [ints(-2).reshape(())]):
            case("Trilu", [floats(2, 3, 4), *k], 14, upper=upper)
    for time in (0, 1):
        case("ReverseSequence", [floats(3, 3, 2), ints(1, 2, 3)], 10, time_axis=time, batch_axis=1 - time)


def gathers():
    x = floats(3, 4)
    case("Gather", [x, ints(2).reshape(())])
    case("Gather", [x, ints(-1).reshape(())], axis=1)
    case("Gather", [x, np.array([[0, -1], [1, 1]])], opset=11, axis=1)
    case("Gather", [x, ints(2, 0, dtype=np.int32)], opset=13, axis=-2)
    case("Gather", [ints(5, 6, 7), ints(-1)], name="of integers")
    case("Gather", [np.zeros((3, 0), np.float32), ints(1, 2)], name="of nothing")
    case("GatherElements", [x, np.array([[0, -1, 2, 1]])], opset=11)
    case("GatherElements", [x, np.array([[3, 0], [-1, 1]])], opset=13, axis=1)
    y = floats(2, 3, 2)
    case("GatherND", [y, np.array([[0, 1], [-1, 2]])], opset=11)
    case("GatherND", [y, np.array([[[1]], [[0]]])], opset=12)
    case("GatherND", [y, np.array([[1], [-1]])], opset=13, batch_dims=1)
    case("GatherND", [y, np.array([[[1], [0], [1]], [[0], [0], [1]]])], opset=13, batch_dims=2)
    places, updates = np.array([[1, 0, 2], [0, 2, -1]]), floats(2, 3)
    case("Scatter", [x, places, updates], opset=9)
    case("ScatterElements", [x, places, updates], opset=11)
    case("ScatterElements", [x, places, updates], opset=13, axis=1)
    again = np.array([[1, 1], [0, 0]])
    for reduction in ("none", "add", "mul", "max", "min"):
        if reduction != "none":
            case("ScatterElements", [x, again, floats(2, 2)], opset=18, axis=1, reduction=reduction)
        twice = np.array([[1], [0]] if reduction == "none" else [[1], [1]])
        case("ScatterND", [x, twice, floats(2, 4)], opset=18, reduction=reduction)
    case("ScatterND", [x, np.array([[0, 3], [-1, -1]]), floats(2)], opset=11)
    values = np.array([0.5, 2.0], np.float32)
    case("OneHot", [ints(0, -1, 5), np.array(3), values], opset=11)
    case("OneHot", [np.array([[1, 2]]), ints(3), values], opset=11, axis=1)
    case("OneHot", [np.array([[1, 2]]), np.array(3.0, np.float32), ints(0, 7)], opset=9, axis=0)
    case("Compress", [x, np.array([True, False, True])], axis=0)
    case("Compress", [x, np.array([False, True])], axis=1)
    case("Compress", [x, np.array([False, True, True, False, True])])
    case("NonZero", [np.array([[1, 0, 3], [0, 0, 2]], np.float32)])
    case("NonZero", [np.array([[True, False], [False, True]])], opset=13)
    z = np.array([[1, 5, 3, 5], [2, 8, -1, 0]], np.float32)
    case("TopK", [z], 9, 2, "of equal numbers", k=2)
    case("TopK", [z, ints(3)], 10, 2, "of equal numbers", axis=-1)
    case("TopK", [z, ints(3)], 11, 2, "of equal numbers", largest=0)
    case("TopK", [x, ints(3)], 11, 2, largest=0)
    case("TopK", [x, ints(2)], 11, 2, axis=0)
    case("TopK", [z, ints(1)], 11, 2, axis=0)
    case("TopK", [ints(3, 9, 1), ints(2)], 11, 2, name="of integers")
    for exclusive in (0, 1):
        for reverse in (0, 1):
            case("CumSum", [x, np.array(1)], opset=14, exclusive=exclusive, reverse=reverse)
    case("CumSum", [ints(1, 2, 3), np.array(-1, np.int32)], opset=11)


def constants():
    value = numpy_helper.from_array(np.array([[1, 2]], np.float32))
    case("Constant", [], opset=7, value=value)
    case("Constant", [], opset=12, value_float=1.5)
    case("Constant", [], opset=12, value_floats=[1.5, -2.0])
    case("Constant", [], opset=13, value_int=7)
    case("Constant", [], opset=13, value_ints=[7, -8])
    case("ConstantOfShape", [ints(2, 3)], opset=9)
    case("ConstantOfShape", [ints(2)], opset=9, value=numpy_helper.from_array(ints(5)))
    case("ConstantOfShape", [ints()], opset=9, value=numpy_helper.from_array(np.array([True])))
    case("ConstantOfShape", [ints(0, 2)], opset=9)
    for start, limit, delta in ((1, 9, 3), (5, -2, -2), (3, 3, 1)):
        case("Range", [np.array(start), np.array(limit), np.array(delta)], opset=11)
    case("Range", [np.float32(0.5), np.float32(2), np.float32(0.4)], opset=11)
    x = np.array([0.0, -0.6, 1.7, 3.0], np.float32)
    for to in (1, 2, 3, 5, 6, 7, 9, 11):
        case("Cast", [np.abs(x) if to == 2 else x], opset=9, to=to)
    case("Cast", [ints(0, 300, -1)], opset=13, to=2, name="of integers that wrap")
    case("Cast", [ints(0, 200, -129)], opset=13, to=3, name="of integers that wrap")
    case("Cast", [np.array([True, False])], opset=13, to=1, name="of truth values")
    case("Cast", [ints(3, -4, dtype=np.int32)], opset=13, to=1, name="of integers")
    case("CastLike", [x, ints(1)], opset=15)
    case("CastLike", [ints(0, 300), ints(1, dtype=np.uint8)], opset=15, name="to bytes")
    case("EyeLike", [floats(2, 3)], opset=9)
    case("EyeLike", [floats(3, 2)], opset=9, k=-1, dtype=7)
    case("EyeLike", [ints(1, 2, 3, 4).reshape(2, 2)], opset=9, k=1)
    case("Dropout", [floats(2, 3)], opset=7, ratio=0.5)
    case("Dropout", [floats(2, 3)], 12, 2, name="and its mask")
    case("Dropout", [floats(2, 3), np.float32(0.4), np.array(False)], opset=13)


def products():
    a, b = floats(2, 3), floats(3, 2)
    case("MatMul", [a, b])
    case("MatMul", [floats(2, 1, 2, 3), floats(2, 3, 1)], name="of stacks")
    case("MatMul", [floats(3), floats(2, 3, 2)], name="of a vector")
    case("MatMul", [floats(2, 3), floats(3)], name="by a vector")
    case("MatMul", [floats(2, 0), np.zeros((0, 3), np.float32)], name="over nothing")
    case("MatMul", [ints(1, 2, 3, 4, dtype=np.int32).reshape(2, 2)] * 2, name="of integers")
    for c in (None, floats(2), floats(2, 1), np.float32(0.5), floats(2, 2)):
        case("Gemm", [a, b] + ([] if c is None else [c]), opset=13, alpha=0.5, beta=1.5)
    for t in ((0, 1), (1, 0), (1, 1)):
        case("Gemm", [a.T if t[0] else a, b.T if t[1] else b, floats(1, 2)], opset=9, transA=t[0], transB=t[1])
    equations = [
        ("ij,jk->ik", a, b), ("bij,bjk->bik", floats(2, 2, 3), floats(2, 3, 2)), ("ij->ji", a), ("ii->i", floats(3, 3)),
        ("ij->", a), ("...ij,...jk->...ik", floats(2, 2, 3), floats(2, 3, 1)), ("i,j->ij", floats(2), floats(3)),
        ("bhqd,bhkd->bhqk", floats(1, 2, 2, 3), floats(1, 2, 3, 3)), ("ij,jk", a, b), ("...i->...", floats(2, 3)),
    ]
    for equation, *given in equations:
        case("Einsum", given, opset=12, equation=equation)
    case("Det", [floats(2, 2, 2)], opset=11)
    case("Det", [floats(4, 4)], opset=11)
    u, v = ints(1, 200, 3, 4, 5, 6, dtype=np.uint8), ints(9, 8, 7, 6, 5, 250, dtype=np.uint8)
    case("MatMulInteger", [u.reshape(2, 3), v.reshape(3, 2)], opset=10)
    case("MatMulInteger", [u.reshape(2, 3), v.reshape(3, 2), ints(4, dtype=np.uint8).reshape(()), ints(7, 9, dtype=np.uint8)], opset=10)
    case("ConvInteger", [u.reshape(1, 1, 6), v[:2].reshape(1, 1, 2), ints(3, dtype=np.uint8).reshape(())], opset=10)


def convolutions():
    x1, x2, x3 = floats(2, 2, 7), floats(1, 2, 4, 5), floats(1, 1, 3, 2, 3)
    case("Conv", [x1, floats(3, 2, 3), floats(3)])
    case("Conv", [x1, floats(3, 2, 3)], dilations=[2], pads=[1, 2], strides=[2])
    case("Conv", [x2, floats(2, 2, 3, 2), floats(2)], pads=[1, 0, 2, 1], strides=[2, 1])
    case("Conv", [x2, floats(4, 1, 2, 2)], group=2, kernel_shape=[2, 2])
    case("Conv", [x3, floats(2, 1, 2, 2, 2)], pads=[0, 1, 0, 1, 0, 1])
    case("Conv", [np.zeros((0, 2, 4), np.float32), floats(3, 2, 3)], name="of no images")
    for how in ("SAME_UPPER", "SAME_LOWER", "VALID"):
        case("Conv", [x2, floats(1, 2, 2, 3)], auto_pad=how, strides=[2, 2])
        case("Conv", [x1, floats(1, 2, 4)], auto_pad=how, dilations=[1])
        case("ConvTranspose", [floats(1, 1, 3, 2), floats(1, 1, 3, 2)], auto_pad=how, strides=[2, 2])
    w1, w2 = floats(2, 2, 3), floats(2, 1, 3, 2)
    case("ConvTranspose", [floats(1, 2, 4), w1, floats(2)])
    case("ConvTranspose", [floats(1, 2, 4), w1], strides=[2], pads=[1, 0], output_padding=[1])
    case("ConvTranspose", [floats(1, 2, 4), w1], dilations=[2], strides=[3])
    case("ConvTranspose", [floats(1, 2, 2, 3), w2, floats(2)], group=2, strides=[2, 1], pads=[0, 1, 1, 0])
    case("ConvTranspose", [floats(1, 2, 2, 3), w2], output_shape=[6, 7], strides=[3, 2])
    case("ConvTranspose", [floats(1, 2, 2, 3), w2], output_shape=[4, 6], strides=[2, 2], auto_pad="SAME_UPPER")
    case("ConvTranspose", [floats(1, 2, 2, 3), w2], output_shape=[4, 5], strides=[2, 2], auto_pad="SAME_LOWER")
    case("ConvTranspose", [floats(1, 1, 2, 2, 2), floats(1, 2, 2, 1, 2)], strides=[2, 1, 1])


def pools():
    x1, x2 = floats(1, 2, 8), floats(1, 2, 5, 4)
    for op in "MaxPool AveragePool LpPool".split():
        opset = 18 if op == "LpPool" else 19 if op == "AveragePool" else 12
        case(op, [x1], opset=opset, kernel_shape=[3])
        case(op, [x1], opset=opset, kernel_shape=[3], strides=[2], pads=[1, 1])
        case(op, [x2], opset=opset, kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 1, 1])
        case(op, [x2], opset=opset, kernel_shape=[2, 2], dilations=[2, 1])
        case(op, [x2], opset=opset, kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
        case(op, [floats(1, 1, 3, 3, 2)], opset=opset, kernel_shape=[2, 2, 2])
        for how in ("SAME_UPPER", "SAME_LOWER", "VALID"):
            case(op, [x2], opset=opset, kernel_shape=[2, 3], strides=[2, 2], auto_pad=how)
    case("MaxPool", [ints(3, 250, 7, 9, dtype=np.uint8).reshape(1, 1, 4)], opset=12, kernel_shape=[2], name="of bytes")
    case("MaxPool", [-positive(1, 1, 4)], kernel_shape=[2], pads=[1, 1], name="of negative numbers")
    for include in (0, 1):
        case("AveragePool", [x2], opset=7, kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=include)
        case("AveragePool", [x2], opset=19, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], count_include_pad=include, ceil_mode=1)
        case("AveragePool", [x1], opset=19, kernel_shape=[3], strides=[3], ceil_mode=1, pads=[1, 1], count_include_pad=include)
        case("AveragePool", [x2], opset=19, kernel_shape=[2, 2], dilations=[1, 2], pads=[1, 1, 1, 1], count_include_pad=include)
    case("MaxPool", [x1], opset=12, kernel_shape=[2], strides=[3], ceil_mode=1, pads=[1, 1])
    for p in (1, 3):
        case("LpPool", [x2], opset=11, kernel_shape=[2, 2], p=p)
        case("GlobalLpPool", [x2], p=p)
    case("GlobalLpPool", [x2])
    for op in "GlobalAveragePool GlobalMaxPool".split():
        case(op, [x2])
        case(op, [floats(2, 2, 3)])


def normalizations():
    x = floats(2, 4, 3)
    scale, bias, mean, variance = floats(4), floats(4), floats(4), positive(4)
    for opset in (7, 9, 15):
        case("BatchNormalization", [x, scale, bias, mean, variance], opset=opset)
    case("BatchNormalization", [floats(2, 4), scale, bias, mean, variance], opset=14, epsilon=0.1, momentum=0.5)
    case("BatchNormalization", [floats(1, 4, 2, 2), scale, bias, mean, variance], opset=13)
    case("InstanceNormalization", [x, scale, bias])
    case("InstanceNormalization", [floats(1, 2, 3, 2), scale[:2], bias[:2]], epsilon=0.1)
    case("LayerNormalization", [x, floats(3), floats(3)], 17, 3)
    case("LayerNormalization", [x, floats(4, 3)], 17, axis=1, epsilon=0.1)
    case("LayerNormalization", [x, floats(2, 4, 3), floats(2, 4, 3)], 17, axis=-3)
    case("GroupNormalization", [x, floats(2), floats(2)], 18, num_groups=2)
    case("GroupNormalization", [x, floats(4), floats(4)], 21, num_groups=2, epsilon=0.1)
    case("GroupNormalization", [floats(1, 4, 2, 2), floats(4), floats(4)], 21, num_groups=4)
    case("MeanVarianceNormalization", [floats(2, 2, 2, 3)], 13)
    case("MeanVarianceNormalization", [x], 9, axes=[0, 2])
    case("LRN", [floats(1, 5, 2, 1)], size=3)
    case("LRN", [floats(1, 5, 2, 1)], size=3, alpha=0.5, beta=0.6, bias=2.0)
    # The reference evaluator goes through as many features as there are images.
    case("LRN", [floats(5, 5, 1, 1)], size=4, alpha=0.5)
    for p in (1, 2):
        case("LpNormalization", [x], axis=1, p=p)
    case("LpNormalization", [x])


def recurrent():
    steps, batch, size, hidden = 3, 2, 2, 2
    x = floats(steps, batch, size)
    for op, gates, own in (("RNN", 1, 1), ("GRU", 3, 2), ("LSTM", 4, 3)):
        states = 2 if op == "LSTM" else 1

        def add(directions=1, outputs=states + 1, bias=True, lengths=None, initial=False, peepholes=False, layout=0, **attributes):
            w, r = floats(directions, gates * hidden, size), floats(directions, gates * hidden, hidden)
            b = floats(directions, 2 * gates * hidden) if bias else None
            given = [x.transpose(1, 0, 2).copy() if layout else x, w, r, b, lengths]
            shape = (batch, directions, hidden) if layout else (directions, batch, hidden)
            given += [floats(*shape) if initial else None for _ in range(states)]
            if op == "LSTM":
                given.append(floats(directions, 3 * hidden) if peepholes else None)
            while given[-1] is None:
                given.pop()
            extra = {"layout": 1} if layout else {}
            case(op, given, 14, outputs, hidden_size=hidden, **attributes, **extra)

        add(bias=False)
        add()
        add(direction="reverse", initial=True)
        add(2, direction="bidirectional", initial=True, lengths=ints(3, 1, dtype=np.int32))
        add(lengths=ints(2, 3, dtype=np.int32))
        add(direction="reverse", lengths=ints(1, 3, dtype=np.int32))
        add(clip=0.4, initial=True)
        add(layout=1, initial=True)
        add(2, layout=1, direction="bidirectional")
        for names in (["Relu"], ["Softsign"], ["Softplus"], ["Sigmoid"], ["Tanh"]):
            add(activations=names * own)
        for name, alpha, beta in (
            ("LeakyRelu", [0.2], []), ("ThresholdedRelu", [0.3], []), ("Elu", [0.6], []), ("HardSigmoid", [0.3], [0.4]),
            ("ScaledTanh", [0.8], [0.7]), ("Affine", [0.5], [0.1]),
        ):
            numbers = {"activation_alpha": alpha * own} | ({"activation_beta": beta * own} if beta else {})
            add(activations=[name] * own, **numbers)
        add(activations=["HardSigmoid"] * own)
        if op == "GRU":
            add(linear_before_reset=1)
            add(2, linear_before_reset=1, direction="bidirectional", initial=True, lengths=ints(2, 3, dtype=np.int32))
        if op == "LSTM":
            add(peepholes=True, initial=True)
            add(2, peepholes=True, direction="bidirectional", lengths=ints(1, 3, dtype=np.int32))
            add(input_forget=1, bias=False)


def quantizations():
    x = floats(2, 3)
    scale, zero = np.float32(0.05), np.array(128, np.uint8)
    case("QuantizeLinear", [x, scale, zero], opset=10)
    case("QuantizeLinear", [x, np.float32(0.01), np.array(3, np.int8)], opset=10, name="beyond the bounds")
    case("QuantizeLinear", [x, scale], opset=13)
    case("QuantizeLinear", [x, positive(3), ints(1, 2, 3, dtype=np.int8)], opset=13, axis=1)
    case("QuantizeLinear", [x, positive(2), ints(1, 2, dtype=np.uint16)], opset=21, axis=0)
    case("QuantizeLinear", [x, scale], opset=21, output_dtype=5)
    halves = np.array([0.5, 1.5, 2.5, -0.5, -1.5], np.float32)
    case("QuantizeLinear", [halves, np.float32(1), np.array(1, np.int8)], opset=13, name="of halves")
    q = ints(0, 255, 128, 3, 9, 200, dtype=np.uint8).reshape(2, 3)
    case("DequantizeLinear", [q, scale, zero], opset=10)
    case("DequantizeLinear", [q, scale], opset=13)
    case("DequantizeLinear", [q.astype(np.int8), positive(3), ints(1, 2, 3, dtype=np.int8)], opset=13)
    case("DequantizeLinear", [q, positive(2), ints(1, 2, dtype=np.uint8)], opset=13, axis=0)
    case("DequantizeLinear", [q, positive(2, 2), ints(1, 2, 3, 4, dtype=np.uint8).reshape(2, 2)], opset=21, block_size=2)
    case("DynamicQuantizeLinear", [x], 11, 3)
    case("DynamicQuantizeLinear", [positive(4)], 11, 3, name="of positive numbers")


def resizes():
    x, none = floats(1, 1, 3, 4), np.array([], np.float32)
    modes = "half_pixel pytorch_half_pixel align_corners asymmetric".split()
    for mode in modes:
        for interpolation in ("nearest", "linear", "cubic"):
            given = {"coordinate_transformation_mode": mode, "mode": interpolation}
            case("Resize", [x, none, np.array([1, 1, 2, 1.5], np.float32)], 13, **given)
            case("Resize", [x, none, None, ints(1, 1, 2, 3)], 13, **given)
        for nearest in ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil"):
            given = {"coordinate_transformation_mode": mode, "nearest_mode": nearest}
            case("Resize", [floats(1, 1, 4), none, None, ints(1, 1, 7)], 13, **given)
            case("Resize", [floats(1, 1, 6), none, np.array([1, 1, 0.6], np.float32)], 13, **given)
    for interpolation in ("nearest", "linear", "cubic"):
        case("Resize", [x, none, np.array([1, 1, 0.7, 1.4], np.float32)], 19, mode=interpolation, coordinate_transformation_mode="half_pixel_symmetric")
        roi = np.array([0, 0, 0.2, 0.1, 1, 1, 0.9, 1.3], np.float32)
        crop = {"coordinate_transformation_mode": "tf_crop_and_resize", "extrapolation_value": 9.0}
        case("Resize", [x, roi, None, ints(1, 1, 2, 5)], 13, mode=interpolation, **crop)
    case("Resize", [x, none, np.array([1, 1, 2, 2], np.float32)], 11, mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor")
    case("Resize", [floats(1, 1, 4), none, np.array([1, 1, 2], np.float32)], 11, coordinate_transformation_mode="tf_half_pixel_for_nn")
    for exclude in (0, 1):
        case("Resize", [x, none, np.array([1, 1, 1.3, 0.8], np.float32)], 13, mode="cubic", cubic_coeff_a=-0.5, exclude_outside=exclude)
    for interpolation in ("linear", "cubic"):
        for sizes in (ints(1, 1, 2, 3), ints(1, 1, 5, 2)):
            case("Resize", [x, None, None, sizes], 18, mode=interpolation, antialias=1)
    case("Resize", [x, None, np.array([2, 3], np.float32)], 18, axes=[3, 2])
    for policy in ("stretch", "not_larger", "not_smaller"):
        case("Resize", [x, None, None, ints(7, 6)], 18, axes=[2, 3], keep_aspect_ratio_policy=policy)
    case("Resize", [floats(1, 1, 4), np.array([1, 1, 2], np.float32)], 10)
    case("Resize", [floats(1, 1, 6), np.array([1, 1, 0.6], np.float32)], 10)
    case("Resize", [floats(1, 1, 4, 1), np.array([1, 1, 1.5, 2], np.float32)], 10, mode="linear")
    case("Upsample", [floats(1, 1, 2, 2), np.array([1, 1, 2, 3], np.float32)], 9)
    case("Upsample", [floats(1, 1, 2, 3), np.array([1, 1, 2, 1.5], np.float32)], 9, mode="linear")
    case("Upsample", [floats(1, 1, 2, 2)], 7, scales=[1.0, 1.0, 2.0, 2.0])


def grids():
    x = floats(2, 2, 3, 4)
    grid = (floats(2, 2, 2, 2) * 0.7).astype(np.float32)
    for padding in ("zeros", "border", "reflection"):
        for aligned in (0, 1):
            for old, new in (("bilinear", "linear"), ("nearest", "nearest"), ("bicubic", "cubic")):
                given = {"padding_mode": padding, "align_corners": aligned}
                case("GridSample", [x, grid], 16, mode=old, **given)
                if old != "bicubic":
                    volumes = floats(1, 1, 2, 2, 3), (floats(1, 1, 2, 2, 3) * 0.7).astype(np.float32)
                    case("GridSample", volumes, 20, mode=new, **given)
    case("GridSample", [x, grid], 20)
    for aligned in (0, 1):
        case("AffineGrid", [floats(2, 2, 3), ints(2, 1, 2, 3)], 20, align_corners=aligned)
        case("AffineGrid", [floats(1, 3, 4), ints(1, 1, 2, 3, 2)], 20, align_corners=aligned)


def blocks():
    case("Col2Im", [floats(1, 8, 6), ints(3, 4), ints(2, 2)], 18)
    case("Col2Im", [floats(2, 4, 6), ints(3, 4), ints(2, 2)], 18, strides=[2, 1], pads=[0, 0, 1, 0])
    case("Col2Im", [floats(1, 3, 4), ints(5), ints(3)], 18, dilations=[2], pads=[1, 2])


def sklearn():
    x = floats(2, 3)
    case("ai.onnx.ml.Scaler", [x], offset=[0.5, -1.0, 2.0], scale=[2.0, 0.5, 1.5])
    case("ai.onnx.ml.Scaler", [ints(1, 2, 3).reshape(1, 3)], offset=[0.5], scale=[2.0])
    case("ai.onnx.ml.ArrayFeatureExtractor", [ints(5, 7, 9), ints(2, 0)])
    case("ai.onnx.ml.ArrayFeatureExtractor", [x, ints(2, 0)])
    for norm in ("MAX", "L1", "L2"):
        case("ai.onnx.ml.Normalizer", [x], norm=norm)
    case("ai.onnx.ml.Binarizer", [x], threshold=0.5)


elementwise()
logic()
activations()
softmaxes()
reductions()
shapes()
gathers()
constants()
products()
convolutions()
pools()
normalizations()
recurrent()
quantizations()
resizes()
grids()
blocks()
sklearn()
tensors.write(pathlib.Path(__file__).with_name("cases.json"), cases)
