// Tables that can be ordered by a column, and the same as CSV.
(() => {
  const { h } = app;

  // { caption, columns: [{ name, number, value(row), show(value, row), node(row) }], rows, sort }
  app.table = (table) => {
    const body = h("tbody");
    const fill = (rows) => body.replaceChildren(...rows.map((row) => h("tr", {},
      table.columns.map((column) => {
        const value = column.value(row);
        const attributes = { class: column.number ? "number" : column.words ? "words" : column.nowrap ? "name" : null, "data-value": column.number && value !== null && value !== undefined ? value : null };
        const shown = column.node ? column.node(row) : column.show ? column.show(value, row) : column.number ? app.words.number(value) : value;
        return h("td", attributes, shown === null || shown === undefined ? "–" : shown);
      }))));
    fill(table.rows);
    const heads = table.columns.map((column) => {
      const head = h("th", { scope: "col", class: column.number ? "number" : null });
      if (table.sort === false) {
        head.textContent = column.name;
        return head;
      }
      head.append(h("button", { type: "button", click: () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        fill(ordered(table.rows, column, down));
      } }, column.name));
      return head;
    });
    return h("table", {}, table.caption && h("caption", {}, table.caption), h("thead", {}, h("tr", {}, heads)), body);
  };

  function ordered(rows, column, down) {
    const rank = (row) => {
      const value = column.value(row);
      return value === null || value === undefined ? (column.number ? -Infinity : "") : value;
    };
    const sign = down ? -1 : 1;
    return [...rows].sort((a, b) => {
      const [x, y] = [rank(a), rank(b)];
      return sign * (x < y ? -1 : x > y ? 1 : 0);
    });
  }

  const quoted = (value) => {
    const text = value === null || value === undefined ? "" : String(value);
    // What a spreadsheet would take for a formula is told to be text.
    const safe = /^[=+@\t\r]|^-(?![\d.])/.test(text) ? "'" + text : text;
    return /[",\n\r]/.test(safe) ? '"' + safe.replace(/"/g, '""') + '"' : safe;
  };
  const parts = (columns) => columns.flatMap((column) => column.parts || [column]).filter((column) => column.name);
  app.csv = (columns, rows) => lines(parts(columns), rows);
  const lines = (columns, rows) =>
    [columns.map((column) => quoted(column.name)), ...rows.map((row) => columns.map((column) => quoted(column.value(row))))]
      .map((line) => line.join(",")).join("\r\n") + "\r\n";

  // A median and its interval: two columns here, three in a file.
  app.spreadColumns = (name, of, show = app.words.number) => [
    { name, number: true, value: (row) => of(row)?.[0], show },
    { name: "95 %", number: true, value: (row) => of(row)?.[1],
      show: (_, row) => (of(row)?.length > 1 ? `${show(of(row)[1])} – ${show(of(row)[2])}` : "–"),
      parts: [{ name: name + ", low", value: (row) => of(row)?.[1] }, { name: name + ", high", value: (row) => of(row)?.[2] }] },
  ];
})();
