// The first look: did it get worse, what, by how much, since which commit; and what was not judged.
(() => {
  const { h, words, data } = app;

  const MARKS = { worse: "!", "nothing-worse": "✓", "nothing-judged": "?" };

  function lead() {
    const { verdict } = data;
    const newest = app.runs[0];
    const made = newest
      ? [`${words.plural(verdict.runs, "run")} on ${words.plural(data.machines.length, "machine")}; the newest is of `,
         h("a", { href: app.route.link("run", { id: newest.id }) }, words.when(newest.began)), ` (UTC), commit ${words.commit(newest.sha)}.`]
      : ["There are no runs yet: ", h("code", {}, "cargo ninewire run"), " makes one, and ", h("code", {}, "cargo ninewire dashboard"), " this page anew."];
    return h("div", { class: "lead is-" + verdict.word },
      h("div", { class: "mark", "aria-hidden": "true" }, MARKS[verdict.word] || "?"),
      h("div", {}, h("h1", { id: "verdict-sentence" }, verdict.sentence), h("p", { class: "muted" }, made)));
  }

  // A change that still holds, with its series in small.
  app.findingItem = (finding, kind) => {
    const series = data.series[finding.series];
    const change = series?.changes[finding.change];
    if (!change) return null;
    const meant = change.meant && h("p", {}, "Meant: " + change.meant);
    const also = change.also && change.also.length > 0 && h("p", { class: "muted" }, "Also changed there: " + change.also.join("; "));
    const sure = change.interval ? ` (${change.interval.map(words.change).join(" to ")})` : series.basis === "exact" ? " (exact)" : "";
    const now = Math.abs(finding.now - change.ratio) > 0.005 * change.ratio ? `; today ${words.change(finding.now)}` : "";
    return h("li", { class: kind },
      h("div", {},
        h("a", { class: "what", href: app.route.link("history", { series: app.seriesKey(series) }) }, `${series.case} · ${series.path} · ${series.metric}`),
        h("p", {}, h("b", { class: kind }, words.change(change.ratio)), sure, now, ", since ", h("code", {}, change.range),
          ` (${words.valued(change.before, series.unit)} before, ${words.valued(change.after, series.unit)} after)`),
        change.commits && change.commits.length > 0 && h("details", {}, h("summary", { class: "small muted" }, words.plural(change.commits.length, "commit")),
          h("ul", { class: "plain" }, change.commits.slice(0, 30).map((commit) => h("li", {}, commit)))),
        also, meant),
      app.drawing(app.spark(app.sparkOf(series))));
  };

  function findings(title, list, kind, none) {
    if (list.length === 0) return none ? [h("h2", {}, title), h("p", { class: "muted" }, none)] : [];
    return [h("h2", {}, `${title} (${list.length})`), h("ul", { class: "findings" }, list.map((finding) => app.findingItem(finding, kind)))];
  }

  function watch() {
    const { drifting, doubtful, unsteady } = data.verdict;
    const rows = [
      ...drifting.map((index) => [index, (series) => series.drift ? `creeps: ${words.change(series.drift.per_run)} a run, ${words.change(series.drift.total)} in all, since ${words.commit(series.drift.from_commit)}` : "creeps"]),
      ...doubtful.map((index) => [index, (series) => series.doubtful ? `looks changed at ${series.doubtful.map((change) => `${change.range} (${words.change(change.ratio)})`).join(", ")}, not surely: more runs would tell` : "looks changed, not surely"]),
      ...unsteady.map((index) => [index, () => "boots of the newest run differ where they must not"]),
    ].filter(([index]) => data.series[index]);
    if (rows.length === 0) return [];
    return [h("h2", {}, `To watch (${rows.length})`), h("ul", { class: "plain" }, rows.map(([index, tell]) => {
      const series = data.series[index];
      return h("li", {}, h("a", { href: app.route.link("history", { series: app.seriesKey(series) }) }, `${series.case} · ${series.path} · ${series.metric}`), ": " + tell(series));
    }))];
  }

  function census() {
    const { verdict } = data;
    const unjudged = verdict.not_judged.reduce((sum, [, count]) => sum + count, 0);
    const judged = verdict.judged_exact + verdict.judged_ratios;
    const all = judged + unjudged;
    const rows = [
      { what: "judged: counters that must not rise at all", count: verdict.judged_exact, judged: "yes" },
      { what: "judged: times, as the ratio to the reference image", count: verdict.judged_ratios, judged: "yes" },
      ...verdict.not_judged.map(([what, count]) => ({ what: "not judged: " + what, count, judged: "no" })),
    ];
    const part = (count) => (all > 0 ? Math.max((count / all) * 100, count > 0 ? 0.5 : 0) : 0);
    return [
      h("h2", {}, "What was judged, and what was not"),
      h("p", {}, all === 0 ? "There is no series to judge." : `${words.count(judged)} of ${words.plural(all, "series", "series")} ${judged === 1 ? "was" : "were"} judged. A series that was not says nothing, neither good nor bad.`),
      all > 0 && h("div", { class: "scroll" }, app.table({ sort: false, rows, columns: [
        { name: "", value: (row) => row.what },
        { name: "series", number: true, value: (row) => row.count, show: words.count },
        { name: "", value: (row) => row.judged, node: (row) => h("div", { style: "width: 9rem" }, row.count > 0 && h("span", { class: "bar", style: `width: ${part(row.count)}%; background: var(--${row.judged === "yes" ? "better" : "host"})` })) },
      ] })),
    ];
  }

  // What it comes to today, in a few numbers.
  function tiles() {
    const tiles = [];
    const run = app.bestRun(app.pathRuns);
    if (run) {
      const best = app.cells(run).filter((cell) => cell.ratio).reduce((a, b) => (!a || b.ratio[0] > a.ratio[0] ? b : a), null);
      if (best) tiles.push([words.factor(best.ratio[0]), `native 9P over serial, ${words.cell(best)}`, app.route.link("paths", { run: run.id })]);
      const fast = app.cells(run).filter((cell) => cell.path === "native" && cell.bw).reduce((a, b) => (!a || b.bw[0] > a.bw[0] ? b : a), null);
      if (fast) tiles.push([words.number(fast.bw[0]) + " MiB/s", `native, ${words.cell(fast)}`, app.route.link("paths", { run: run.id })]);
      const copies = app.cells(run).filter((cell) => cell.path === "native" && "copied_bytes" in (cell.counters || {}));
      if (copies.length > 0) {
        const most = Math.max(...copies.map((cell) => cell.counters.copied_bytes));
        tiles.push([words.number(most) + " B", "payload copied by the guest in an operation, at most, on the native path", app.route.link("run", { id: run.id })]);
      }
      if (run.boot_ms?.entry) tiles.push([words.micros(run.boot_ms.entry[0] * 1000), "from the kernel's entry to its first 9P message", app.route.link("run", { id: run.id })]);
    }
    const peer = app.runs.find((other) => other.linux && other.linux.length > 0);
    if (peer) {
      const best = peer.linux.filter((row) => row.path === "native" && !row.way && row.ratio).reduce((a, b) => (!a || b.ratio[0] > a.ratio[0] ? b : a), null);
      const cell = best && app.cell(peer, best.case, "native");
      if (best) tiles.push([words.factor(best.ratio[0]), `what a stock Linux guest does natively, ${cell ? words.cell(cell) : best.case}`, app.route.link("linux", { run: peer.id })]);
    }
    if (tiles.length === 0) return null;
    return h("ul", { class: "tiles" }, tiles.map(([value, what, href]) => h("li", {}, h("b", {}, value), h("span", {}, what, " "), h("a", { class: "small", href, "aria-label": "Figures: " + what }, "figures"))));
  }

  app.view({ name: "verdict", title: "Verdict", show() {
    const { verdict } = data;
    const judged = verdict.judged_exact + verdict.judged_ratios > 0;
    return [
      lead(),
      data.left_out.length > 0 && h("p", { class: "warn" }, "To keep this page small it leaves out " + data.left_out.join(", ") + "."),
      data.notes.length > 0 && h("p", { class: "warn" }, words.plural(data.notes.length, "note") + " on files and data: ", h("a", { href: app.route.link("health") }, "see run health"), "."),
      findings("Got worse", verdict.worse, "worse", judged ? "Nothing that was judged." : null),
      findings("Worse, as is meant", verdict.meant, "doubt"),
      findings("Got better", verdict.better, "better"),
      watch(),
      tiles() && h("h2", {}, "Today"),
      tiles(),
      census(),
      h("details", { class: "small" }, h("summary", { class: "muted" }, "By which bounds"),
        h("dl", { class: "facts" }, data.rules.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]))),
    ];
  } });
})();
