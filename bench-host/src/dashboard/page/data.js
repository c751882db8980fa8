// The view model the page was made with, and ways into it.
(() => {
  const FORM = "ninewire-page/1";
  const data = JSON.parse(document.getElementById("data").textContent);
  app.data = data;
  app.known = data.form === FORM;
  if (!app.known) return;

  const byId = new Map(data.runs.map((run, index) => [run.id, { ...run, index }]));
  app.run = (id) => byId.get(id);
  // The newest commit first.
  app.runs = [...byId.values()].reverse();
  app.today = data.today === null ? undefined : byId.get(data.runs[data.today].id);
  app.cells = (run) => run.cells || [];

  // A run in a line.
  app.title = (run) => {
    const side = !run.side ? "" : run.kind === "reference" ? ", the reference image" : `, side ${run.side[0]}${run.side[1] ? ` (${run.side[1]})` : ""}`;
    const dirty = run.dirty ? " and changes" : "";
    return `${app.words.commit(run.sha)}${dirty} · ${run.suite}${side} · ${app.words.when(run.began)} · ` + app.words.plural(run.boots, "boot");
  };

  // The name of a series that stays the same when others come and go.
  app.seriesKey = (series) =>
    [series.case, series.path, series.metric, series.basis, data.machines[series.machine]?.id, series.settings, series.suite].join("|");

  // A run of ours with both paths.
  const both = (run) => {
    const paths = new Set(app.cells(run).filter((cell) => cell.iops).map((cell) => cell.path));
    return paths.has("native") && paths.has("serial");
  };
  app.pathRuns = app.runs.filter((run) => both(run));
  // The one to show unasked: today's, or the newest that is a measurement by itself.
  app.newest = (runs) =>
    runs.find((run) => run === app.today) || runs.find((run) => run.kind === "run" && !run.planted) || runs.find((run) => !run.planted) || runs[0];
})();
