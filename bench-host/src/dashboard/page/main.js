// Puts the page together: the bar of views, the keys, light and dark, and the view the address asks for.
(() => {
  const { h, words, data, route } = app;
  const main = document.getElementById("main");
  const bar = document.getElementById("views");

  if (!app.known) {
    main.replaceChildren(h("h1", {}, "This page's data are of another form than its scripts read"), h("p", {}, `They are ${data.form}. Make it anew: `, h("code", {}, "cargo ninewire dashboard")));
    return;
  }

  const tabs = route.views.filter((view) => view.title);
  bar.append(...tabs.map((view, index) => h("a", { href: "#" + view.name, "data-view": view.name, title: `Key ${index + 1}` }, view.title)));

  let shown = null;
  function show() {
    const state = route.state();
    if (location.hash === "#main") return;
    const view = route.views.find((one) => one.name === state.view);
    app.forgetDrawings();
    let parts;
    try {
      parts = [state.missing && h("p", { class: "warn" }, `There is no view "${state.missing}": this is the verdict.`), view.show(state)];
    } catch (error) {
      console.error(error);
      parts = [h("h1", {}, "This view could not be drawn"), h("p", { class: "mono" }, String(error))];
    }
    main.replaceChildren(...[parts].flat(Infinity).filter((part) => part instanceof Node));
    main.dataset.view = state.view;
    for (const link of bar.children) {
      if (link.dataset.view !== state.view) {
        link.removeAttribute("aria-current");
        continue;
      }
      link.setAttribute("aria-current", "page");
      // On a phone the bar is longer than the page is wide.
      bar.scrollLeft = link.offsetLeft - bar.offsetLeft;
    }
    document.title = `${main.querySelector("h1")?.textContent || "ninewire"} – ninewire`;
    const figure = state.params.figure && document.getElementById("figure-" + state.params.figure);
    if (figure) figure.scrollIntoView();
    else if (shown !== state.view || state.params.id || state.params.series) window.scrollTo(0, 0);
    if (shown !== null && shown !== state.view) main.focus({ preventScroll: true });
    shown = state.view;
  }
  route.changed = show;
  addEventListener("hashchange", show);

  // Light, dark, or as the system is.
  const THEMES = ["", "dark", "light"];
  function theme(next) {
    let kept = "";
    try {
      if (next !== undefined) localStorage.setItem("ninewire-theme", next);
      kept = localStorage.getItem("ninewire-theme") || "";
    } catch {
      kept = next || "";
    }
    if (THEMES.includes(kept) && kept) document.documentElement.dataset.theme = kept;
    else delete document.documentElement.dataset.theme;
    return kept;
  }
  function nextTheme() {
    const next = THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length];
    theme(next);
    app.say({ "": "As the system is", dark: "Dark", light: "Light" }[next]);
  }
  theme();
  document.getElementById("theme").addEventListener("click", nextTheme);

  // Keys.
  const KEYS = [
    [`1 to ${tabs.length}`, "the views"], ["j, k", "next and previous figure or finding"], ["Enter", "open what is chosen"], ["[, ]", "the run before, the run after, where one is chosen"],
    ["/", "find a series"], ["t", "light, dark, as the system is"], ["p", "print"], ["?", "this"], ["Esc", "back"],
  ];
  const dialog = document.getElementById("keys");
  dialog.append(h("h2", { id: "keys-title", style: "margin-top: 0" }, "Keys"), h("dl", { class: "facts" }, KEYS.map(([key, what]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, what)])),
    h("form", { method: "dialog", style: "margin-top: 1rem" }, h("button", {}, "Close")));
  const keys = () => (dialog.open ? dialog.close() : dialog.showModal());
  document.getElementById("help").addEventListener("click", keys);

  function step(by) {
    const stops = [...main.querySelectorAll("figure, .findings > li, a.card")];
    if (stops.length === 0) return;
    const now = stops.findIndex((stop) => stop === document.activeElement || stop.contains(document.activeElement));
    const next = stops[Math.min(Math.max(now + by, 0), stops.length - 1)];
    if (!next.matches("a")) next.tabIndex = -1;
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }

  function neighbour(by) {
    const select = [...main.querySelectorAll(".controls select")].find((one) => one.options.length > 1);
    if (!select) return;
    const next = select.selectedIndex + by;
    if (next < 0 || next >= select.options.length) return app.say("There is none");
    select.selectedIndex = next;
    select.dispatchEvent(new Event("change"));
  }

  // Another view is shown when the browser says that the address has changed, and that takes as long as it takes.
  function find() {
    const focus = () => document.getElementById("find")?.focus();
    if (route.state().view === "history") return focus();
    addEventListener("hashchange", focus, { once: true });
    route.go("#history");
  }

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
    const index = Number(event.key) - 1;
    if (event.key !== " " && tabs[index]) return route.go("#" + tabs[index].name);
    const act = {
      j: () => step(1), k: () => step(-1), "[": () => neighbour(1), "]": () => neighbour(-1), t: nextTheme, p: () => print(), "?": keys,
      "/": find,
      Escape: () => { if (!dialog.open && location.hash && location.hash !== "#verdict") history.length > 1 ? history.back() : route.go("#verdict"); },
      Enter: () => document.activeElement?.closest("figure, .findings > li")?.querySelector("a[href]")?.click(),
    }[event.key];
    if (!act || (event.key === "Enter" && event.target.matches("a, button, summary"))) return;
    if (event.key !== "Escape") event.preventDefault();
    act();
  });

  document.getElementById("foot").append(
    h("p", {}, `ninewire, ${words.plural(data.verdict.files, "file")} read, ${words.plural(data.runs.length, "run")}, ${words.plural(data.series.length, "series", "series")}. Everything is in this one file: it asks no server for anything. What each number means is told in results/README.md; made by `, h("code", {}, "cargo ninewire dashboard"), "."));

  show();
})();
