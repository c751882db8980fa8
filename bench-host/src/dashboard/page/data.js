// The view model the page was made with, and ways into it.
(() => {
  const FORM = "ninewire-page/1";
  const data = JSON.parse(document.getElementById("data").textContent);
  app.data = data;
  app.known = data.form === FORM;
  if (!app.known) return;

  const byId = new Map(data.runs.map((run, index) => [run.id, { ...run, index }]));
  app.run = (id) => byId.get(id);
  // Newest first.
  app.runs = [...byId.values()].sort((a, b) => (a.began < b.began ? 1 : a.began > b.began ? -1 : a.id < b.id ? 1 : -1));
  app.cells = (run) => run.cells || [];
  app.cell = (run, name, path) => app.cells(run).find((cell) => cell.case === name && cell.path === path);

  // A run in a line.
  app.title = (run) => {
    const side = run.side ? `, side ${run.side[0]}` : "";
    const dirty = run.dirty ? " and changes" : "";
    return `${app.words.when(run.began)} · ${run.suite}${side} · ${app.words.commit(run.sha)}${dirty} · ` +
      app.words.plural(run.boots, "boot");
  };

  // The name of a series that stays the same when others come and go.
  app.seriesKey = (series) =>
    [series.case, series.path, series.metric, series.basis, data.machines[series.machine]?.id, series.settings].join("|");

  // A run of ours with both paths.
  const both = (run) => {
    const paths = new Set(app.cells(run).filter((cell) => cell.iops).map((cell) => cell.path));
    return paths.has("native") && paths.has("serial");
  };
  app.pathRuns = app.runs.filter((run) => both(run));
  const WORTH = { run: 3, peer: 2, side: 1, gate: 0, reference: 0 };
  // The one to show unasked: a measurement of a commit, with boots enough, and the newest of those.
  app.bestRun = (runs) => {
    const worth = (run) =>
      WORTH[run.kind] * 2 + (run.boots >= 10 ? 1 : 0) - (run.planted ? 20 : 0) - (run.dirty ? 4 : 0) +
      (app.cells(run).length > 30 ? 1 : 0);
    return runs.reduce((best, run) => (!best || worth(run) > worth(best) ? run : best), null);
  };
})();
