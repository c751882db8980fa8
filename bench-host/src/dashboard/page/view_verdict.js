// The first look: did it get worse, what, by how much, since which commit; and what was not judged.
(() => {
  const { h, words, data } = app;

  const MARKS = { worse: "!", "nothing-worse": "✓", "nothing-judged": "?" };

  function lead() {
    const { verdict } = data;
    return h("div", { class: "lead is-" + verdict.word },
      h("div", { class: "mark", "aria-hidden": "true" }, MARKS[verdict.word] || "?"),
      h("div", {}, h("h1", { id: "verdict-sentence" }, verdict.sentence), newest(app.today), judged()));
  }

  // Of which commit the verdict speaks.
  function newest(run) {
    if (!run) return h("p", { class: "muted" }, "There are no runs yet: ", h("code", {}, "cargo ninewire run"), " makes one, and ", h("code", {}, "cargo ninewire dashboard"), " this page anew.");
    const day = run.commit_time > 0 ? ` of ${words.day(new Date(run.commit_time * 1000).toISOString())}` : "";
    return h("p", {}, "Newest run: commit ", h("a", { href: app.route.link("run", { id: run.id }) }, words.commit(run.sha)), day, run.dirty && " and changes",
      run.subject && [", ", h("q", {}, run.subject)], `; measured ${words.when(run.began)} UTC, suite ${run.suite}, ${words.plural(run.boots, "boot")}.`);
  }

  // The census in a line.
  function judged() {
    const { verdict } = data;
    const missing = verdict.not_judged.reduce((sum, [, count]) => sum + count, 0);
    if (verdict.judged_exact + verdict.judged_ratios + missing === 0) return null;
    return h("p", { class: "muted" }, `Judged: ${words.plural(verdict.judged_exact, "counter")} and ${words.plural(verdict.judged_ratios, "time")}, in ${words.plural(verdict.runs, "run")} on ${words.plural(verdict.machines, "machine")}. `,
      missing > 0 && h("a", { href: app.route.here({ figure: "census" }) }, `${words.count(missing)} series were not: why`), ".",
      verdict.judged_ratios === 0 && [" Times take more runs like this: ", h("code", {}, "cargo ninewire run --record --reference always"), "."]);
  }

  // A verdict on runs before the newest says nothing of the newest.
  function beyond(run) {
    const { series, today, verdict } = data;
    const reached = series.some((one) => one.judged && one.points.length > 0 && one.points[one.points.length - 1][0] === today);
    return run && !reached && verdict.judged_exact + verdict.judged_ratios > 0 &&
      h("p", { class: "warn" }, `Nothing of the newest run was judged: there are too few runs of its suite, ${run.suite}. The verdict is about the runs before it.`);
  }

  // A change that still holds, with its series in small.
  app.findingItem = (finding, kind) => {
    const series = data.series[finding.series];
    const change = series?.changes[finding.change];
    if (!change) return null;
    const meant = change.meant && h("p", {}, "Meant: " + change.meant);
    const also = change.also && change.also.length > 0 && h("p", { class: "muted" }, "Also changed there: " + change.also.join("; "));
    const exact = series.basis === "exact";
    const size = exact ? `${words.valued(change.before, series.unit)} → ${words.valued(change.after, series.unit)}` : words.change(change.ratio);
    const sure = change.interval ? ` (${change.interval.map(words.change).join(" to ")})` : exact && change.before > 0 ? ` (${words.change(change.ratio)}, exact)` : exact ? " (exact)" : "";
    const now = finding.now !== null && Math.abs(finding.now - change.ratio) > 0.005 * change.ratio ? `; today ${words.change(finding.now)}` : "";
    return h("li", { class: kind },
      h("div", {},
        h("a", { class: "what", href: app.route.link("history", { series: app.seriesKey(series) }) }, `${series.case} · ${series.path} · ${series.metric}`), h("span", { class: "small muted" }, ` ${series.suite}`),
        h("p", {}, h("b", { class: kind }, size), sure, now, ", since ", h("code", {}, change.range)),
        change.commits && change.commits.length > 0 && h("details", {}, h("summary", { class: "small muted" }, words.plural(change.commit_count, "commit")),
          h("ul", { class: "plain" }, change.commits.map((commit) => h("li", {}, commit)), change.commit_count > change.commits.length && h("li", {}, `and ${words.count(change.commit_count - change.commits.length)} before them`))),
        also, meant),
      app.drawing(app.spark(app.sparkOf(series))));
  };

  // The newest and largest, and behind a word the rest.
  const SHOWN = 6;

  function findings(title, list, kind) {
    if (list.length === 0) return [];
    const items = (some) => h("ul", { class: "findings" }, some.map((finding) => app.findingItem(finding, kind)));
    return [h("h2", {}, `${title} (${list.length})`), items(list.slice(0, SHOWN)),
      list.length > SHOWN && h("details", {}, h("summary", { class: "muted" }, `${words.count(list.length - SHOWN)} more`), items(list.slice(SHOWN)))];
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
      h("h2", { id: "figure-census" }, "What was judged, and what was not"),
      h("p", {}, all === 0 ? "There is no series to judge." : `${words.count(judged)} of ${words.plural(all, "series", "series")} ${judged === 1 ? "was" : "were"} judged. A series that was not says nothing, neither good nor bad.`),
      all > 0 && h("div", { class: "scroll" }, app.table({ sort: false, rows, columns: [
        { name: "", value: (row) => row.what },
        { name: "series", number: true, value: (row) => row.count, show: words.count },
        { name: "", value: (row) => row.judged, node: (row) => h("div", { style: "width: 9rem" }, row.count > 0 && h("span", { class: "bar", style: `width: ${part(row.count)}%; background: var(--${row.judged === "yes" ? "better" : "host"})` })) },
      ] })),
    ];
  }

  // What the newest run comes to, in a few numbers; each says how far it reaches, not only how high.
  function tiles(run) {
    const tiles = [];
    const figures = (view) => app.route.link(view, view === "run" ? { id: run.id } : { run: run.id });
    // From the least to the most of rows with a ratio, and which row is the least.
    const least = (rows) => rows.reduce((a, b) => (b.ratio[0] < a.ratio[0] ? b : a));
    const most = (rows) => rows.reduce((a, b) => (b.ratio[0] > a.ratio[0] ? b : a));
    const range = (rows) => `${words.number(least(rows).ratio[0])}–${words.factor(most(rows).ratio[0])}`;
    const reference = app.besideReference(run);
    const rated = reference ? reference.rows.filter((row) => row.metric === "IOPS" && row.ratio) : [];
    if (rated.length > 0) {
      const called = rated.filter((row) => row.word === "regressed" || row.word === "improved").length;
      const told = rated.every((row) => row.word === "unjudged") ? rated[0].told : `${called} called changed`;
      tiles.push([range(rated), `the reference image's rate in ${words.plural(rated.length, "cell")}, least ${words.broken(least(rated).case)} ${least(rated).path} (${told})`, app.route.link("variants", { of: run.id })]);
    }
    const pairs = app.cells(run).filter((cell) => cell.ratio);
    if (pairs.length > 0) {
      tiles.push([range(pairs), `native 9P over serial in ${words.plural(pairs.length, "case")}, least for ${words.cell(least(pairs))}, most for ${words.cell(most(pairs))}`, figures("paths")]);
    }
    const fast = app.cells(run).filter((cell) => cell.path === "native" && cell.bw).reduce((a, b) => (!a || b.bw[0] > a.bw[0] ? b : a), null);
    if (fast) tiles.push([words.number(fast.bw[0]) + " MiB/s", `native, ${words.cell(fast)}`, figures("paths")]);
    const copies = app.cells(run).filter((cell) => cell.path === "native" && "copied_bytes" in (cell.counters || {}));
    if (copies.length > 0) tiles.push([words.number(Math.max(...copies.map((cell) => cell.counters.copied_bytes))) + " B", "payload copied by the guest in an operation, at most, on the native path", figures("run")]);
    if (run.boot_ms?.entry) tiles.push([words.micros(run.boot_ms.entry[0] * 1000), "from the kernel's entry to its first 9P message", figures("run")]);
    const peer = app.runs.find((other) => other.linux && other.linux.length > 0);
    const beside = peer ? peer.linux.filter((row) => !row.way && row.ratio) : [];
    if (beside.length > 0) {
      const of = peer.sha === run.sha ? "" : `; commit ${words.commit(peer.sha)}`;
      tiles.push([range(beside), `a stock Linux guest's rate in ${words.plural(beside.length, "pair")}, least ${words.broken(least(beside).case)} ${least(beside).path}${of}`, app.route.link("linux", { run: peer.id })]);
    }
    if (tiles.length === 0) return [];
    return [h("h2", {}, `Today: ${words.commit(run.sha)}`),
      h("ul", { class: "tiles" }, tiles.map(([value, what, href]) => h("li", {}, h("b", {}, value), h("span", {}, what, " "), h("a", { class: "small", href, "aria-label": "Figures: " + what }, "figures"))))];
  }

  app.view({ name: "verdict", title: "Verdict", show() {
    const { verdict } = data;
    return [
      lead(),
      beyond(app.today),
      data.left_out.length > 0 && h("p", { class: "warn" }, "To keep this page small it leaves out " + data.left_out.join(", ") + "."),
      data.notes.length > 0 && h("p", { class: "warn" }, words.plural(data.notes.length, "note") + " on files and data: ", h("a", { href: app.route.link("health") }, "see run health"), "."),
      findings("Got worse", verdict.worse, "worse"),
      findings("Worse, as is meant", verdict.meant, "doubt"),
      watch(),
      app.today ? tiles(app.today) : [],
      findings("Got better", verdict.better, "better"),
      app.sideBySide(),
      census(),
      h("details", { class: "small" }, h("summary", { class: "muted" }, "By which bounds"),
        h("dl", { class: "facts" }, data.rules.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]))),
    ];
  } });
})();
