// Two things whose boots took turns: QEMU against QEMU, an option against none, a commit against another, the reference
// image; and a thing against itself, which shows how large a difference of nothing is here.
(() => {
  const { h, words, data } = app;
  const COLOUR = { improved: "c-better", regressed: "c-worse", inconclusive: "c-doubt", same: "c-muted", unjudged: "c-muted" };

  const planted = (one) => (one.sides.some((side) => side.planted) ? ", planted on purpose" : "");
  const titleOf = (one) => (one.same ? `A/A: ${one.sides[0].what}, twice` : one.reference ? `${words.commit(one.sides[1].sha)} against the reference image` : `${one.sides[0].what} → ${one.sides[1].what}${planted(one)}`);
  const count = (one, word) => one.rows.filter((row) => row.word === word).length;
  const summary = (one) => {
    const parts = [["regressed", "worse"], ["improved", "better"], ["inconclusive", "in doubt"], ["same", "without a change shown"], ["unjudged", "not judged"]]
      .map(([word, told]) => [count(one, word), told]).filter(([number]) => number > 0);
    const cells = parts.map(([number, told]) => `${number} ${told}`).join(", ") || "no cell";
    return one.counters?.length ? `${one.counters.length} of ${words.plural(one.counters_judged, "counter")} differ; cells: ${cells}` : cells;
  };

  app.view({ name: "variants", title: "Variants", show({ params }) {
    if (data.comparisons.length === 0) {
      return [h("h1", {}, "No interleaved comparison is here"), h("p", {}, "For example ", h("code", {}, "cargo ninewire run --record --ab --qemu 7.2 -- --qemu 10.0"), ", or ", h("code", {}, "run --record --ab -- --append dma.pool=64M"), ".")];
    }
    const one = data.comparisons.find((other) => key(other) === params.of) || data.comparisons.find((other) => !other.same && !other.reference) || data.comparisons[0];
    const metrics = [...new Set(one.rows.map((row) => row.metric))];
    const metric = metrics.includes(params.metric) ? params.metric : metrics[0];
    const rows = one.rows.filter((row) => row.metric === metric && row.ratio);
    return [
      h("h1", {}, headline(one)),
      h("div", { class: "controls" },
        app.choose("Comparison", data.comparisons.map((other) => [key(other), `${words.when(other.began)} · ${other.suite} · ${titleOf(other)}`]), key(one), (value) => app.route.here({ of: value })),
        app.choose("Number", metrics.map((name) => [name, name]), metric, (value) => app.route.here({ metric: value }))),
      h("dl", { class: "facts box" }, one.sides.map((side, index) => [h("dt", {}, index ? "after" : "before"),
        h("dd", {}, h("a", { href: app.route.link("run", { id: side.run }) }, side.what), `: commit ${words.commit(side.sha)}, image ${side.image}, QEMU ${side.qemu}, ${words.plural(side.boots, "boot")}`)])),
      told(one, Infinity),
      one.same && h("p", {}, "Both sides are the same thing. What differs here differs by chance: it is the noise every other comparison stands in."),
      figure(one, rows, metric),
      counters(one),
      h("h2", {}, "Every cell"),
      h("div", { class: "scroll" }, app.table({ columns: columns(), rows: one.rows })),
      app.reproduce(one.reproduce),
      every(),
    ];
  } });

  const key = (one) => one.sides[1].run;

  // How far a row is from where it was; from nothing is farthest.
  const distance = (ratio) => Math.abs(Math.log(ratio));

  // The cases that have this word, each once, by how much, the furthest first.
  function named(one, word) {
    const found = new Map();
    const rows = one.rows.filter((other) => other.word === word && other.ratio);
    for (const row of rows.sort((a, b) => distance(b.ratio[0]) - distance(a.ratio[0]))) {
      const name = `${row.case} ${row.path}`;
      if (!found.has(name)) found.set(name, `${name} (${row.metric.replace(/ us$/, "")} ${words.change(row.ratio[0])})`);
    }
    return [...found.values()];
  }

  // The counters that have this word, each once: in how many cells, and where it went furthest.
  function counted(one, word) {
    const rows = one.counters.filter((row) => row.word === word);
    return [...new Set(rows.map((row) => row.counter))].map((counter) => {
      const cells = rows.filter((row) => row.counter === counter);
      const far = cells.reduce((a, b) => (Math.abs(b.now - b.before) > Math.abs(a.now - a.before) ? b : a));
      return `${counter} in ${words.plural(cells.length, "cell")} (${far.case} ${far.path} ${words.count(far.before)} → ${words.count(far.now)})`;
    });
  }

  // Which cases got worse and better, and which counters; at most `some` of each.
  function told(one, some) {
    const list = (title, kind, names) => names.length > 0 && h("p", {}, h("b", { class: kind }, `${title}: `), names.slice(0, some).join(", "), names.length > some && ` and ${words.count(names.length - some)} more`, ".");
    return [list("Worse", "worse", named(one, "regressed")), list("Better", "better", named(one, "improved")),
      list("Counters that rose", "worse", counted(one, "regressed")), list("Counters that fell", "better", counted(one, "improved"))];
  }

  // For the first view: what was put side by side on purpose, and what came of it.
  app.sideBySide = () => {
    // What was planted to see whether it is found comes last.
    const list = data.comparisons.filter((one) => !one.reference).sort((a, b) => Boolean(planted(a)) - Boolean(planted(b)));
    if (list.length === 0) return [];
    return [h("h2", {}, `Side by side (${list.length})`),
      h("p", { class: "muted" }, "Options, commits and QEMUs whose boots took turns: what a choice does. None of these is in the history."),
      h("ul", { class: "findings" }, list.slice(0, 6).map((one) => h("li", { class: "wide" }, h("div", {},
        h("a", { class: "what", href: app.route.link("variants", { of: key(one) }) }, titleOf(one)),
        h("p", {}, `${headline(one, true)} · ${one.suite}, ${words.plural(one.sides[1].boots, "boot")} each, commit ${words.commit(one.sides[1].sha)}`), told(one, 3))))),
      list.length > 6 && h("p", {}, h("a", { href: "#variants" }, `All ${list.length}`))];
  };

  // Of the newest run beside the reference image, if it ran beside it.
  app.besideReference = (run) => data.comparisons.find((one) => one.reference && key(one) === run.id);

  function every() {
    if (data.comparisons.length < 2) return null;
    const number = (name, word) => ({ name, number: true, value: (one) => count(one, word), show: words.count });
    return [h("h2", {}, `Every comparison (${words.count(data.comparisons.length)})`), h("div", { class: "scroll" }, app.table({ rows: data.comparisons, columns: [
      { name: "comparison", words: true, value: titleOf, node: (one) => h("a", { href: app.route.link("variants", { of: key(one) }) }, titleOf(one)) }, { name: "suite", value: (one) => one.suite },
      { name: "began, UTC", nowrap: true, value: (one) => one.began, show: words.when }, { name: "boots", number: true, value: (one) => one.sides[1].boots, show: words.count },
      number("worse", "regressed"), number("better", "improved"), number("in doubt", "inconclusive"), number("same", "same"), number("not judged", "unjudged"),
      { name: "counters", number: true, value: (one) => one.counters.length, show: words.count }] }))];
  }

  // `short`: where the title stands above it.
  function headline(one, short) {
    const judged = one.rows.filter((row) => row.word !== "unjudged").length;
    if (one.same) return `The same thing twice: ${count(one, "regressed") + count(one, "improved")} of ${words.plural(judged, "cell")} called changed`;
    return short ? app.capital(summary(one)) : `${titleOf(one)}: ${summary(one)}`;
  }

  const columns = () => [
    { name: "case", nowrap: true, value: (row) => row.case }, { name: "path", value: (row) => row.path }, { name: "number", value: (row) => row.metric },
    { name: "before", number: true, value: (row) => row.before?.[0] }, { name: "after", number: true, value: (row) => row.after?.[0] },
    ...app.spreadColumns("after / before", (row) => row.ratio, (ratio) => (ratio ? ratio.toFixed(3) : "–")),
    { name: "q", number: true, value: (row) => row.q, show: (q) => (q === null || q === undefined ? "–" : q.toFixed(4)) },
    { name: "verdict", nowrap: true, value: (row) => row.told + (row.meant ? ", as is meant: " + row.meant : ""), node: (row) => h("span", { class: COLOUR[row.word] }, row.told, row.meant ? ", as is meant: " + row.meant : "") },
  ];

  function figure(one, rows, metric) {
    if (rows.length === 0) return null;
    const better = rows[0].better === "higher" ? ["less (worse)", "more (better)"] : ["less (better)", "more (worse)"];
    const far = Math.max(...rows.map((row) => Math.abs(Math.log(row.ratio[0]))));
    const top = rows.find((row) => Math.abs(Math.log(row.ratio[0])) === far);
    const title = one.same ? `${metric} of nothing changed: single cells lie up to ${words.change(Math.exp(far))} apart` : `${metric}: ${summary({ rows })}; furthest ${top.case} ${top.path}, ${words.change(top.ratio[0])}`;
    return app.figure({
      id: "forest", title, sub: "After over before with its 95 % interval over boots. Coloured where the change is called one, after correction over all cells; hollow where it was not judged.",
      draw: app.dots({ alt: title, one: 1, sides: better, unit: "after / before, logarithmic", show: (ratio) => words.number(ratio),
        rows: rows.map((row) => ({ label: `${row.case} ${row.path}`, spread: row.ratio, colour: COLOUR[row.word], hollow: row.word === "unjudged", shown: words.change(row.ratio[0]), tip: `${row.case} ${row.path}: ${words.spread(row.ratio)}, ${row.told}` })) }),
      columns: columns(), rows,
    });
  }

  function counters(one) {
    const told = one.counters.length === 0 ? `None of ${words.plural(one.counters_judged, "counter")} differs.` : `${one.counters.length} of ${words.plural(one.counters_judged, "counter")} ${one.counters.length === 1 ? "differs" : "differ"}.`;
    return [h("h2", {}, "Counters"), h("p", {}, told), one.counters.length > 0 && h("div", { class: "scroll" }, app.table({ rows: one.counters, columns: [
      { name: "case", nowrap: true, value: (row) => row.case }, { name: "path", value: (row) => row.path }, { name: "per operation", value: (row) => row.counter },
      { name: "before", number: true, value: (row) => row.before }, { name: "after", number: true, value: (row) => row.now },
      { name: "", value: (row) => row.word, node: (row) => h("span", { class: COLOUR[row.word] }, { improved: "less", regressed: "more", inconclusive: "boots differ" }[row.word] || row.word, row.meant ? ", as is meant: " + row.meant : "") }] }))];
  }
})();
