// Axes: thin lines, few ticks, the unit at the end.
(() => {
  const { s } = app;

  // Left axis and its lines across.
  app.yAxis = (scale, box, shown, unit, show = app.words.tickOf(shown)) => [
    scale.ticks.map((tick) => {
      const y = scale.at(tick);
      return [
        s("line", { class: "grid-line", x1: box.left, x2: box.right, y1: y, y2: y }),
        s("text", { x: box.left - 6, y: y + 4, "text-anchor": "end" }, show(tick)),
      ];
    }),
    unit && s("text", { x: 0, y: box.top - 12 }, unit),
  ];

  // Bottom axis; `lines` also draws them upwards.
  app.xAxis = (scale, box, shown, unit, lines, show = app.words.tickOf(shown)) => [
    s("line", { class: "axis-line", x1: box.left, x2: box.right, y1: box.bottom, y2: box.bottom }),
    scale.ticks.map((tick) => {
      const x = scale.at(tick);
      return [
        lines && s("line", { class: "grid-line", x1: x, x2: x, y1: box.top, y2: box.bottom }),
        s("line", { class: "axis-line", x1: x, x2: x, y1: box.bottom, y2: box.bottom + 4 }),
        s("text", { x, y: box.bottom + 17, "text-anchor": "middle" }, show(tick)),
      ];
    }),
    unit && s("text", { x: (box.left + box.right) / 2, y: box.bottom + 34, "text-anchor": "middle" }, unit),
  ];

  // Roughly how wide a text is drawn.
  app.textWidth = (text) => String(text).length * 6.6;
})();
