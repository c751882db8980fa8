// Where the reader is: the fragment of the address says the view and what is chosen in it, so that a link shows the same.
(() => {
  const route = (app.route = {});
  route.views = [];

  // What a view is called: { name, title, show(state) }.
  app.view = (view) => route.views.push(view);

  route.state = () => {
    const [name, query] = location.hash.replace(/^#/, "").split("?");
    const known = route.views.find((view) => view.name === name);
    return { view: known ? name : route.views[0].name, missing: known || !name || name === "main" ? null : name,
      params: Object.fromEntries(new URLSearchParams(query || "")) };
  };

  route.link = (view, params) => {
    const kept = Object.entries(params || {}).filter(([, value]) => value !== null && value !== undefined && value !== "");
    const query = new URLSearchParams(kept).toString();
    return "#" + view + (query ? "?" + query : "");
  };

  // This view with other choices.
  route.here = (params) => {
    const state = route.state();
    return route.link(state.view, { ...state.params, figure: null, ...params });
  };

  route.go = (link) => {
    if (location.hash === link) route.changed();
    else location.hash = link;
  };
})();
