// What typedoc lacks for a site of pages: it calls a page by its path, where readers know it by its heading.

import { Converter } from "typedoc";

export function load(app) {
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_, document) => {
    const folder = /guides\/|webgpu$/.test(document.name) ? "Guides" : "More";
    const [heading] = document.content;
    document.name = `${folder}/${/^# (.*)$/m.exec(heading.text)[1]}`;
  });
}
