// Beside a stock Linux guest: the same cases, files, servers and machine, boot by boot in turn.
(() => {
  const { h, words } = app;

  app.view({ name: "linux", title: "Linux", show({ params }) {
    const runs = app.runs.filter((run) => run.linux && run.linux.length > 0);
    const run = runs.find((one) => one.id === params.run) || runs[0];
    if (!run) return [h("h1", {}, "No comparison with Linux is here"), h("p", {}, h("code", {}, "cargo ninewire peer linux --record"), " makes one.")];
    const rows = run.linux;
    const notMeasured = (run.facts || []).filter(([name]) => name === "not measured");
    return [
      h("h1", {}, headline(rows)),
      h("div", { class: "controls" }, app.choose("Run", runs.map((other) => [other.id, app.title(other)]), run.id, (id) => app.route.here({ run: id })), h("a", { class: "small", href: app.route.link("run", { id: run.id }) }, "all about this run")),
      app.doubtsOf(run),
      notMeasured.map(([, what]) => h("p", { class: "warn" }, "Not measured: " + what)),
      ["native", "serial"].map((path) => figure(rows.filter((row) => row.path === path && !row.way), path, run, "")),
      figure(rows.filter((row) => row.way), "serial", run, "by-way"),
      hostFigure(rows),
      table(rows),
    ];
  } });

  function headline(rows) {
    const rated = rows.filter((row) => row.ratio && !row.way);
    if (rated.length === 0) return "Beside Linux";
    const ahead = rated.filter((row) => row.ratio[0] > 1).length;
    const best = rated.reduce((a, b) => (b.ratio[0] > a.ratio[0] ? b : a));
    const worst = rated.reduce((a, b) => (b.ratio[0] < a.ratio[0] ? b : a));
    return ahead === rated.length ? `Faster than Linux in all ${rated.length} pairs, ${words.factor(worst.ratio[0])} to ${words.factor(best.ratio[0])}` : `Faster than Linux in ${ahead} of ${rated.length} pairs, up to ${words.factor(best.ratio[0])}; least ${words.factor(worst.ratio[0])} (${worst.case}, ${worst.path})`;
  }

  const columns = () => [
    { name: "case", nowrap: true, value: (row) => row.case }, { name: "path", value: (row) => row.path + (row.way ? ` (${row.way})` : "") }, { name: "unit", value: (row) => row.unit },
    { name: "ninewire", number: true, value: (row) => row.ours?.[0] }, { name: "Linux", number: true, value: (row) => row.linux?.[0] },
    ...app.spreadColumns("ninewire / Linux", (row) => row.ratio, words.factor),
    { name: "Linux ran with", words: true, value: (row) => row.setting || "" }, { name: "host alone", number: true, value: (row) => row.host?.[0] },
  ];

  // `other` names the figure of ways that were not the fastest of their path.
  function figure(rows, path, run, other) {
    const rated = rows.filter((row) => row.ratio).sort((a, b) => b.ratio[0] - a.ratio[0]);
    if (rated.length === 0) return null;
    const [most, least] = [rated[0], rated[rated.length - 1]];
    const what = other ? "By Linux' other serial way" : app.capital(path);
    const title = `${what}: ${words.factor(least.ratio[0])} to ${words.factor(most.ratio[0])} Linux' rate`;
    return app.figure({
      id: "linux-" + (other || path), title, sub: "Operations a second, ninewire over Linux with the setting that was its fastest in pilot boots; 95 % intervals over boots, hollow where there are too few. Depth is operations in flight here, and threads with one each in Linux.",
      draw: app.dots({ alt: title, one: 1, sides: ["Linux faster", "ninewire faster"], unit: "ninewire / Linux, logarithmic", show: words.factor,
        rows: rated.map((row) => ({ label: row.case + (row.way ? ` (${row.way})` : ""), spread: row.ratio, colour: row.ratio[0] >= 1 ? words.colour(path) : "c-linux", shown: words.factor(row.ratio[0]),
          tip: `${row.case} ${path}: ${words.spread(row.ratio, words.factor)}; Linux with ${row.setting || "?"}`, href: app.route.link("run", { id: run.id, case: row.case }) })) }),
      columns: columns(), rows: rated,
    });
  }

  function table(rows) {
    return [h("h2", {}, "Side by side"), h("div", { class: "scroll" }, app.table({ columns: columns(), rows }))];
  }

  function hostFigure(rows) {
    const anchored = rows.filter((row) => row.host && row.ours);
    if (anchored.length === 0) return null;
    const worst = anchored.reduce((a, b) => (b.host[0] / b.ours[0] > a.host[0] / a.ours[0] ? b : a));
    const title = `The host by itself is up to ${words.factor(worst.host[0] / worst.ours[0])} as fast (${worst.case})`;
    return app.figure({
      id: "host-anchor", title, sub: "The same case by the host's own system calls, no guest, over the native path: what virtualisation and 9P cost together.",
      draw: app.dots({ alt: title, one: 1, sides: ["guest faster", "host faster"], unit: "host / ninewire native, logarithmic", show: words.factor,
        rows: anchored.map((row) => ({ label: row.case, spread: [row.host[0] / row.ours[0]], hollow: true, colour: "c-host", shown: words.factor(row.host[0] / row.ours[0]) })) }),
      columns: [{ name: "case", nowrap: true, value: (row) => row.case }, { name: "unit", value: (row) => row.unit }, { name: "host", number: true, value: (row) => row.host[0] }, { name: "ninewire native", number: true, value: (row) => row.ours[0] }], rows: anchored,
    });
  }
})();
