// What typedoc lacks for this site: it calls a page by its path, where readers know it by its heading, and a module by its
// folder, where they know it by what they import.

import { Converter, ReflectionKind } from "typedoc";

const MODULES = { index: "cotangent", io: "cotangent/io", onnx: "cotangent/onnx" };

export function load(app) {
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_, document) => {
    const folder = /guides\/|webgpu$/.test(document.name) ? "Guides" : "More";
    const [heading] = document.content;
    document.name = `${folder}/${/^# (.*)$/m.exec(heading.text)[1]}`;
  });
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (_, declaration) => {
    if (declaration.kind === ReflectionKind.Module) declaration.name = MODULES[declaration.name];
  });
}
