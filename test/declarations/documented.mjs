// What the comments in a file of declarations say: of each export, namespaces' included, and of each member of an array.

import { createRequire } from "node:module";

const ts = createRequire(import.meta.url)("typescript-5.9");
const { SymbolFlags } = ts;

/** `{ name, kind, comment, examples }` of all that a user can reach; a name is the path to it. */
export function documented(file) {
  const program = ts.createProgram([file], { target: ts.ScriptTarget.ES2022, lib: ["lib.es2022.d.ts"], types: [] });
  const checker = program.getTypeChecker();
  const text = (parts) => ts.displayPartsToString(parts);
  const target = (symbol) => (symbol.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);

  function kindOf(symbol) {
    if (symbol.flags & SymbolFlags.Module) return "namespace";
    if (symbol.flags & SymbolFlags.Class) return "class";
    if (!(symbol.flags & SymbolFlags.Value)) return "type";
    const { length } = checker.getTypeOfSymbol(symbol).getCallSignatures();
    return length > 0 ? "function" : "value";
  }

  function entry(name, symbol) {
    const examples = symbol.getJsDocTags(checker).filter((tag) => tag.name === "example");
    return {
      name,
      kind: kindOf(symbol),
      comment: text(symbol.getDocumentationComment(checker)),
      examples: examples.map((tag) => text(tag.text)),
    };
  }

  function reach(path, exported) {
    const symbol = target(exported);
    const name = [...path, exported.name].join(".");
    if (symbol.flags & SymbolFlags.Module) {
      const inside = checker.getExportsOfModule(symbol).flatMap((own) => reach([...path, exported.name], own));
      return [entry(name, symbol), ...inside];
    }
    if (name !== "NDArray") return [entry(name, symbol)];
    const members = checker.getDeclaredTypeOfSymbol(symbol).getProperties();
    return [entry(name, symbol), ...members.map((member) => entry(`NDArray.${readable(member.name)}`, member))];
  }

  const module = checker.getSymbolAtLocation(program.getSourceFile(file));
  return checker.getExportsOfModule(module).flatMap((exported) => reach([], exported));
}

/** TypeScript's name of `[Symbol.iterator]` is `__@iterator@12`. */
const readable = (name) => name.replace(/^__@(\w+)@\d+$/, "[Symbol.$1]");
