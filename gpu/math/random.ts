/** The random bits of JAX's default generator. */

const ROTATIONS = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
];

const round = (distance: number): string => `  x += y; y = ((y << ${distance}u) | (y >> ${32 - distance}u)) ^ x;`;

/** Four rounds and what is added after them. */
function group(number: number): string[] {
  const keys = [`key0`, `key1`, `key2`];
  const [first, second] = [keys[(number + 1) % 3], keys[(number + 2) % 3]];
  const rounds = (ROTATIONS[number % 2] ?? []).map(round);
  return [...rounds, `  x += ${first}; y += ${second} + ${number + 1}u;`];
}

export const RANDOM = {
  threefry: [
    "fn threefry(key0: u32, key1: u32, counter0: u32, counter1: u32) -> vec2<u32> {",
    "  let key2 = key0 ^ key1 ^ 0x1bd11bdau;",
    "  var x = counter0 + key0; var y = counter1 + key1;",
    ...[0, 1, 2, 3, 4].flatMap(group),
    "  return vec2<u32>(x, y);",
    "}",
  ].join("\n"),
};
