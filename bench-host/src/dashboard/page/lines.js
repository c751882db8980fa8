// Lines over a scale, with bands for their intervals and their names at their ends.
(() => {
  const { s } = app;
  const GAP = 14;

  // { alt, series: [{ name, colour, points: [{ x, y, low, high, tip, href }], step, bare }], x: { kind, show, unit },
  //   y: { kind, show, unit, zero }, height, marks: [{ x, label, colour }], levels: [y] }
  app.lines = (chart) => (width) => {
    const points = chart.series.flatMap((series) => series.points);
    const height = chart.height || 250;
    const room = chart.named === false ? 12 : Math.min(Math.max(...chart.series.map((series) => app.textWidth(series.name))) + 16, width * 0.3);
    const ys = points.flatMap((point) => [point.y, point.low, point.high]).concat(chart.levels || []);
    const top = chart.marks?.length ? 40 : 24;
    const down = [height - 42, top];
    const y = chart.y.kind === "log" ? app.scale.log(ys, down, 5) : app.scale.linear(ys, down, chart.y.zero);
    const left = Math.max(...y.ticks.map((tick) => app.textWidth(chart.y.show(tick)))) + 10;
    const box = { left, right: width - room, top, bottom: height - 42 };
    const across = [box.left + 8, box.right - 8];
    const x = chart.x.kind === "steps" ? app.scale.steps(chart.x.values, across)
      : chart.x.kind === "log" ? app.scale.log(points.map((point) => point.x), across, Math.max(3, Math.floor((box.right - box.left) / 75)))
      : app.scale.linear(points.map((point) => point.x), across, false);
    if (chart.x.ticks) x.ticks = chart.x.ticks(x.ticks, box.right - box.left);
    const ends = chart.series.filter((series) => series.points.length).map((series) => {
      // A distribution is named where half of it lies: all of them end in one place.
      const named = (chart.nameAt && series.points.find((point) => point.y >= chart.nameAt)) || series.points[series.points.length - 1];
      return { series, x: x.at(named.x), y: y.at(named.y) + 4 };
    });
    if (!chart.nameAt) app.scale.spread(ends, GAP, box.top, box.bottom);
    return app.svg(width, height, chart.alt,
      app.yAxis(y, box, chart.y.show, chart.y.unit),
      app.xAxis(x, box, chart.x.show, chart.x.unit),
      (chart.levels || []).map((level) => s("line", { class: "one", x1: box.left, x2: box.right, y1: y.at(level), y2: y.at(level) })),
      (chart.marks || []).map((mark) => [
        s("line", { class: "change " + mark.colour, x1: x.at(mark.x), x2: x.at(mark.x), y1: box.top - 4, y2: box.bottom }),
        s("text", { class: "named " + mark.colour, x: Math.min(x.at(mark.x) + 4, box.right - app.textWidth(mark.label)), y: box.top - 8 }, mark.label),
      ]),
      chart.series.map((series) => drawn(series, x, y)),
      chart.named === false ? null : ends.map((end) => s("text", { class: "named " + end.series.colour, x: Math.min(end.x + 10, box.right + 4), y: end.y }, end.series.name)));
  };

  function drawn(series, x, y) {
    const places = series.points.map((point) => ({ ...point, px: x.at(point.x), py: y.at(point.y) }));
    const path = series.step
      ? places.map((place, index) => (index ? `H${place.px}V${place.py}` : `M${place.px} ${place.py}`)).join("")
      : places.map((place, index) => `${index ? "L" : "M"}${place.px} ${place.py}`).join("");
    const sure = places.filter((place) => Number.isFinite(place.low) && Number.isFinite(place.high));
    const band = sure.length > 1 && sure.length === places.length
      ? s("path", { class: "band", d: "M" + sure.map((place) => `${place.px} ${y.at(place.high)}`).join("L") + "L" +
          [...sure].reverse().map((place) => `${place.px} ${y.at(place.low)}`).join("L") + "Z" })
      : sure.map((place) => s("line", { class: "whisker", x1: place.px, x2: place.px, y1: y.at(place.low), y2: y.at(place.high) }));
    const radius = places.length > 80 ? 2.5 : 4;
    const dots = series.bare ? null : places.map((place) => {
      const dot = app.tip(place.tip || "",
        s("circle", { r: Math.max(radius, 9), cx: place.px, cy: place.py, fill: "transparent" }),
        s("circle", { class: place.hollow ? "hollow" : "point", r: radius, cx: place.px, cy: place.py }));
      return place.href ? s("a", { href: place.href, "aria-label": place.tip }, dot) : dot;
    });
    return s("g", { class: series.colour }, band, places.length > 1 && !series.unjoined ? s("path", { class: "line", d: path }) : null, dots);
  }

  // A line and nothing else, for a card.
  app.spark = (series) => (width) => {
    const height = 64;
    const [low, high] = app.scale.span(series.points.flatMap((point) => [point.y, point.low, point.high]).concat(series.level || []));
    const room = Math.max(high - low, Math.abs(high) * 0.02) || 1;
    const y = (value) => height - 8 - ((value - (low + high) / 2) / room + 0.5) * (height - 18);
    const x = (index) => 6 + (series.points.length > 1 ? index / (series.points.length - 1) : 0.5) * (width - 12);
    const places = series.points.map((point, index) => ({ ...point, px: x(index), py: y(point.y) }));
    const sure = places.filter((place) => Number.isFinite(place.low));
    return s("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" },
      series.level === undefined ? null : s("line", { class: "one", x1: 0, x2: width, y1: y(series.level), y2: y(series.level) }),
      s("g", { class: series.colour },
        sure.length > 1 && sure.length === places.length ? s("path", { class: "band", d: "M" + sure.map((place) => `${place.px} ${y(place.high)}`).join("L") + "L" +
          [...sure].reverse().map((place) => `${place.px} ${y(place.low)}`).join("L") + "Z" }) : null,
        places.length > 1 ? s("path", { class: "line", d: "M" + places.map((place) => `${place.px} ${place.py}`).join("L") }) : null,
        places.slice(-1).map((place) => s("circle", { class: "point", r: 3.5, cx: place.px, cy: place.py }))),
      (series.marks || []).map((mark) => s("line", { class: "change " + mark.colour, x1: (x(mark.at) + x(Math.max(mark.at - 1, 0))) / 2, x2: (x(mark.at) + x(Math.max(mark.at - 1, 0))) / 2, y1: 2, y2: height - 2 })));
  };
})();
