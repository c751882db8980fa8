// A table whose cells are coloured by how far a ratio is from one: the numbers stand in it.
(() => {
  const { h } = app;

  // { caption, columns: [name], rows: [{ name, cells: [ratio | null] }], corner, href(row, column) }
  app.heat = (chart) => {
    const far = Math.max(...chart.rows.flatMap((row) => row.cells).filter((ratio) => ratio > 0).map((ratio) => Math.abs(Math.log(ratio))), Math.log(2));
    const cell = (ratio) => {
      if (!(ratio > 0)) return h("td", { class: "none" }, "–");
      const strength = Math.min(Math.abs(Math.log(ratio)) / far, 1) * 0.5;
      const colour = ratio >= 1 ? "--heat-up" : "--heat-down";
      return h("td", { style: `background: rgba(var(${colour}), ${strength.toFixed(2)})`, "data-value": ratio }, app.words.factor(ratio));
    };
    return h("div", { class: "scroll" }, h("table", { class: "heat" },
      h("caption", {}, chart.caption),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, chart.corner), chart.columns.map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, chart.rows.map((row) => h("tr", {}, h("th", { scope: "row" }, row.name), row.cells.map(cell))))));
  };
})();
