/** Numbers as tables, and the sections that pictures stand in. */

export interface Caption {
  readonly id: string;
  readonly title: string;
  readonly caption: string;
}

/** A section of the page with a figure: its title, its caption and then what it shows. */
export function makeFigure({ id, title, caption }: Caption, content: readonly Node[]) {
  const section = document.createElement("section");
  const heading = document.createElement("h2");
  heading.id = `${id}-title`;
  heading.textContent = title;
  section.setAttribute("aria-labelledby", heading.id);
  const figure = document.createElement("figure");
  const text = document.createElement("figcaption");
  text.textContent = caption;
  figure.append(text, ...content);
  section.append(heading, figure);
  return { section, figure };
}

function heading(scope: "row" | "col", text: string): HTMLTableCellElement {
  const cell = document.createElement("th");
  cell.scope = scope;
  cell.textContent = text;
  return cell;
}

/** A table; a row's first text is its name. */
export function tableOf(columns: readonly string[], rows: readonly (readonly string[])[]): HTMLTableElement {
  const table = document.createElement("table");
  table
    .createTHead()
    .insertRow()
    .append(...columns.map((text) => heading("col", text)));
  const body = table.createTBody();
  for (const [name = "", ...texts] of rows) {
    const line = body.insertRow();
    line.append(heading("row", name));
    for (const text of texts) line.insertCell().textContent = text;
  }
  return table;
}

/** A table that opens where one asks for it. */
export function foldedTable(
  title: string,
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): HTMLElement {
  const details = document.createElement("details");
  const summary = document.createElement("summary");
  summary.textContent = "The numbers";
  const scroll = document.createElement("div");
  scroll.className = "scroll";
  // What scrolls must be reached by the keyboard.
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", `Table: ${title}`);
  const table = tableOf(columns, rows);
  table.className = "numbers";
  scroll.append(table);
  details.append(summary, scroll);
  return details;
}
