// Numbers and names as people read them.
(() => {
  const THIN = "\u202f";
  const words = (app.words = {});

  function grouped(text) {
    const [whole, rest] = text.split(".");
    const marked = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, THIN) : whole;
    return rest ? marked + "." + rest : marked;
  }

  // Three digits that mean something, and never fewer than stand before the point.
  words.number = (value) => {
    if (value === null || value === undefined || !Number.isFinite(value)) return "–";
    const size = Math.abs(value);
    const sign = value < 0 ? "−" : "";
    if (size === 0) return "0";
    if (size < 0.001) return sign + size.toExponential(1).replace("e-", "·10⁻").replace(/⁻(\d+)/, (_, d) => "⁻" + raised(d));
    const decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 4;
    return sign + grouped(size.toFixed(decimals));
  };

  function raised(digits) {
    return [...digits].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("");
  }

  // On an axis: no more digits than it has.
  words.tickOf = (show) => (value) => show(value).replace(/\.0+(?=\D|$)|(\.\d*?[1-9])0+(?=\D|$)/, "$1");

  // A count: no decimals where it is whole.
  words.count = (value) => (Number.isInteger(value) ? grouped(String(value)) : words.number(value));
  words.factor = (value) => words.number(value) + "×";

  // A ratio as a change: 1.12 is +12 %.
  words.change = (ratio) => {
    if (!Number.isFinite(ratio)) return "–";
    if (ratio >= 3) return words.factor(ratio);
    const part = (ratio - 1) * 100;
    const size = Math.abs(part);
    const text = size >= 10 ? size.toFixed(0) : size.toFixed(1);
    return (part < 0 ? "−" : "+") + text + THIN + "%";
  };

  words.micros = (us) => {
    if (us === null || us === undefined || !Number.isFinite(us)) return "–";
    if (us >= 1e6) return words.number(us / 1e6) + THIN + "s";
    if (us >= 1000) return words.number(us / 1000) + THIN + "ms";
    if (us >= 1) return words.number(us) + THIN + "µs";
    return words.number(us * 1000) + THIN + "ns";
  };

  words.bytes = (count) => {
    const units = ["B", "KiB", "MiB", "GiB"];
    let at = 0;
    while (count >= 1024 && at < 3) {
      count /= 1024;
      at += 1;
    }
    return words.number(count).replace(/\.0+$|(\.\d)0$/, "$1") + THIN + units[at];
  };

  // A value with its unit, as series tell it.
  words.valued = (value, unit) => {
    if (unit === "x") return words.factor(value);
    if (unit === "us" || unit === "µs") return words.micros(value);
    return words.number(value) + THIN + unit;
  };

  // [median, low, high] or [median].
  words.spread = (spread, show) => {
    if (!spread) return "–";
    const shown = show || words.number;
    return spread.length > 1 ? `${shown(spread[0])} (${shown(spread[1])} to ${shown(spread[2])})` : shown(spread[0]);
  };

  words.when = (rfc) => String(rfc || "").slice(0, 16).replace("T", " ");
  words.day = (rfc) => String(rfc || "").slice(0, 10);
  words.commit = (sha) => (sha ? String(sha).slice(0, 8) : "no commit");
  words.plural = (count, one, many) => `${words.count(count)} ${count === 1 ? one : many || one + "s"}`;

  // A case's name that may go on in the next line behind a slash.
  words.broken = (name) => name.replaceAll("/", "/\u200b");

  // "1 MiB reads, 8 in flight" for a cell.
  const WORK = {
    read: "reads", write: "writes", randread: "random reads", randwrite: "random writes",
    fileopenread: "open-read-close", filestat: "stat of a path", getattr: "get attributes",
    walk: "walks", readdir: "directory listings", createremove: "create and remove", floor: "protocol floor",
    portout: "raw port out", portin: "raw port in", portping: "raw port ping-pong",
  };
  words.work = (work) => WORK[work] || work;
  words.cell = (cell) => {
    const size = cell.bs ? words.bytes(cell.bs) + " " : "";
    const depth = cell.depth > 1 ? `, ${cell.depth} in flight` : "";
    return size + words.work(cell.work) + depth;
  };

  const KNOWN = ["native", "serial", "linux", "host"];
  words.colour = (name) => (KNOWN.includes(name) ? "c-" + name : "c-other");
})();
