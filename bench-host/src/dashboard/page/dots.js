// A value with its interval in each row, on one axis: what is compared stands one below the other.
(() => {
  const { s } = app;
  const ROW = 26;

  // { alt, rows: [{ label, spread: [middle, low, high], colour, shown, tip, href, hollow, head }], one, unit, show, log }
  app.dots = (chart) => (width) => {
    const narrow = width < 560;
    const longest = Math.max(0, ...chart.rows.map((row) => app.textWidth(row.label)));
    const left = narrow ? 4 : Math.min(longest + 14, width * 0.42);
    const rightRoom = Math.max(40, ...chart.rows.map((row) => app.textWidth(row.shown || ""))) + 12;
    const step = narrow ? ROW + 16 : ROW;
    const top = 24;
    const height = top + chart.rows.length * step + 44;
    const box = { left: left + 6, right: width - rightRoom, top, bottom: height - 42 };
    const values = chart.rows.filter((row) => row.spread).flatMap((row) => row.spread).concat(chart.one === undefined ? [] : [chart.one]);
    const across = [box.left, box.right];
    const room = Math.max(2, Math.floor((box.right - box.left) / 60));
    const x = chart.log === false ? app.scale.linear(values, across, true) : app.scale.log(values, across, room);
    const show = chart.show || app.words.number;
    return app.svg(width, height, chart.alt,
      app.xAxis(x, box, show, chart.unit, true),
      chart.one === undefined ? null : s("line", { class: "one", x1: x.at(chart.one), x2: x.at(chart.one), y1: box.top - 8, y2: box.bottom }),
      chart.one === undefined || !chart.sides ? null : [
        s("text", { x: x.at(chart.one) - 8, y: box.top - 10, "text-anchor": "end" }, x.at(chart.one) - box.left > app.textWidth(chart.sides[0]) ? chart.sides[0] : ""),
        s("text", { x: x.at(chart.one) + 8, y: box.top - 10 }, width - x.at(chart.one) > app.textWidth(chart.sides[1]) + 8 ? chart.sides[1] : ""),
      ],
      chart.rows.map((row, index) => {
        const y = top + index * step + step / 2 + (narrow ? 8 : 0);
        const label = narrow
          ? s("text", { class: row.head ? "strong" : "label", x: 2, y: y - 13 }, row.label)
          : s("text", { class: row.head ? "strong" : "label", x: left, y: y + 4, "text-anchor": "end" }, row.label);
        if (!row.spread) return label;
        const [middle, low, high] = row.spread;
        const dot = app.tip(row.tip || row.label,
          s("rect", { x: box.left, y: y - step / 2, width: Math.max(box.right - box.left, 0), height: step, fill: "transparent" }),
          low === undefined ? null : s("line", { class: "whisker", x1: x.at(low), x2: x.at(high), y1: y, y2: y }),
          s("circle", { class: row.hollow || low === undefined ? "hollow" : "point", r: 4.5, cx: x.at(middle), cy: y }));
        const group = s("g", { class: row.colour }, row.href ? s("a", { href: row.href, "aria-label": row.tip || row.label }, dot) : dot,
          s("text", { class: "named", x: box.right + 10, y: y + 4 }, row.shown || show(middle)));
        return [label, group];
      }));
  };
})();
