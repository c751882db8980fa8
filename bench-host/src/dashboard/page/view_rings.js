// The rings and the pool by themselves, beside what others made: what `cargo bench` counted and timed.
(() => {
  const { h, words, data } = app;
  const UNIT = { time: "time", instructions: "instructions" };

  app.view({ name: "rings", title: "Rings and pool", show() {
    const { benches } = data;
    if (benches.rows.length === 0) {
      return [h("h1", {}, "No bench of the rings and the pool is here"),
        h("p", {}, h("code", {}, "cargo bench"), " leaves its estimates and its instruction counts below the target folder; then make this page anew."),
        refused()];
    }
    const groups = new Map();
    for (const row of benches.rows) {
      const [group, name] = split(row);
      const key = [row.kind, row.package, group].join("|");
      if (!groups.has(key)) groups.set(key, { kind: row.kind, package: row.package, group, rows: [] });
      groups.get(key).rows.push({ ...row, name });
    }
    const all = [...groups.values()].sort((a, b) => (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0));
    return [h("h1", {}, headline(all)), h("p", { class: "muted" }, `From ${benches.from}. Instructions are exact (callgrind); times are criterion's estimates with their 95 % intervals.`),
      h("div", { class: "columns" }, all.map(figure)), refused()];
  } });

  // What is in a bench's name besides whose it is: only benches of one shape are compared.
  const SHAPES = [
    [/_(\d+)$/, (found) => `${found[1]} segments`, ""],
    [/_known$/, () => "2 segments", ", shape known to the compiler"],
    [/_wanted$/, () => "the device asks for it", ""],
    [/_elsewhere$/, () => "the device asks for a later one", ""],
  ];

  // The table a bench stands in and its name there. "hot / slab + spin": the function is a group of its own.
  function split(row) {
    const at = row.name.indexOf(" / ");
    if (at >= 0) return [`${row.group}, ${row.name.slice(0, at)}`, row.name.slice(at + 3)];
    for (const [ending, shape, told] of SHAPES) {
      const found = row.name.match(ending);
      if (found) return [`${row.group}, ${shape(found)}`, plain(row.name.replace(ending, "")) + told];
    }
    return [row.group, plain(row.name)];
  }

  const plain = (name) => name.replace("virtio_drivers", "virtio-drivers").replaceAll("_", " ");

  function refused() {
    const { refused } = data.benches;
    return refused && refused.length > 0 && h("p", { class: "warn" }, "Not understood: " + refused.join("; "));
  }

  function best(rows) {
    const least = (list) => list.reduce((a, b) => (!a || b.value < a.value ? b : a), null);
    return [least(rows.filter((row) => !row.peer)), least(rows.filter((row) => row.peer))];
  }

  function headline(groups) {
    const leads = groups.filter((group) => group.kind === "instructions" || !groups.some((other) => other.kind === "instructions"))
      .map((group) => best(group.rows)).filter(([ours, peer]) => ours && peer).map(([ours, peer]) => peer.value / ours.value);
    if (leads.length === 0) return "Rings and pool by themselves";
    const ahead = leads.filter((lead) => lead > 1).length;
    return `Rings and pool: ahead of the best peer in ${ahead} of ${words.plural(leads.length, "table")}, by up to ${words.factor(Math.max(...leads))}`;
  }

  function figure(group) {
    const rows = [...group.rows].sort((a, b) => a.value - b.value);
    const [ours, peer] = best(rows);
    const show = group.kind === "time" ? (ns) => words.micros(ns / 1000) : words.number;
    const title = `${group.package ? group.package + ": " : ""}${group.group}` + (ours ? `: ${ours.name} takes ${show(ours.value)}${group.kind === "time" ? "" : " instructions"}` : "") + (ours && peer ? `, the best peer ${show(peer.value)}` : "");
    const columns = [
      { name: "", value: (row) => row.name }, { name: UNIT[group.kind] + (group.kind === "time" ? ", ns" : ""), number: true, value: (row) => row.value },
      { name: "to the best of ours", number: true, value: (row) => (ours ? row.value / ours.value : null), show: words.factor },
      { name: "whose", value: (row) => (row.peer ? "peer" : "ours") },
      ...(group.kind === "time" ? [{ name: "low", number: true, value: (row) => row.interval?.[0] }, { name: "high", number: true, value: (row) => row.interval?.[1] }] : []),
      ...(rows.some((row) => row.before) ? [{ name: "against the run before", number: true, value: (row) => (row.before ? row.value / row.before : null), show: (ratio) => (ratio ? words.change(ratio) : "–") }] : []),
    ];
    const factor = (row) => (ours && row !== ours ? ` (${words.factor(row.value / ours.value)})` : "");
    return app.figure({ id: `bench-${group.kind}-${group.package}-${group.group}`.replace(/[^\w-]+/g, "-"), title,
      draw: app.bars({ alt: title, parts: [{ key: "value", name: group.kind, opacity: 1 }], show, unit: group.kind === "time" ? "an operation" : "instructions an operation",
        rows: rows.map((row) => ({ label: row.name + (row.peer ? " (peer)" : ""), colour: row.peer ? "c-host" : "c-native", values: row, shown: show(row.value) + factor(row) })) }),
      columns, rows });
  }
})();
