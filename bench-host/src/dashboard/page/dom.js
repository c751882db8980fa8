"use strict";
// Elements from code. Text from files gets into the page here and nowhere else, as text: never as markup.
const app = {};
(() => {
  function put(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (typeof value === "function") node.addEventListener(name, value);
      else node.setAttribute(name, value === true ? "" : value);
    }
    for (const child of children.flat(Infinity)) {
      if (child === null || child === undefined || child === false) continue;
      node.append(child instanceof Node ? child : document.createTextNode(String(child)));
    }
    return node;
  }

  // h("p", { class: "x", click: f }, "text", node): an HTML element.
  app.h = (tag, attributes, ...children) => put(document.createElement(tag), attributes, children);

  // The same of SVG.
  app.s = (tag, attributes, ...children) =>
    put(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

  let timer = 0;
  // A word to the reader that goes away by itself, and to those who listen.
  app.say = (words) => {
    const node = document.getElementById("said");
    node.textContent = words;
    node.classList.add("shown");
    clearTimeout(timer);
    timer = setTimeout(() => node.classList.remove("shown"), 2500);
  };

  // Offers `text` as a file.
  app.download = (name, text) => {
    const url = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
    const link = app.h("a", { href: url, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
    app.say("Saved " + name);
  };

  app.copy = (text) => {
    const done = () => app.say("Copied");
    const failed = () => app.say("This browser does not let pages copy: select the text instead");
    if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, failed);
    else failed();
  };
})();
