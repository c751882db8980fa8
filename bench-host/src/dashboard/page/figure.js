// A figure: a title that says what is found, how to read it, the drawing, and its numbers as a table, as a file and as a
// link. `draw(width)` returns the drawing for a width; it is drawn anew when the width changes.
(() => {
  const { h } = app;

  const seen = new Map();
  const watcher = new ResizeObserver((entries) => {
    for (const entry of entries) {
      const width = Math.round(entry.contentRect.width);
      const drawn = seen.get(entry.target);
      if (drawn && width > 0 && drawn.width !== width) {
        drawn.width = width;
        // Not while sizes are being told: a drawing has a size, too.
        requestAnimationFrame(() => entry.target.replaceChildren(drawn.draw(width)));
      }
    }
  });

  // A place that draws itself as wide as it is.
  app.drawing = (draw) => {
    const place = h("div", { class: "drawing" });
    seen.set(place, { draw, width: 0 });
    watcher.observe(place);
    return place;
  };

  app.forgetDrawings = () => {
    watcher.disconnect();
    seen.clear();
  };

  // { id, title, sub, draw, body, columns, rows, more }: `columns` and `rows` as app.table takes them.
  app.figure = (figure) => {
    const id = "figure-" + figure.id;
    const place = figure.draw ? app.drawing(figure.draw) : figure.body;
    const table = figure.columns && h("details", {},
      h("summary", {}, "Numbers"),
      h("div", { class: "scroll" }, app.table({ caption: figure.title, columns: figure.columns, rows: figure.rows, sort: false })));
    const csv = figure.columns && h("button", { type: "button", click: () => app.download(figure.id + ".csv", app.csv(figure.columns, figure.rows)) }, "CSV");
    const link = h("a", { href: app.route.here({ figure: figure.id }) }, "Link");
    return h("figure", { id, "aria-labelledby": id + "-title" },
      h("h3", { id: id + "-title" }, figure.title),
      figure.sub && h("p", { class: "sub" }, figure.sub),
      place,
      figure.more,
      h("div", { class: "under" }, table, csv, link));
  };

  // The frame of a drawing: an image whose text alternative is its finding; the table beside it has every number.
  app.svg = (width, height, words, ...children) =>
    app.s("svg", { viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": words }, ...children);

  // What a point tells when one hovers over it or reaches it by key.
  app.tip = (words, ...children) => app.s("g", {}, app.s("title", {}, words), ...children);
})();
