// Run after run: every series in small, and one in large with its changes and the commits they may have come with.
(() => {
  const { h, words, data } = app;
  const BASES = { ratio: "ratio to the reference image", exact: "exact counters", raw: "as measured (never judged between days)" };
  const SHOWN = 60;

  const name = (series) => `${series.case} · ${series.path} · ${series.metric}`;

  // A series as a spark wants it.
  app.sparkOf = (series) => {
    const last = series.changes && series.changes[series.changes.length - 1];
    return {
      colour: last ? (last.meant ? "c-doubt" : last.worse ? "c-worse" : "c-better") : words.colour(series.path),
      points: series.points.map(([, value, low, high]) => ({ y: value, low, high })),
      level: series.basis === "ratio" ? 1 : undefined,
      marks: (series.changes || []).map((change) => ({ at: change.at, colour: tone(change) })),
    };
  };

  const tone = (change) => (change.meant ? "c-doubt" : change.worse ? "c-worse" : "c-better");

  function said(series) {
    const last = series.changes && series.changes[series.changes.length - 1];
    if (last) return `${words.change(last.ratio)} since ${last.range}`;
    if (series.drift) return `creeps, ${words.change(series.drift.per_run)} a run`;
    const doubt = series.doubtful && series.doubtful[series.doubtful.length - 1];
    if (doubt) return `looks ${words.change(doubt.ratio)} at ${doubt.range}, not surely`;
    return series.judged ? `no change in ${words.plural(series.points.length + (series.left_out || 0), "run")}` : series.state;
  }

  app.view({ name: "history", title: "History", show({ params }) {
    if (params.series) {
      const series = data.series.find((one) => app.seriesKey(one) === params.series);
      return series ? one(series) : [h("h1", {}, "This series is not on this page"), h("p", {}, h("code", {}, params.series)), h("p", {}, h("a", { href: "#history" }, "All series"))];
    }
    if (data.series.length === 0) return [h("h1", {}, "There is no history yet"), h("p", {}, "One run after the other makes it: ", h("code", {}, "cargo ninewire run --record"), ".")];
    return grid(params);
  } });

  function grid(params) {
    const first = (key, order) => order.find((value) => data.series.some((series) => series[key] === value));
    const basis = params.basis || (data.series.some((series) => series.basis === "ratio" && series.judged) ? "ratio" : data.series.some((series) => series.basis === "exact" && series.judged) && !data.series.some((series) => series.basis === "ratio") ? "exact" : first("basis", ["ratio", "raw", "exact"]));
    const ofBasis = data.series.filter((series) => series.basis === basis);
    const machines = [...new Set(ofBasis.map((series) => series.machine))];
    const pointsOf = (index) => ofBasis.reduce((sum, series) => sum + (series.machine === index ? series.points.length : 0), 0);
    machines.sort((a, b) => pointsOf(b) - pointsOf(a));
    const machine = params.machine && machines.includes(Number(params.machine)) ? Number(params.machine) : machines[0];
    const suites = [...new Set(ofBasis.map((series) => series.suite))];
    // The newest run's suite, once it has a history; the one with the longest before that.
    const runsOf = (suite) => Math.max(0, ...ofBasis.filter((series) => series.suite === suite).map((series) => series.points.length));
    const longest = suites.reduce((a, b) => (runsOf(b) > runsOf(a) ? b : a), suites[0]);
    const suite = [params.suite, runsOf(app.today?.suite) > 2 && app.today.suite, longest].find((one) => suites.includes(one));
    const metrics = [...new Set(ofBasis.map((series) => series.metric))];
    const metric = metrics.includes(params.metric) ? params.metric : metrics.includes("instructions") ? "instructions" : metrics[0];
    const text = (params.find || "").toLowerCase();
    const weight = (series) => ((series.changes || []).some((change) => change.worse && !change.meant) ? 0 : (series.changes || []).length ? 1 : series.drift ? 2 : (series.doubtful || []).length ? 3 : 4);
    const chosen = ofBasis.filter((series) => series.machine === machine && series.suite === suite && series.metric === metric &&
      (!params.path || series.path === params.path) && (!text || name(series).toLowerCase().includes(text)) && (!params.changed || weight(series) < 4));
    chosen.sort((a, b) => weight(a) - weight(b));
    const changed = chosen.filter((series) => weight(series) < 2).length;
    const shown = params.all ? chosen : chosen.slice(0, SHOWN);
    const judged = chosen.filter((series) => series.judged).length;
    const unsure = chosen.filter((series) => weight(series) === 3).length;
    const all = words.plural(chosen.length, "series", "series");
    const finding = chosen.length === 0 ? "No series fits" : changed ? `${words.count(changed)} of ${all} changed` : judged === 0 ? `${all}, not judged` : `No change in ${words.count(judged)} judged of ${all}`;
    const title = unsure > 0 ? `${finding}, ${words.count(unsure)} may have changed` : finding;
    const find = h("input", { type: "search", id: "find", value: params.find || "", placeholder: "name", size: 14, change: (event) => app.route.go(app.route.here({ find: event.target.value, all: null })) });
    return [
      h("h1", {}, `${title}: ${metric || ""}, ${BASES[basis]}`),
      h("div", { class: "controls" },
        app.choose("Values", Object.entries(BASES).filter(([key]) => data.series.some((series) => series.basis === key)), basis, (value) => app.route.here({ basis: value, metric: null, machine: null })),
        app.choose("Number", metrics.map((one) => [one, one]), metric, (value) => app.route.here({ metric: value })),
        suites.length > 1 && app.choose("Suite", suites.map((one) => [one, one]), suite, (value) => app.route.here({ suite: value })),
        app.choose("Path", [["", "both"], ["native", "native"], ["serial", "serial"]], params.path || "", (value) => app.route.here({ path: value })),
        machines.length > 1 && app.choose("Machine", machines.map((index) => [String(index), data.machines[index]?.words || "?"]), String(machine), (value) => app.route.here({ machine: value })),
        h("label", {}, h("input", { type: "checkbox", checked: Boolean(params.changed), change: (event) => app.route.go(app.route.here({ changed: event.target.checked ? "1" : "" })) }), "changed only"),
        h("label", {}, "Find", find)),
      machines.length === 1 && h("p", { class: "small muted" }, data.machines[machine]?.words),
      basis === "raw" && h("p", { class: "warn" }, "Times of different days on one machine differ by more than changes do: these are shown, never judged."),
      h("ul", { class: "grid" }, shown.map((series) => h("li", {}, h("a", { class: "card", href: app.route.link("history", { series: app.seriesKey(series) }) },
        h("b", {}, `${series.case} · ${series.path}`),
        h("span", { class: "small " + (weight(series) === 0 ? "worse" : weight(series) === 1 ? "better" : "muted") }, said(series)),
        app.drawing(app.spark(app.sparkOf(series))),
        h("span", { class: "small muted" }, series.points.length ? "now " + words.valued(series.points[series.points.length - 1][1], series.unit) : ""))))),
      shown.length < chosen.length && h("p", {}, h("a", { href: app.route.here({ all: "1" }) }, `Show all ${words.count(chosen.length)}`)),
    ];
  }

  function one(series) {
    const runs = series.points.map(([run]) => data.runs[run]);
    const places = series.points.map((_, index) => index);
    const points = series.points.map(([run, value, low, high], index) => {
      const about = runs[index];
      return { x: index, y: value, low, high, href: about && app.route.link("run", { id: about.id, case: series.case }),
        tip: `${about ? `${words.commit(about.sha)}, ${words.when(about.began)}` : ""}: ${words.spread(low === undefined ? [value] : [value, low, high], (shown) => words.valued(shown, series.unit))}` };
    });
    const every = (ticks, width) => {
      const each = Math.max(1, Math.ceil((places.length * 72) / width));
      return places.filter((index) => (places.length - 1 - index) % each === 0);
    };
    const changes = series.changes || [];
    const title = changes.length ? changes.map((change) => `${words.change(change.ratio)} since ${change.range}`).join("; ") : app.capital(said(series));
    const state = series.judged || title === app.capital(series.state) ? "" : app.capital(series.state) + ". ";
    const rows = series.points.map(([, value, low, high], index) => ({ run: runs[index]?.id, commit: runs[index]?.sha, began: runs[index]?.began, boots: runs[index]?.boots, value, low, high }));
    const chart = app.lines({
      alt: `${name(series)}: ${title}`, height: 320, named: false,
      series: [{ name: series.path, colour: words.colour(series.path), points, unjoined: series.basis === "raw" }],
      x: { kind: "steps", values: places, show: (index) => words.commit(runs[index]?.sha), unit: "runs, in the order of their commits", ticks: every },
      y: { kind: "linear", zero: false, show: (value) => words.valued(value, series.unit === "x" ? "x" : series.unit), unit: "" },
      levels: series.basis === "ratio" ? [1] : [],
      marks: [...changes.map((change) => ({ x: change.at, label: words.change(change.ratio), colour: tone(change) })),
        ...(series.doubtful || []).map((change) => ({ x: change.at, label: words.change(change.ratio) + "?", colour: "c-doubt" }))],
    });
    const better = series.better === "higher" ? "Higher is better." : "Lower is better.";
    const basis = series.basis === "ratio" ? `To the reference image (${words.commit(series.reference)}), whose boots took turns: 1 is as it. ` : series.basis === "exact" ? "Counted per operation: the same in every boot. " : "As measured; not judged between days. ";
    return [
      h("p", { class: "small" }, h("a", { href: app.route.link("history", { basis: series.basis, metric: series.metric, suite: series.suite }) }, "← all series")),
      h("h1", {}, name(series)),
      h("p", { class: "muted" }, `Suite ${series.suite}; ${data.machines[series.machine]?.words || ""}; ${series.settings}`),
      app.figure({ id: "series", title, sub: `${basis}${better} ${state}The axis does not begin at zero.${series.left_out ? ` ${words.count(series.left_out)} older points are left out.` : ""}`,
        draw: chart, rows,
        columns: [{ name: "run", value: (row) => row.run, node: (row) => h("a", { href: app.route.link("run", { id: row.run }) }, row.run) }, { name: "commit", value: (row) => row.commit, show: words.commit }, { name: "began", value: (row) => row.began, show: words.when },
          { name: "boots", number: true, value: (row) => row.boots, show: words.count }, { name: `${series.metric}, ${series.unit}`, number: true, value: (row) => row.value }, { name: "low", number: true, value: (row) => row.low }, { name: "high", number: true, value: (row) => row.high }] }),
      changes.length > 0 && [h("h2", {}, "Changes"), h("ul", { class: "findings" }, changes.map((change, index) => app.findingItem({ series: data.series.indexOf(series), change: index, now: change.ratio }, change.meant ? "doubt" : change.worse ? "worse" : "better")))],
      (series.doubtful || []).length > 0 && [h("h2", {}, "Not sure"), h("ul", { class: "plain" }, series.doubtful.map((change) => h("li", {}, `${words.change(change.ratio)} at ${change.range}: more runs would tell`)))],
      series.drift && h("p", {}, `It creeps: ${words.change(series.drift.per_run)} a run, ${words.change(series.drift.total)} from ${words.commit(series.drift.from_commit)} to ${words.commit(series.drift.to_commit)}.`),
      twins(series),
    ];
  }

  // The same case elsewhere.
  function twins(series) {
    const others = data.series.filter((other) => other !== series && other.case === series.case && other.metric === series.metric && other.points.length > 0);
    if (others.length === 0) return null;
    return [h("h2", {}, "Beside it"), h("ul", { class: "plain" }, others.slice(0, 12).map((other) => h("li", {}, h("a", { href: app.route.link("history", { series: app.seriesKey(other) }) }, `${other.path}, ${BASES[other.basis]}, suite ${other.suite}`), `: ${said(other)}`)))];
  }
})();
