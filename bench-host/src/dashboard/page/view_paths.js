// Native 9P against 9P over a serial port, in one run: how much, for what, and why.
(() => {
  const { h, words } = app;
  const PATHS = ["native", "serial"];

  // Every path of a group, the two that are compared first.
  const pathsOf = (group) => [...new Set([...PATHS, ...group.map((cell) => cell.path)])].filter((path) => group.some((cell) => cell.path === path));

  app.choose = (label, options, chosen, go) =>
    h("label", {}, label, h("select", { change: (event) => app.route.go(go(event.target.value)) },
      options.map(([value, name]) => h("option", { value, selected: value === chosen }, name))));

  app.view({ name: "paths", title: "Native / serial", show({ params }) {
    const run = app.run(params.run) || app.newest(app.pathRuns);
    if (!run) return [h("h1", {}, "Native against serial"), h("p", {}, "No run with both paths is on this page. ", h("code", {}, "cargo ninewire run"), " makes one.")];
    const runs = app.pathRuns.includes(run) ? app.pathRuns : [run, ...app.pathRuns];
    const cells = app.cells(run).filter((cell) => cell.iops && !/^(linux|host)/.test(cell.case));
    const natives = cells.filter((cell) => cell.ratio);
    return [
      h("h1", {}, headline(natives)),
      h("div", { class: "controls" }, app.choose("Run", runs.map((other) => [other.id, app.title(other)]), run.id, (id) => app.route.here({ run: id })),
        h("a", { class: "small", href: app.route.link("run", { id: run.id }) }, "all about this run")),
      app.doubtsOf(run),
      !params.run && more(run, natives.length),
      overview(natives, run),
      h("div", { class: "pair" }, overBlockSize(cells), overDepth(cells)),
      heatMaps(natives),
      distributions(cells, params),
      h("h2", {}, "Why"),
      stages(run),
      hostWork(cells),
      perOperation(cells),
      costs(run),
    ];
  } });

  app.doubtsOf = (run) => run.planted
    ? h("p", { class: "warn" }, `A fault was planted into this run on purpose (plant=${run.planted}): it is no measurement.`)
    : run.doubts && run.doubts.length > 0 && h("details", { class: "warn" }, h("summary", {}, words.plural(run.doubts.length, "doubt") + " about this run"), app.doubtList(run.doubts));

  // The newest run is shown unasked; another may know more cases.
  function more(run, cases) {
    const count = (other) => app.cells(other).filter((cell) => cell.ratio).length;
    const larger = app.pathRuns.find((other) => other.kind === "run" && !other.planted && count(other) > cases);
    return larger && h("p", {}, `This is the newest run. Of ${words.commit(larger.sha)} there is one with ${words.plural(count(larger), "case")}: `,
      h("a", { href: app.route.link("paths", { run: larger.id }) }, app.title(larger)), ".");
  }

  // Wholly above 1, wholly below, or neither.
  const sure = (ratio) => (ratio.length < 3 ? 0 : ratio[1] > 1 ? 1 : ratio[2] < 1 ? -1 : 0);

  function headline(natives) {
    if (natives.length === 0) return "Native against serial";
    const sorted = [...natives].sort((a, b) => b.ratio[0] - a.ratio[0]);
    const [most, least] = [sorted[0], sorted[sorted.length - 1]];
    if (natives.length === 1) return `Native is ${words.factor(most.ratio[0])} as fast as serial`;
    const ahead = natives.filter((cell) => cell.ratio[0] > 1).length;
    const where = ahead === natives.length ? `all ${ahead} cases` : `${ahead} of ${natives.length} cases`;
    return `Native is faster than serial in ${where}: ${words.factor(most.ratio[0])} for ${words.cell(most)}, least ${words.factor(least.ratio[0])} for ${words.cell(least)}`;
  }

  const columnsOf = (cells, value, name) => [
    { name: "case", nowrap: true, value: (cell) => cell.case }, { name: "path", value: (cell) => cell.path },
    ...app.spreadColumns(name, value), { name: "boots", number: true, value: (cell) => cell.boots, show: words.count },
  ];

  function overview(natives, run) {
    if (natives.length === 0) return null;
    const rows = [...natives].sort((a, b) => b.ratio[0] - a.ratio[0]);
    const ahead = rows.filter((cell) => sure(cell.ratio) > 0).length;
    const behind = rows.filter((cell) => sure(cell.ratio) < 0).length;
    const bare = rows.every((cell) => cell.ratio.length < 3);
    const title = bare ? `Native is faster in ${rows.filter((cell) => cell.ratio[0] > 1).length} of ${words.plural(rows.length, "case")} by its medians; ${words.plural(run.boots, "boot")} are too few to be sure of any`
      : `Native is ahead in ${ahead} of ${words.plural(rows.length, "case")}` + (behind ? `, behind in ${behind}` : "") +
      (rows.length - ahead - behind ? `; in ${rows.length - ahead - behind} neither is sure` : "");
    return app.figure({
      id: "ratios", title,
      sub: "Operations a second, native over serial, boot by boot: the median of boots and its 95 % interval. Hollow: too few boots for one. Two servers answer (QEMU's own natively, the embedded one on serial), so this is path and server together.",
      draw: app.dots({
        alt: title, one: 1, sides: ["serial faster", "native faster"], unit: "native / serial, logarithmic", show: words.factor,
        rows: rows.map((cell) => ({
          label: words.cell(cell), spread: cell.ratio, colour: sure(cell.ratio) > 0 ? "c-native" : sure(cell.ratio) < 0 ? "c-serial" : "c-muted",
          shown: words.factor(cell.ratio[0]), tip: `${cell.case}: ${words.spread(cell.ratio, words.factor)}`,
          href: app.route.link("run", { id: run.id, case: cell.case }),
        })),
      }),
      columns: columnsOf(rows, (cell) => cell.ratio, "native / serial"), rows,
    });
  }

  const grouped = (cells, key) => {
    const groups = new Map();
    for (const cell of cells) {
      const name = key(cell);
      if (!groups.has(name)) groups.set(name, []);
      groups.get(name).push(cell);
    }
    return [...groups.values()];
  };

  const point = (x, spread, cell, show) => ({ x, y: spread[0], low: spread[1], high: spread[2], tip: `${cell.case} ${cell.path}: ${words.spread(spread, show)}`, hollow: spread.length < 3 });

  // For each kind of work and depth with several block sizes.
  function overBlockSize(cells) {
    const groups = grouped(cells.filter((cell) => cell.bw && cell.bs > 0), (cell) => cell.work + "|" + cell.depth);
    return groups.filter((group) => new Set(group.map((cell) => cell.bs)).size > 1).map((group) => {
      const { work, depth } = group[0];
      const series = pathsOf(group).map((path) => ({ name: path, colour: words.colour(path),
        points: group.filter((cell) => cell.path === path).sort((a, b) => a.bs - b.bs).map((cell) => point(cell.bs, cell.bw, cell, (value) => words.number(value) + " MiB/s")) }));
      const sizes = [...new Set(group.map((cell) => cell.bs))].sort((a, b) => a - b);
      const ends = [sizes[0], sizes[sizes.length - 1]].map((bs) => group.find((cell) => cell.ratio && cell.bs === bs)?.ratio[0]);
      const what = `${capital(words.work(work))}${depth > 1 ? `, ${depth} in flight` : ""}`;
      const most = series.flatMap((one) => one.points).reduce((a, b) => (b.y > a.y ? b : a));
      const title = Number.isFinite(ends[0]) && Number.isFinite(ends[1])
        ? `${what}: native leads ${words.factor(ends[0])} at ${words.bytes(sizes[0])} and ${words.factor(ends[1])} at ${words.bytes(sizes[sizes.length - 1])}`
        : `${what}: up to ${words.number(most.y)} MiB/s, at ${words.bytes(most.x)}`;
      return app.figure({
        id: `bandwidth-${work}-${depth}`, title, sub: "MiB/s over block size, both axes logarithmic; bands are 95 % intervals over boots.",
        draw: app.lines({ alt: title, series, x: { kind: "log", show: words.bytes, unit: "block size", ticks: () => sizes }, y: { kind: "log", show: words.number, unit: "MiB/s" } }),
        columns: [{ name: "block size", number: true, value: (cell) => cell.bs, show: words.bytes }, ...columnsOf(group, (cell) => cell.bw, "MiB/s")], rows: group,
      });
    });
  }

  // For each kind of work and size with several depths.
  function overDepth(cells) {
    const groups = grouped(cells, (cell) => cell.work + "|" + cell.bs);
    return groups.filter((group) => new Set(group.map((cell) => cell.depth)).size > 1).map((group) => {
      const { work, bs } = group[0];
      const depths = [...new Set(group.map((cell) => cell.depth))].sort((a, b) => a - b);
      const series = pathsOf(group).map((path) => ({ name: path, colour: words.colour(path),
        points: group.filter((cell) => cell.path === path).sort((a, b) => a.depth - b.depth).map((cell) => point(cell.depth, cell.iops, cell, (value) => words.number(value) + " IOPS")) }));
      const gain = (path) => {
        const of = (depth) => group.find((cell) => cell.path === path && cell.depth === depth)?.iops?.[0];
        return of(depths[depths.length - 1]) / of(depths[0]);
      };
      const gains = pathsOf(group).filter((path) => Number.isFinite(gain(path)));
      const by = { native: "natively", serial: "over serial" };
      const title = `${capital((bs ? words.bytes(bs) + " " : "") + words.work(work))}: ${depths[depths.length - 1]} in flight give ${gains.map((path) => words.factor(gain(path)) + (gains.length > 1 ? ` ${by[path] || path}` : "")).join(", ")}`;
      return app.figure({
        id: `depth-${work}-${bs}`, title, sub: "Operations a second over operations in flight; bands are 95 % intervals over boots.",
        draw: app.lines({ alt: title, series, x: { kind: "log", show: words.count, unit: "in flight", ticks: () => depths }, y: { kind: "linear", zero: true, show: words.number, unit: "IOPS" } }),
        columns: [{ name: "in flight", number: true, value: (cell) => cell.depth, show: words.count }, ...columnsOf(group, (cell) => cell.iops, "IOPS")], rows: group,
      });
    });
  }

  function heatMaps(natives) {
    const sized = natives.filter((cell) => cell.bs > 0);
    const maps = grouped(sized, (cell) => cell.work).filter((group) => group.length > 2);
    if (maps.length === 0) return null;
    return [h("h2", {}, "Where native leads, by block size and depth"), h("div", { class: "pair" }, maps.map((group) => {
      const sizes = [...new Set(group.map((cell) => cell.bs))].sort((a, b) => a - b);
      const depths = [...new Set(group.map((cell) => cell.depth))].sort((a, b) => a - b);
      const at = (bs, depth) => group.find((cell) => cell.bs === bs && cell.depth === depth)?.ratio?.[0] ?? null;
      const top = group.reduce((a, b) => (b.ratio[0] > a.ratio[0] ? b : a));
      return app.figure({
        id: "heat-" + group[0].work, title: `${capital(words.work(group[0].work))}: the lead is largest at ${words.bytes(top.bs)}, ${top.depth} in flight`,
        body: app.heat({ caption: "Operations a second, native over serial", corner: "block size", columns: depths.map((depth) => `${depth} in flight`),
          rows: sizes.map((bs) => ({ name: words.bytes(bs), cells: depths.map((depth) => at(bs, depth)) })) }),
        columns: columnsOf(group, (cell) => cell.ratio, "native / serial"), rows: group,
      });
    }))];
  }

  function distributions(cells, params) {
    const names = [...new Set(cells.filter((cell) => cell.ecdf).map((cell) => cell.case))];
    if (names.length === 0) return null;
    const name = names.includes(params.case) ? params.case : names[0];
    const shown = cells.filter((cell) => cell.case === name && cell.ecdf);
    const p50 = (path) => shown.find((cell) => cell.path === path)?.us?.p50?.[0];
    const p99 = (path) => shown.find((cell) => cell.path === path)?.us?.p99?.[0];
    const median = p50("native") && p50("serial") ? `half of all are over in ${words.micros(p50("native"))} natively and ${words.micros(p50("serial"))} over serial` : "how long operations take";
    const tail = p99("native") && p99("serial") ? `; 99 of 100 in ${words.micros(p99("native"))} and ${words.micros(p99("serial"))}` : "";
    const rows = shown.flatMap((cell) => cell.ecdf.map(([us, share]) => ({ path: cell.path, us, share })));
    const tails = shown.map((cell) => ({ name: cell.path, colour: words.colour(cell.path), step: true, bare: true,
      points: cell.ecdf.map(([us, share]) => ({ x: us, y: share * 100 })) }));
    return [
      h("h2", { id: "latency" }, "How long operations take"),
      h("div", { class: "controls" }, app.choose("Case", names.map((one) => [one, one]), name, (one) => app.route.here({ case: one }))),
      app.figure({
        id: "ecdf", title: `${name}: ${median}${tail}`,
        sub: "The share of operations that took at most so long, all boots together, from the recorded histograms (1/64 fine). Further left is faster.",
        draw: app.lines({ alt: `Distribution of durations of ${name}`, height: 290, nameAt: 50, series: tails,
          x: { kind: "log", show: words.micros, unit: "duration of an operation, logarithmic" }, y: { kind: "linear", zero: true, show: (value) => words.count(value) + " %" } }),
        columns: [{ name: "path", value: (row) => row.path }, { name: "microseconds", number: true, value: (row) => row.us }, { name: "share", number: true, value: (row) => row.share, show: (value) => (value * 100).toFixed(2) + " %" }], rows,
      }),
    ];
  }

  const PARTS = [
    { key: "vcpu", name: "guest core", opacity: 1 }, { key: "main", name: "QEMU's main loop", opacity: 0.65 },
    { key: "workers", name: "QEMU's other threads", opacity: 0.4 }, { key: "server", name: "embedded 9P server", opacity: 0.2 },
  ];

  function hostWork(cells) {
    const worked = cells.filter((cell) => cell.host && Object.keys(cell.host).length > 0 && cell.depth === 1);
    if (worked.length === 0) return null;
    const total = (cell) => PARTS.reduce((sum, part) => sum + (cell.host[part.key] || 0), 0);
    const small = worked.filter((cell) => total(cell) < 40 * Math.min(...worked.map(total)));
    const pairs = small.filter((cell) => cell.path === "native").map((cell) => total(cell) / total(small.find((other) => other.case === cell.case && other.path === "serial") || cell));
    const less = pairs.filter((ratio) => ratio < 1).length;
    const title = `Work of the host's processors for an operation: less natively in ${less} of ${words.plural(pairs.length, "case")}`;
    return app.figure({
      id: "host", title, sub: "Processor time on the host, waiting by polling included, one operation in flight. Cases 40 times dearer than the cheapest are in the numbers only.",
      draw: app.bars({ alt: title, parts: PARTS, unit: "of host processors for an operation", show: words.micros,
        rows: small.map((cell) => ({ label: `${words.cell(cell)}, ${cell.path}`, colour: words.colour(cell.path), values: cell.host, shown: words.micros(total(cell)) })) }),
      columns: [{ name: "case", nowrap: true, value: (cell) => cell.case }, { name: "path", value: (cell) => cell.path },
        ...PARTS.map((part) => ({ name: part.name + ", us", number: true, value: (cell) => cell.host[part.key] })), { name: "together, us", number: true, value: total }], rows: worked,
    });
  }

  const STAGES = [
    { key: 0, name: "build", opacity: 1 }, { key: 1, name: "kick", opacity: 0.75 }, { key: 2, name: "device", opacity: 0.5 },
    { key: 3, name: "interrupt", opacity: 0.3 }, { key: 4, name: "parse", opacity: 0.15 },
  ];

  // Where the time of an operation goes, stage by stage.
  function stages(run) {
    const splits = run.splits || [];
    if (splits.length === 0) return null;
    const total = (split) => split.stages.reduce((sum, part) => sum + (part || 0), 0);
    const least = Math.min(...splits.map(total).filter((us) => us > 0));
    const shown = splits.filter((split) => total(split) < 40 * least);
    const device = splits.map((split) => split.stages[2] / total(split)).filter(Number.isFinite).sort((a, b) => a - b);
    const title = device.length ? `Most of an operation is the device's: ${words.number(device[0] * 100)} % to ${words.number(device[device.length - 1] * 100)} % of it` : "Where the time of an operation goes";
    return app.figure({
      id: "stages", title: device.length && device[0] < 0.5 ? `Where the time of an operation goes: ${words.number(device[0] * 100)} % to ${words.number(device[device.length - 1] * 100)} % is the device's` : title,
      sub: "As the guest saw it in a pass of its own, in which it watched each operation: medians over boots. Cases 40 times longer than the shortest are in the numbers only.",
      draw: app.bars({ alt: title, parts: STAGES, unit: "of an operation", show: words.micros,
        rows: shown.map((split) => ({ label: `${split.case}, ${split.path}`, colour: words.colour(split.path), values: split.stages, shown: words.micros(total(split)) })) }),
      columns: [{ name: "case", nowrap: true, value: (split) => split.case }, { name: "path", value: (split) => split.path },
        ...STAGES.map((part) => ({ name: part.name + ", us", number: true, value: (split) => split.stages[part.key] })),
        { name: "watched, us", number: true, value: (split) => split.watched_us }, { name: "unwatched, us", number: true, value: (split) => split.unwatched_us }], rows: splits,
    });
  }

  const COUNTERS = [
    ["instructions", "guest instructions"], ["kicks", "kicks"], ["interrupts", "interrupts"], ["descriptors", "descriptors"],
    ["messages", "9P messages"], ["copied_bytes", "bytes copied"], ["halts", "sleeps"],
  ];

  function perOperation(cells) {
    const rows = cells.filter((cell) => cell.counters);
    const known = COUNTERS.filter(([key]) => rows.some((cell) => key in cell.counters));
    if (known.length === 0) return null;
    const columns = [{ name: "case", nowrap: true, value: (cell) => cell.case }, { name: "path", value: (cell) => cell.path },
      ...known.map(([key, name]) => ({ name, number: true, value: (cell) => cell.counters[key] }))];
    const copied = rows.filter((cell) => cell.path === "native" && cell.counters.copied_bytes > 0).length;
    const title = copied === 0 ? "What an operation takes in the guest: no payload byte is copied natively" : `What an operation takes in the guest: ${words.plural(copied, "native case")} copied payload`;
    return app.figure({ id: "counters", title, sub: "Counted, not timed: medians over boots, per operation.", body: h("div", { class: "scroll" }, app.table({ columns, rows })), columns, rows });
  }

  function costs(run) {
    const costs = (run.costs || []).filter((cost) => !cost.guest || cost.guest === "ninewire");
    if (costs.length === 0) return null;
    const works = [...new Set(costs.map((cost) => cost.work))];
    return [h("h2", {}, "What an operation costs, fixed and by the byte"), h("div", { class: "pair" }, works.map((work) => {
      const ofWork = costs.filter((cost) => cost.work === work);
      const compared = ofWork.filter((cost) => PATHS.includes(cost.path));
      // A raw port is neither of the two.
      const lines = compared.length > 0 ? compared : ofWork;
      const native = lines.find((cost) => cost.path === "native");
      const sizes = [4096, 8192, 16384, 32768, 65536, 131072, 262144, 524288, 1048576];
      const crossing = native?.crossing;
      const told = lines.map((cost) => `${cost.path} ${words.micros(cost.fixed_us)} and ${words.micros(cost.us_per_mib)} a MiB`).join("; ");
      const [less, more] = [...lines].sort((a, b) => a.us_per_mib - b.us_per_mib);
      const finding = crossing ? `both paths cost the same at ${words.bytes(crossing)}`
        : more ? `${less.path} costs less at every size, ${words.micros(less.us_per_mib)} a MiB instead of ${words.micros(more.us_per_mib)}` : `${words.micros(less.us_per_mib)} a MiB on the path ${less.path}`;
      const title = `${capital(words.work(work))}: ${finding}`;
      return app.figure({
        id: "cost-" + work, title, sub: `Fitted over ${words.plural(Math.min(...lines.map((cost) => cost.sizes)), "size")}, one operation in flight: ${told}.`,
        draw: app.lines({ alt: title, height: 220, series: lines.map((cost) => ({ name: cost.path, colour: words.colour(cost.path), bare: true,
          points: sizes.map((bytes) => ({ x: bytes, y: cost.fixed_us + (cost.us_per_mib * bytes) / 1048576 })) })),
          x: { kind: "log", show: words.bytes, unit: "block size", ticks: () => sizes.filter((_, index) => index % 2 === 0) }, y: { kind: "log", show: words.micros }, marks: crossing >= 4096 && crossing <= 1048576 ? [{ x: crossing, label: words.bytes(crossing), colour: "c-muted" }] : [] }),
        columns: [{ name: "work", value: (cost) => cost.work }, { name: "path", value: (cost) => cost.path }, { name: "fixed, us", number: true, value: (cost) => cost.fixed_us },
          { name: "us per MiB", number: true, value: (cost) => cost.us_per_mib }, { name: "sizes", number: true, value: (cost) => cost.sizes, show: words.count }, { name: "same cost at, bytes", number: true, value: (cost) => cost.crossing }], rows: lines,
      });
    }))];
  }

  const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
  app.capital = capital;
})();
