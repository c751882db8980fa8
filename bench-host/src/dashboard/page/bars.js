// Parts of a whole in rows, one after the other.
(() => {
  const { s } = app;
  const ROW = 30;

  // { alt, parts: [{ key, name, opacity }], rows: [{ label, colour, values: { key: number }, shown, tip }], unit, show }
  app.bars = (chart) => (width) => {
    const narrow = width < 560;
    const longest = Math.max(0, ...chart.rows.map((row) => app.textWidth(row.label)));
    const left = narrow ? 4 : Math.min(longest + 14, width * 0.4);
    const step = narrow ? ROW + 16 : ROW;
    // The key, on as many lines as it takes.
    const LINE = 18;
    let [at, line] = [left, 0];
    const places = chart.parts.map((part) => {
      const room = app.textWidth(part.name) + 30;
      if (at > left && at + room > width) [at, line] = [left, line + 1];
      at += room;
      return { part, x: at - room, y: 3 + line * LINE };
    });
    const top = chart.parts.length > 1 ? 26 + line * LINE : 6;
    const height = top + chart.rows.length * step + 44;
    const total = (row) => chart.parts.reduce((sum, part) => sum + (row.values[part.key] || 0), 0);
    const rightRoom = Math.max(40, ...chart.rows.map((row) => app.textWidth(row.shown || ""))) + 12;
    const box = { left, right: width - rightRoom, top, bottom: height - 42 };
    const x = app.scale.linear(chart.rows.map(total), [box.left, box.right], true);
    const every = Math.ceil((x.ticks.length * 60) / Math.max(box.right - box.left, 60));
    x.ticks = x.ticks.filter((_, index) => index % every === 0);
    const key = chart.parts.length > 1 && places.map((place) => s("g", { class: "c-muted" },
      s("rect", { x: place.x, y: place.y, width: 12, height: 12, fill: "currentColor", opacity: place.part.opacity }),
      s("text", { x: place.x + 17, y: place.y + 10 }, place.part.name)));
    return app.svg(width, height, chart.alt, key,
      app.xAxis(x, box, chart.show, chart.unit, true),
      chart.rows.map((row, index) => {
        const y = top + index * step + (narrow ? 18 : 5);
        let from = 0;
        const pieces = chart.parts.map((part) => {
          const value = row.values[part.key] || 0;
          const [x1, x2] = [x.at(from), x.at(from + value)];
          from += value;
          return app.tip(`${row.label}, ${part.name}: ${chart.show(value)}`,
            s("rect", { x: x1, y, width: Math.max(x2 - x1, 0), height: 18, fill: "currentColor", opacity: part.opacity }));
        });
        return [
          s("text", narrow ? { class: "label", x: 2, y: y - 5 } : { class: "label", x: left - 8, y: y + 13, "text-anchor": "end" }, row.label),
          s("g", { class: row.colour }, pieces, s("text", { class: "named", x: x.at(from) + 6, y: y + 13 }, row.shown)),
        ];
      }));
  };
})();
