// How far the numbers can be trusted: doubts about runs, the noise of cells, files that were not read; and one run with
// everything about it.
(() => {
  const { h, words, data } = app;

  // A doubt ends in what to do about it; many with one advice are one line.
  const FEW = 3;
  const advice = (doubt) => doubt.slice(doubt.lastIndexOf(": ") + 1).trim();
  app.doubtList = (doubts) => h("ul", { class: "plain" }, [...new Set(doubts.map(advice))].map((what) => {
    const alike = doubts.filter((doubt) => advice(doubt) === what);
    const items = alike.map((doubt) => h("li", {}, doubt));
    return alike.length <= FEW ? items : h("li", {}, `${app.capital(what)}: ${words.plural(alike.length, "doubt")}`, h("details", {}, h("summary", { class: "small muted" }, "each"), h("ul", { class: "plain" }, items)));
  }));

  app.view({ name: "health", title: "Run health", show() {
    const doubtful = app.runs.filter((run) => run.kind !== "reference" && (run.doubts || []).length > 0);
    const doubts = app.today?.doubts || [];
    return [
      h("h1", {}, !app.today ? "There are no runs yet" : doubts.length === 0 ? `The newest run, ${words.commit(app.today.sha)}, leaves no doubt` : `The newest run, ${words.commit(app.today.sha)}, leaves ${words.plural(doubts.length, "doubt")}`),
      doubts.length > 0 && app.doubtList(doubts),
      data.notes.length > 0 && [h("h2", {}, `Files and data (${data.notes.length})`), h("ul", { class: "plain" }, data.notes.slice(0, 200).map((note) => h("li", {}, note))), data.notes.length > 200 && h("p", { class: "muted" }, `and ${words.count(data.notes.length - 200)} more`)],
      data.left_out.length > 0 && h("p", { class: "warn" }, "Left out to keep this page small: " + data.left_out.join(", ") + "."),
      noise(),
      runsTable(),
      doubtful.length > 0 && [h("h2", {}, "Doubts, run by run"), doubtful.slice(0, 40).map((run) => h("details", { class: "box" },
        h("summary", {}, `${app.title(run)}: ${words.plural(run.doubts.length, "doubt")}`),
        h("p", { class: "small" }, h("a", { href: app.route.link("run", { id: run.id }) }, run.id)),
        app.doubtList(run.doubts)))],
      h("h2", {}, "Machines"),
      h("dl", { class: "facts box" }, data.machines.map((machine) => [h("dt", {}, machine.fingerprint), h("dd", {}, machine.words)])),
      h("p", { class: "small muted" }, "A run in which anything is missing or wrong is void and leaves no file: what is here was whole when it was written, and is checked by its sum when it is read."),
    ];
  } });

  function noise() {
    const alone = (one) => one.kind === "run" || (one.kind === "side" && one.side[0] === "a" && !one.planted);
    const known = app.runs.filter((one) => alone(one) && app.cells(one).some((cell) => cell.floor !== undefined));
    const run = known.find((one) => one.boots >= 10) || known[0];
    if (!run) return null;
    const rows = app.cells(run).filter((cell) => cell.floor !== undefined && cell.floor !== null).sort((a, b) => b.floor - a.floor);
    const percent = (value) => words.number(value * 100) + " %";
    const title = `Noise floor: two halves of one cell's boots usually lie ${percent(rows[rows.length - 1].floor)} to ${percent(rows[0].floor)} apart`;
    return app.figure({
      id: "floor", title, sub: `${app.title(run)}. Changes smaller than a cell's own floor are never called changes.`,
      draw: app.dots({ alt: title, log: false, unit: "distance of two halves of the boots", show: percent,
        rows: rows.slice(0, 24).map((cell) => ({ label: `${cell.case} ${cell.path}`, spread: [cell.floor], colour: words.colour(cell.path), shown: percent(cell.floor) })) }),
      columns: [{ name: "case", nowrap: true, value: (cell) => cell.case }, { name: "path", value: (cell) => cell.path }, { name: "floor", number: true, value: (cell) => cell.floor, show: percent }, { name: "boots", number: true, value: (cell) => cell.boots, show: words.count }], rows,
    });
  }

  function runsTable() {
    if (app.runs.length === 0) return null;
    const shown = app.runs.slice(0, 300);
    return [h("h2", {}, `Runs (${words.count(app.runs.length)})`), h("div", { class: "scroll" }, app.table({ rows: shown, columns: [
      { name: "began, UTC", nowrap: true, value: (run) => run.began, node: (run) => h("a", { href: app.route.link("run", { id: run.id }) }, words.when(run.began)) },
      { name: "commit", nowrap: true, value: (run) => words.commit(run.sha) + (run.dirty ? " and changes" : "") }, { name: "suite", nowrap: true, value: (run) => run.suite },
      { name: "kind", nowrap: true, value: (run) => run.kind + (run.kind === "side" ? " " + run.side[0] : "") },
      { name: "boots", number: true, value: (run) => run.boots, show: words.count }, { name: "machine", value: (run) => data.machines[run.machine]?.fingerprint }, { name: "QEMU", value: (run) => data.machines[run.machine]?.qemu, show: (version) => String(version).split(" ")[0] },
      { name: "doubts", number: true, value: (run) => (run.doubts ? run.doubts.length : null), show: (value) => (value === null ? "–" : words.count(value)) }] })),
      shown.length < app.runs.length && h("p", { class: "muted" }, `The newest ${shown.length} of ${words.count(app.runs.length)}.`)];
  }

  // The box that says how to make it again.
  app.reproduce = (commands, argv, peer) => (commands && commands.length > 0) || argv ? h("section", { class: "box" },
    h("h3", {}, "Reproduce"),
    commands && commands.length > 0 && [h("pre", {}, commands.join("\n")), h("button", { type: "button", click: () => app.copy(commands.join("\n")) }, "Copy"),
      h("p", { class: "small muted" }, "Read back from the run's file. A suite that is none of smoke, full and gate was a job file of the user's own, which has to be at hand.")],
    argv && h("details", {}, h("summary", {}, "QEMU's arguments in the first boot"), h("pre", {}, argv)),
    peer && h("details", {}, h("summary", {}, "and of the Linux guest"), h("pre", {}, peer))) : null;

  app.view({ name: "run", title: null, show({ params }) {
    const run = app.run(params.id);
    if (!run) return [h("h1", {}, "This run is not on this page"), h("p", {}, h("code", {}, params.id || "")), h("p", {}, h("a", { href: "#health" }, "All runs"))];
    const machine = data.machines[run.machine];
    const comparison = data.comparisons.find((one) => one.sides.some((side) => side.run === run.id));
    const cells = app.cells(run);
    const about = cells.filter((cell) => cell.case === params.case);
    return [
      h("p", { class: "small" }, h("a", { href: "#health" }, "← all runs")),
      h("h1", {}, app.title(run)),
      h("p", { class: "muted mono" }, run.file),
      app.doubtsOf(run),
      comparison && h("p", {}, "Its boots took turns with others: ", h("a", { href: app.route.link("variants", { of: comparison.sides[1].run }) }, "the comparison"), "."),
      run.detail !== "full" && h("p", { class: "warn" }, run.detail === "brief" ? "Of this older run the page has the medians only; its file has everything." : "Of this older run the page has the header only; its file has everything."),
      about.map((cell) => boots(run, cell)),
      app.reproduce(run.reproduce && run.reproduce.length ? run.reproduce : comparison?.reproduce, run.argv, run.peer_argv),
      h("section", { class: "box" }, h("h3", {}, "Made with"), h("dl", { class: "facts" },
        [["commit", run.sha + (run.dirty ? ", and changes in no commit" : "")], ["QEMU", machine ? `${machine.qemu} (${machine.accel})` : ""], ["fingerprint", machine?.fingerprint],
          ...(run.boot_ms?.entry ? [["entry to first 9P message", words.spread(run.boot_ms.entry, (ms) => words.micros(ms * 1000))]] : []),
          ...(run.boot_ms?.start ? [["QEMU's start to it", words.spread(run.boot_ms.start, (ms) => words.micros(ms * 1000))]] : []),
          ...(run.facts || [])].map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]))),
      cells.length > 0 && [h("h2", {}, "Cells"), h("div", { class: "scroll" }, app.table({ rows: cells, columns: cellColumns(run) }))],
      settings(cells),
    ];
  } });

  function cellColumns(run) {
    const differ = new Set(app.cells(run).map((cell) => cell.boots)).size > 1;
    const columns = [
      { name: "case", nowrap: true, value: (cell) => cell.case, node: (cell) => h("a", { href: app.route.link("run", { id: run.id, case: cell.case }) }, cell.case) }, { name: "path", value: (cell) => cell.path },
      { name: "MiB/s", number: true, value: (cell) => cell.bw?.[0] }, ...app.spreadColumns("IOPS", (cell) => cell.iops),
      { name: "p50 µs", number: true, value: (cell) => cell.us?.p50?.[0] }, { name: "p99 µs", number: true, value: (cell) => cell.us?.p99?.[0] }, { name: "p99.9 µs", number: true, value: (cell) => cell.us?.p999?.[0] },
      { name: "to serial", number: true, value: (cell) => cell.ratio?.[0], show: (ratio) => (ratio ? words.factor(ratio) : "–") },
      { name: "instructions", number: true, value: (cell) => cell.counters?.instructions }, { name: "kicks", number: true, value: (cell) => cell.counters?.kicks }, { name: "descriptors", number: true, value: (cell) => cell.counters?.descriptors },
      { name: "copied B", number: true, value: (cell) => cell.counters?.copied_bytes }, ...(differ ? [{ name: "boots", number: true, value: (cell) => cell.boots, show: words.count }] : []), { name: "", value: (cell) => cell.unsupported },
    ];
    // What no cell has takes no room; the first four are always there.
    return columns.filter((column, index) => index < 4 || app.cells(run).some((cell) => ![null, undefined].includes(column.value(cell))));
  }

  function boots(run, cell) {
    if (!cell.by_boot || cell.by_boot.length === 0) return null;
    const [low, high] = app.scale.span(cell.by_boot);
    const title = `${cell.case} ${cell.path}: boots lie between ${words.number(low)} and ${words.number(high)} IOPS, ${words.factor(high / low)} apart`;
    return app.figure({
      id: "boots-" + cell.path, title, sub: "One point a boot, in the order they ran; the line is their median.",
      draw: app.lines({ alt: title, height: 200, named: false, levels: [cell.iops[0]],
        series: [{ name: cell.path, colour: words.colour(cell.path), unjoined: true, points: cell.by_boot.map((value, index) => ({ x: index + 1, y: value, tip: `boot ${index + 1}: ${words.number(value)} IOPS` })) }],
        x: { kind: "steps", values: cell.by_boot.map((_, index) => index + 1), show: words.count, unit: "boot", ticks: (ticks, width) => ticks.filter((_, index) => index % Math.ceil((ticks.length * 30) / width) === 0) }, y: { kind: "linear", zero: true, show: words.number, unit: "IOPS" } }),
      columns: [{ name: "boot", number: true, value: (row) => row.boot, show: words.count }, { name: "IOPS", number: true, value: (row) => row.iops }], rows: cell.by_boot.map((iops, index) => ({ boot: index + 1, iops })),
    });
  }

  function settings(cells) {
    const rows = cells.filter((cell) => cell.settings);
    if (rows.length === 0) return null;
    const names = [...new Set(rows.flatMap((cell) => cell.settings.map(([name]) => name)))];
    return h("details", { class: "box" }, h("summary", {}, "Settings of every cell"), h("div", { class: "scroll" }, app.table({ rows, columns: [
      { name: "case", nowrap: true, value: (cell) => cell.case }, { name: "path", value: (cell) => cell.path }, ...names.map((name) => ({ name, value: (cell) => Object.fromEntries(cell.settings)[name] || "" }))] })));
  }
})();
