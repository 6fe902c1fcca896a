/** What compilers may get wrong with NaN and infinities: WGSL lets them assume that there are none, so bits are tested. */
export const BITS = {
  isNan: "fn isNan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }",
};
