/** Whether two types are the same, for files that are compiled and not run. */

type Same<X, Y> = 0 extends X & 1 ? false : [X, Y] extends [Y, X] ? true : false;

/** `is<T>().of(x)` compiles only where `x` is a `T` and the other way round; `any` is neither. */
export const is = <Expected>() => ({
  of: <T>(_value: T, ..._wrong: Same<T, Expected> extends true ? [] : [never]): void => {},
});
